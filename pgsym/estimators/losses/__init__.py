"""Losses of PyTorch and JAX as estimators; each framework is imported only when it is used.

A loss is a plain function of one batch that returns one number.  Its arguments are recognised by name (`MEANINGS`, and
`ALIASES` for the names in TRL, verl, CleanRL and rlax).  R is the number of rows (episodes: groups × group_size), T
the number of steps, padded to the longest episode, A the number of actions or tokens:

    logits (R, T, A)                                the parameters θ(s, a) = log π(a|s), gathered at the states
    logp (R, T), ratios, entropies, probs, log_pi   computed from the logits, so gradients flow through them
    actions (R, T), old_logp (R, T), ref_logp       the actions taken, and their log-probabilities under other policies
    mask (R, T)                                     which steps belong to the episode, as booleans; as floats: weights
    legal_actions (R, T, A)                         which actions may be taken: all; an `action_mask` means this
    rewards (R, T), returns (R,), advantages        the rewards; advantages are (R,) or (R, T), see `from_torch`
    group_ids (R,), group_size, discount, …         how rows are grouped, and other numbers

There is one reward for each step; for a loss that takes one reward for each row, say `names={"rewards": "returns"}`.

In the padding, rewards, advantages and the log-probabilities of other policies are zero.  The `logits` there, and all
that is computed from them, are those of state 0 and action 0: meaningless numbers, as in a padded batch of a model.
Gradients flow through them, so a loss that forgets its mask has a wrong gradient.
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

    names       the meanings of arguments with other names: `names={"kl_penalty": "ref_logp"}`
    advantages  the values of the argument `advantages`: "returns", "group_mean", "leave_one_out" or
                "group_standardised" (one for each row), "to_go" or "rewards" (one for each step), or a function of
                NumPy arrays, with arguments as in `COLUMNS` and `SHARED`, that returns (N, R) or (N, R, T).
                Advantages of steps have shape (R, T).  Advantages of rows have shape (R,) if the loss accepts that
                (it is tried at T = R + 1, where wrong shapes raise), else (R, T) with zeros in the padding.  The
                argument `row_advantages` always has shape (R,), and `token_advantages` shape (R, T).
    traced      if True, the function `advantages` takes tensors of one batch, with arguments like a loss, and
                gradients flow through it.
    sign        −1 for a loss that is minimised, 1 for an objective that is maximised.
    reduction   "mean" or "sum" for a loss that returns an array.
    time_axis   False for a loss without a time axis: logits are (R T, A), actions (R T,), every step is a row.

    If vmap cannot trace a loss (because it uses item() or `if` on its numbers), the samples are differentiated one by
    one, with a warning.  Raises EstimatorError for a loss that has no gradient, raises, or does not return one float64.
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

    JAX's 64-bit mode is on only inside the estimator.  Raises EstimatorError like `from_torch`.
    """
    from pgsym.estimators.losses.in_jax import FromJax

    return FromJax(loss, names or {}, advantages, sign, name, reduction, time_axis, traced)


__all__ = ["ALIASES", "MEANINGS", "from_jax", "from_torch"]
