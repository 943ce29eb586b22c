"""For test suites: assertions about identities; strategies for Hypothesis are in `pgsym.testing.strategies`."""

from pgsym.testing.assertions import assert_identity, assert_identity_in_floats, assert_refuted

__all__ = ["assert_identity", "assert_identity_in_floats", "assert_refuted"]
