"""Attempts to forge a theorem: each is refused, or does not change what the theorem says."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

import pgsym.kernel
from pgsym import rules
from pgsym.claims.catalogue import Claim
from pgsym.claims.verify import shows
from pgsym.cli.printing import show
from pgsym.decide import Rung, Size
from pgsym.decide.verdicts import Condition, Evidence, Verdict
from pgsym.errors import PgsymError, RecordRefused, RuleDoesNotApply, SortError, StepRefuted
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import one_step
from pgsym.records import replay
from pgsym.report.pages.derivation import derivation_of, statement_of
from pgsym.rules.base import Rewrite, Rule
from pgsym.terms import Positive, Term, Variable, grad, log
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Add, Multiply, Number, lift
from pgsym.terms.places import Place

m = one_step()
x, y = Variable("x"), Variable("y")


@dataclass(frozen=True)
class LogDerivative(Rule):
    """f → 1 · f, under the name of one of pgsym's own rules."""

    def rewrite(self, place: Place) -> Rewrite:
        return Rewrite(Multiply((lift(1), place.term)))


OWN_NAME = LogDerivative


@dataclass(frozen=True)
class Disguised(rules.DropZeros):
    """f → 1 · f, derived from one of pgsym's own rules and titled like it."""

    @property
    def title(self) -> str:
        return "Drop zeros"

    def rewrite(self, place: Place) -> Rewrite:
        return Rewrite(Multiply((lift(1), place.term)))


CALLS = {"Fickle": 0}


@dataclass(frozen=True)
class Fickle(Rule):
    """f → k f / k, with another k at every call."""

    def rewrite(self, place: Place) -> Rewrite:
        CALLS["Fickle"] += 1
        k = lift(CALLS["Fickle"] + 1)
        return Rewrite(Multiply((k, place.term)) / k)


def derived(**how: Any) -> Theorem:
    """∇π = π ∇ log π."""
    d = Derivation(grad(m.policy), given=m.hypotheses, name="policy", **how)
    return d.apply(rules.MultiplyByOne).apply(rules.LogDerivative).conclude()


# Rules of one's own ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [OWN_NAME, Disguised, Fickle])
def test_a_custom_rule_is_said_to_be_custom(kind: type[Rule]) -> None:
    d = Derivation(grad(m.policy), given=m.hypotheses).apply(kind, at=())
    theorem = d.conclude()
    assert theorem.steps[0].title.startswith("custom rule: ")
    assert "[custom rule: " in str(d)
    assert theorem.record()["steps"][0]["rule"][:2] == ["custom", kind.__name__]
    assert derivation_of(theorem).lines[0].rule.startswith("custom rule: ")
    assert theorem.custom_rules == (kind,)
    out = StringIO()
    show(theorem, Console(file=out, width=200))
    assert "custom rule: " in out.getvalue()


def test_a_name_in_a_record_is_one_of_pgsyms_own_rules() -> None:
    """A class of the same name does not stand for it, and it does not stand for a class of the same name."""
    theorem = derived()
    assert theorem.record()["steps"][1]["rule"] == ["LogDerivative", {}]
    again = replay(theorem.record())
    assert type(again.steps[1].rule) is rules.LogDerivative
    custom = Derivation(grad(m.policy), given=m.hypotheses).apply(OWN_NAME, at=()).conclude()
    with pytest.raises(RecordRefused, match=r"LogDerivative is not one of pgsym's own rules: pass it"):
        replay(custom.record())
    assert replay(custom.record(), [OWN_NAME]) == custom
    with pytest.raises(RecordRefused, match="two custom rules have one name"):
        replay(custom.record(), [OWN_NAME, rules.LogDerivative])
    unmarked = copy.deepcopy(custom.record())
    unmarked["steps"][0]["rule"].remove("custom")
    with pytest.raises(RecordRefused):
        replay(unmarked, [OWN_NAME])


def test_a_reversed_custom_rule_is_custom_too() -> None:
    d = Derivation(Multiply((lift(1), x * y)))
    d.apply(rules.Backwards(OWN_NAME(), to=x * y), at=())
    assert d.steps[0].title.startswith("custom rule: ")
    theorem = d.conclude()
    assert theorem.custom_rules == (OWN_NAME,)
    assert replay(theorem.record(), [OWN_NAME]) == theorem
    used = Derivation(Multiply((lift(1), x * y))).apply(Lemma(theorem), at=()).conclude()
    assert used.custom_rules == (OWN_NAME,)
    with pytest.raises(RecordRefused, match="not one of pgsym's own"):
        replay(used.record())


def test_a_rule_that_changes_its_mind_does_not_replay() -> None:
    theorem = Derivation(x * y).apply(Fickle, at=()).conclude()
    with pytest.raises(RecordRefused, match="its rule gives"):
        replay(theorem.record(), [Fickle])
    with pytest.raises(RecordRefused):
        pickle.loads(pickle.dumps(theorem))


