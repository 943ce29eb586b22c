"""The facts that are known, as exact numbers, and by plain loops where those can be written."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import log, sqrt
from typing import Any

import brute_force as brute
import numpy as np
import pytest
from brute_force import Walk, summed

from pgsym.estimators import Kind, bandit, kl, moments, tree
from pgsym.estimators.catalogue import KNOWN, gae, gae_bias
from pgsym.estimators.catalogue.critics import interpolated
from pgsym.estimators.catalogue.facts import fact
from pgsym.estimators.catalogue.groups import EPSILON
from pgsym.estimators.catalogue.pathwise import gaussian, relaxed, relaxed_at
from pgsym.estimators.episodes import Episodes

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)


def found(name: str, problem: Episodes, group_size: int = 1) -> Any:
    known = KNOWN[name]
    return moments(known.estimator, problem, group_size=group_size, objective=known.objective)


@pytest.mark.parametrize("group_size", [2, 3, 4])
@pytest.mark.parametrize("groups", [1, 2])
def test_the_group_mean_scales_and_leaving_one_out_does_not(group_size: int, groups: int) -> None:
    """(G−1)/G, in Fractions, for ragged sequences of two prompts."""
    prompts = 2 if group_size * groups < 5 else 1
    problem = tree(
        lambda prompt, tokens: prompt + 2 * tokens[0] - len(tokens), length=2, end=0, prompts=prompts,
        policy=[THIRD, 2 * THIRD],
    )  # fmt: skip
    for name, factor in (("group-mean", Fraction(group_size - 1, group_size)), ("leave-one-out", Fraction(1))):
        got = moments(KNOWN[name].estimator, problem, groups=groups, group_size=group_size, unordered=True)
        assert (got.mean == factor * problem.gradient).all()
        assert got.comparison.factor == factor


def test_the_smallest_problem_at_which_the_deviation_turns() -> None:
    """Two actions have one direction only; with three, 0, 1 and 2 as rewards and two members are enough."""
    turned = fact(KNOWN["group-deviation"]).turned
    assert turned is not None
    assert (turned.problem.S, turned.problem.A, turned.problem.T, turned.batching.group_size) == (1, 3, 1, 2)
    assert turned.problem.on_policy
    assert turned.problem.returns.tolist() == [0, 1, 2]

    policy = [[HALF, QUARTER, QUARTER]]

    def standardised(groups: list[list[Walk]]) -> list[Fraction]:
        rows = groups[0]
        first, second = (w.total() for w in rows)
        away = (first - second) / 2  # from the mean; the deviation of two is its size
        weight = away / (abs(away) + epsilon) if away else Fraction(0)
        return summed([(weight / 2, rows[0].score(policy)), (-weight / 2, rows[1].score(policy))])

    def direction(reward: Sequence[int]) -> tuple[list[Fraction], list[Fraction]]:
        walks = brute.one_step([[Fraction(r) for r in reward]], [Fraction(1)])
        return brute.moments(standardised, walks, policy, 1, 2)[0], brute.gradient(walks, policy)

    epsilon = Fraction(EPSILON)
    mean, gradient = direction([0, 1, 2])
    assert np.allclose(turned.mean.ravel(), np.array(mean, dtype=float), rtol=0, atol=1e-14)
    epsilon = Fraction(0)
    assert direction([0, 1, 2]) == (
        [-QUARTER, Fraction(1, 16), Fraction(3, 16)],
        [-Fraction(3, 8), Fraction(1, 16), Fraction(5, 16)],
    )
    for reward in product(range(2), repeat=3):  # rewards of two values only: one direction
        mean, gradient = direction(reward)
        assert all(mean[i] * gradient[j] == mean[j] * gradient[i] for i in range(3) for j in range(3))


def test_k3_as_a_loss_climbs_the_other_divergence() -> None:
    """One token, in Fractions: the mean is π − ref, the gradient of KL(ref‖π); no multiple of KL(π‖ref)'s."""
    policy, reference = [HALF, THIRD, Fraction(1, 6)], [QUARTER, QUARTER, HALF]
    problem = bandit(policy, [0, 0, 0], reference=reference)
    forward = found("k3-loss-forward", problem)
    assert forward.mean.ravel().tolist() == [p - r for p, r in zip(policy, reference, strict=True)]
    assert forward.unbiased
    backward = found("k3-loss", problem.floats())
    divergence = sum(float(p) * log(p / r) for p, r in zip(policy, reference, strict=True))
    wanted = [float(p) * (log(p / r) - divergence) for p, r in zip(policy, reference, strict=True)]
    assert np.allclose(backward.target, [wanted], rtol=0, atol=1e-15)
    assert backward.comparison.kind is Kind.BIASED_DIRECTION


