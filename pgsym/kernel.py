"""The kernel: the only code that makes a Theorem.

A derivation starts from a term; each step applies a rule at a place.  The kernel computes the new line itself, collects
the hypotheses that the rules need, and decides under exactly these hypotheses whether the new line equals the old one.
So no step can change the value, and no rule can omit a condition, whoever wrote it.  Files are not trusted: a recorded
derivation is derived again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Self

from pgsym import hooks
from pgsym.decide.decision import Sizes, decide
from pgsym.decide.propositions import Equal
from pgsym.decide.sizes import Size
from pgsym.decide.subjects import About
from pgsym.decide.verdicts import Condition, Rung, Verdict, covered
from pgsym.errors import MissingHypothesis, PgsymError, PlaceNotFound, RuleDoesNotApply, StepRefuted
from pgsym.rules import OWN as WITHOUT_LEMMAS
from pgsym.rules.base import Rewrite, Rule, constant_in
from pgsym.rules.time import before
from pgsym.terms.assumed import positive
from pgsym.terms.hypotheses import Before, Definition, Hypothesis, Positive, Rounds, ThetaFree
from pgsym.terms.matching import matches
from pgsym.terms.nodes import Symbol, Term, Variable, lift
from pgsym.terms.places import Path, Place, find, places, rewrite_at
from pgsym.terms.plain import plain, plain_hypothesis
from pgsym.terms.printers.latex import latex
from pgsym.terms.record import to_record
from pgsym.terms.sorts import INDEX, PARAMETER, Collective
from pgsym.terms.structure import flat, free, sort_of, substitute

FORMAT = 2
NO_PARAMETER = Variable("", PARAMETER)
TRUE = (Rung.DECIDED, Rung.EXACT, Rung.TESTED)
"""The rungs that a line may have, the highest first; a theorem has the lowest rung of its lines."""


@dataclass(frozen=True)
class Step:
    """One line: a rule at a place of the previous line, the hypotheses it needs, a reason, and the verdict.

    `title` is the rule's name in words.  For a rule that is not pgsym's own the title says so, and `custom` is the
    record of the rule at the time it was applied.
    """

    rule: Rule
    path: Path
    before: Term
    after: Term
    needs: frozenset[Hypothesis]
    why: str
    verdict: Verdict
    title: str
    custom: str = ""

    def record(self) -> dict[str, Any]:
        """The step as JSON-ready data, without the time it took."""
        return {
            "rule": json.loads(self.custom) if self.custom else rule_record(self.rule),
            "path": list(self.path),
            "before": to_record(self.before),
            "after": to_record(self.after),
            "needs": sorted((to_record(h) for h in self.needs), key=str),
            "why": self.why,
        }


_SEAL = object()


class Theorem:
    """lhs = rhs under some hypotheses, with its derivation.  Only `Derivation.conclude` makes one.

    A theorem is immutable and cannot be subclassed; a pickled theorem is derived again, not trusted.  `verdict` is the
    verdict on lhs = rhs itself; `rung` and `conditions` are those of the whole derivation.
    """

    __slots__ = ("given", "lhs", "name", "rhs", "sizes", "steps", "verdict")
    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    steps: tuple[Step, ...]
    verdict: Verdict
    name: str
    sizes: tuple[Size, ...] | None

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

    def __copy__(self) -> Theorem:
        return self

    def __deepcopy__(self, memo: object) -> Theorem:
        return self

    def __reduce__(self) -> tuple[Callable[..., Theorem], tuple[dict[str, Any], tuple[type[Rule], ...]]]:
        return hooks.replay, (self.record(), self.custom_rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Theorem) and self.record() == other.record()

    def __hash__(self) -> int:
        return hash((self.lhs, self.rhs, frozenset(self.given)))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict on lhs = rhs, then the verdicts on the steps."""
        return (self.verdict, *(s.verdict for s in self.steps))

    @property
    def rung(self) -> Rung:
        """The lowest rung of lhs = rhs and all steps."""
        return max((v.rung for v in self.verdicts), key=TRUE.index)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions under which all lines have a value: those of lhs = rhs, then those of steps only."""
        return tuple(dict.fromkeys(c for v in self.verdicts for c in v.evidence.conditions))

    @property
    def weaker_steps(self) -> tuple[int, ...]:
        """The numbers of the steps that have a lower rung than lhs = rhs itself."""
        own = TRUE.index(self.verdict.rung)
        return tuple(i for i, s in enumerate(self.steps, 1) if TRUE.index(s.verdict.rung) > own)

    @property
    def narrower_lines(self) -> tuple[str, ...]:
        """The lines that were decided at fewer instances than lhs = rhs itself, with the sizes, in words."""
        own = self.verdict.evidence.limits
        lines: dict[tuple[str, ...], list[str]] = {}
        for k, step in enumerate(self.steps, 1):
            less = tuple(x for x in step.verdict.evidence.limits if x not in own)
            lines.setdefault(less, []).append(str(k))
        return tuple(
            f"line{'s' if len(ks) > 1 else ''} {', '.join(ks)}: {', '.join(less)}" for less, ks in lines.items() if less
        )

    @property
    def standing(self) -> str:
        """The rung of the weakest line, the evidence and all conditions, in one line of text."""
        said = [str(self.verdict.evidence)]
        if self.weaker_steps:
            k = self.weaker_steps[0]
            weak = f"line {k} is only {self.rung} ({self.steps[k - 1].verdict.evidence})"
            said = [weak, f"the first and the last line taken alone are {self.verdict.rung}: {said[0]}"]
        said += self.narrower_lines
        more = [c for c in self.conditions if c not in self.verdict.evidence.conditions]
        if more:
            said.append(f"its steps have a value where {', '.join(map(str, more))}")
        return f"{self.rung}: {'; '.join(said)}"

    @property
    def custom_rules(self) -> tuple[type[Rule], ...]:
        """The classes of rules in the derivation that are not pgsym's own; `replay` needs them."""
        return tuple(dict.fromkeys(kind for s in self.steps for kind in _custom_kinds(s.rule)))

    def __str__(self) -> str:
        under = f"  given {'; '.join(map(str, self.given))}" if self.given else ""
        return f"{self.name or 'Theorem'}: {self.lhs} = {self.rhs}{under}\n  {self.standing}"

    def _repr_latex_(self) -> str:
        lines = [f"& {latex(self.lhs)}", *(f"= {{}} & {latex(s.after)}" for s in self.steps)]
        if not self.steps or flat(self.steps[-1].after) != flat(self.rhs):
            lines.append(f"= {{}} & {latex(self.rhs)}")
        weak = self.weaker_steps[:1]
        evidence = self.steps[weak[0] - 1].verdict.evidence if weak else self.verdict.evidence
        more = (*(f"of line {k}" for k in weak), *evidence.limits, *self.narrower_lines)
        lines += covered(self.rung, evidence, self.given, self.conditions, more)
        return "$\\begin{aligned} " + " \\\\ ".join(lines) + " \\end{aligned}$"

    def record(self) -> dict[str, Any]:
        """The whole derivation as JSON-ready data; `replay` derives it again."""
        return {
            "format": FORMAT,
            "name": self.name,
            "start": to_record(self.lhs),
            "steps": [s.record() for s in self.steps],
            "target": to_record(self.rhs),
            "given": [to_record(h) for h in self.given],
            "sizes": None if self.sizes is None else [dict(s.counts) for s in self.sizes],
        }

    def necessity(self) -> tuple[tuple[Hypothesis, Verdict], ...]:
        """For each hypothesis, the verdict on the statement without it.

        Refuted: the hypothesis is necessary.  Decided: only this derivation uses it.  A definition that the statement
        cannot be evaluated without, such as the law of a batch, is left out.
        """
        return tuple((h, self._without(h)) for h in self.given if not _gives_meaning(h))

    def _without(self, hypothesis: Hypothesis) -> Verdict:
        """The verdict without a hypothesis: at its own sizes and, if nothing fails there, at the usual ones."""
        statement = Equal(self.lhs, self.rhs, [h for h in self.given if h != hypothesis])
        verdict = decide(statement, sizes=self.sizes)
        if self.sizes is None or not verdict.is_true:
            return verdict
        return decide(statement, sizes=(*self.sizes, *statement.usual_sizes))


