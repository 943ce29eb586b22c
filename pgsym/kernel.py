"""The kernel: the only code that makes a Theorem.

A derivation starts from a term; each step applies a rule at a place.  The kernel recomputes the line itself,
collects the hypotheses that the rules needed, and has the whole line decided under exactly those: a step that
changes the value cannot be made, nor one whose rule forgot a condition.  Nothing that a file says is believed:
a recorded derivation is replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from pgsym.decide.identities import Sizes, decide, relevant_hypotheses
from pgsym.decide.sizes import Size
from pgsym.decide.verdicts import Rung, Verdict
from pgsym.errors import MissingHypothesis, PgsymError, PlaceNotFound, RecordRefused, RuleDoesNotApply, StepRefuted
from pgsym.rules.base import Rewrite, Rule, constant_in, positive
from pgsym.rules.time import before
from pgsym.terms.hypotheses import Before, Definition, Hypothesis, Positive, Rounds, ThetaFree
from pgsym.terms.latex import latex
from pgsym.terms.nodes import Number, Symbol, Term, Variable, lift
from pgsym.terms.places import Path, Place, find, places, rewrite_at
from pgsym.terms.record import (
    from_record,
    hypothesis_from_record,
    hypothesis_record,
    symbol_from_record,
    symbol_record,
    to_record,
)
from pgsym.terms.sorts import INDEX, PARAMETER, Collective, Sort
from pgsym.terms.structure import Part, flat, free, loose, parts, sort_of, substitute

FORMAT = 1
NO_PARAMETER = Variable("", PARAMETER)


@dataclass(frozen=True)
class Step:
    """One line: a rule at a place of the line before, what it needed, why, and how the line was decided."""

    rule: Rule
    path: Path
    before: Term
    after: Term
    needs: frozenset[Hypothesis]
    why: str
    verdict: Verdict

    def record(self) -> dict[str, Any]:
        """The step as JSON-ready data, without the time it took."""
        return {
            "rule": rule_record(self.rule),
            "path": list(self.path),
            "before": to_record(self.before),
            "after": to_record(self.after),
            "needs": sorted((hypothesis_record(h) for h in self.needs), key=str),
            "why": self.why,
        }


_SEAL = object()


class Theorem:
    """lhs = rhs under some hypotheses, with the steps that lead there.  Only `Derivation.conclude` makes one.

    It is immutable, cannot be subclassed, and a pickled one is derived again, not believed.
    """

    __slots__ = ("given", "lhs", "name", "rhs", "sizes", "steps", "verdict")
    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    steps: tuple[Step, ...]
    verdict: Verdict
    name: str
    sizes: Sizes | None

    def __init__(self, seal: object, **values: Any):
        if seal is not _SEAL:
            raise PgsymError("a theorem is made by concluding a derivation")
        for name in self.__slots__:
            object.__setattr__(self, name, values[name])

    def __setattr__(self, name: str, value: object) -> None:
        raise PgsymError("a theorem is immutable")

    def __delattr__(self, name: str) -> None:
        raise PgsymError("a theorem is immutable")

    def __init_subclass__(cls) -> None:
        raise PgsymError("a theorem is not subclassed")

    def __reduce__(self) -> tuple[Callable[[dict[str, Any]], Theorem], tuple[dict[str, Any]]]:
        return replay, (self.record(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Theorem) and self.record() == other.record()

    def __hash__(self) -> int:
        return hash((self.lhs, self.rhs, frozenset(self.given)))

    def __str__(self) -> str:
        under = f"  given {'; '.join(map(str, self.given))}" if self.given else ""
        return f"{self.name or 'Theorem'}: {self.lhs} = {self.rhs}{under}"

    def _repr_latex_(self) -> str:
        lines = [f"& {latex(self.lhs)}", *(f"= {{}} & {latex(s.after)}" for s in self.steps)]
        if self.steps and flat(self.steps[-1].after) != flat(self.rhs):
            lines.append(f"= {{}} & {latex(self.rhs)}")
        return "$\\begin{aligned} " + " \\\\ ".join(lines) + " \\end{aligned}$"

    def record(self) -> dict[str, Any]:
        """The whole derivation as JSON-ready data; `replay` derives it again."""
        return {
            "format": FORMAT,
            "name": self.name,
            "start": to_record(self.lhs),
            "steps": [s.record() for s in self.steps],
            "target": to_record(self.rhs),
            "given": [hypothesis_record(h) for h in self.given],
            "sizes": None if self.sizes is None else [_counts(s) for s in self.sizes],
        }

    def necessity(self) -> tuple[tuple[Hypothesis, Verdict], ...]:
        """For each hypothesis the verdict on the statement without it.

        Refuted: the hypothesis is necessary.  Decided: only this derivation uses it.  A definition without which the
        statement says nothing, such as the law of a batch, is left out.
        """
        return tuple(
            (h, decide(self.lhs, self.rhs, [g for g in self.given if g != h], self.sizes))
            for h in self.given
            if not _gives_meaning(h)
        )


class Derivation:
    """A chain of equal lines, from a term to whatever it is shown to be.

    `given` are the hypotheses that steps may use; the theorem keeps those that its statement needs.

    >>> from pgsym import rules
    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> d = Derivation(grad(m.policy), given=m.hypotheses)
    >>> _ = d.apply(rules.MultiplyByOne(), why="Differentiating lost the π; bring it back.")
    >>> _ = d.apply(rules.LogDerivative(), why="∇π / π is the gradient of log π.")
    >>> print(d.conclude(m.policy * m.score).rhs)
    π_θ(a | s) ∇_θ log π_θ(a | s)
    """

    def __init__(self, start: Term, given: Iterable[Hypothesis] = (), name: str = "", sizes: Sizes | None = None):
        start = lift(start)
        sort_of(start)
        if not isinstance(name, str):
            raise PgsymError(f"a derivation's name is a text, not {name!r:.60}")
        self.name, self.start, self.given = name, start, tuple(given)
        self.sizes = None if sizes is None else tuple(sizes)
        self.steps: list[Step] = []
        about = relevant_hypotheses((start,), self.given)
        self.needs = tuple(h for h in about if _gives_meaning(h) or isinstance(h, Rounds))

    @property
    def line(self) -> Term:
        """The last line."""
        return self.steps[-1].after if self.steps else self.start

    def apply(self, rule: Rule | type[Rule], at: Term | Path | None = None, why: str = "") -> Self:
        """Rewrite the last line by a rule, at a path, at the one sub-term equal to `at`, or where it fits.

        It must fit at one place, or at one that encloses all others.

        Raises PlaceNotFound, RuleDoesNotApply, MissingHypothesis, or StepRefuted with a counterexample.
        """
        rule = rule() if isinstance(rule, type) else rule
        if not isinstance(rule, Rule) or not isinstance(why, str):
            raise PgsymError(f"a step is a rule with a sentence of why, not {rule!r:.60} with {why!r:.60}")
        path = self._place(rule, at)
        before = self.line
        after, asked = _rewritten(before, path, rule)
        needs = self._through_definitions(asked)
        missing = [h for h in needs if h not in self.given]
        if missing:
            words = "; ".join(sorted(map(str, missing)))
            raise MissingHypothesis(f"{type(rule).__name__} needs what the derivation does not assume: {words}")
        grown = tuple(dict.fromkeys((*self.needs, *(h for h in self.given if h in needs))))
        verdict = decide(before, after, grown, self.sizes)
        if verdict.rung is Rung.REFUTED:
            raise StepRefuted(f"{type(rule).__name__} changes the value of {before}\n{verdict.counterexample}", verdict)
        if verdict.rung is Rung.UNDECIDED:
            raise PgsymError(f"{type(rule).__name__}: the step cannot be decided: {verdict.evidence.note}")
        self.needs = grown
        self.steps.append(Step(rule, path, before, after, needs, why, verdict))
        return self

    def _through_definitions(self, needs: frozenset[Hypothesis]) -> frozenset[Hypothesis]:
        """What a step needs, where a defined symbol is free of θ, or positive, because its definition is."""
        definitions = {h.symbol: h for h in self.given if isinstance(h, Definition)}
        out = needs
        for need in needs - set(self.given):
            if isinstance(need, ThetaFree | Positive) and need.symbol in definitions:
                definition = definitions[need.symbol]
                body = definition.body
                more = constant_in(body, NO_PARAMETER) if isinstance(need, ThetaFree) else positive(body)
                if more is not None:
                    out = out - {need} | self._through_definitions(more) | {definition}
        return out

    def _place(self, rule: Rule, at: Term | Path | None) -> Path:
        if isinstance(at, Term):
            return find(self.line, at).path
        if at is not None:
            if not isinstance(at, tuple | list) or not all(isinstance(i, int) for i in at):
                raise PlaceNotFound(f"a place is a term or a path of numbers, not {at!r:.60}")
            return tuple(at)
        found, reasons = [], []
        for place in places(self.line):
            try:
                rule.rewrite(place)
            except RuleDoesNotApply as reason:
                reasons.append(reason)
            else:
                found.append(place)
        if not found:
            only = reasons[0] if len(reasons) == 1 else None
            raise only or RuleDoesNotApply(type(rule).__name__, self.line, "no part of it has the rule's form")
        outermost = found[0].path
        if any(p.path[: len(outermost)] != outermost for p in found):
            where = "; ".join(str(p.term) for p in found)
            raise PlaceNotFound(f"{type(rule).__name__} applies at {len(found)} places, say which by at=…: {where}")
        return outermost

    def conclude(self, target: Term | None = None) -> Theorem:
        """The theorem start = target; the target is the last line, but for how products and sums are grouped.

        Raises PgsymError if the last line is not the target.
        """
        target = self.line if target is None else lift(target)
        if flat(self.line) != flat(target):
            raise PgsymError(f"the last line is not the target\n  last line {self.line}\n  target    {target}")
        given = relevant_hypotheses((self.start, target), self.needs)
        verdict = decide(self.start, target, given, self.sizes)
        if verdict.rung in (Rung.REFUTED, Rung.UNDECIDED):
            raise StepRefuted(f"the conclusion does not hold: {verdict}", verdict)
        return Theorem(
            _SEAL,
            lhs=self.start,
            rhs=target,
            given=given,
            steps=tuple(self.steps),
            verdict=verdict,
            name=self.name,
            sizes=self.sizes,
        )

    def __str__(self) -> str:
        return "\n".join([str(self.start), *(f"  = {s.after}    [{s.rule.title}]" for s in self.steps)])

    def _repr_latex_(self) -> str:
        lines = [f"& {latex(self.start)}", *(f"= {{}} & {latex(s.after)}" for s in self.steps)]
        return "$\\begin{aligned} " + " \\\\ ".join(lines) + " \\end{aligned}$"


def _counts(size: Size | Mapping[str, int]) -> dict[str, int]:
    """A size as its numbers by name."""
    return dict(size.counts if isinstance(size, Size) else size)


def _gives_meaning(hypothesis: Hypothesis) -> bool:
    """Whether a line cannot be read without a hypothesis: it defines what no table has, such as the law of a batch."""
    if not isinstance(hypothesis, Definition):
        return False
    sorts = hypothesis.symbol.arguments
    return any(s == INDEX or isinstance(s, Collective) for s in sorts) or sorts.count(PARAMETER) > 1


def _rewritten(line: Term, path: Path, rule: Rule) -> tuple[Term, frozenset[Hypothesis]]:
    """The line rewritten at a place, and what that needed."""
    needs: frozenset[Hypothesis] = frozenset()

    def rewrite(place: Place) -> Term:
        nonlocal needs
        made: Rewrite = rule.rewrite(place)
        needs = made.needs
        return made.result

    after = rewrite_at(line, path, rewrite)
    stray = free(after) - free(line)
    if any(v.sort.name != "index" for v in stray):
        raise RuleDoesNotApply(
            type(rule).__name__, line, f"{', '.join(v.name for v in stray)} would be free in the result"
        )
    return after, needs


@dataclass(frozen=True)
class Lemma(Rule):
    """lhs → rhs of a theorem, its free states and actions standing for any (or rhs → lhs, backwards).

    Refuses a term that is no instance of the theorem.
    """

    theorem: Theorem
    backwards: bool = False
    source = "a theorem shown before"

    @property
    def title(self) -> str:
        return f"By {self.theorem.name}" + (", backwards" if self.backwards else "")

    def rewrite(self, place: Place) -> Rewrite:
        sides = (self.theorem.lhs, self.theorem.rhs)
        pattern, result = sides[::-1] if self.backwards else sides
        found: dict[Variable, Term] = {}
        if not _matches(flat(pattern), flat(place.term), free(pattern), found):
            raise self.refuse(place.term, f"it is no instance of {pattern}")
        unknown = free(result) - set(found)
        if any(v.sort.name not in ("parameter", "index") for v in unknown):
            raise self.refuse(place.term, f"it does not say what {', '.join(v.name for v in unknown)} is")
        return Rewrite(substitute(result, found), frozenset(self._needed(found, place)))

    def _needed(self, found: dict[Variable, Term], place: Place) -> Iterator[Hypothesis]:
        """The theorem's hypotheses about what its variables stand for, less those that the ranges in scope give."""
        for hypothesis in self.theorem.given:
            needed = hypothesis.instantiated(found)
            if isinstance(needed, Before):
                yield from before(needed.earlier, needed.later, place.opened) or ()
                if before(needed.earlier, needed.later, place.opened) is None:
                    raise self.refuse(place.term, f"it is not known that {needed}")
            else:
                yield needed


