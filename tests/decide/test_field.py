"""Whether a field is a gradient, with the potential or with two mixed derivatives that differ."""

from fractions import Fraction

import pytest
import sympy
from reference import confirm

from pgsym.decide import IsGradient, Rung, decide
from pgsym.decide.field import constructed
from pgsym.decide.line_integrals import line_integral
from pgsym.errors import InstanceError, SortError, TooLarge
from pgsym.meaning.written_out.exact import exact, parameters
from pgsym.problems import one_step, sequences
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import ACTION, Frozen, Positive, ThetaFree, Variable, expect, function, grad, log, outer
from pgsym.terms.sorts import PARAMETER

o, m = one_step(), sequences()
kappa, paid = function("κ", ACTION), function("ϱ", ACTION)
mean = {f.name: expect(f(o.a), (o.s, o.state_law), (o.a, o.policy_law)) for f in (kappa, paid)}
twice = (1 + mean["κ"]) * grad(mean["ϱ"])
given_twice = (*o.hypotheses, ThetaFree(kappa), ThetaFree(paid))
pairwise = m.expectation(m.pairwise)

GRADIENTS = {
    "the policy gradient of one step": (o.expectation(o.reward * o.score), o.hypotheses, o.objective),
    "REINFORCE": (m.expectation(m.full), m.hypotheses, m.objective),
    "teacher forcing": (m.over_gold(m.total_score), m.hypotheses, m.over_gold(m.log_likelihood())),
    "exogenous states": (pairwise, m.with_exogenous_states, m.objective),
    "a gradient": (grad(m.objective), m.hypotheses, m.objective),
}
NOT_GRADIENTS = {
    "pairwise": (pairwise, m.hypotheses, None),
    "a reward that changes its weight": (o.policy * grad(o.objective), o.hypotheses, None),
    "one state visited twice": (twice, given_twice, {"S": 1, "A": 3}),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_potential_is_found(name):
    field, given, expected = GRADIENTS[name]
    found = decide(IsGradient(field, given))
    assert (found.exists, found.rung, found.term) == (True, Rung.DECIDED, expected)
    assert found.counterexample is None
    assert found.mixed == ""
    assert str(found).startswith("a gradient: F = ")


@pytest.mark.parametrize("name", NOT_GRADIENTS)
def test_mixed_derivatives_that_differ_are_found(name):
    field, given, size = NOT_GRADIENTS[name]
    found = decide(IsGradient(field, given))
    assert (found.exists, found.rung, found.term) == (False, Rung.REFUTED, None)
    assert found.counterexample is not None
    assert found.counterexample.lhs != found.counterexample.rhs
    assert size in (None, dict(found.counterexample.size.counts))
    confirm(found.counterexample)


def test_the_smallest_instance_of_the_open_question():
    """Two states, two actions, two steps: 1/16 against 0."""
    found = decide(IsGradient(pairwise, m.hypotheses))
    assert found.mixed == "∂_i F_j = 1/16 and ∂_j F_i = 0 for i = θ(1,1), j = θ(2,1)"
    assert dict(found.counterexample.size.counts) == {"S": 2, "A": 2, "T": 2}
    assert (found.counterexample.lhs, found.counterexample.rhs) == ((Fraction(1, 16),), (0,))
    assert found.mixed in str(found)


class TestCandidates:
    field = m.expectation(m.to_go)

    def test_one_is_taken_where_its_gradient_is_the_field(self):
        assert (
            decide(IsGradient(self.field, m.hypotheses, candidates=[2 * m.objective, m.objective])).term == m.objective
        )

    def test_a_wrong_one_is_not(self):
        found = decide(IsGradient(self.field, m.hypotheses, candidates=[2 * m.objective]))
        assert (found.exists, found.term, found.gradient) == (True, None, None)

    def test_they_do_not_matter_where_there_is_none(self):
        assert decide(IsGradient(pairwise, m.hypotheses, candidates=[m.objective])).exists is False

    def test_those_constructed_are_numbers(self):
        assert [str(t) for t, _ in constructed(o.expectation(o.reward * o.score), o.theta)] == [
            "E_{s∼D, a∼π_θ(· | s)}[r(s, a)]",
            "E_{s∼D, a∼π_θ(· | s)}[r(s, a) log π_θ(a | s)]",
        ]


def test_without_a_search_nothing_is_said():
    found = decide(IsGradient(pairwise, m.hypotheses), budget=0)
    assert (found.exists, found.rung) == (None, Rung.UNDECIDED)
    assert str(found).startswith("undecided: is F = ")


def test_what_is_held_fixed_is_a_slice_of_its_own():
    """Held-fixed weights make a gradient of what is none."""
    old = Variable("θ'", PARAMETER)
    weight = expect(REWARD(o.s, o.a), (o.a, o.policy_law))
    fixed = weight.over.symbol  # π
    held = expect(REWARD(o.s, o.a), (o.a, fixed.law(o.s, old)))
    assert decide(IsGradient(held * grad(o.policy, o.theta), (*o.hypotheses, Frozen(old, o.theta)))).exists
    assert decide(IsGradient(weight * grad(o.policy), o.hypotheses)).exists is False


def test_two_actions_only():
    """One state visited twice: for two actions there is a potential, for three there is none."""
    found = decide(IsGradient(twice, given_twice, write={"S": 1, "A": 2}, policy="sigmoid"), sizes=[{"S": 1, "A": 2}])
    assert (found.exists, found.term) == (True, None)
    assert found.written_at == "S = 1, A = 2, sigmoid policy"
    (theta,) = parameters(twice, S=1, A=2, policy="sigmoid", given=given_twice)
    field = exact(twice, S=1, A=2, policy="sigmoid", given=given_twice)[0]
    assert sympy.simplify(sympy.diff(found.written, theta) - field) == 0
    assert f"at {found.written_at}: {found.written}" in str(found)


class TestLineIntegrals:
    def test_the_gradient_is_the_field(self):
        field, size = o.expectation(o.reward * o.score), {"S": 2, "A": 2}
        written = line_integral(field, size, policy="softmax", given=o.hypotheses)
        theta = parameters(field, size, given=o.hypotheses)
        expected = exact(field, size, given=o.hypotheses)
        for t, entry in zip(theta, expected, strict=True):
            assert sympy.simplify(sympy.diff(written, t) - entry) == 0

    @pytest.mark.campaign
    def test_none_where_there_is_none(self):
        size = {"S": 2, "A": 2, "T": 2}
        assert line_integral(pairwise, size, policy="sigmoid", given=m.hypotheses, at={"rho_1": 1}) is None

    def test_none_of_what_is_not_rational(self):
        assert line_integral(log(o.objective) * grad(o.objective), {"S": 1, "A": 2}, policy="sigmoid") is None
        assert line_integral(grad(o.objective), {"S": 1, "A": 2}, given=()) is None

    @pytest.mark.campaign
    def test_refused(self):
        with pytest.raises(InstanceError, match="softmax and sigmoid policies"):
            line_integral(grad(o.objective), {"S": 1, "A": 2}, policy="linear")
        with pytest.raises(TooLarge, match="operations"):
            line_integral(pairwise, {"S": 3, "A": 3, "T": 3}, given=m.hypotheses)


def test_only_fields_are_asked_about():
    for term in (o.objective, outer(o.score, o.score)):
        with pytest.raises(SortError, match="only a field may be a gradient"):
            decide(IsGradient(term))
    old = Variable("θ'", PARAMETER)
    with pytest.raises(SortError, match="has one parameter"):
        decide(IsGradient(grad(o.objective) + grad(o.objective, old)))


def test_a_logarithm_is_no_obstacle():
    positive = (*o.hypotheses, Positive(REWARD))
    assert decide(IsGradient(log(o.objective) * grad(o.objective), positive)).exists


def test_a_score_beside_a_gradient_has_a_potential():
    """As with a bonus of entropy: neither leaving out the scores alone nor the gradient signs alone makes a number."""
    entropy = -o.expectation(log(o.policy))
    found = decide(IsGradient(o.expectation(o.reward * o.score) + 3 * grad(entropy), o.hypotheses))
    assert found.exists
    assert str(found.term) == f"{o.objective} + 3 (−{o.expectation(log(o.policy))})"
    assert found.found == "the field with its scores and gradient signs left out"


def test_a_divisor_under_an_expectation_is_no_potential_outside_it():
    """Its state is bound in the field, and would be free in its logarithm."""
    one = (o.policy - Fraction(1, 3)) ** 2
    field = expect(grad(one) / one, (o.s, o.state_law))
    found = decide(IsGradient(field, o.hypotheses), sizes=({"S": 1, "A": 3},))
    assert (found.exists, found.term, len(found.holes)) == (None, None, 1)