class Derivation:
    """A chain of equal lines that starts from a term.

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

    __slots__ = ("_given", "_name", "_needs", "_sizes", "_start", "_steps")
    _steps: tuple[Step, ...]

    def __init__(self, start: Term, given: Iterable[Hypothesis] = (), name: str = "", sizes: Sizes | None = None):
        start = lift(start)
        sort_of(plain(start))
        self._name, self._start = _words(name), start
        self._given = tuple(map(plain_hypothesis, given))
        self._sizes = None if sizes is None else tuple(Size.of(_counts(s)) for s in sizes)
        self._steps = ()
        about = About((start,), self._given).relevant
        self._needs = tuple(h for h in about if _gives_meaning(h) or isinstance(h, Rounds))

    def __init_subclass__(cls) -> None:
        raise PgsymError("a derivation is not subclassed: write a rule of your own instead")

    def __reduce_ex__(self, protocol: object) -> str:
        raise PgsymError(
            "a derivation is not pickled, for its steps would be believed: conclude it, pickle the theorem"
        )

    def __copy__(self) -> Derivation:
        other = Derivation(self._start, self._given, self._name, self._sizes)
        other._needs, other._steps = self._needs, self._steps
        return other

    def __deepcopy__(self, memo: object) -> Derivation:
        return self.__copy__()

    @property
    def name(self) -> str:
        """The name of the theorem that is derived."""
        return self._name

    @property
    def start(self) -> Term:
        """The first line."""
        return self._start

    @property
    def given(self) -> tuple[Hypothesis, ...]:
        """The hypotheses that steps may use."""
        return self._given

    @property
    def sizes(self) -> tuple[Size, ...] | None:
        """The sizes at which every line is decided; None for the usual ones."""
        return self._sizes

    @property
    def needs(self) -> tuple[Hypothesis, ...]:
        """The hypotheses that the steps so far have used."""
        return self._needs

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps made so far."""
        return self._steps

    @property
    def line(self) -> Term:
        """The last line."""
        return self._steps[-1].after if self._steps else self._start

    def apply(self, rule: Rule | type[Rule], at: Term | Path | None = None, why: str = "") -> Self:
        """Rewrite the last line by a rule and return the derivation.

        `at` is a path or a sub-term that occurs once.  Without it, the rule must apply at exactly one place, or at one
        place that contains all others.  Raises PlaceNotFound, RuleDoesNotApply, MissingHypothesis, or StepRefuted with
        a counterexample.
        """
        rule = _checked(rule() if isinstance(rule, type) else rule)
        so_far = self._steps
        path = self._place(rule, at)
        before = self.line
        after, asked = _rewritten(before, path, rule, self._given)
        needs = self._through_definitions(asked)
        title, custom = _words(rule.title), ""
        if is_custom(rule):
            title, custom = f"custom rule: {title}", json.dumps(rule_record(rule), ensure_ascii=False)
        if self._steps is not so_far:
            raise PgsymError(f"{type(rule).__name__} changed the derivation while it was applied: a rule only rewrites")
        missing = [h for h in needs if h not in self._given]
        if missing:
            words = "; ".join(sorted(map(str, missing)))
            raise MissingHypothesis(f"{type(rule).__name__} needs what the derivation does not assume: {words}")
        grown = tuple(dict.fromkeys((*self._needs, *(h for h in self._given if h in needs))))
        verdict = decide(before, after, grown, self._sizes)
        if verdict.rung is Rung.REFUTED:
            raise StepRefuted(f"{type(rule).__name__} changes the value of {before}\n{verdict.counterexample}", verdict)
        if verdict.rung not in TRUE:
            raise PgsymError(f"{type(rule).__name__}: the step cannot be decided: {verdict.evidence.note}")
        self._needs = grown
        self._steps = (*so_far, Step(rule, path, before, after, needs, _words(why), verdict, title, custom))
        return self

    def _through_definitions(self, needs: frozenset[Hypothesis]) -> frozenset[Hypothesis]:
        """The needs of a step; a defined symbol is free of θ, or positive, if its definition is."""
        definitions = {h.symbol: h for h in self._given if isinstance(h, Definition)}
        out = needs
        for need in needs - set(self._given):
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
            path = tuple(at)
            if any(type(i) is not int for i in path):
                raise PlaceNotFound(f"a place is named by a term or by a path of integers, not by {at!r:.60}")
            return path
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
        """The theorem start = target; the target must be the last line, up to the grouping of products and sums.

        Raises PgsymError if the last line is not the target.
        """
        target = self.line if target is None else plain(lift(target))
        if flat(self.line) != flat(target):
            raise PgsymError(f"the last line is not the target\n  last line {self.line}\n  target    {target}")
        given = Equal(self._start, target, self._needs).relevant
        verdict = decide(self._start, target, given, self._sizes)
        if verdict.rung not in TRUE:
            raise StepRefuted(f"the conclusion does not hold: {verdict}", verdict)
        return Theorem(
            _SEAL,
            lhs=self._start,
            rhs=target,
            given=given,
            steps=self._steps,
            verdict=verdict,
            name=self._name,
            sizes=self._sizes,
        )

    def __str__(self) -> str:
        return "\n".join([str(self._start), *(f"  = {s.after}    [{s.title}]" for s in self._steps)])

    def _repr_latex_(self) -> str:
        lines = [f"& {latex(self._start)}", *(f"= {{}} & {latex(s.after)}" for s in self._steps)]
        return "$\\begin{aligned} " + " \\\\ ".join(lines) + " \\end{aligned}$"