def _matches(pattern: Part, term: Part, holes: frozenset[Variable], found: dict[Variable, Term]) -> bool:
    """First-order matching: the pattern's free variables stand for terms without loose bound variables."""
    if isinstance(pattern, Variable) and pattern in holes and pattern.sort.name != "parameter":
        if not isinstance(term, Term) or loose(term) or not _has_sort(term, pattern.sort):
            return False
        return found.setdefault(pattern, term) == term
    if not isinstance(pattern, Term) or not isinstance(term, Term):
        both_scopes = not isinstance(pattern, Term) and not isinstance(term, Term)
        return both_scopes and pattern.sort == term.sort and _matches(pattern.body, term.body, holes, found)  # type: ignore[union-attr]
    if type(pattern) is not type(term):
        return False
    mine, theirs = parts(pattern), parts(term)
    if not mine:
        return pattern == term
    same_head = all(
        getattr(pattern, f.name) == getattr(term, f.name)
        for f in fields(pattern)
        if f.name in ("symbol", "exponent", "parameter", "sort")
    )
    return (
        same_head
        and len(mine) == len(theirs)
        and all(_matches(p, t, holes, found) for p, t in zip(mine, theirs, strict=True))
    )


def _has_sort(term: Term, sort: Sort) -> bool:
    """Whether a term has a sort; a whole number is an index too."""
    return sort_of(term) == sort or (sort == INDEX and isinstance(term, Number) and term.value.denominator == 1)


