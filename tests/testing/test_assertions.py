"""The assertions accept what is true, refuse what is false, and say why."""

import contextlib
import io
import subprocess
import sys
from fractions import Fraction

import pytest
from campaigns import share

from pgsym.decide import AtMost, Equal, IsGradient, Rung
from pgsym.extras import install
from pgsym.problems import classification
from pgsym.problems.classification_problem import LOGIT, POLICY
from pgsym.terms import Number, Positive, Variable, absolute, expect, given, grad, log, sum_over
from pgsym.testing import assert_holds, assert_identity, assert_identity_in_floats, assert_refuted

m = classification()
zero = Number(Fraction(0))
without_positive = tuple(h for h in m.hypotheses if not isinstance(h, Positive))
sampled = m.over_batches(m.average(m.reward.symbol(m.s_i, m.a_i) * grad(log(m.policy.symbol(m.a_i, m.s_i, m.theta)))))
LEDGER = {
    "policy gradient": (grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses),
    "unbiased estimator": (sampled, grad(m.objective), m.hypotheses),
    "score has mean zero": (m.expectation(m.score), zero, m.hypotheses),
    "multiply by one": (grad(m.policy), m.policy * (grad(m.policy) / m.policy), m.hypotheses),
    "log-derivative": (grad(m.policy) / m.policy, m.score, m.hypotheses),
    "cross entropy": (-grad(m.cross_entropy), m.over_states(m.right_score), m.hypotheses),
    "weight": (grad(m.accuracy), m.over_states(m.right_mass * m.right_score), m.hypotheses),
    "all actions": (
        -grad(m.soft_cross_entropy),
        m.over_states(sum_over(m.a, of=m.label_mass * m.score)),
        m.hypotheses,
    ),
    "importance weights": (m.expectation(m.label_mass / m.policy * m.score), -grad(m.soft_cross_entropy), m.hypotheses),
    "success filter": (expect(m.score, (m.a, given(m.policy_law, m.a, m.is_right))), m.right_score, m.hypotheses),
    "mean absolute error": (
        1 - m.right_mass,
        Fraction(1, 2) * sum_over(m.a, of=absolute(m.policy - m.is_right)),
        m.hypotheses,
    ),
    "softmax logits": (
        grad(log(m.policy)),
        grad(m.logit) - sum_over(m.b, of=POLICY(m.b, m.s, m.theta) * grad(LOGIT(m.s, m.b, m.theta))),
        (m.softmax,),
    ),
    "zeros in π": (m.expectation(m.policy / m.policy), m.expectation(1), without_positive),
}


@pytest.mark.parametrize("name", LEDGER)
def test_true_identities_are_decided(name):
    verdict = assert_identity(*LEDGER[name])
    assert verdict.rung is Rung.DECIDED
    assert verdict.evidence.log2_error < -100


@pytest.mark.parametrize("name", share(LEDGER, 3))
def test_true_identities_hold_in_floats(name):
    verdict = assert_identity_in_floats(*LEDGER[name], examples=60)
    assert verdict.rung is Rung.TESTED
    assert verdict.evidence.examples >= 40
    assert float(verdict.evidence.note.removeprefix("worst relative error ")) < 1e-15


@pytest.mark.parametrize("factor", [-1, 1 + Fraction(1, 10**9)])
@pytest.mark.parametrize("name", share([name for name, (_, rhs, _) in LEDGER.items() if rhs != zero], 4))
def test_false_identities_fail_in_floats(name, factor):
    """Even one that is off by a billionth."""
    lhs, rhs, hypotheses = LEDGER[name]
    with pytest.raises(AssertionError, match=r"\nleft .*, right .* at "):
        assert_identity_in_floats(lhs, factor * rhs, hypotheses)


@pytest.mark.parametrize("name", [name for name, (_, rhs, _) in LEDGER.items() if rhs != zero])
def test_false_identities_are_refuted(name):
    lhs, rhs, hypotheses = LEDGER[name]
    found = assert_refuted(lhs, 2 * rhs, hypotheses)
    assert found.lhs != found.rhs


def test_a_true_identity_is_not_refuted():
    with pytest.raises(AssertionError, match=r"^not refuted\ndecided: "):
        assert_refuted(*LEDGER["policy gradient"])


