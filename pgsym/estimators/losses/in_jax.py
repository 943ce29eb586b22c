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
"""The smallest number of samples that is compiled for."""
FILLED: Final = 4
"""Up to how many times as many samples are gone through, rather than compile for fewer."""


@dataclass(frozen=True)
class Compiled:
    """The gradients of many samples, whether they depend on anything, and the numbers of samples compiled for."""

    function: Callable[..., Any]
    depends: bool
    sizes: list[int] = field(default_factory=list)

    def size(self, N: int) -> int:
        """To how many N samples are filled up, so that as little as possible is compiled anew."""
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
    less: str = field(init=False, repr=False, default="")  # what rounds to less than float64
    kept: dict[Any, Compiled] = field(init=False, repr=False, default_factory=dict)  # compiled, by what is fixed

    def float64(self) -> AbstractContextManager[None]:
        """64-bit numbers inside, the user's setting outside."""
        return _float64()

    def at_once(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """Compiled for few sizes: what is too small is filled up with its last sample."""
        compiled, N = self._compiled(moved, table, given, same), len(moved)
        fill = np.minimum(np.arange(compiled.size(N)), N - 1)
        losses, rises = compiled.function(moved[fill], table, {m: x[fill] for m, x in given.items()})
        found = _numbers(losses, rises, N)
        if not compiled.depends and not any(x.any() for x in found[1:]):
            raise self.no_gradient()
        return found

    def tried(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> bool:
        """Whether the loss can be computed of one batch."""
        with _float64():
            for compute in (jax.eval_shape, _computed):
                try:
                    compute(lambda z, t, batch: self.value(z, t, batch | _arrays(same)), moved, table, given)
                except Exception:
                    continue
                return True
            return False

    def _one(self, same: Batch) -> Callable[..., Any]:
        """The loss of one sample with its gradients in what is moved and, where it is asked for, the table."""
        moving = (0, 1) if "policy" in self.meant else (0,)
        fixed = _arrays(same)
        found: Callable[..., Any] = jax.value_and_grad(
            lambda z, table, batch: self.value(z, table, batch | fixed), argnums=moving
        )
        return found

    def _compiled(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Compiled:
        """The gradients of many samples; traced twice the first time, to see that the loss says the same."""
        key = (moved.shape[1:], *((m, x if np.isscalar(x) else x.tobytes()) for m, x in same.items()))
        if key not in self.kept:
            one = self._one(same)
            sample = {m: x[0] for m, x in given.items()}
            first, again = (jax.make_jaxpr(f)(moved[0], table, sample) for f in (one, self._one(same)))
            if str(first) != str(again) or not all(map(np.array_equal, first.consts, again.consts)):
                raise EstimatorError(
                    f"{self.name} says two things of the same sample: it is random by itself (seed it)"
                )
            self.less = narrow(first)
            self.kept[key] = Compiled(jax.jit(jax.vmap(one, in_axes=(0, None, 0))), _depends(first.jaxpr))
        return self.kept[key]

    def narrowed(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> str:
        """What rounds to less than float64 in the loss as it is traced."""
        return self.less

    def looped(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """One sample after the other, not compiled."""
        one, t = self._one(same), jnp.asarray(table)
        found = [one(jnp.asarray(z), t, _arrays({m: x[n] for m, x in given.items()})) for n, z in enumerate(moved)]
        losses, rises = jax.tree.map(lambda *x: np.stack(x), *found)
        return _numbers(losses, rises, len(moved))

    @staticmethod
    def formulas(logits: Floats) -> list[Floats]:
        """π, and log π by log_softmax, by logsumexp, in other orders of memory, and by softmax."""
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
    """NumPy's arrays as JAX's; numbers stay."""
    return {m: jnp.asarray(x) if isinstance(x, np.ndarray) else x for m, x in given.items()}


def _computed(function: Callable[..., Any], logits: Floats, table: Floats, given: Batch) -> None:
    """Compute a loss without tracing it, for one that looks at its numbers."""
    function(jnp.asarray(logits), jnp.asarray(table), _arrays(given))


def _depends(jaxpr: Any) -> bool:
    """Whether a gradient depends on anything that is put in: one that does not, and is zero, is no gradient."""
    reached = {id(v) for v in jaxpr.invars}
    for equation in jaxpr.eqns:
        if any(id(v) in reached for v in equation.invars):
            reached |= {id(v) for v in equation.outvars}
    return any(id(v) in reached for v in jaxpr.outvars[1:])


def _float64() -> AbstractContextManager[None]:
    """64-bit numbers inside, the user's setting outside."""
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64  # the latter before 0.8
    found: AbstractContextManager[None] = enable(True)
    return found


__all__ = ["FromJax"]
