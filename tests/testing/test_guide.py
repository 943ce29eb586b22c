"""The user's guide is true: its test files run as they stand, and the failure shown is the one that is printed."""

import re
from pathlib import Path

import pytest

pytest_plugins = "pytester"
PAGE = (Path(__file__).parents[2] / "docs" / "hold-your-own-loss.md").read_text()
FILES = dict(re.findall(r"<!-- (test_\w+)\.py -->\n```python\n(.*?)```", PAGE, re.DOTALL))
(SHOWN,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
FEW = "--pgsym-examples=15"
SHOWN_TEST = "test_length_normalised"


def test_the_test_file_passes_in_an_empty_folder(run):
    done = run({"test_my_estimators": FILES["test_my_estimators"]}, FEW)
    done.assert_outcomes(passed=FILES["test_my_estimators"].count("\ndef test_") + 3)


def test_the_test_file_of_losses_passes_in_an_empty_folder(run):
    pytest.importorskip("torch")
    done = run({"test_my_loss": FILES["test_my_loss"]}, FEW)
    done.assert_outcomes(passed=FILES["test_my_loss"].count("\ndef test_"))


def test_the_failure_shown_is_printed(run):
    done = run({SHOWN_TEST: FILES[SHOWN_TEST]})
    done.assert_outcomes(failed=1)
    said = re.findall(r"^E {7}(.*)$", done.stdout.str(), re.MULTILINE)
    assert [line.rstrip() for line in said] == f"AssertionError: {SHOWN}".splitlines()


def test_what_is_shown_to_reproduce_it_fails_so_too(run):
    script = re.sub("^    ", "", SHOWN.split("To reproduce it:\n\n")[1], flags=re.MULTILINE)
    done = run({SHOWN_TEST: FILES[SHOWN_TEST], "test_reproduced": script}, "test_reproduced.py")
    done.assert_outcomes(failed=1)
    assert f"AssertionError: {SHOWN.splitlines()[0]}\n" in done.stdout.str()
