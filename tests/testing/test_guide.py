"""The user's guide is true: its test files run as they stand, and the failure shown is the one that is printed.

Run as a script, it writes the failure in the guide anew.
"""

import re
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

pytest_plugins = "pytester"
FILE = Path(__file__).parents[2] / "docs" / "hold-your-own-loss.md"
PAGE = FILE.read_text()
FILES = dict(re.findall(r"<!-- (test_\w+)\.py -->\n```python\n(.*?)```", PAGE, re.DOTALL))
(SHOWN,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
FEW = "--pgsym-examples=12"
SHOWN_TEST = "test_length_normalised"


def test_the_test_file_passes_in_an_empty_folder(run_pytest):
    done = run_pytest({"test_my_estimators": FILES["test_my_estimators"]}, FEW)
    done.assert_outcomes(passed=FILES["test_my_estimators"].count("\ndef test_") + 3)


def test_the_test_file_of_losses_passes_in_an_empty_folder(run_pytest):
    pytest.importorskip("torch")
    done = run_pytest({"test_my_loss": FILES["test_my_loss"]}, FEW, alone=True)
    done.assert_outcomes(passed=FILES["test_my_loss"].count("\ndef test_"))


def test_the_failure_shown_is_printed(run_pytest):
    done = run_pytest({SHOWN_TEST: FILES[SHOWN_TEST]})
    done.assert_outcomes(failed=1)
    said = re.findall(r"^E {7}(.*)$", done.stdout.str(), re.MULTILINE)
    assert [line.rstrip() for line in said] == f"AssertionError: {SHOWN}".splitlines()


def test_what_is_shown_to_reproduce_it_fails_so_too(run_pytest):
    script = re.sub("^    ", "", SHOWN.split("To reproduce it:\n\n")[1], flags=re.MULTILINE)
    done = run_pytest({SHOWN_TEST: FILES[SHOWN_TEST], "test_reproduced": script}, "test_reproduced.py")
    done.assert_outcomes(failed=1)
    assert f"AssertionError: {SHOWN.splitlines()[0]}\n" in done.stdout.str()


def written_anew() -> str:
    """The guide with the failure as it is printed now."""
    with TemporaryDirectory() as folder:
        Path(folder, f"{SHOWN_TEST}.py").write_text(FILES[SHOWN_TEST])
        sys.path.insert(0, folder)
        try:
            getattr(import_module(SHOWN_TEST), SHOWN_TEST)()
        except AssertionError as failure:
            return PAGE.replace(SHOWN, f"{failure}\n")
    raise AssertionError("it does not fail any more")
