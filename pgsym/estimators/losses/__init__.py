"""Losses of PyTorch and JAX as estimators; neither is imported before it is asked for.

A loss is a plain function of one batch, by the names of its arguments (`MEANINGS`, and as `ALIASES` the names that TRL,
verl, CleanRL and rlax use), and returns one number.  R is the number of rows (episodes: groups × group_size), T the
number of steps, padded to the longest episode, A the number of actions or tokens:

    logits (R, T, A)                                what the gradient is taken in: θ(s, a) = log π(a|s), at the states
    logp (R, T), ratios, entropies, probs, log_pi   the same for what is computed from the logits
    actions (R, T), old_logp (R, T), ref_logp       what was taken, and its log-probabilities under other policies
    mask (R, T)                                     which steps belong to the episode, as booleans; as floats: weights
    legal_actions (R, T, A)                         which may be taken: all; an `action_mask` is this, no padding
    rewards (R, T), returns (R,), advantages        what it earned; advantages are (R,) or (R, T), see `from_torch`
    group_ids (R,), group_size, discount, …         how rows are grouped, and other numbers

Rewards are one for a step; a loss that takes one for a row is told so: `names={"rewards": "returns"}`.

In the padding, rewards, advantages and the log-probabilities of other policies are zero, but `logits` and what is
computed from them are those of state 0 and action 0: numbers that mean nothing, as in a padded batch of a model.
Gradients flow through them, so that a loss that forgets its mask is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pgsym.estimators.losses.arguments import ALIASES, MEANINGS

if TYPE_CHECKING:
    from pgsym.estimators.losses.loss import FromLoss


def from_torch(
    loss: Callable[..., Any],
    *,
    names: Mapping[str, str] | None = None,
    advantages: str | Callable[..., Any] = "returns",
    sign: float = -1,
    name: str = "",
    reduction: str | None = None,
    time_axis: bool = True,
    traced: bool = False,
) -> FromLoss:
    """The estimator sign × ∇loss of a loss in PyTorch, in float64, by autograd on all samples at once (vmap).

    names       what arguments of other names mean: `names={"kl_penalty": "ref_logp"}`
    advantages  what the argument `advantages` is: "returns", "group_mean", "leave_one_out", "group_standardised" (one
                for a row), "to_go", "rewards" (one for a step), or a function of NumPy arrays, named as in `COLUMNS`
                and `SHARED`, that returns (N, R) or (N, R, T).  Those for a step have shape (R, T).  Those for a row
                have shape (R,) if the loss can take that (it is tried, at T = R + 1, where shapes that do not fit
                show), else (R, T), zero in the padding; as `row_advantages` and `token_advantages` they have the one
                shape and the other.
    traced      the function that computes advantages is one of one batch in tensors, with the arguments of a loss;
                what flows through it is differentiated.
    sign        −1 for a loss that is descended, 1 for an objective.
    reduction   "mean" or "sum" for a loss that returns an array.
    time_axis   False for a loss without one: logits are (R T, A), actions (R T,), every step is a row.

    A loss that vmap refuses (one that looks at its numbers: item(), if) is differentiated sample by sample, with a
    warning.  Raises EstimatorError for a loss that has no gradient, returns anything but one float64, or raises.
    """
    from pgsym.estimators.losses.in_torch import FromTorch

    return FromTorch(loss, names or {}, advantages, sign, name, reduction, time_axis, traced)


def from_jax(
    loss: Callable[..., Any],
    *,
    names: Mapping[str, str] | None = None,
    advantages: str | Callable[..., Any] = "returns",
    sign: float = -1,
    name: str = "",
    reduction: str | None = None,
    time_axis: bool = True,
    traced: bool = False,
) -> FromLoss:
    """The estimator sign × ∇loss of a loss in JAX, in float64 (jit, vmap, grad); the arguments are `from_torch`'s.

    64-bit numbers are switched on inside only.  Raises EstimatorError as `from_torch` does.
    """
    from pgsym.estimators.losses.in_jax import FromJax

    return FromJax(loss, names or {}, advantages, sign, name, reduction, time_axis, traced)


__all__ = ["ALIASES", "MEANINGS", "from_jax", "from_torch"]
