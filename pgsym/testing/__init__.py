"""For test suites: assertions about identities and about estimators; strategies for Hypothesis lie beside them.

Strategies for terms are in `pgsym.testing.strategies`, those for estimators in `pgsym.testing.estimator_problems`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pgsym.testing.assertions import assert_identity, assert_identity_in_floats, assert_refuted
    from pgsym.testing.estimators import (
        assert_direction,
        assert_gradient_of,
        assert_lower_variance,
        assert_padding_ignored,
        assert_partition_invariant,
        assert_same_gradient,
        assert_scaled,
        assert_unbiased,
    )

HOMES: Final = {
    **dict.fromkeys(("assert_identity", "assert_identity_in_floats", "assert_refuted"), "assertions"),
    **dict.fromkeys(
        (
            "assert_direction",
            "assert_gradient_of",
            "assert_lower_variance",
            "assert_padding_ignored",
            "assert_partition_invariant",
            "assert_same_gradient",
            "assert_scaled",
            "assert_unbiased",
        ),
        "estimators",
    ),
}


def __getattr__(name: str) -> Any:
    """An assertion, imported when it is asked for: pytest loads the plugin beside it in every run."""
    if name in HOMES:
        return getattr(import_module(f"pgsym.testing.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "assert_direction",
    "assert_gradient_of",
    "assert_identity",
    "assert_identity_in_floats",
    "assert_lower_variance",
    "assert_padding_ignored",
    "assert_partition_invariant",
    "assert_refuted",
    "assert_same_gradient",
    "assert_scaled",
    "assert_unbiased",
]
