"""What is decided is read again by enumeration: a slip of the evaluator does not become a theorem."""

from __future__ import annotations

from typing import Any

import pytest

from pgsym.claims import catalogue
from pgsym.decide import Rung, decide, equality
from pgsym.decide.propositions import Equal
from pgsym.decide.second_reading import read_again
from pgsym.decide.sizes import Size, decision_sizes
from pgsym.decide.verdicts import Evidence
from pgsym.errors import ReadingsDisagree
from pgsym.problems import one_step, trajectories
from pgsym.terms import Term, Variable, grad, log, sum_range, transpose
from pgsym.terms.hypotheses import Hypothesis

m, tau = one_step(), trajectories()
x, y = Variable("x"), Variable("y")
total = tau.expectation(sum_range(tau.t, 1, tau.T, of=tau.reward(tau.t)))
hessian = grad(grad(m.objective))
FALSE: dict[str, tuple[Term, Term, tuple[Hypothesis, ...]]] = {
    "numbers": (x * y, x * y + 1, ()),
    "a fraction": ((x + 1) / (y * y + 1), x / (y * y + 1), ()),
    "logarithms": (log(x * x + 1), 2 * log(x * x + 1) + 1, ()),
    "a policy": (m.policy, 2 * m.policy, m.hypotheses),
    "a lost score": (grad(m.objective), m.expectation(m.reward * m.score * m.policy), m.hypotheses),
    "the wrong sign": (grad(m.objective), -m.expectation(m.reward * m.score), m.hypotheses),
    "second derivatives": (hessian, transpose(hessian) + hessian, m.hypotheses),
    "trajectories": (total, total + tau.expectation(tau.reward(1)), tau.hypotheses),
}


def again(lhs: Term, rhs: Term, given: tuple[Hypothesis, ...], sizes: Any = None) -> int:
    identity = Equal(lhs, rhs, given)
    at = decision_sizes(identity.size_names) if sizes is None else map(Size.of, sizes)
    return read_again(identity.apart, identity.at(at), share=1)


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_found_to_be(name: str) -> None:
    with pytest.raises(ReadingsDisagree, match="was decided, but enumeration finds"):
        again(*FALSE[name])


def test_a_decision_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an evaluator that finds everything equal, a share of what is false is still noticed."""

    def agrees(*args: Any) -> Evidence:
        return Evidence("random points of prime fields", args[1], (7919,))

    monkeypatch.setattr(equality, "agreement", agrees)
    noticed = 0
    for times in range(2, 22):
        try:
            decide(m.policy, times * m.policy, m.hypotheses)
        except ReadingsDisagree:
            noticed += 1
    assert 1 <= noticed <= 12


def test_what_is_true_is_left_alone() -> None:
    """The claims of the catalogue that are decided, one in seven, all of them read."""
    read = 0
    for entry in list(catalogue.entries().values())[::7]:
        claim = entry.claim
        if claim.expected is Rung.DECIDED and claim.is_about_instances and claim.slack is None:
            read += again(claim.lhs, claim.rhs, claim.given, claim.sizes) > 0
    assert read > 15
