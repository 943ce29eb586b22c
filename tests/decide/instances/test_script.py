"""The Python of a counterexample prints what the counterexample states."""

import contextlib
import io
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from pgsym.decide import counterexample
from pgsym.errors import PgsymError
from pgsym.problems import classification
from pgsym.problems.classification_problem import LOGIT, REWARD
from pgsym.terms import ACTION, STATE, Number, Positive, Symbol, Variable, expect, given, grad, log, sum_over, transpose

m = classification()
c = Variable("c")
right = given(m.policy_law, m.a, m.is_right)
old = Symbol("π_old", (ACTION, STATE), outcomes=1)
without_positive = tuple(h for h in m.hypotheses if not isinstance(h, Positive))
sampled = m.over_batches(m.average(m.reward.symbol(m.s_i, m.a_i)))
one_batch = m.average(m.reward.symbol(m.s_i, m.a_i))
FALSE = {
    "one number": (m.accuracy, 2 * m.accuracy, m.hypotheses),
    "gradients": (grad(m.accuracy), -grad(m.cross_entropy), m.hypotheses),
    "a gradient and zero": (grad(m.objective), Number(Fraction(0)), m.hypotheses),
    "zero and a gradient": (Number(Fraction(0)), grad(m.objective), m.hypotheses),
    "what else depends on θ": (grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses[1:]),
    "zeros in π": (grad(m.objective), 2 * grad(m.objective), without_positive),
    "undefined coordinates": (m.policy * (grad(m.policy) / m.policy), grad(m.policy), ()),
    "an undefined value": (m.policy / m.policy, m.policy + sum_over(m.b, of=m.policy * 0), ()),
    "free variables": (m.policy, m.policy**2, m.hypotheses),
    "a real variable": (c * m.policy, m.policy, ()),
    "real variables alone": (c * c, c, ()),
    "logarithms": (m.cross_entropy, m.accuracy, m.hypotheses),
    "logarithms, two symbols called y": (m.soft_cross_entropy, m.cross_entropy, m.hypotheses),
    "logits": (grad(log(m.policy)), grad(m.logit), (m.softmax,)),
    "logits in the value": (m.policy, m.policy * LOGIT(m.s, m.a, m.theta), (m.softmax,)),
    "rounds": (sampled, 2 * m.objective, m.hypotheses),
    "a free batch": (one_batch, one_batch * one_batch, m.hypotheses),
    "a second policy": (expect(m.reward, (m.a, old.law(m.s))), expect(m.reward, (m.a, m.policy_law)), m.hypotheses),
    "a condition": (
        expect(m.reward, (m.a, given(m.policy_law, m.a, m.is_right))),
        2 * REWARD(m.s, m.label),
        m.hypotheses[:3],
    ),
    "matrices": (grad(m.policy * grad(m.objective)), transpose(grad(m.policy * grad(m.objective))), m.hypotheses),
    "a matrix and zero": (grad(grad(m.objective)), Number(Fraction(0)), m.hypotheses),
    "a joint law": (m.expectation(m.joint), m.expectation(m.policy), m.hypotheses[:3]),
}


def run(script):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(script, {})
    return out.getvalue()


@pytest.mark.parametrize("case", FALSE)
def test_prints_both_sides_as_stated(case):
    lhs, rhs, hypotheses = FALSE[case]
    found = counterexample(lhs, rhs, hypotheses)
    assert found is not None
    assert run(found.python()) == f"left  {found.shown(found.lhs)}\nright {found.shown(found.rhs)}\n"
    assert found.lhs != found.rhs


def test_runs_in_a_fresh_interpreter():
    found = counterexample(*FALSE["gradients"])
    python = [sys.executable, "-X", "utf8", "-c", found.python()]
    done = subprocess.run(python, capture_output=True, text=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("left  (1/4, -1/4)\nright (1/2, -1/2)\n", "")


def test_names_that_python_takes_for_one():
    """ϱ and ρ, and subscripts, which are no part of Python's names."""
    one, other, third = (Symbol(name, (STATE,)) for name in ("ρ", "ϱ", "x₁"))
    total = one(m.s) + 2 * other(m.s) + 3 * third(m.s)
    found = counterexample(total, 2 * total)
    assert run(found.python()) == f"left  {found.shown(found.lhs)}\nright {found.shown(found.rhs)}\n"


def test_a_matrix_shows_the_entry_that_differs():
    found = counterexample(*FALSE["matrices"])
    assert found.entry is not None
    assert len(found.lhs) == len(found.rhs) == 1
    assert found.coordinates == tuple(found.candidate.coordinates[i] for i in found.entry)
    assert f"in row {found.coordinates[0]}, column {found.coordinates[1]} of the matrices" in str(found)
    assert found.confirmation == "confirmed by enumeration"


def test_is_short_enough_to_read():
    script = counterexample(*FALSE["gradients"]).python()
    assert len(script.splitlines()) < 45
    assert max(map(len, script.splitlines())) <= 120
    assert '"π": [[F(1, 2), F(1, 2)]],' in script
    assert "# ∇_θ E_{s∼D, a∼π_θ(· | s)}[1{a = y(s)}]" in script


def test_a_changed_table_changes_what_is_printed():
    found = counterexample(*FALSE["gradients"])
    script = found.python().replace("[[F(1, 2), F(1, 2)]]", "[[F(1, 3), F(2, 3)]]")
    assert run(script) == "left  (2/9, -2/9)\nright (2/3, -2/3)\n"


NAMES = [
    *("reward for x", 'a "b"', "it's", "print", "from_record", "hypothesis_from_record", "lambda", "x y  z"),
    *(
        "back\\slash",
        "{0}",
        "%s",
        "F",
        "ü b",
        "left",
        "#c",
        "1",
        "a, b",
        "[",
        "given",
        "None",
        "a' b",
    ),
]


def statement_with(name, variable):
    """Two sides that differ, whose symbols and bound names are called so; long, so that lines are broken."""
    s, a = Variable("s", STATE), Variable(variable, ACTION)
    f, g = Symbol(name, (STATE,)), Symbol(f"other {name}", (STATE, ACTION))
    value = sum_over(a, of=g(s, a) * g(s, a) + g(s, a) * f(s) + 3 * g(s, a))
    return f(s) * f(s) + value * f(s) + value, f(s) * value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("named", ["symbols", "variables", "both"])
def test_whatever_is_called_whatever_it_runs(name, named):
    lhs, rhs = statement_with(name if named != "variables" else "f", name if named != "symbols" else "a")
    found = counterexample(lhs, rhs)
    assert run(found.python()) == f"left  {found.shown(found.lhs)}\nright {found.shown(found.rhs)}\n"


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@hypothesis_given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), st.text(" ab'\"\\", max_size=40))
def test_any_name_at_all_runs(name, variable):
    try:
        found = counterexample(*statement_with(name, f"a{variable}"))
    except PgsymError:
        return  # a name that is refused, or taken by something else
    assert run(found.python()) == f"left  {found.shown(found.lhs)}\nright {found.shown(found.rhs)}\n"


def test_lines_are_no_longer_than_they_must_be():
    lhs, rhs = statement_with("f", "a")
    assert all(len(line) <= 112 for line in counterexample(lhs, rhs).python().splitlines() if not line.startswith("#"))
