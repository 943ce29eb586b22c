"""Laws that are given by a term: what is none is refused, what is one somewhere is taken there."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import AtMost, Rung, Size, counterexample, decide
from pgsym.decide.laws import conditions_of_laws
from pgsym.errors import ContradictoryHypotheses
from pgsym.kernel import Derivation
from pgsym.problems import classification, groups, noisy_labels, trajectories
from pgsym.rules import Unfold
from pgsym.terms import (
    ACTION,
    INDEX,
    STATE,
    Collective,
    Definition,
    HowMany,
    NonNegative,
    Positive,
    Symbol,
    Term,
    Variable,
    exp,
    expect,
    minimum,
    product_range,
    sum_over,
)
from pgsym.terms.nodes import lift

m = classification()
a, b, s = m.a, m.b, m.s
SHARE = Symbol("λ", (STATE,))
Q = Symbol("q", (ACTION, STATE), outcomes=1)
BOTH = Symbol("P", (STATE, ACTION), outcomes=2)
F = Symbol("f", (STATE, ACTION))
DECISIONS = (Size.of(S=1, A=2), Size.of(S=2, A=3))

NONE: dict[str, Term] = {
    "two": lift(2),
    "nothing": lift(0),
    "a half": lift(Fraction(1, 2)),
    "minus": -m.label_mass,
    "twice a law": 2 * m.label_mass,
    "a law less one": 2 * m.label_mass - 1,
    "a square": m.label_mass**2,
    "rewards": F(s, a),
    "a softmax without its norm": exp(F(s, a)),
    "the norm of others": F(s, a) / sum_over(b, of=F(s, b) + 1),
}


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_law_is_refused(name: str) -> None:
    given = [Definition.of(Q(a, s), NONE[name])]
    mean = expect(F(s, a), (a, Q.law(s)))
    for ask in (
        lambda: decide(mean, sum_over(a, of=Q(a, s) * F(s, a)), given),
        lambda: decide(mean, 2 * mean, given),
        lambda: decide(AtMost(mean, mean + 1, given)),
        lambda: counterexample(mean, 2 * mean, given),
        lambda: Derivation(Q(a, s), given=given).apply(Unfold(given[0])),
    ):
        with pytest.raises(ContradictoryHypotheses, match=r"^q\(a \| s\) = .* is no law: its probabilities sum to "):
            ask()


def test_a_joint_law_is_summed_over_all_that_it_draws() -> None:
    with pytest.raises(ContradictoryHypotheses, match="is no law"):
        conditions_of_laws([Definition.of(BOTH(s, a), m.label_mass)], DECISIONS)
    assert conditions_of_laws([Definition.of(BOTH(s, a), m.state_mass * m.label_mass)], DECISIONS) == ()


def test_laws_are_left_alone() -> None:
    """All the settings', a softmax, a share of what is not negative, and half of two."""
    for setting in (m, groups(), noisy_labels(), trajectories()):
        conditions_of_laws(setting.hypotheses, (Size.of(S=1, A=2, W=2, N=2, T=2, t=1, i=1, j=1),))
    softmax = Definition.of(Q(a, s), exp(F(s, a)) / sum_over(b, of=exp(F(s, b))))
    assert conditions_of_laws([softmax], DECISIONS) == ()
    share = Definition.of(Q(a, s), F(s, a) / sum_over(b, of=F(s, b)))
    assert conditions_of_laws([share, NonNegative(F)], DECISIONS) == ()
    half = Definition.of(Q(a, s), lift(Fraction(1, 2)))
    assert decide(sum_over(a, of=Q(a, s)), lift(1), [half, HowMany(ACTION, 2)]).is_true


def test_a_law_that_may_be_negative_is_one_where_it_is_not() -> None:
    other = Symbol("p", (ACTION, STATE), outcomes=1)
    mixed = Definition.of(Q(a, s), SHARE(s) * m.label_mass + (1 - SHARE(s)) * other(a, s))
    verdict = decide(sum_over(a, of=Q(a, s)), lift(1), [mixed])
    assert verdict.rung is Rung.DECIDED
    assert "where q(a | s) ≥ 0" in str(verdict)
    mean = expect(F(s, a) ** 2, (a, Q.law(s)))
    assert decide(AtMost(lift(0), mean, [mixed])).rung is Rung.TESTED  # refuted by λ = 2, were q no law
    found = counterexample(mean, 2 * mean, [mixed, Positive(F)])
    assert found is not None
    share, one, two = (found.candidate.tables[symbol] for symbol in (SHARE, m.label_mass.symbol, other))
    assert (share * one + (1 - share) * two >= 0).all()


def test_a_law_at_the_simple_instances_alone_is_one_under_a_condition() -> None:
    """What is added vanishes at every reward that a simple instance has; the points of a prime field are others."""
    added = lift(1)
    for value in {Fraction(n, d) for d in (1, 2, 3, 4) for n in range(-4 * d, 4 * d + 1)}:
        added = added * (m.reward - value)
    crafted = Definition.of(Q(m.a, m.s), m.label_mass + added)
    mean = expect(m.reward, (m.a, Q.law(m.s)))
    verdict = decide(mean, sum_over(m.a, of=Q(m.a, m.s) * m.reward), (*m.hypotheses, crafted), [{"S": 1, "A": 2}])
    assert "where E_{a∼q(· | s)}[1] = 1" in str(verdict)


def test_a_law_of_minima_and_exponentials_needs_no_condition() -> None:
    weights = exp(m.reward) / sum_over(m.a, of=exp(m.reward))
    for body in (minimum(m.label_mass, 1), weights):
        given = (*m.hypotheses, Definition.of(Q(m.a, m.s), body))
        assert not decide(expect(1, (m.a, Q.law(m.s))), lift(1), given).evidence.conditions


def test_a_law_whose_sum_has_thousands_of_digits_is_refused_in_one_line() -> None:
    far = Definition.of(Q(m.a, m.s), (m.reward / (m.reward + 1)) ** 6_000)
    with pytest.raises(ContradictoryHypotheses, match="is no law: its probabilities sum to"):
        conditions_of_laws([far], [Size.of(S=1, A=2)])


def test_a_law_with_a_length_of_its_own_is_looked_at_beside_a_horizon() -> None:
    """The length of a bag of draws is counted up to T where the statement has one."""
    bag = Collective("bag of actions", (("a", ACTION),), length="draws")  # a letter may be a sort's
    drawn, k, length = Variable("β", bag), Variable("k", INDEX), Variable("draws", INDEX)
    one, weight = Symbol("w", (ACTION,), outcomes=1), Symbol("W", (bag,), outcomes=1)
    picked = Symbol("a", (bag, INDEX), result=ACTION)
    law = Definition.of(weight(drawn), product_range(k, 1, length, of=one(picked(drawn, k))))
    assert conditions_of_laws([law], [Size.of(A=2, N=1, T=2)]) == ()
