"""The objective of a policy on an MDP with its first and second derivatives, in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pgsym.mdps.mdp import FiniteMDP, Floats, fits
from pgsym.mdps.softmax import Softmax
from pgsym.meaning.adjoint import adjoint
from pgsym.meaning.evaluator import evaluate
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import trajectories

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def objective(mdp: FiniteMDP, policy: Softmax) -> float:
    """J(θ), the expected sum of rewards over the horizon.

    Raises InstanceError for a policy of another shape than the MDP's, TooLarge for too many states or steps.

    >>> from pgsym.mdps import from_arrays
    >>> from pgsym.mdps.softmax import TabularSoftmax
    >>> objective(from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3), TabularSoftmax([[0.0, 0.0]]))
    1.5
    """
    _check_length(mdp)
    return float(evaluate(trajectories().objective, mdp.floats().instance(policy)).array[0])


def gradient(mdp: FiniteMDP, policy: Softmax) -> Floats:
    """∇J(θ), of θ's shape, by reverse-mode differentiation of the evaluation of J.

    Raises InstanceError for a policy of another shape than the MDP's, TooLarge for too many states or steps.

    >>> from pgsym.mdps import from_arrays
    >>> from pgsym.mdps.softmax import TabularSoftmax
    >>> gradient(from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3), TabularSoftmax([[0.0, 0.0]])).tolist()
    [[-0.75, 0.75]]
    """
    return policy.vjp(_by_table(mdp, policy)[0])


def hessian_vector(mdp: FiniteMDP, policy: Softmax, v: ArrayLike) -> Floats:
    """∇²J(θ) v for v of θ's shape, of θ's shape.  Raises as `gradient` does.

    >>> from pgsym.mdps import from_arrays
    >>> from pgsym.mdps.softmax import TabularSoftmax
    >>> m = from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3)
    >>> hessian_vector(m, TabularSoftmax([[0.0, np.log(3)]]), [[1.0, 0.0]]).round(12).tolist()
    [[-0.28125, 0.28125]]
    """
    by_table, moved = _by_table(mdp, policy, policy.jvp(v))
    return policy.vjp_along(by_table, moved, v)


def _by_table(mdp: FiniteMDP, policy: Softmax, direction: Floats | None = None) -> tuple[Floats, Floats]:
    """The derivatives of J by the entries of the policy's table, and their derivatives along a direction: (S, A) each.

    The entries count as independent; adding a constant to a row of the result does not change the gradient in θ.
    """
    m = trajectories()
    size = f"{mdp.horizon} steps of {mdp.S} states"
    fits(f"differentiating through {size}", 2 * mdp.horizon * mdp.S**2, "shorten the horizon, or use a smaller problem")
    at = mdp.floats().instance(policy, None if direction is None else direction[np.newaxis])
    found = adjoint(m.objective, at, POLICY, parameter=None if direction is None else m.theta)
    return found.by[POLICY].T, found.along_by[POLICY].T


def occupancies(mdp: FiniteMDP, pi: Floats) -> Floats:
    """d_t(s), the probability of being in s at time t, of shape (T, S), under the policy table pi of shape (S, A).

    Raises TooLarge if the array would exceed the memory limit.
    """
    _check_length(mdp)
    out = np.zeros((mdp.horizon, mdp.S))
    out[0] = mdp.rho
    for t in range(1, mdp.horizon):
        out[t] = mdp.propagate(out[t - 1, :, np.newaxis] * pi)
    return out


def _check_length(mdp: FiniteMDP) -> None:
    fits(f"{mdp.S} states at {mdp.horizon} times", mdp.S * mdp.horizon, "shorten the horizon, or use a smaller problem")