def _counts(size: Size | Mapping[str, int]) -> dict[str, int]:
    """The numbers of a size by name."""
    return dict(size.counts if isinstance(size, Size) else size)


def _words(text: str) -> str:
    """A string as a plain `str`; raises PgsymError for anything else."""
    if not isinstance(text, str):
        raise PgsymError(f"a name, a title and a why are words, not {text!r:.60}")
    return "".join(text)


def _gives_meaning(hypothesis: Hypothesis) -> bool:
    """Whether a hypothesis defines a symbol that no table can give, such as the law of a batch."""
    if not isinstance(hypothesis, Definition):
        return False
    sorts = hypothesis.symbol.arguments
    return any(s == INDEX or isinstance(s, Collective) for s in sorts) or sorts.count(PARAMETER) > 1


def _rewritten(line: Term, path: Path, rule: Rule, given: tuple[Hypothesis, ...]) -> tuple[Term, frozenset[Hypothesis]]:
    """The line after a rewrite at a place, and the hypotheses that the rewrite needs."""
    needs: frozenset[Hypothesis] = frozenset()
    known = {h: h for h in given}

    def rewrite(place: Place) -> Term:
        nonlocal needs
        made = rule.rewrite(place)
        if type(made) is not Rewrite:
            raise PgsymError(f"{type(rule).__name__} gives {made!r:.60}: a rule returns a Rewrite")
        needs = frozenset(known[h] if h in known else plain_hypothesis(h) for h in made.needs)
        return plain(made.result)

    after = rewrite_at(line, path, rewrite)
    if after == line:
        raise RuleDoesNotApply(type(rule).__name__, line, "it would change nothing")
    stray = free(after) - free(line)
    if any(v.sort.name != "index" for v in stray):
        raise RuleDoesNotApply(
            type(rule).__name__, line, f"{', '.join(v.name for v in stray)} would be free in the result"
        )
    return after, needs