def test_k2_as_a_loss_token_by_token_loses_what_a_token_makes_of_later_ones() -> None:
    """One token: equal.  Two: exactly log(4/3)/8 is lost in the first logit, if only what follows token 0 diverges."""
    rng = np.random.default_rng(0)
    one = bandit(rng.dirichlet(np.ones(3), size=2), np.zeros((2, 3)), reference=rng.dirichlet(np.ones(3), size=2))
    assert found("k2-loss", one).unbiased

    reference = [[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]]
    two = tree([0.0] * 4, length=2, reference=reference)
    got = found("k2-loss", two)
    lost = log(4 / 3) / 8
    assert np.allclose(got.bias, [[-lost, lost], [0, 0], [0, 0]], rtol=0, atol=1e-15)
    assert kl.value(two) == pytest.approx(2 * lost, abs=1e-15)
    assert got.mean[0].tolist() == pytest.approx([0, 0], abs=1e-15)
    assert found("k2-loss-whole", two).unbiased
    assert found("k1-reward", two).unbiased


def test_k1_as_a_loss_is_nothing() -> None:
    problem = tree([0.0] * 4, length=2, policy=[0.3, 0.7], reference=[0.6, 0.4])
    got = found("k1-loss", problem)
    assert got.comparison.kind is Kind.VANISHES
    assert float(got.variance) > 0.1


def test_per_token_ratios_turn_at_two_tokens() -> None:
    """The smallest: lengths 1 and 2; by loops over the episodes in Fractions."""
    turned = fact(KNOWN["per-token-ratio"]).turned
    assert turned is not None
    assert (turned.problem.T, turned.problem.A, turned.problem.S, turned.batching.group_size) == (2, 2, 2, 1)
    policy, behaviour = [[THIRD, 2 * THIRD]] * 2, [[HALF, HALF]] * 2
    paid = dict(zip([(0,), (1, 0), (1, 1)], turned.problem.returns, strict=True))
    walks = brute.sentences(
        lambda prompt, tokens: paid[tokens], lambda prompt, tokens: Fraction(0), 2, 2, 0, [Fraction(1)]
    )

    def estimate(groups: list[list[Walk]]) -> list[Fraction]:
        walk = groups[0][0]
        parts = [
            (policy[s][a] / behaviour[s][a] * walk.total(), Walk(0, Fraction(1), ((s, a, r),)))
            for s, a, r in walk.steps
        ]
        return summed([(weight, step.score(policy)) for weight, step in parts])

    mean, _, _ = brute.moments(estimate, walks, behaviour)
    assert turned.mean.ravel().tolist() == mean == [-Fraction(1, 9), Fraction(1, 9), Fraction(1, 9), -Fraction(1, 9)]
    assert turned.target.ravel().tolist() == brute.gradient(walks, policy)
    assert brute.gradient(walks, policy) == [-Fraction(2, 27), Fraction(2, 27), Fraction(4, 27), -Fraction(4, 27)]


def test_the_mean_over_the_own_length() -> None:
    """Equal lengths: scaled by 1/L.  Ragged: a constant reward gets a direction, towards short episodes if positive."""
    even = found("length-mean", tree([1, 0, 2, 5, 1, 0, 3, 2], length=3, policy=[THIRD, 2 * THIRD]))
    assert even.comparison.factor == THIRD
    ragged = found("length-mean", tree([1, 1, 1], length=2, end=0))
    assert not ragged.target.any()
    assert ragged.mean.ravel().tolist() == [Fraction(1, 8), -Fraction(1, 8), 0, 0]
    assert found("dr-grpo", tree([1, 1, 1], length=2, end=0), 2).unbiased