def rule_record(rule: Rule) -> list[Any]:
    """A rule as its name and its fields."""
    return [type(rule).__name__, {f.name: _field_record(getattr(rule, f.name)) for f in fields(rule)}]


def _field_record(value: Any) -> Any:
    match value:
        case Term():
            return ["term", to_record(value)]
        case Symbol():
            return ["symbol", symbol_record(value)]
        case Hypothesis():
            return ["hypothesis", hypothesis_record(value)]
        case Rule():
            return ["rule", rule_record(value)]
        case Theorem():
            return ["theorem", value.record()]
        case None | bool() | int() | str():
            return ["value", value]
    raise TypeError(f"a rule's field {value!r} cannot be recorded")


def rule_from_record(record: Any) -> Rule:
    """The rule of a record; raises RecordRefused for a rule that does not exist."""
    try:
        name, values = record
        return Rule.registry[name](**{key: _field_from_record(value) for key, value in values.items()})
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        raise RecordRefused(f"not the record of a rule: {str(record)[:80]} ({reason})") from None


def _field_from_record(record: Any) -> Any:
    match record:
        case ["term", term]:
            return from_record(term)
        case ["symbol", symbol]:
            return symbol_from_record(symbol)
        case ["hypothesis", hypothesis]:
            return hypothesis_from_record(hypothesis)
        case ["rule", rule]:
            return rule_from_record(rule)
        case ["theorem", theorem]:
            return replay(theorem)
        case ["value", value]:
            return value
    raise RecordRefused(f"not the record of a rule's field: {str(record)[:80]}")


