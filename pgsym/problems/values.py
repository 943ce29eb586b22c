"""The objective of a policy on an MDP with its first and second derivatives, in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pgsym.meaning.evaluator import evaluate
from pgsym.problems.mdp import FiniteMDP, Floats, fits
from pgsym.problems.softmax import Softmax
from pgsym.problems.trajectory import trajectories

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def objective(mdp: FiniteMDP, policy: Softmax) -> float:
    """J(θ), the expected sum of rewards over the horizon.

    >>> from pgsym.problems import from_arrays
    >>> from pgsym.problems.softmax import TabularSoftmax
    >>> objective(from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3), TabularSoftmax([[0.0, 0.0]]))
    1.5
    """
    return float(evaluate(trajectories().objective, mdp.instance(policy)).array[0])


def gradient(mdp: FiniteMDP, policy: Softmax) -> Floats:
    """∇J(θ), of θ's shape.

    >>> from pgsym.problems import from_arrays
    >>> from pgsym.problems.softmax import TabularSoftmax
    >>> gradient(from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3), TabularSoftmax([[0.0, 0.0]])).tolist()
    [[-0.75, 0.75]]
    """
    return policy.pulled(table_gradient(mdp, mdp.policy_table(policy)).by_table)


def hessian_vector(mdp: FiniteMDP, policy: Softmax, v: ArrayLike) -> Floats:
    """∇²J(θ) v for v of θ's shape, of θ's shape.

    >>> from pgsym.problems import from_arrays
    >>> from pgsym.problems.softmax import TabularSoftmax
    >>> m = from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3)
    >>> hessian_vector(m, TabularSoftmax([[0.0, np.log(3)]]), [[1.0, 0.0]]).round(12).tolist()
    [[-0.28125, 0.28125]]
    """
    found = table_gradient(mdp, mdp.policy_table(policy), policy.pushed(v))
    return policy.pulled_along(found.by_table, found.by_table_moved, v)


class TableGradient(NamedTuple):
    """J as a function of the table π(a | s), every entry free, and how it changes as the table moves."""

    value: float  # J
    by_table: Floats  # (S, A): ∂J/∂π(a|s) = Σ_t d_t(s) Q_t(s, a)
    slope: float  # dJ along the direction
    by_table_moved: Floats  # (S, A): d(∂J/∂π(a|s)) along the direction


def table_gradient(mdp: FiniteMDP, pi: Floats, direction: Floats | None = None) -> TableGradient:
    """The derivative of J by every entry of the policy's table, and its own derivative along a direction.

    pi and direction have shape (S, A); without a direction the last two results are zero.  Raises TooLarge if the
    occupancies of all times would not fit.
    """
    pi, r = pi.astype(np.float64), mdp.r.astype(np.float64)
    dpi = np.zeros_like(pi) if direction is None else direction
    occupancy = occupancies(mdp, pi)
    moved_occupancy = np.zeros_like(occupancy)
    for t in range(1, mdp.horizon):
        d, dd = occupancy[t - 1, :, np.newaxis], moved_occupancy[t - 1, :, np.newaxis]
        moved_occupancy[t] = mdp.pushed(dd * pi + d * dpi)
    to_go, moved_to_go = np.zeros((2, mdp.S))  # what a state is worth from the next step on
    by_table, by_table_moved = np.zeros((2, *pi.shape))
    for t in reversed(range(mdp.horizon)):
        q, dq = r + mdp.expected(to_go), mdp.expected(moved_to_go)
        d, dd = occupancy[t, :, np.newaxis], moved_occupancy[t, :, np.newaxis]
        by_table += d * q
        by_table_moved += dd * q + d * dq
        to_go, moved_to_go = (pi * q).sum(axis=1), (dpi * q + pi * dq).sum(axis=1)
    return TableGradient(float(occupancy[0] @ to_go), by_table, float(occupancy[0] @ moved_to_go), by_table_moved)


def occupancies(mdp: FiniteMDP, pi: Floats) -> Floats:
    """d_t(s), the probability of being in s at time t, of shape (T, S), under the policy table pi of shape (S, A).

    Raises TooLarge if they would not fit.
    """
    fits(f"the occupancies of {mdp.S} states at {mdp.horizon} times", mdp.S * mdp.horizon, "shorten the horizon")
    out = np.zeros((mdp.horizon, mdp.S))
    out[0] = mdp.rho
    for t in range(1, mdp.horizon):
        out[t] = mdp.pushed(out[t - 1, :, np.newaxis] * pi)
    return out
