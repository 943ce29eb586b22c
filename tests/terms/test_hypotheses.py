"""Hypotheses that cannot hold, alone or together, are refused: of nothing, everything is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pgsym.decide import AtMost, Rung, decide
from pgsym.errors import ContradictoryHypotheses, InstanceError, RecordRefused, SortError
from pgsym.kernel import Derivation
from pgsym.meaning.tables import problem
from pgsym.problems import one_step, trajectories
from pgsym.terms import ACTION, PARAMETER, REAL, STATE, Definition, Frozen, HowMany, Rounds, Symbol, Variable, grad, log
from pgsym.terms.consistency import consistent
from pgsym.terms.hypotheses import Hypothesis, NonNegative, Positive, SymbolHypothesis, ThetaFree
from pgsym.terms.nodes import Term, lift
from pgsym.terms.record import hypothesis_from_record, to_record
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import INDEX, VECTOR

m = one_step()
T = Variable("T", INDEX)
OLD, OLDER, x = Variable("θ'", PARAMETER), Variable("θ''", PARAMETER), Variable("x")
F, H = Symbol("f", (STATE,)), Symbol("h", (STATE, ACTION, PARAMETER))
f, h = F(m.s), H(m.s, m.a, m.theta)
CONTRADICTORY: dict[str, tuple[tuple[Hypothesis, ...], str]] = {
    "two definitions": ((Definition.of(f, lift(1)), Definition.of(f, lift(2))), r"f\(s\) = 1, and f\(s\) = 2"),
    "a circle": ((Definition.of(f, 1 + f),), "leads back to itself"),
    "a longer circle": (
        (Definition.of(f, Symbol("g", (STATE,))(m.s)), Definition.of(Symbol("g", (STATE,))(m.s), 2 * f)),
        "leads back to itself",
    ),
    "held fixed at two": ((Frozen(OLD, m.theta), Frozen(OLD, OLDER)), "two hypotheses disagree"),
    "held fixed at what is held fixed": ((Frozen(OLDER, OLD), Frozen(OLD, m.theta)), "what both are held fixed at"),
    "a square free of θ": (
        (Definition.of(f, Symbol("g", (STATE,))(m.s) ** 2), ThetaFree(F)),
        r"f cannot be free of θ by itself, .*: assume ThetaFree\(g\)",
    ),
    "two numbers of actions": ((HowMany(ACTION, 2), HowMany(ACTION, 3)), r"\|A\| = 2, and \|A\| = 3"),
}
NONSENSE: dict[str, tuple[Callable[[], object], str]] = {
    "no actions": (lambda: HowMany(ACTION, 0), "cannot be 0 actions"),
    "rounds of a state": (lambda: Rounds(m.s), "only a horizon or a batch size"),
    "no rounds": (lambda: Rounds(T, 3, 2), "3 ≤ T ≤ 2 leaves nothing"),
    "half an action": (lambda: HowMany(ACTION, 1.5), "cannot be 1.5 actions"),  # type: ignore[arg-type]
    "how many reals": (lambda: HowMany(REAL, 2), "only states, actions or outcomes"),
    "a parameter at itself": (lambda: Frozen(m.theta, m.theta), "at another one"),
    "a real held fixed": (lambda: Frozen(x, m.theta), "at another one"),
    "a real defined as a gradient": (lambda: Definition.of(h, m.score), "is a real, and its definition .* a vector"),
    "a definition that differentiates by its own parameter": (
        lambda: Definition.of(Symbol("h", H.arguments, VECTOR)(m.s, m.a, m.theta), grad(log(m.policy))),
        "differentiates by θ",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTORY)
def test_contradictions_are_refused_wherever_something_is_decided(name: str) -> None:
    given, message = CONTRADICTORY[name]
    for ask in (
        lambda: consistent(given),
        lambda: decide(f, lift(2), given),
        lambda: is_non_negative(f, given),
        lambda: Derivation(grad(m.objective), given=(*m.hypotheses, *given)),
    ):
        with pytest.raises(ContradictoryHypotheses, match=message):
            ask()


@pytest.mark.parametrize(
    ("body", "hypothesis", "word"),
    [(lift(-1), Positive, "positive"), (lift(0), Positive, "positive"), (-1 - x**2, NonNegative, "at least 0")],
)
def test_a_sign_that_a_definition_cannot_have_is_refused(
    body: Term, hypothesis: type[Positive | NonNegative], word: str
) -> None:
    kappa = Symbol("κ", (REAL,))
    given = (Definition.of(kappa(x), body), hypothesis(kappa))
    for ask in (lambda: decide(kappa(x), body, given), lambda: is_non_negative(kappa(x), given)):
        with pytest.raises(ContradictoryHypotheses, match=f"is never {word}, as a hypothesis says"):
            ask()


def test_what_a_constant_is_made_of_may_be_said_to_be_constant() -> None:
    g = Symbol("g", (STATE,))
    size = Symbol("C", (REAL,))
    for given in (
        (Definition.of(f, g(m.s) ** 2), ThetaFree(F), ThetaFree(g)),
        (Definition.of(f, size(g(m.s))), Definition.of(size(x), x * x), ThetaFree(F), ThetaFree(g)),
    ):
        assert decide(grad(f), lift(0), given).rung is Rung.DECIDED


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused(name: str) -> None:
    make, message = NONSENSE[name]
    with pytest.raises(SortError, match=message):
        make()


def test_a_kind_of_hypothesis_that_no_instance_keeps_is_refused() -> None:
    """Else E[r] ≤ 1 would be refuted under r ≤ 1, by a reward of 2."""

    @dataclass(frozen=True)
    class AtMostOne(SymbolHypothesis):
        def __str__(self) -> str:
            return f"{self.symbol.name} ≤ 1"

    with pytest.raises(SortError, match=r"r ≤ 1 .AtMostOne. is a kind of hypothesis that no instance keeps"):
        decide(AtMost(m.objective, 1), (*m.hypotheses, AtMostOne(m.reward.symbol)))


def test_what_can_hold_together_is_kept() -> None:
    t = trajectories()
    given = (*t.hypotheses, HowMany(ACTION, 2), HowMany(STATE, 1), Frozen(OLD, m.theta), Frozen(OLDER, m.theta))
    assert consistent((*given, *given)) == (*given, *given)
    policy = m.policy.symbol
    verdict = decide(policy(m.a, m.s, OLD), policy(m.a, m.s, OLDER), (Frozen(OLD, m.theta), Frozen(OLDER, m.theta)))
    assert verdict.rung is Rung.DECIDED


def test_a_record_cannot_say_what_a_script_cannot() -> None:
    for record in (["how-many", "action", 0], ["frozen", "θ", "θ"]):
        with pytest.raises(RecordRefused):
            hypothesis_from_record(record)


def test_a_length_is_assumed_read_and_kept() -> None:
    """One step is a state and an action: the mean reward of all steps is that of the first."""
    t = trajectories()
    first, every = t.expectation(t.reward(1)), t.objective
    one = Rounds(T, 1, 1)
    assert (str(one), str(Rounds(T, 2)), str(Rounds(T, 2, 3))) == ("T = 1", "T ≥ 2", "2 ≤ T ≤ 3")
    assert decide(every, first, (*t.hypotheses, one)).rung is Rung.DECIDED
    assert decide(every, first, (*t.hypotheses, Rounds(T, 1, 2))).rung is Rung.REFUTED
    found = decide(every, first, (*t.hypotheses, Rounds(T, 3))).counterexample
    assert found is not None
    assert found.size.lengths["T"] == 3
    for hypothesis in (one, Rounds(T, 2), Rounds(T, 2, 3)):
        assert hypothesis_from_record(to_record(hypothesis)) == hypothesis
    tables = {"ρ": [1], "p": [[[1]]], "π": [[1]], "r": [[1]]}
    with pytest.raises(InstanceError, match="T is 2 here, but T = 1 is assumed"):
        problem(tables, [every], (*t.hypotheses, one), T=2)