@pytest.mark.parametrize("critic", [[0] * 7, [1, 0, HALF, 2, 0, THIRD, 1]])
def test_the_bias_of_gae_is_a_polynomial(critic: list[Any]) -> None:
    """Held to means at other λ; zero at 1, and zero altogether with the exact value function."""
    problem = tree([1, 0, 2, 5, 1, 0, 3, 2], length=3, policy=[THIRD, 2 * THIRD], critic=critic)
    coefficients = gae_bias(problem)
    assert coefficients.shape == (3, 7, 2)
    for lam in (Fraction(2, 7), Fraction(9, 10), Fraction(1), Fraction(-3)):
        value = sum(c * lam**k for k, c in enumerate(coefficients))
        assert (moments(gae(lam), problem).bias == value).all()
    assert not sum(coefficients).any()  # at λ = 1
    assert coefficients[0].any()
    assert coefficients[2].any()
    exact = [Fraction(0)] * 7
    for e in range(problem.E):
        for t in range(3):
            exact[problem.states[e, t]] = problem.exact_values[e, t]
    right = tree([1, 0, 2, 5, 1, 0, 3, 2], length=3, policy=[THIRD, 2 * THIRD], critic=exact)
    assert not gae_bias(right).any()


def test_interpolation_is_exact() -> None:
    at = [Fraction(k, 3) for k in range(4)]
    values = [np.array([2 - x + 5 * x**3]) for x in at]
    assert interpolated(at, values).ravel().tolist() == [2, -1, 0, 5]


def test_importance_weights_per_decision_need_not_have_less_variance() -> None:
    """But where rewards come step by step and the behaviour policy is far, they have here."""
    problem = tree(
        [0] * 4, length=2, token_reward=lambda prompt, tokens: tokens[-1], policy=[QUARTER, 3 * QUARTER],
        behaviour=[3 * QUARTER, QUARTER],
    )  # fmt: skip
    whole, each = (found(name, problem) for name in ("importance-trajectory", "importance-per-decision"))
    assert whole.unbiased
    assert each.unbiased
    assert each.variance < whole.variance


@pytest.mark.parametrize(("mu", "c", "sigma"), [(0.3, 1.0, 0.5), (-2.0, 1.0, 1.5)])
def test_pathwise_and_score_function_at_a_gaussian(mu: float, c: float, sigma: float) -> None:
    """The closed forms against Gauss–Hermite quadrature, exact for these polynomials."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    weights = weights / sqrt(2 * np.pi)
    x = mu + sigma * nodes
    value = -((mu - c) ** 2 + sigma**2)
    estimates = [-((x - c) ** 2) * nodes / sigma, (-((x - c) ** 2) - value) * nodes / sigma, -2 * (x - c)]
    for form, estimate in zip(gaussian(), estimates, strict=True):
        at = {"d": mu - c, "sigma": sigma}
        mean, variance, gradient = (
            float(e.subs({s: at[s.name] for s in e.free_symbols})) for e in (form.mean, form.variance, form.gradient)
        )
        assert mean == gradient == pytest.approx(-2 * (mu - c))
        assert weights @ estimate == pytest.approx(mean)
        assert weights @ estimate**2 - mean**2 == pytest.approx(variance)
        assert not form.bias


def test_relaxed_gradients_are_biased() -> None:
    """The closed forms against quadrature over the noise, both ways round; the relaxed gradient is too short."""
    u, weights = np.polynomial.legendre.leggauss(200)
    u, weights = (u + 1) / 2, weights / 2
    cases = {
        "temperature 1, odds 1 : 1": (1.0, 1),
        "temperature 1/2, odds 1 : 1": (0.5, 1),
        "temperature 1, odds 2 : 1": (1.0, 2),
    }
    forms = {f.title.removeprefix("relaxed at "): f for f in relaxed()}
    for title, (tau, odds) in cases.items():
        x = 1 / (1 + np.exp(-(np.log(odds) + np.log(u / (1 - u))) / tau))
        estimate = x * (1 - x) / tau
        form, other = forms[title], relaxed_at(tau, log(odds))
        for value, wanted in (
            (form.mean, weights @ estimate),
            (form.variance, weights @ estimate**2 - (weights @ estimate) ** 2),
        ):
            assert float(value) == pytest.approx(wanted, abs=1e-10)
        assert float(other.mean) == pytest.approx(float(form.mean), abs=1e-12)
        assert float(other.variance) == pytest.approx(float(form.variance), abs=1e-12)
        assert float(form.gradient) == pytest.approx(odds / (odds + 1) ** 2)
        assert form.bias < 0
    assert str(forms["temperature 1, odds 1 : 1"].bias) == "-1/12"
    assert forms["score function, odds 2 : 1"].bias == 0