def test_custom_rules_are_decided_like_all_others() -> None:
    class Lies(rules.LogDerivative):
        def rewrite(self, place: Place) -> Rewrite:
            return Rewrite(2 * place.term)

    with pytest.raises(StepRefuted, match="Lies changes the value"):
        Derivation(grad(m.policy), given=m.hypotheses).apply(Lies, at=())


def test_a_rule_that_changes_nothing_does_not_apply() -> None:
    @dataclass(frozen=True)
    class GrandTheorem(Rule):
        def rewrite(self, place: Place) -> Rewrite:
            return Rewrite(place.term)

    with pytest.raises(RuleDoesNotApply, match="would change nothing"):
        Derivation(grad(m.policy), given=m.hypotheses).apply(GrandTheorem, at=())


def test_a_rule_leaves_the_derivation_alone() -> None:
    d = Derivation(x * y)

    @dataclass(frozen=True)
    class Meddles(Rule):
        def rewrite(self, place: Place) -> Rewrite:
            if not d.steps:
                d.apply(OWN_NAME, at=())
            return Rewrite(Multiply((lift(Fraction(1)), place.term, lift(1))))

    with pytest.raises(PgsymError, match="changed the derivation while it was applied"):
        d.apply(Meddles, at=())
    lines = [d.start, *(s.after for s in d.steps)]
    assert [s.before for s in d.steps] == lines[:-1]


def test_a_rule_holds_nothing_that_a_record_does_not_say() -> None:
    class Remembers(Rule):
        def __init__(self) -> None:
            self.seen: list[Term] = []

        def rewrite(self, place: Place) -> Rewrite:
            self.seen.append(place.term)
            return Rewrite(Multiply((lift(len(self.seen)), place.term)) / len(self.seen))

    @dataclass(frozen=True)
    class Holds(Rule):
        of: Any

        def rewrite(self, place: Place) -> Rewrite:
            return Rewrite(Multiply((lift(1), place.term)))

    with pytest.raises(PgsymError, match="Remembers holds seen, which is no field"):
        Derivation(x * y).apply(Remembers(), at=())
    unsaid: list[Any] = [[1], {}, lambda: 0, object(), 1.5]
    for value in unsaid:
        with pytest.raises(PgsymError, match="cannot be recorded"):
            Derivation(x * y).apply(Holds(value), at=())


def test_what_hangs_on_the_instance_of_a_rule_is_not_used() -> None:
    rule = rules.MultiplyByOne()
    rule.__dict__["rewrite"] = lambda place: Rewrite(Multiply((lift(1), place.term)))
    d = Derivation(grad(m.policy), given=m.hypotheses).apply(rule)
    assert d.line == m.policy * (grad(m.policy) / m.policy)


@pytest.mark.parametrize(
    "made",
    [
        lambda t: Rewrite(Add([t, lift(0)])),  # type: ignore[arg-type]
        lambda t: type("Loud", (Multiply,), {})((lift(1), t)),
        lambda t: Rewrite(type("Loud", (Multiply,), {})((lift(1), t))),
        lambda t: Rewrite(Multiply((lift(1), t)), frozenset({type("Mine", (Hypothesis,), {})()})),
        lambda t: None,
    ],
)
def test_a_rule_makes_plain_terms(made: Callable[[Term], Any]) -> None:
    @dataclass(frozen=True)
    class Makes(Rule):
        def rewrite(self, place: Place) -> Rewrite:
            out: Rewrite = made(place.term)
            return out

    with pytest.raises(PgsymError, match=r"could change|own kinds|no record of|returns a Rewrite"):
        Derivation(x * y).apply(Makes, at=())


# What is given to a derivation ----------------------------------------------------------------------------------
def test_sizes_are_those_that_were_given() -> None:
    size = {"S": 1, "A": 2}
    sizes: list[dict[str, int] | Size] = [size]
    theorem = derived(sizes=sizes)
    record = theorem.record()
    size["A"] = 99
    sizes.append(Size.of(S=9, A=9))
    assert theorem.record() == record
    assert theorem.sizes == (Size.of(S=1, A=2),)
    assert "|S| = 1, |A| = 2" in str(theorem)


def test_given_and_start_are_plain() -> None:
    loose: Any = [x, y]
    with pytest.raises(SortError, match="could change"):
        Derivation(Add(loose))
    hidden = type("Hidden", (Positive,), {"__str__": lambda self: "nothing"})(x)
    with pytest.raises(SortError, match="not one of pgsym's own hypotheses"):
        Derivation(log(x * x), given=[hidden])
    told = type("Told", (Number,), {"__str__": lambda self: "2"})(Fraction(3))
    with pytest.raises(SortError, match="not one of pgsym's own kinds"):
        Derivation(told * x)
    with pytest.raises(SortError, match="could change"):
        Derivation(x + y).conclude(Add(loose))


def test_a_derivation_shows_its_state_but_does_not_lend_it() -> None:
    other = Derivation(x * y).apply(OWN_NAME, at=())
    d = Derivation(grad(m.policy), given=m.hypotheses, name="mine").apply(rules.MultiplyByOne)
    steps: Any = d.steps
    assert not hasattr(steps, "append")
    for name, value in (
        ("steps", other.steps),
        ("start", x),
        ("given", ()),
        ("needs", ()),
        ("sizes", None),
        ("line", x),
        ("name", "yours"),
        ("conclude", other.conclude),
    ):
        with pytest.raises(AttributeError):
            setattr(d, name, value)
    with pytest.raises(PgsymError, match="not subclassed"):
        type("Mine", (Derivation,), {})


