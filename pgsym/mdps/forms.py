"""Forms of the policy gradient, computed on one MDP and compared with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import Any, Final

import numpy as np

from pgsym.errors import InstanceError
from pgsym.mdps.derivatives import gradient, objective, occupancies
from pgsym.mdps.gymnasium import from_gymnasium, make, stray_step
from pgsym.mdps.mdp import FiniteMDP, Floats
from pgsym.mdps.softmax import TabularSoftmax
from pgsym.meaning.evaluator import evaluate
from pgsym.meaning.numbers.base import Array
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import FUTURE_LAW, trajectories
from pgsym.terms.build import expect, function, grad, sum_over, sum_range
from pgsym.terms.nodes import Term
from pgsym.terms.sorts import STATE

TOLERANCE: Final = 1e-9
"""The relative deviation that rounding explains."""

CANCELLATION: Final = 1e-6
"""Deviations are relative to at least this share of the sum of the summands' absolute values."""

EXACT_WORK: Final = 500_000
"""The largest S² A T² at which the forms are also computed in fractions."""

STEPS: Final = 5000
"""How many random steps of the environment are compared with its table."""

POLICIES: Final = ("uniform", "random")
BASELINE: Final = function("b", STATE)


@dataclass(frozen=True)
class Form:
    """A way to write the policy gradient."""

    name: str
    summary: str
    term: Term


def forms() -> tuple[Form, ...]:
    """The gradient itself, and the forms that are claimed to be equal to it.

    The score is written ∇π/π: at rational tables that is a fraction, but log π is not.
    """
    m = trajectories()

    score = grad(m.policy(m.t)) / m.policy(m.t)

    def scores(weight: Term) -> Term:
        return sum_range(m.t, 1, m.T, of=score * weight)

    to_go = sum_range(m.u, m.t, m.T, of=m.reward(m.u))
    here = m.state(m.t, m.h)
    value_of_action = expect(to_go, (m.tau, FUTURE_LAW.law(here, m.a, m.t, m.theta)))
    moved = sum_over(m.a, of=grad(POLICY(m.a, here, m.theta)) * value_of_action)
    return (
        Form("gradient", "The gradient of the objective.", grad(m.objective)),
        Form(
            "reinforce",
            "The sum of all scores is weighted with the whole return.",
            m.expectation(sum_range(m.t, 1, m.T, of=score) * m.total_reward),
        ),
        Form(
            "reward-to-go", "Every score is weighted with the rewards from its step on.", m.expectation(scores(to_go))
        ),
        Form(
            "baseline",
            "A function of the state is subtracted; here $b(s)$ is the value of $s$ with the whole horizon ahead.",
            m.expectation(scores(to_go - BASELINE(m.state(m.t)))),
        ),
        Form(
            "occupancy",
            "The sum, over times and states, of the state's probability times "
            "$\\sum_a \\nabla \\pi(a \\mid s)\\, Q_t(s, a)$.",
            sum_range(m.t, 1, m.T, of=m.over_histories(moved)),
        ),
    )


@dataclass(frozen=True)
class Reading:
    """A form's derivative along the direction of the audit."""

    form: Form
    value: float
    exact: Fraction | None  # computed separately in fractions; None if it was not
    seconds: float


@dataclass(frozen=True, eq=False)
class Audit:
    """The forms of the gradient on one MDP at one softmax policy, along one direction of its logits."""

    mdp: FiniteMDP
    policy: str
    seed: int
    pi: Floats  # (S, A)
    direction: Floats  # (S, A), in the logits
    gradient: Floats  # (S, A): ∇J in the logits
    objective: float  # J
    recursion: float  # the derivative along the direction again, by the recursion for values
    occupancy: Floats  # (T, S)
    readings: tuple[Reading, ...]
    scale: float  # deviations are relative to it
    inexact: str | None  # why there is no exact reading
    stray: str | None  # a step of the environment that its table says is impossible

    @property
    def gradient_norm(self) -> float:
        """The Euclidean length of ∇J in the logits."""
        return float(np.linalg.norm(self.gradient))

    def deviation(self, value: float) -> float:
        """The distance of a derivative along the direction from the gradient's, relative to the audit's scale."""
        off = abs(value - self.readings[0].value)
        return off / self.scale if self.scale else off

    @property
    def worst(self) -> float:
        """The largest relative deviation."""
        return max(map(self.deviation, (self.recursion, *(r.value for r in self.readings))))

    @property
    def exactly_equal(self) -> bool | None:
        """Whether all forms have the same exact value; None if they were not computed in fractions."""
        if self.inexact is not None:
            return None
        return len({r.exact for r in self.readings}) == 1

    def agrees(self, reading: Reading) -> bool:
        """Whether a form equals the gradient: up to rounding in floats, exactly in fractions."""
        return self.deviation(reading.value) <= TOLERANCE and reading.exact == self.readings[0].exact

    @property
    def agree(self) -> bool:
        """Whether all forms agree and the environment took no step that its table rules out."""
        return self.worst <= TOLERANCE and all(map(self.agrees, self.readings)) and self.stray is None

    def record(self) -> dict[str, Any]:
        """The audit as JSON-ready data."""
        return {
            "environment": self.mdp.name,
            "horizon": self.mdp.horizon,
            "states": self.mdp.S,
            "actions": self.mdp.A,
            "transitions": len(self.mdp.transitions.state),
            "policy": self.policy,
            "seed": self.seed,
            "objective": self.objective,
            "gradient_norm": self.gradient_norm,
            "gradient": self.gradient.tolist(),
            "forms": [
                {
                    "name": r.form.name,
                    "term": str(r.form.term),
                    "slope": r.value,
                    "deviation": self.deviation(r.value),
                    "agrees": self.agrees(r),
                    "seconds": round(r.seconds, 3),
                }
                for r in self.readings
            ],
            "recursion": {"slope": self.recursion, "deviation": self.deviation(self.recursion)},
            "largest_deviation": self.worst,
            "tolerance": TOLERANCE,
            "exactly_equal": self.exactly_equal,
            "inexact": self.inexact,
            "stray_step": self.stray,
            "agree": self.agree,
        }