def test_the_failure_shows_the_counterexample_and_replays_it():
    with pytest.raises(AssertionError) as caught:
        assert_identity(grad(m.accuracy), -grad(m.cross_entropy), m.hypotheses)
    message = str(caught.value)
    assert "π = [[1/2, 1/2]]" in message
    verdict, script = message.split("To replay it:")
    assert "left  (1/4, -1/4)" in verdict
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(script, {})
    assert out.getvalue() == "left  (1/4, -1/4)\nright (1/2, -1/2)\n"


def test_sizes_are_the_callers():
    one_state = (m.over_states(m.state_mass), sum_over(m.s, of=m.state_mass), m.hypotheses)
    assert [str(s) for s in assert_identity(*one_state, sizes=[{"S": 1}]).evidence.sizes] == ["|S| = 1"]
    with pytest.raises(AssertionError):
        assert_identity(*one_state)


def test_what_is_only_tested_is_not_decided():
    """The logarithms of (1 + π)² multiplied out and of 1 + π are independent numbers in a finite field."""
    multiplied_out = 1 + 2 * m.policy + m.policy**2
    with pytest.raises(AssertionError, match=r"^not decided\ntested: "):
        assert_identity(log(multiplied_out), 2 * log(1 + m.policy), m.hypotheses)
    assert_identity_in_floats(log(multiplied_out), 2 * log(1 + m.policy), m.hypotheses)


def test_a_dropped_hypothesis_is_seen_in_floats():
    """At π = 0 the fraction ∇π/π does not exist."""
    lhs, rhs, _ = LEDGER["multiply by one"]
    with pytest.raises(AssertionError, match="one side is undefined"):
        assert_identity_in_floats(lhs, rhs, without_positive)


def test_the_float_failure_is_the_simplest_problem():
    with pytest.raises(AssertionError) as caught:
        assert_identity_in_floats(m.expectation(m.reward), m.expectation(2 * m.reward), m.hypotheses)
    assert str(caught.value).splitlines()[1:] == [
        "left 1, right 2 at |S| = 1, |A| = 1",
        "D(s) = [1.0]",
        "r(s, a) = [[1.0]]",
        "π_θ(a | s) = [[1.0]]",
    ]


def test_cancellation_is_no_disagreement():
    """(c + 10^16) − 10^16 loses every digit of c."""
    c = Variable("c")
    assert_identity_in_floats((c + 10**16) - 10**16, c)
    with pytest.raises(AssertionError):
        assert_identity_in_floats((c + 10) - 10, c * (1 + Fraction(1, 10**6)))


def test_nothing_known_is_no_evidence():
    c = Variable("c")
    with pytest.raises(AssertionError, match="no problem was drawn"):
        assert_identity_in_floats(1 / (c - c), 2 / (c - c))


def test_without_hypothesis_the_extra_is_named():
    script = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from pgsym.testing import assert_identity, assert_identity_in_floats\n"
        "from pgsym.problems import one_step\n"
        "m = one_step()\n"
        "assert_identity(m.objective, m.objective, m.hypotheses)\n"
        "try:\n    assert_identity_in_floats(m.objective, m.objective)\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == f"property tests need Hypothesis: {install('testing')}\n", done.stderr


def test_propositions_of_every_kind_are_held_and_refuted():
    square = m.policy * m.policy
    assert assert_holds(AtMost(square, m.policy, slack=m.policy * (1 - m.policy)), m.hypotheses).rung is Rung.DECIDED
    assert assert_holds(IsGradient(m.expectation(m.reward * m.score)), m.hypotheses).exists
    assert assert_refuted(AtMost(m.policy, square), m.hypotheses).lhs == (Fraction(1, 2),)
    assert assert_refuted(Equal(m.policy, square), m.hypotheses).lhs == (Fraction(1, 2),)
    for false in (AtMost(m.policy, square), Equal(m.policy, square), IsGradient(m.policy * m.right_score)):
        with pytest.raises(AssertionError, match=r"refuted|no gradient"):
            assert_holds(false, m.hypotheses)
    with pytest.raises(AssertionError, match="not decided"):
        assert_holds(AtMost(square, m.policy), m.hypotheses)  # true, but nothing shows it