def replay(record: dict[str, Any]) -> Theorem:
    """Derive a theorem again from its record; raises RecordRefused wherever the record and the rules disagree."""
    try:
        if record["format"] != FORMAT:
            raise RecordRefused(f"a record of format {record['format']!r}; this version reads {FORMAT}")
        steps = record["steps"]
        needs = [hypothesis_from_record(h) for s in steps for h in s["needs"]]
        order = [hypothesis_from_record(h) for h in record["given"]]
        start, given = from_record(record["start"]), tuple(dict.fromkeys((*order, *needs)))
        d = Derivation(start, given, record["name"], record["sizes"])
        for i, step in enumerate(steps, 1):
            _replay_step(d, i, step)
        theorem = d.conclude(from_record(record["target"]))
    except (KeyError, TypeError, IndexError) as reason:
        raise RecordRefused(f"not the record of a derivation: {reason!r}") from None
    except RecordRefused:
        raise
    except PgsymError as reason:
        raise RecordRefused(f"the record does not replay: {reason}") from reason
    if theorem.record() != record:
        raise RecordRefused("the record claims other hypotheses than its steps need")
    return theorem


def _replay_step(d: Derivation, number: int, step: dict[str, Any]) -> None:
    if d.line != from_record(step["before"]):
        raise RecordRefused(f"step {number} starts from another line than the one before it ends with")
    d.apply(rule_from_record(step["rule"]), tuple(step["path"]), step["why"])
    made = d.steps[-1]
    if made.after != from_record(step["after"]):
        raise RecordRefused(f"step {number} claims {from_record(step['after'])}, but its rule gives {made.after}")
    if made.record()["needs"] != step["needs"]:
        raise RecordRefused(f"step {number} claims other hypotheses than its rule needs")
