"""Fields whose domain has holes: what turns around a pole is no gradient, and what is not known to be one is none."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from campaigns import share

from pgsym.decide import IsGradient, Rung, decide
from pgsym.decide.domains import holes
from pgsym.decide.line_integrals import _jumps
from pgsym.decide.loops import find_loop
from pgsym.problems import classification, one_step
from pgsym.terms import ACTION, NonNegative, Positive, Term, Variable, absolute, exp, expect, grad, log
from pgsym.terms.nodes import lift

m, c = one_step(), classification()
b = Variable("b", ACTION)
p, q = m.policy, m.policy.symbol(b, m.s, m.theta)


def around(x: Fraction | str, y: Fraction | str) -> tuple[Term, Term]:
    """π(a) and π(b) from a point."""
    return p - lift(Fraction(x)), q - lift(Fraction(y))


def vortex(x: Term, y: Term) -> Term:
    """(x ∇y − y ∇x)/(x² + y²), which turns around x = y = 0."""
    return (x * grad(y, m.theta) - y * grad(x, m.theta)) / (x**2 + y**2)


def square(x: Term, y: Term) -> Term:
    return x**2 + y**2


third, other = around("1/3", "1/3"), around("1/2", "1/4")
TURNING = {
    "one vortex": (vortex(*third), "6.2831853"),
    "elsewhere": (vortex(*other), "6.2831853"),
    "two that turn against each other": (vortex(*third) - vortex(*other), "6.2831853"),
    "a third of one, and a gradient": (vortex(*third) / 3 + grad(m.objective), "2.0943951"),
    "one in ratios": (vortex(p / q - 1, q - lift(Fraction(1, 4))), "6.2831853"),
}


@pytest.mark.parametrize("name", share(TURNING, 3))
def test_what_turns_around_a_pole_is_no_gradient(name: str) -> None:
    field, turn = TURNING[name]
    found = decide(IsGradient(field, m.hypotheses))
    assert (found.exists, found.rung, found.term) == (False, Rung.REFUTED, None)
    assert found.jacobian.rung is Rung.DECIDED
    assert found.loop is not None
    assert found.loop.integral.lstrip("-").startswith(turn)
    said = str(found)
    assert said.startswith("no gradient, but locally one: F = ")
    assert "the integral of F · dθ is " in said


GRADIENTS = {
    "of 1/(x² + y²)": grad(1 / square(*third), m.theta),
    "of log(x² + y²)": grad(log(square(*third)), m.theta),
    "of log(x² + y²), written out": (2 * third[0] * grad(p) + 2 * third[1] * grad(q, m.theta)) / square(*third),
    "of log(x² + y²) at two points": grad(log(square(*third)) - log(square(*other)), m.theta),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_gradient_with_poles_is_one_by_its_potential(name: str) -> None:
    found = decide(IsGradient(GRADIENTS[name], m.hypotheses))
    assert (found.exists, found.rung, found.loop) == (True, Rung.DECIDED, None)
    assert found.gradient is not None


def test_what_is_not_known_is_said_to_hold_locally() -> None:
    x, y = third
    field = -2 * (x * grad(p) + y * grad(q, m.theta)) / square(x, y) ** 2
    found = decide(IsGradient(field, m.hypotheses))
    assert (found.exists, found.rung, found.loop, found.is_local) == (None, Rung.UNDECIDED, None, True)
    assert str(found).startswith("locally a gradient: F = ")
    assert "whether one potential serves all these points is not known" in str(found)
    assert decide(IsGradient(field, m.hypotheses, candidates=[1 / square(x, y)])).exists


WITHOUT_HOLES = {
    "a score": m.score,
    "a ratio": grad(p) / p,
    "a positive sum": m.score / (1 + p**2),
    "a shifted square": m.score / (third[0] ** 2 + 1),
    "the others": m.score / (1 - p),
    "accuracy": grad(c.accuracy) / c.accuracy,
    "positive rewards": grad(m.objective) / m.objective,
    "an exponential": m.score / exp(m.objective),
    "what does not move": m.score / (m.reward - m.reward**2),
    "an absolute value": m.score / (absolute(third[0]) + 1),
}
GIVEN = (*m.hypotheses, *c.hypotheses, Positive(m.reward.symbol))


@pytest.mark.parametrize("name", WITHOUT_HOLES)
def test_what_never_vanishes_cuts_no_hole(name: str) -> None:
    assert holes(WITHOUT_HOLES[name], GIVEN) == ()


WITH_HOLES = {
    "a difference": m.score / (p - q),
    "squares": m.score / square(*third),
    "the objective": grad(m.objective) / m.objective,
    "a logarithm": log(third[0] ** 2) * m.score,
    "a negative power": m.score * third[0] ** -2,
    "an absolute value": m.score / absolute(third[0]),
    "a mean of differences": m.score / expect(third[0] ** 2, (m.a, m.policy_law)),
}


@pytest.mark.parametrize("name", WITH_HOLES)
def test_what_may_vanish_is_named(name: str) -> None:
    assert holes(WITH_HOLES[name], m.hypotheses)


def test_a_sign_that_is_known_closes_the_hole() -> None:
    field = grad(m.objective) / (1 + m.objective)
    assert holes(field, m.hypotheses)
    assert holes(field, (*m.hypotheses, NonNegative(m.reward.symbol))) == ()


def test_no_loop_is_found_around_a_gradient() -> None:
    for field in (grad(1 / square(*third), m.theta), m.score / (p - q) ** 2 * (p - q) ** 2):
        assert find_loop(field, m.hypotheses) is None


def test_an_angle_that_jumps_is_no_potential() -> None:
    """The vortex integrates to an arctangent, which jumps by π where its argument has a pole."""
    u, v = sympy.symbols("u v", positive=True)
    assert _jumps((u - 1) / (v - 1))
    assert not _jumps((u - 1) / (v + 1))