def test_a_derivation_is_copied_but_not_pickled() -> None:
    d = Derivation(grad(m.policy), given=m.hypotheses).apply(rules.MultiplyByOne)
    for other in (copy.copy(d), copy.deepcopy(d)):
        other.apply(rules.LogDerivative)
        assert (len(d.steps), len(other.steps)) == (1, 2)
    with pytest.raises(PgsymError, match="its steps would be believed"):
        pickle.dumps(d)


# Theorems -------------------------------------------------------------------------------------------------------
def test_a_copy_of_a_theorem_is_the_theorem() -> None:
    theorem = derived()
    assert copy.copy(theorem) is theorem
    assert copy.deepcopy([theorem])[0] is theorem
    custom = Derivation(x * y).apply(OWN_NAME, at=()).conclude()
    assert pickle.loads(pickle.dumps(custom)) == custom
    with pytest.raises(TypeError):
        replace(theorem, rhs=x)  # type: ignore[type-var]


def test_a_lemma_is_a_theorem() -> None:
    class Looks:
        lhs, rhs, given, name, steps = x * y, 2 * x * y, (), "policy-gradient", ()

    looks: Any = Looks()
    with pytest.raises(PgsymError, match="which only a derivation makes"):
        Lemma(looks)
    with pytest.raises(PgsymError, match="which only a derivation makes"):
        replace(Lemma(derived()), theorem=looks)


def with_step(rung: Rung, evidence: Evidence, number: int) -> Callable[..., Verdict]:
    """`decide` with another rung and evidence at the n-th call."""
    real, calls = pgsym.kernel.decide, iter(range(1, 100))

    def decide(*args: Any, **more: Any) -> Verdict:
        verdict = real(*args, **more)
        return replace(verdict, rung=rung, evidence=evidence) if next(calls) == number else verdict

    return decide


def test_a_theorem_stands_as_firmly_as_its_weakest_line(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = Evidence("ball arithmetic at random rational instances", examples=8)
    monkeypatch.setattr(pgsym.kernel, "decide", with_step(Rung.TESTED, weak, 2))
    theorem = derived()
    assert (theorem.verdict.rung, theorem.rung, theorem.standing.weaker_steps) == (Rung.DECIDED, Rung.TESTED, (2,))
    said = str(theorem).splitlines()[1]
    assert said.startswith("  tested: line 2 is only tested (ball arithmetic at random rational instances")
    assert "taken alone are decided" in said
    assert "\\text{tested" in theorem._repr_latex_()
    statement = statement_of(theorem)
    assert statement.badge is not None
    assert statement.badge.rung == "tested"
    assert "Line (2) is only tested" in statement.badge.detail
    out = StringIO()
    show(theorem, Console(file=out, width=400))
    assert "✔" not in out.getvalue()
    assert "tested" in out.getvalue().splitlines()[-2]
    claim = Claim("policy", "", theorem.lhs, theorem.rhs, m.hypotheses)
    assert not shows(theorem, claim)
    assert shows(theorem, replace(claim, expected=Rung.TESTED))


def test_a_derivation_shows_no_claim_that_assumes_less() -> None:
    theorem = derived()
    claim = Claim("policy", "", theorem.lhs, theorem.rhs, m.hypotheses)
    assert shows(theorem, claim)
    fewer = replace(claim, given=tuple(h for h in m.hypotheses if not isinstance(h, Positive)))
    assert not shows(theorem, fewer)
    needing = next(i for i, step in enumerate(theorem.steps, 1) if any(isinstance(h, Positive) for h in step.needs))
    assert shows(theorem, replace(claim, step=needing))
    assert not shows(theorem, replace(fewer, step=needing))


def test_a_theorem_says_all_its_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    where = Evidence("random points of prime fields", conditions=(Condition.not_zero(x - y),))
    monkeypatch.setattr(pgsym.kernel, "decide", with_step(Rung.DECIDED, where, 1))
    theorem = derived()
    assert theorem.conditions == (Condition.not_zero(x - y),)
    assert "its steps have a value where x − y ≠ 0" in str(theorem)
    assert "x - y \\neq 0" in theorem._repr_latex_()
    statement = statement_of(theorem)
    assert statement.badge is not None
    assert "x - y \\neq 0" in statement.badge.detail


def test_a_theorem_says_where_it_was_decided() -> None:
    said = str(derived(sizes=[{"S": 1, "A": 1}]))
    assert "decided: |S| = 1, |A| = 1: " in said
    assert "given π > 0 everywhere" in said
    drawn = derived(sizes=[{"S": 1, "A": 1}])._repr_latex_()
    assert "\\text{given $\\pi > 0$ everywhere}" in drawn
    assert "\\text{decided at |S| = 1, |A| = 1}" in drawn