@dataclass(frozen=True)
class Lemma(Rule):
    """lhs → rhs of a theorem, for all values of its free states and actions (or rhs → lhs, backwards).

    Refuses a term that is not an instance of the theorem.
    """

    theorem: Theorem
    backwards: bool = False
    source = "a theorem shown before"

    def __post_init__(self) -> None:
        if type(self.theorem) is not Theorem:
            raise PgsymError(f"a lemma is a theorem, which only a derivation makes, not {self.theorem!r:.60}")

    @property
    def title(self) -> str:
        return f"By {self.theorem.name}" + (", backwards" if self.backwards else "")

    def rewrite(self, place: Place) -> Rewrite:
        sides = (self.theorem.lhs, self.theorem.rhs)
        pattern, result = sides[::-1] if self.backwards else sides
        found: dict[Variable, Term] = {}
        if not matches(flat(pattern), flat(place.term), free(pattern), found):
            raise self.refuse(place.term, f"it is no instance of {pattern}")
        unknown = free(result) - set(found)
        if any(v.sort.name not in ("parameter", "index") for v in unknown):
            raise self.refuse(place.term, f"it does not say what {', '.join(v.name for v in unknown)} is")
        return Rewrite(substitute(result, found), frozenset(self._needed(found, place)))

    def _needed(self, found: dict[Variable, Term], place: Place) -> Iterator[Hypothesis]:
        """The theorem's hypotheses at the matched terms, except those that the ranges in scope imply."""
        for hypothesis in self.theorem.given:
            needed = hypothesis.instantiated(found)
            if isinstance(needed, Before):
                yield from before(needed.earlier, needed.later, place.opened) or ()
                if before(needed.earlier, needed.later, place.opened) is None:
                    raise self.refuse(place.term, f"it is not known that {needed}")
            else:
                yield needed


