"""Losses in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Floats
from pgsym.estimators.losses.loss import Batch, FromLoss, Gradients
from pgsym.extras import install

try:
    import torch
    from torch.func import vmap
    from torch.overrides import TorchFunctionMode
except ImportError as error:
    raise EstimatorError(f"from_torch needs PyTorch: {install('torch')}") from error

LESS: Final = (torch.float32, torch.float16, torch.bfloat16)
NARROW: Final = 1e-13
"""The largest relative change of gradients, after float32 is replaced by float64, that counts as none."""
COMPARED: Final = 3
"""How many samples are also differentiated one by one, to see that vmap gives the same."""


@dataclass(eq=False)
class FromTorch(FromLoss):
    """A loss in PyTorch as an estimator: vmap over samples, then one backward pass through all of them."""

    framework: ClassVar[str] = "PyTorch"
    array: ClassVar[str] = "a tensor"
    compared: bool = field(init=False, repr=False, default=False)
    flows: bool = field(
        init=False, repr=False, default=False
    )  # whether some sample, differentiated alone, had a gradient

    def float64(self) -> AbstractContextManager[None]:
        """A context in which new floats are float64; the user's settings are restored."""
        return _float64()

    def tried(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> bool:
        """Whether the loss can be computed on one batch."""
        with _float64():
            try:
                theta = torch.tensor(moved).requires_grad_().clone()
                self.value(theta, torch.tensor(table), _tensors(given) | _tensors(same))
            except Exception:
                return False
            return True

    def at_once(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """The gradients by one vmap and one backward pass; those of the first samples are checked one by one."""
        found = self._vectorised(moved, table, given, _tensors(same))
        if self.compared:
            return found
        few = {m: x[:COMPARED] for m, x in given.items()}
        alone = self.looped(moved[:COMPARED], table, few, same)
        self.compared = True
        if all(np.allclose(x[:COMPARED], y, 1e-9, 1e-9, True) for x, y in zip(found, alone, strict=True)):
            return found
        self.one_by_one(RuntimeError("the result for one sample differs from the result in a batch"))
        return self.looped(moved, table, given, same)

    def _vectorised(self, moved: Floats, table: Floats, given: Batch, constant: Batch) -> Gradients:
        leaves = self._leaves(moved, table)

        def one(batch: Batch, z: Any, *policy: Any) -> Any:
            return self.value(z, policy[0] if policy else None, batch | constant)

        losses = vmap(one)(_tensors(given), *(leaf.clone() for leaf in leaves))  # clones may be changed in place
        if not losses.requires_grad:
            raise self.no_gradient()
        return _numbers(losses, leaves)

    def narrowed(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> str | None:
        """The types below float64 that change the gradients: some samples are computed again all in float64."""
        with _float64():
            try:
                own = self.looped(moved, table, given, same)
                with _Promoted() as mode:
                    wide = self.looped(moved, table, given, same)
            except Exception:  # a loss that insists on its types
                return ""
        if not mode.met:
            return None
        matter = not all(np.allclose(x, y, NARROW, NARROW, True) for x, y in zip(own[1:], wide[1:], strict=True))
        return ", ".join(sorted(mode.met)) if matter else ""

    def looped(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """The gradients by a forward pass for every sample, then one backward pass."""
        leaves = self._leaves(moved, table)
        batches, constant = _tensors(given), _tensors(same)
        losses = [
            self.value(
                leaves[0][n].clone(),
                leaves[1][n].clone() if leaves[1:] else None,
                {m: x[n].clone() for m, x in batches.items()} | constant,
            )
            for n in range(len(moved))
        ]
        self.flows = self.flows or any(loss.requires_grad for loss in losses)
        if not self.flows:
            raise self.no_gradient()
        return _numbers(torch.stack(losses), leaves)

    def _leaves(self, moved: Floats, table: Floats) -> list[Any]:
        """The leaves, one for each sample: the gathered logits and, if the loss uses `policy`, the table."""
        leaves = [torch.tensor(moved)]
        if "policy" in self.meant:
            leaves.append(torch.tensor(table).repeat(len(moved), 1, 1))
        return [leaf.requires_grad_() for leaf in leaves]

    @staticmethod
    def formulas(logits: Floats) -> list[Floats]:
        """π, and log π by log_softmax, by logsumexp, in other memory orders, by softmax, and from π itself."""
        with _float64():
            z = torch.tensor(logits)
            log_pi = torch.log_softmax(z, -1)
            others = (
                z - torch.logsumexp(z, -1, keepdim=True),
                torch.log_softmax(z.flip(-1), -1).flip(-1),
                torch.log_softmax(z.T.contiguous(), 0).T,
                torch.log(torch.softmax(z, -1)),
                torch.log(torch.exp(log_pi)),
            )
            return [x.numpy() for x in (torch.exp(log_pi), log_pi, *others)]

    def log_softmax(self, logits: Any) -> Any:
        """The log-softmax over the last axis."""
        return torch.log_softmax(logits, -1)

    def taken(self, log_pi: Any, actions: Any) -> Any:
        """The entries at the actions taken."""
        return log_pi.gather(-1, actions.unsqueeze(-1)).squeeze(-1)

    def exp(self, x: Any) -> Any:
        """e^x."""
        return torch.exp(x)


def _numbers(losses: Any, leaves: list[Any]) -> Gradients:
    """The losses and their gradients, from one gradient of the sum: each loss has its own part of the leaves."""
    total = losses.sum()
    rises = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves)
    found = [np.zeros(leaf.shape) if g is None else g.numpy() for g, leaf in zip(rises, leaves, strict=True)]
    return losses.detach().numpy(), found[0], found[1] if leaves[1:] else np.zeros(1)


def _tensors(given: Batch) -> Batch:
    """The batch with arrays copied to tensors; numbers stay."""
    return {m: torch.tensor(x) if isinstance(x, np.ndarray) else x for m, x in given.items()}


class _Promoted(TorchFunctionMode):  # type: ignore[misc]
    """A mode in which float32 and less become float64; `met` collects what was replaced, such as float()."""

    def __init__(self) -> None:
        super().__init__()
        self.met: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        if name in ("float", "half", "bfloat16") and len(args) == 1:
            self.met.add(f"{name}()")
            return args[0].double()
        wide = [self._wide(x) for x in args]
        named = {k: self._wide(x) for k, x in (kwargs or {}).items()}
        return func(*wide, **named)

    def _wide(self, value: Any) -> Any:
        if isinstance(value, torch.dtype) and value in LESS:
            self.met.add(str(value))
            return torch.float64
        if isinstance(value, torch.Tensor) and value.dtype in LESS:
            self.met.add(str(value.dtype))
            return value.double()
        return value


@contextmanager
def _float64() -> Iterator[None]:
    """A context with float64 as default, gradients on, and one thread; the user's settings are restored.

    Several threads would be slower on small batches, because they wait for each other.
    """
    before, threads = torch.get_default_dtype(), torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        torch.set_default_dtype(before)
        torch.set_num_threads(threads)


__all__ = ["FromTorch"]
