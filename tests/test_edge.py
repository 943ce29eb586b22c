"""What fails at probabilities of zero speaks of the edge of the simplex, and says so wherever it is shown."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pgsym.claims import catalogue
from pgsym.decide import Rung, counterexample, decide
from pgsym.meaning.concrete import Concrete
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.report.document import Table
from pgsym.report.pages.derivation import counterexample_of
from pgsym.terms import Positive, grad

AT_THE_EDGE = ("multiply-by-one-at-zero", "multiply-by-one-without-positivity", "reinforce-at-zero")
m = one_step()


@pytest.mark.parametrize("name", AT_THE_EDGE)
def test_a_claim_that_needs_a_one_sided_derivative_says_so(name: str) -> None:
    claim = catalogue.entry(name).claim
    assert "boundary of the simplex" in claim.says
    assert "differentiable on both sides" in claim.remark
    verdict = claim.decide()
    assert verdict.rung is Rung.REFUTED
    assert verdict.counterexample is not None
    assert "π is at the edge of the simplex" in str(verdict)
    assert "the derivative is one-sided" in str(verdict)
    assert "one-sided" in str(verdict.counterexample.record()["parametrisation"])
    (table,) = (b for b in counterexample_of(verdict.counterexample) if isinstance(b, Table))
    assert "the derivative is one-sided" in table.caption
    assert decide(claim.lhs, claim.rhs, (*claim.given, Positive(POLICY))).is_true


def test_positive_policies_say_nothing_of_an_edge() -> None:
    found = counterexample(grad(m.objective), 2 * grad(m.objective), m.hypotheses)
    assert found is not None
    assert "one-sided" not in str(found)
    whole = Concrete({POLICY: np.array([[Fraction(1, 2)], [Fraction(1, 2)]], dtype=object)}, (POLICY,))
    assert "one-sided" not in whole.parametrisation
    edge = Concrete({POLICY: np.array([[Fraction(0)], [Fraction(1)]], dtype=object)}, (POLICY,))
    assert edge.parametrisation.endswith("where it is 0 it can only grow, and the derivative is one-sided")