def audit_gymnasium(
    name: str,
    horizon: int,
    policy: str = "uniform",
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    watched: Callable[[Iterable[Form]], Iterable[Form]] = iter,
) -> Audit:
    """All forms of the gradient on a Gymnasium environment, in floats, and in fractions if it is small.

    The policy is "uniform" or "random".  The random one is the softmax of logarithms of whole numbers from 1 to 9, so
    that its probabilities are fractions.  The direction in the logits has whole entries from -9 to 9.  `watched` wraps
    the forms and may show progress.  Raises InstanceError as `from_gymnasium` does, and for an unknown policy.

    >>> audit = audit_gymnasium("FrozenLake-v1", horizon=7)
    >>> audit.agree, audit.exactly_equal, round(audit.objective, 6)
    (True, True, 0.001709)
    """
    if policy not in POLICIES:
        raise InstanceError(f"the policy is {' or '.join(POLICIES)}, not {policy!r}")
    options = dict(options or {})
    environment = make(name, options)
    said = ", ".join(f"{key}={value}" for key, value in options.items())
    mdp = replace(from_gymnasium(environment, horizon), name=f"{name} ({said})" if said else name)
    rng = np.random.default_rng(seed)
    weights = np.ones((mdp.S, mdp.A), dtype=np.int64)
    if policy == "random":
        weights = rng.integers(1, 10, weights.shape)
    direction = rng.integers(-9, 10, weights.shape)
    exact, inexact = _in_fractions(environment, horizon)
    softmax = TabularSoftmax(np.log(weights))
    tangent = softmax.jvp(direction)
    occupancy = occupancies(mdp, softmax.table)
    values, recursion = _recursion(mdp, softmax.table, tangent, occupancy)
    at = mdp.instance(softmax, tangent[np.newaxis])
    at.tables[BASELINE] = values
    readings = []
    exactly = None if exact is None else _exact_instance(exact, weights, direction, values)
    for form in watched(forms()):
        start = perf_counter()
        value = float(evaluate(form.term, at).array[0])
        fraction = None if exactly is None else evaluate(form.term, exactly).array[0]
        readings.append(Reading(form, value, fraction, perf_counter() - start))
    summands = float((occupancy.sum(axis=0) * np.abs(tangent).sum(axis=1)) @ np.abs(values))
    scale = max(CANCELLATION * summands, *(abs(r.value) for r in readings))
    return Audit(
        mdp,
        policy,
        seed,
        softmax.table,
        direction.astype(np.float64),
        gradient(mdp, softmax),
        objective(mdp, softmax),
        recursion,
        occupancy,
        tuple(readings),
        scale,
        inexact,
        stray_step(environment, STEPS, seed),
    )


def _in_fractions(environment: Any, horizon: int) -> tuple[FiniteMDP | None, str | None]:
    """The MDP in fractions and None, or None and the reason why there is none."""
    try:
        exact = from_gymnasium(environment, horizon, rationalise=True)
    except InstanceError as reason:
        return None, str(reason)
    work = exact.S**2 * exact.A * horizon**2
    if work > EXACT_WORK:
        return None, f"too large for fractions: S² A T² = {work:,}, above {EXACT_WORK:,}"
    return exact, None


def _exact_instance(exact: FiniteMDP, weights: Array, direction: Array, baseline: Floats) -> Any:
    """The instance in fractions: the same policy and direction, and the baseline rounded to thousandths."""
    w, v = (np.vectorize(lambda x: Fraction(int(x)), otypes=[object])(table) for table in (weights, direction))
    pi = w / w.sum(axis=1, keepdims=True)
    tangent = pi * (v - (pi * v).sum(axis=1, keepdims=True))
    at = exact.instance(pi, tangent[np.newaxis])
    at.tables[BASELINE] = np.array([Fraction(round(1000 * float(b)), 1000) for b in baseline], dtype=object)
    return at


def _recursion(mdp: FiniteMDP, pi: Floats, tangent: Floats, occupancy: Floats) -> tuple[Floats, float]:
    """V_1(s) of shape (S,), and Σ_t Σ_s d_t(s) Σ_a dπ(a|s) Q_t(s, a), by backward recursion for V and Q."""
    r, values, slope = mdp.r.astype(np.float64), np.zeros(mdp.S), 0.0
    for t in reversed(range(mdp.horizon)):
        q = r + mdp.backup(values)
        slope += float(occupancy[t] @ (tangent * q).sum(axis=1))
        values = (pi * q).sum(axis=1)
    return values, slope
