"""The pytest plugin: fixtures, the marker, options, and nothing for those who do not use it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest_plugins = "pytester"


REINFORCE = """
import pytest
from pgsym.testing import assert_unbiased

def reinforce(returns, total_scores):
    return (returns[..., None] * total_scores).mean(axis=1)
"""


def test_it_is_an_entry_point():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"pgsym": "pgsym.testing.plugin"}


def test_it_imports_nothing_heavy():
    script = (
        "import sys, pgsym.testing.plugin\n"
        "print([m for m in ('numpy', 'sympy', 'hypothesis', 'rich', 'pgsym.kernel') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_the_header_says_what_is_drawn(run_pytest):
    run_pytest("def test_nothing(): pass", "--pgsym-examples", "7", "--pgsym-seed", "3").stdout.fnmatch_lines(
        ["pgsym: *, 7 problems an assertion, seed 3"]
    )


@pytest.mark.parametrize("told", ["0", "-3", "many"])
def test_a_number_of_examples_that_is_none_is_refused(run_pytest, told):
    run_pytest("def test_nothing(): pass", f"--pgsym-examples={told}").stderr.fnmatch_lines(["*--pgsym-examples*"])


def test_options_come_from_the_run_the_module_the_test_and_the_call(run_pytest):
    text = REINFORCE + (
        "pytestmark = pytest.mark.pgsym(examples=9, group_size=2)\n"
        "def test_module():\n"
        "    held = assert_unbiased(reinforce)\n"
        "    assert (len(held.batchings), held.tried.group_size, held.tried.seed) == (9, (2,), 5)\n"
        "@pytest.mark.pgsym(examples=6, groups=1)\n"
        "def test_marked():\n"
        "    held = assert_unbiased(reinforce)\n"
        "    assert (len(held.batchings), held.tried.group_size, held.tried.groups) == (6, (2,), (1,))\n"
        "    assert len(assert_unbiased(reinforce, examples=3).batchings) == 3\n"
    )
    run_pytest(text, "--pgsym-examples=12", "--pgsym-seed=5").assert_outcomes(passed=2)


def test_options_end_with_the_test(run_pytest):
    text = REINFORCE + (
        "@pytest.mark.pgsym(examples=3)\n"
        "def test_first():\n    assert len(assert_unbiased(reinforce).batchings) == 3\n"
        "def test_then():\n    assert len(assert_unbiased(reinforce).batchings) == 6\n"
    )
    run_pytest(text, "--pgsym-examples=6").assert_outcomes(passed=2)


def test_fixtures(run_pytest):
    text = """
import pytest

def reinforce(returns, total_scores):
    return (returns[..., None] * total_scores).mean(axis=1)

def test_problems(pgsym_bandit, pgsym_tree, pgsym_mdp):
    assert pgsym_bandit.T == 1
    assert sorted(set(pgsym_tree.lengths.tolist())) == [1, 2]
    assert not pgsym_tree.on_policy
    assert sorted(set(pgsym_mdp.lengths.tolist())) == [2, 3]

@pytest.mark.pgsym(groups=2)
def test_moments(pgsym_bandit, pgsym_mdp, pgsym_tree, pgsym_moments):
    assert pgsym_moments(reinforce, pgsym_bandit).batching.groups == 2
    assert pgsym_moments(reinforce, pgsym_mdp, groups=1).unbiased
    assert not pgsym_moments(reinforce, pgsym_tree).unbiased

@pytest.mark.pgsym(examples=4)
def test_drawn(pgsym_problems, pgsym_moments):
    assert len(pgsym_problems()) == 4
    found = pgsym_problems(8, length=2, states=1)
    assert len(found) == 8
    assert all(pgsym_moments(reinforce, p).unbiased for p in found)
"""
    run_pytest(text).assert_outcomes(passed=3)


def test_who_does_not_use_it_sees_nothing_of_it(run_pytest):
    done = run_pytest("def test_nothing():\n    import sys\n    assert 1 + 1 == 2\n")
    done.assert_outcomes(passed=1)
    assert "warning" not in done.stdout.str().lower()


def test_a_marker_that_would_say_nothing_is_refused(run_pytest):
    """Where no assertion reads it, too."""
    for marker, says in (
        ("pgsym(20)", "*pgsym(…) takes options by name, such as pgsym(examples=20)*"),
        ("pgsym(exmaples=20)", "*there is no option 'exmaples': the options are actions, *"),
    ):
        text = f"import pytest\n@pytest.mark.{marker}\ndef test_it():\n    pass\n"
        done = run_pytest(text)
        assert done.ret == 4
        done.stderr.fnmatch_lines([says])


def test_a_number_of_examples_that_is_none_is_named(run_pytest):
    run_pytest("def test_it():\n    pass\n", "--pgsym-examples=0").stderr.fnmatch_lines(
        ["*'0' is not a positive number*"]
    )
