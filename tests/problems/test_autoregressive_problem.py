"""Sequences of tokens: their laws, the weights between models, divergences, and what padding does."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import Rung, decide
from pgsym.meaning.tables import problem, value
from pgsym.problems import autoregressive
from pgsym.terms import Before, Term, grad, latex, log, product_range, sum_range
from pgsym.terms.nodes import lift

m = autoregressive()
SIZES = [{"S": 2, "A": 2, "T": n} for n in (1, 2, 3)]
RAGGED = [{"S": 2, "A": 2, "T": 2}, {"S": 3, "A": 2, "T": 2}, {"S": 2, "A": 2, "T": 3}]
TWO_TOKENS = {
    "ρ": [1, 0, 0],
    "p": [[[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]],
    "π": [["1/2", "1/2"], ["1/3", "2/3"], ["1/4", "3/4"]],
    "μ": [["1/4", "3/4"], ["1/2", "1/2"], ["1/2", "1/2"]],
}
"""A prompt, and a context for each first token."""


@pytest.mark.parametrize(
    "over", [m.expectation, m.over_behaviour, m.over_reference], ids=["policy", "behaviour", "reference"]
)
@pytest.mark.parametrize("given", [m.hypotheses, m.ragged], ids=["T tokens", "ragged"])
def test_every_law_of_sequences_sums_to_one(over: object, given: tuple[object, ...]) -> None:
    assert decide(over(1), lift(1), given, RAGGED).is_true  # type: ignore[operator, arg-type]


def test_the_ratio_of_sequences_is_that_of_their_tokens() -> None:
    body = m.sequence_reward
    by_laws = m.over_behaviour(m.mass / m.behaviour_law.mass(m.tau) * body)
    assert decide(by_laws, m.over_behaviour(m.sequence_ratio * body), m.hypotheses, SIZES).is_true
    assert decide(m.over_behaviour(m.sequence_ratio * body), m.expectation(body), m.hypotheses, SIZES).is_true
    assert m.ratio_up_to(m.T) == m.sequence_ratio
    one_short = m.over_behaviour(m.ratio_up_to(m.T - 1) * body)
    assert decide(one_short, m.expectation(body), m.hypotheses).rung is Rung.REFUTED


def test_the_values_of_two_tokens_by_hand() -> None:
    """The first token, then the second: 1/2 · 2/3 under the policy, 1/4 · 1/2 under μ, and weights that mend it."""
    paid = [[[[0, 0] for _ in range(3)] for _ in range(2)] for _ in range(3)]
    paid[0][0][1][1] = 1
    R = m.sequence_reward
    terms = [m.expectation(R), m.over_behaviour(R), m.over_behaviour(m.sequence_ratio * R)]
    instance = problem({**TWO_TOKENS, "R": paid}, terms, m.hypotheses, T=2)
    assert [value(t, instance) for t in terms] == [Fraction(1, 3), Fraction(1, 8), Fraction(1, 3)]


def test_the_divergence_of_sequences_is_that_of_their_tokens() -> None:
    assert decide(m.kl, m.expectation(m.sequence_log_ratio()), m.hypotheses).is_true  # at three steps and more, too
    token_by_token = m.expectation(sum_range(m.t, 1, m.T, of=m.kl_at(m.t)))
    assert decide(m.kl, token_by_token, m.hypotheses, SIZES).is_true
    first_token = m.expectation(m.log_ratio(1))
    assert decide(m.kl, first_token, m.hypotheses).rung is Rung.REFUTED
    assert decide(m.kl, m.reversed_kl, m.hypotheses).rung is Rung.REFUTED


def test_the_three_estimates_of_one_token_differ() -> None:
    one = autoregressive(1)
    means = [one.expectation(k(1)) for k in (one.k1, one.k2, one.k3)]
    assert decide(means[0], means[2], one.hypotheses, [{"S": 2, "A": 3, "T": 1}]).is_true
    assert decide(means[0], means[1], one.hypotheses).rung is Rung.REFUTED


def test_entropies_are_those_of_the_tokens() -> None:
    mean = m.expectation(sum_range(m.t, 1, m.T, of=m.entropy_at(m.t)))
    tokens = product_range(m.t, 1, m.T, of=m.policy(m.t))
    assert decide(mean, -m.expectation(log(tokens)), m.hypotheses, SIZES).is_true


def test_a_sequence_that_has_ended_stays_so() -> None:
    revived = m.expectation((1 - m.alive(m.t)) * m.alive(m.u))
    assert decide(revived, lift(0), (*m.ragged, Before(m.t, m.u)), RAGGED).is_true
    assert decide(m.expectation(m.alive(1)), lift(1), m.ragged, RAGGED).is_true
    assert decide(m.expectation(m.alive(2)), lift(1), m.ragged).rung is Rung.REFUTED


@pytest.mark.parametrize(("mask", "is_true"), [(m.alive(m.t), True), (lift(1), False)], ids=["masked", "unmasked"])
def test_padding_has_no_score(mask: Term, is_true: bool) -> None:
    verdict = decide(m.score(m.t), mask * m.network_score(m.t), m.ragged)
    assert verdict.is_true is is_true
    gradient = grad(m.expectation(m.sequence_reward))
    scores = sum_range(m.t, 1, m.T, of=mask * m.network_score(m.t))
    assert decide(gradient, m.expectation(m.sequence_reward * scores), m.ragged, RAGGED).is_true is is_true


def test_it_prints_like_the_board() -> None:
    assert str(m.ratio(m.t)) == "π_θ(aₜ | sₜ)/μ(aₜ | sₜ)"
    assert latex(m.reference_factorisation.equation[0]) == "p_{\\mathrm{ref}}(\\tau)"
    assert str(m.length) == "Σ_{u=1}^T (1 − 1{sᵤ = e})"
    assert str(m.padded[0]) == "π_θ(a | s) = (1 − 1{s = e}) f_θ(a | s) + 1{s = e} c(a)"
