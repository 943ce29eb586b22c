"""Losses in JAX."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Floats
from pgsym.estimators.losses.loss import Batch, FromLoss, Gradients
from pgsym.estimators.losses.precision import narrow
from pgsym.extras import install

try:
    import jax
    import jax.experimental
    import jax.numpy as jnp
except ImportError as error:
    raise EstimatorError(f"from_jax needs JAX: {install('jax')}") from error

FEWEST: Final = 64
"""The smallest number of samples for which a function is compiled."""
FILLED: Final = 4
"""A function compiled for up to this many times the samples is used again, instead of compiling another."""


@dataclass(frozen=True)
class Compiled:
    """A compiled gradient of many samples, whether it depends on any input, and the numbers of samples compiled for."""

    function: Callable[..., Any]
    depends: bool
    sizes: list[int] = field(default_factory=list)

    def size(self, N: int) -> int:
        """The number of samples to which N samples are padded, so that little is compiled again."""
        least = max(N, FEWEST)
        fits = [n for n in self.sizes if least <= n <= FILLED * least]
        if not fits:
            self.sizes.append(least)
        return min(fits, default=least)


@dataclass(eq=False)
class FromJax(FromLoss):
    """A loss in JAX as an estimator: jit(vmap(value_and_grad)) over samples."""

    framework: ClassVar[str] = "JAX"
    array: ClassVar[str] = "a JAX array"
    less: str = field(init=False, repr=False, default="")  # the primitives that round to less than float64
    kept: dict[Any, Compiled] = field(
        init=False, repr=False, default_factory=dict
    )  # compiled functions, by shape and constants

    def float64(self) -> AbstractContextManager[None]:
        """A context in which JAX computes in 64 bits; the user's setting is restored."""
        return _float64()

    def at_once(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """The gradients of all samples; arrays are padded with their last sample, so that few sizes are compiled."""
        compiled, N = self._compiled(moved, table, given, same), len(moved)
        fill = np.minimum(np.arange(compiled.size(N)), N - 1)
        losses, rises = compiled.function(moved[fill], table, {m: x[fill] for m, x in given.items()})
        found = _numbers(losses, rises, N)
        if not compiled.depends and not any(x.any() for x in found[1:]):
            raise self.no_gradient()
        return found

    def tried(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> bool:
        """Whether the loss can be computed on one batch."""
        with _float64():
            for compute in (jax.eval_shape, _computed):
                try:
                    compute(lambda z, t, batch: self.value(z, t, batch | _arrays(same)), moved, table, given)
                except Exception:
                    continue
                return True
            return False

    def _one(self, same: Batch) -> Callable[..., Any]:
        """The loss of one sample with its gradients in the gathered logits and, if it uses `policy`, in the table."""
        moving = (0, 1) if "policy" in self.meant else (0,)
        fixed = _arrays(same)
        found: Callable[..., Any] = jax.value_and_grad(
            lambda z, table, batch: self.value(z, table, batch | fixed), argnums=moving
        )
        return found

    def _compiled(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Compiled:
        """The compiled gradient of many samples; the loss is traced twice at first, to see whether it is random."""
        key = (moved.shape[1:], *((m, x if np.isscalar(x) else x.tobytes()) for m, x in same.items()))
        if key not in self.kept:
            one = self._one(same)
            sample = {m: x[0] for m, x in given.items()}
            first, again = (jax.make_jaxpr(f)(moved[0], table, sample) for f in (one, self._one(same)))
            if str(first) != str(again) or not all(map(np.array_equal, first.consts, again.consts)):
                raise EstimatorError(
                    f"{self.name} gave two results for the same sample: it draws random numbers itself (seed it)"
                )
            self.less = narrow(first)
            self.kept[key] = Compiled(jax.jit(jax.vmap(one, in_axes=(0, None, 0))), _depends(first.jaxpr))
        return self.kept[key]

    def narrowed(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> str:
        """The primitives that round to less than float64 in the traced loss."""
        return self.less

    def looped(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """The gradients of one sample after the other, not compiled."""
        one, t = self._one(same), jnp.asarray(table)
        found = [one(jnp.asarray(z), t, _arrays({m: x[n] for m, x in given.items()})) for n, z in enumerate(moved)]
        losses, rises = jax.tree.map(lambda *x: np.stack(x), *found)
        return _numbers(losses, rises, len(moved))

    @staticmethod
    def formulas(logits: Floats) -> list[Floats]:
        """π, and log π by log_softmax, by logsumexp, in other memory orders, and by softmax."""
        with _float64():
            return [np.asarray(x) for x in _formulas(logits)]

    def log_softmax(self, logits: Any) -> Any:
        """The log-softmax over the last axis."""
        return jax.nn.log_softmax(logits, axis=-1)

    def taken(self, log_pi: Any, actions: Any) -> Any:
        """The entries at the actions taken."""
        return jnp.take_along_axis(log_pi, actions[..., None], axis=-1)[..., 0]

    def exp(self, x: Any) -> Any:
        """e^x."""
        return jnp.exp(x)


def _written_out(z: Any) -> tuple[Any, ...]:
    log_pi = jax.nn.log_softmax(z, axis=-1)
    return (
        jnp.exp(log_pi),
        log_pi,
        z - jax.nn.logsumexp(z, axis=-1, keepdims=True),
        jnp.flip(jax.nn.log_softmax(jnp.flip(z, -1), axis=-1), -1),
        jax.nn.log_softmax(z.T, axis=0).T,
        jnp.log(jax.nn.softmax(z, axis=-1)),
    )


_formulas: Callable[[Floats], tuple[Any, ...]] = jax.jit(_written_out)


def _numbers(losses: Any, rises: tuple[Any, ...], N: int) -> Gradients:
    logits, *table = (np.asarray(x)[:N] for x in rises)
    return np.asarray(losses)[:N], logits, table[0] if table else np.zeros(1)


def _arrays(given: Batch) -> Batch:
    """The batch with NumPy arrays as JAX arrays; numbers stay."""
    return {m: jnp.asarray(x) if isinstance(x, np.ndarray) else x for m, x in given.items()}


def _computed(function: Callable[..., Any], logits: Floats, table: Floats, given: Batch) -> None:
    """Compute a loss without tracing it, for one that branches on its numbers."""
    function(jnp.asarray(logits), jnp.asarray(table), _arrays(given))


def _depends(jaxpr: Any) -> bool:
    """Whether a gradient depends on an input; a zero that depends on none means that there is no gradient."""
    reached = {id(v) for v in jaxpr.invars}
    for equation in jaxpr.eqns:
        if any(id(v) in reached for v in equation.invars):
            reached |= {id(v) for v in equation.outvars}
    return any(id(v) in reached for v in jaxpr.outvars[1:])


def _float64() -> AbstractContextManager[None]:
    """A context in which JAX computes in 64 bits; the user's setting is restored."""
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64  # the latter before 0.8
    found: AbstractContextManager[None] = enable(True)
    return found


__all__ = ["FromJax"]
