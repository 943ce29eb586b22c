"""The one number that a loss must return."""

from __future__ import annotations

from typing import Any

import numpy as np

from pgsym.errors import EstimatorError


def one_number(out: Any, name: str, array: str, reduction: str | None) -> Any:
    """The output of a loss, reduced as wanted; raises EstimatorError if it is not one float64 number.

    `name` is the name of the loss, and `array` describes the right type.
    """
    if not hasattr(out, "ndim") or not hasattr(out, "dtype") or isinstance(out, np.ndarray | np.generic):
        alone = "return the loss alone, as in lambda …: loss(…)[0]"
        hint = alone if isinstance(out, tuple | list | dict) else "it has no gradient"
        raise EstimatorError(f"{name} returned a {type(out).__name__}, not {array}: {hint}")
    if reduction is not None:
        out = out.mean() if reduction == "mean" else out.sum()
    if out.ndim:
        raise EstimatorError(
            f"{name} returned shape {tuple(out.shape)}, not one number: take its mean or sum in the loss, or "
            "reduction='mean' or 'sum'"
        )
    kind = str(out.dtype).removeprefix("torch.")
    if kind != "float64":
        means = "float64, because means are compared to 1e-12" if "float" in kind else "a float, to have a gradient"
        raise EstimatorError(f"{name} returned {kind}: a loss must be {means}")
    return out


__all__ = ["one_number"]