OWN: Mapping[str, type[Rule]] = MappingProxyType({**WITHOUT_LEMMAS, Lemma.__name__: Lemma})
"""pgsym's own rules, which a record may name without giving them."""


def _is_own(rule: Rule) -> bool:
    return OWN.get(type(rule).__name__) is type(rule)


def is_custom(rule: Rule) -> bool:
    """Whether a rule, or a rule in its fields, is not pgsym's own, whatever its name or base class."""
    inner = (getattr(rule, f.name) for f in fields(rule))
    return not _is_own(rule) or any(is_custom(r) for r in inner if isinstance(r, Rule))


def _custom_kinds(rule: Rule) -> Iterator[type[Rule]]:
    """The classes of all rules in a rule, including itself, that are not pgsym's own."""
    if not _is_own(rule):
        yield type(rule)
    for f in fields(rule):
        match getattr(rule, f.name):
            case Rule() as inner:
                yield from _custom_kinds(inner)
            case Theorem() as theorem:
                yield from theorem.custom_rules


def _checked(rule: Rule) -> Rule:
    """A rule with plain fields; one of pgsym's own is made again, so that the instance has no other attributes.

    Raises PgsymError for a rule that cannot be recorded.
    """
    if not isinstance(rule, Rule):
        raise PgsymError(f"a step applies a rule, not {rule!r:.60}")
    names = [f.name for f in fields(rule)]
    if not _is_own(rule):
        strange = sorted(vars(rule).keys() - set(names))
        if strange:
            raise PgsymError(
                f"{type(rule).__name__} holds {', '.join(strange)}, which is no field of it: "
                "a rule is a frozen dataclass, so that a record can say it"
            )
    values = {name: _plain_field(getattr(rule, name)) for name in names}
    return type(rule)(**values) if _is_own(rule) else rule


def _plain_field(value: Any) -> Any:
    """The value of a rule's field; raises PgsymError for a value that is mutable or cannot be recorded."""
    match value:
        case Term():
            return plain(value)
        case Hypothesis():
            return plain_hypothesis(value)
        case Rule():
            return _checked(value)
        case Theorem() | Symbol():
            return value
        case None | bool() | int() | str():
            return value
    raise PgsymError(
        f"a rule's field {value!r:.60} cannot be recorded: give a term, symbol, hypothesis, rule, theorem or value"
    )


def rule_record(rule: Rule) -> list[Any]:
    """The record of a rule: its name and its fields; a rule that is not pgsym's own is marked as custom."""
    values = {f.name: _field_record(getattr(rule, f.name)) for f in fields(rule)}
    return [*([] if _is_own(rule) else ["custom"]), type(rule).__name__, values]


def _field_record(value: Any) -> Any:
    match value:
        case Term():
            return ["term", to_record(value)]
        case Symbol():
            return ["symbol", to_record(value)]
        case Hypothesis():
            return ["hypothesis", to_record(value)]
        case Rule():
            return ["rule", rule_record(value)]
        case Theorem():
            return ["theorem", value.record()]
        case None | bool() | int() | str():
            return ["value", value]
    raise PgsymError(f"a rule's field {value!r:.60} cannot be recorded")
