"""The kernel: the only code that makes a Theorem.

A derivation starts from a term; each step applies a rule at a place.  The kernel computes the new line itself, collects
the hypotheses that the rules need, and decides under exactly these hypotheses whether the new line equals the old one.
So no step can change the value, and no rule can omit a condition, whoever wrote it.  Files are not trusted: a recorded
derivation is derived again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from pgsym import hooks
from pgsym.decide.decision import Sizes, decide
from pgsym.decide.propositions import Equal
from pgsym.decide.sizes import Size
from pgsym.decide.standing import TRUE, Standing
from pgsym.decide.subjects import About
from pgsym.decide.verdicts import Condition, Rung, Verdict, covered
from pgsym.errors import MissingHypothesis, PgsymError, RuleDoesNotApply, StepRefuted
from pgsym.rules import OWN as WITHOUT_LEMMAS
from pgsym.rules.base import Rewrite, Rule, through_definitions
from pgsym.rules.placing import place_of
from pgsym.rules.recorded import RecordedRules
from pgsym.rules.time import before
from pgsym.terms.hypotheses import Before, Hypothesis, Rounds
from pgsym.terms.matching import matches
from pgsym.terms.nodes import Term, Variable, lift
from pgsym.terms.places import Path, Place, rewrite_at
from pgsym.terms.plain import plain, plain_hypothesis
from pgsym.terms.printers.latex import aligned
from pgsym.terms.record import to_record
from pgsym.terms.structure import flat, free, sort_of, substitute

FORMAT = 2


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
            "rule": json.loads(self.custom) if self.custom else RULES.record(self.rule),
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
    def standing(self) -> Standing:
        """How firmly it stands, by the verdicts on lhs = rhs and on the steps."""
        return Standing(self.verdict, tuple(s.verdict for s in self.steps))

    @property
    def rung(self) -> Rung:
        """The lowest rung that lhs = rhs or one of the steps stands on."""
        return self.standing.rung

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Where all lines have a value: the conditions of lhs = rhs, then those that a step alone has."""
        return self.standing.conditions

    @property
    def custom_rules(self) -> tuple[type[Rule], ...]:
        """The rules other than pgsym's own that it rests on; they have to be given when its record is replayed."""
        return tuple(dict.fromkeys(kind for s in self.steps for kind in RULES.custom_kinds(s.rule)))

    def __str__(self) -> str:
        under = f"  given {'; '.join(map(str, self.given))}" if self.given else ""
        return f"{self.name or 'Theorem'}: {self.lhs} = {self.rhs}{under}\n  {self.standing}"

    def _repr_latex_(self) -> str:
        lines = [self.lhs, *(s.after for s in self.steps)]
        if not self.steps or flat(lines[-1]) != flat(self.rhs):
            lines.append(self.rhs)
        standing = self.standing
        weak = (f"of line {k}" for k in standing.weaker_steps[:1])
        more = (*weak, *standing.weakest.limits, *standing.narrower_lines)
        return aligned(lines, covered(self.rung, standing.weakest, self.given, self.conditions, more))

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
        return tuple((h, self._without(h)) for h in self.given if not h.gives_meaning)

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
        counts = [dict(s.counts if isinstance(s, Size) else s) for s in sizes or ()]
        self._sizes = None if sizes is None else tuple(map(Size.of, counts))
        self._steps = ()
        about = About((start,), self._given).relevant
        self._needs = tuple(h for h in about if h.gives_meaning or isinstance(h, Rounds))

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
        rule = RULES.checked(rule() if isinstance(rule, type) else rule)
        so_far = self._steps
        path = place_of(self.line, rule, at)
        before = self.line
        after, asked = _rewritten(before, path, rule, self._given)
        needs = through_definitions(asked, self._given)
        title, custom = _words(rule.title), ""
        if RULES.is_custom(rule):
            title, custom = f"custom rule: {title}", json.dumps(RULES.record(rule), ensure_ascii=False)
        if self._steps is not so_far:
            raise PgsymError(f"{type(rule).__name__} changed the derivation while it was applied: a rule only rewrites")
        missing = [h for h in needs if h not in self._given]
        if missing:
            words = "; ".join(sorted(map(str, missing)))
            raise MissingHypothesis(f"{type(rule).__name__} needs what the derivation does not assume: {words}")
        grown = tuple(dict.fromkeys((*self._needs, *(h for h in self._given if h in needs))))
        verdict = decide(before, after, grown, self._sizes)
        if verdict.rung is Rung.REFUTED:
            told = f"{type(rule).__name__} changes the value of {before}\n{verdict.counterexample}"
            unused = Equal(before, after, tuple(h for h in self._given if h not in grown)).relevant
            if RULES.is_custom(rule) and unused:
                names = "; ".join(map(str, unused))
                told += f"\n  not assumed, because the rule does not return it in Rewrite(result, needs): {names}"
            raise StepRefuted(told, verdict)
        if verdict.rung not in TRUE:
            raise PgsymError(f"{type(rule).__name__}: the step cannot be decided: {verdict.evidence.note}")
        self._needs = grown
        self._steps = (*so_far, Step(rule, path, before, after, needs, _words(why), verdict, title, custom))
        return self

    def conclude(self, target: Term | None = None) -> Theorem:
        """The theorem start = target; the target is the last line up to the grouping of products and sums.

        Raises PgsymError if the last line is not the target.
        """
        target = self.line if target is None else plain(lift(target))
        if flat(self.line) != flat(target):
            raise PgsymError(f"the last line is not the target\n  last line {self.line}\n  target    {target}")
        given = Equal(self._start, target, self._needs).relevant
        verdict = decide(self._start, target, given, self._sizes)
        if verdict.rung not in TRUE:
            raise StepRefuted(f"the conclusion does not hold: {verdict}", verdict)
        named = {"name": self._name, "sizes": self._sizes, "given": given, "verdict": verdict}
        return Theorem(_SEAL, lhs=self._start, rhs=target, steps=self._steps, **named)

    def __str__(self) -> str:
        return "\n".join([str(self._start), *(f"  = {s.after}    [{s.title}]" for s in self._steps)])

    def _repr_latex_(self) -> str:
        return aligned([self._start, *(s.after for s in self._steps)])


def _words(text: str) -> str:
    """A string as a plain `str`; raises PgsymError for anything else."""
    if not isinstance(text, str):
        raise PgsymError(f"a name, a title and a why are words, not {text!r:.60}")
    return "".join(text)


def _rewritten(line: Term, path: Path, rule: Rule, given: tuple[Hypothesis, ...]) -> tuple[Term, frozenset[Hypothesis]]:
    """The line after it is rewritten at a place, and the hypotheses that this needed."""
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
"""The rules that a record may name without more: pgsym's own."""
RULES = RecordedRules(OWN, Theorem)
