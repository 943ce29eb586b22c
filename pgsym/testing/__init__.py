"""Assertions for test suites, about identities and about estimators.

Hypothesis strategies for terms are in `pgsym.testing.strategies`, for estimators in `pgsym.testing.estimator_problems`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgsym.namespaces import lazily

if TYPE_CHECKING:
    from pgsym.testing.assertions import assert_holds, assert_identity, assert_identity_in_floats, assert_refuted
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

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(
            ("assert_holds", "assert_identity", "assert_identity_in_floats", "assert_refuted"),
            "pgsym.testing.assertions",
        ),
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
            "pgsym.testing.estimators",
        ),
    },
)


__all__ = [
    "assert_direction",
    "assert_gradient_of",
    "assert_holds",
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
