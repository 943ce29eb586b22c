"""Variances, outer products, transposes and frozen parameters: the decision against SymPy's written-out reading."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reference import confirm, equal_by_sympy

from pgsym.decide import Rung, Size, decide
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    PARAMETER,
    Frozen,
    Term,
    Variable,
    covariance,
    expect,
    grad,
    log,
    outer,
    transpose,
    variance,
)
from pgsym.terms.builtins import QUANTITY
from pgsym.terms.nodes import Apply
from pgsym.terms.record import from_record, hypothesis_from_record, to_record

m = one_step()
DRAWS = ((m.s, m.state_law), (m.a, m.policy_law))
OLD = Variable("θ'", PARAMETER)
old_law = POLICY.law(m.s, OLD)
estimate = m.reward * m.score
frozen = (*m.hypotheses, Frozen(OLD, m.theta))


def var(x: Term) -> Term:
    """The variance under the bot's own draws."""
    return variance(x, *DRAWS)


def cov(x: Term, y: Term) -> Term:
    """The covariance under the bot's own draws."""
    return covariance(x, y, *DRAWS)


surrogate = expect(m.reward * log(m.policy), (m.s, m.state_law), (m.a, old_law))
TRUE = {
    "variance": (var(m.reward), m.expectation(m.reward**2) - m.objective**2, m.hypotheses),
    "variance of a gradient": (
        var(estimate),
        m.expectation(estimate**2) - m.expectation(estimate) ** 2,
        m.hypotheses,
    ),
    "covariance with the score": (cov(m.reward, m.score), grad(m.objective), m.hypotheses),
    "covariance of two gradients": (
        cov(estimate, m.score),
        m.expectation(m.reward * outer(m.score, m.score)),
        m.hypotheses,
    ),
    "Fisher information": (
        m.expectation(outer(m.score, m.score)),
        -m.expectation(grad(grad(log(m.policy)))),
        m.hypotheses,
    ),
    "a Hessian is symmetric": (grad(grad(m.objective)), transpose(grad(grad(m.objective))), m.hypotheses),
    "transposing an outer product": (
        m.expectation(transpose(outer(estimate, m.score))),
        m.expectation(outer(m.score, estimate)),
        m.hypotheses,
    ),
    "a frozen sampler": (grad(surrogate, m.theta), grad(m.objective), frozen),
    "a frozen sampler's Hessian": (
        grad(grad(surrogate, m.theta), m.theta),
        m.expectation(m.reward * grad(grad(log(m.policy)))),
        frozen,
    ),
}
FALSE = {
    "variance of a sum": (var(m.reward + m.policy), var(m.reward) + var(m.policy), m.hypotheses),
    "the square's mean": (var(m.reward), m.expectation(m.reward**2), m.hypotheses),
    "any other sampler": (grad(surrogate, m.theta), grad(m.objective), m.hypotheses),
    "the covariance without its mean": (cov(m.reward, m.policy), m.expectation(m.reward * m.policy), m.hypotheses),
    "differentiating the sampler too": (
        grad(m.expectation(m.reward * log(m.policy))),
        grad(m.objective),
        m.hypotheses,
    ),
}
SIZE = Size.of(S=1, A=2, N=1)


@pytest.mark.parametrize("name", TRUE)
def test_true_is_decided_and_proved_by_sympy(name: str) -> None:
    lhs, rhs, given = TRUE[name]
    assert decide(lhs, rhs, given).rung is Rung.DECIDED
    assert equal_by_sympy(lhs, rhs, given, SIZE)


@pytest.mark.parametrize("name", FALSE)
def test_false_is_refuted_and_confirmed_by_sympy(name: str) -> None:
    lhs, rhs, given = FALSE[name]
    found = decide(lhs, rhs, given).counterexample
    assert found is not None
    confirm(found)


@pytest.mark.parametrize("change", [lambda t: 2 * t, lambda t: -t, lambda t: t + t], ids=["doubled", "sign", "twice"])
@pytest.mark.parametrize("name", [n for n, (lhs, _, _) in TRUE.items() if not n.startswith(("a H", "Fi", "trans"))])
def test_no_change_of_a_side_slips_through(name: str, change: Callable[[Term], Term]) -> None:
    lhs, rhs, given = TRUE[name]
    assert decide(lhs, change(rhs), given).rung is not Rung.DECIDED


@pytest.mark.parametrize("term", [side for lhs, rhs, _ in TRUE.values() for side in (lhs, rhs)], ids=str)
def test_a_term_comes_back_from_its_record(term: Term) -> None:
    assert from_record(to_record(term)) == term


def test_a_frozen_parameter_comes_back_from_its_record() -> None:
    hypothesis = Frozen(OLD, m.theta)
    assert hypothesis_from_record(to_record(hypothesis)) == hypothesis


def test_what_a_variance_is_of_has_no_value_alone() -> None:
    from pgsym.errors import SortError

    with pytest.raises(SortError, match="no value of its own"):
        decide(Apply(QUANTITY, (m.reward,)), m.reward, m.hypotheses)
