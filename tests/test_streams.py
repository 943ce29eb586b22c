"""Where the output goes: a closed pipe, a full disk, an encoding without π, and what a user's file raises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from campaigns import share

from pgsym.cli.app import main

COMMAND = [sys.executable, "-m", "pgsym"]
SHOW = ("show", "policy-gradient-one-step")
HERE = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@pytest.mark.parametrize("arguments", share([("list", "--json"), SHOW], 2))
def test_a_reader_that_has_seen_enough_is_no_error(arguments: tuple[str, ...]) -> None:
    process = subprocess.Popen([*COMMAND, *arguments], env=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


@needs_dev_full
@pytest.mark.parametrize("arguments", share([("list",), SHOW, ("--version",)], 3))
def test_a_full_disk_is_one_line(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, *arguments], env=HERE, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == "pgsym: cannot write the output: No space left on device\n"


@needs_dev_full
def test_complaints_that_cannot_be_written_change_no_status() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, "show", "nothing"], env=HERE, stdout=full, stderr=full, check=False)
    assert done.returncode == 2


@pytest.mark.parametrize(
    "settings",
    share([{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}], 2),
)
def test_an_encoding_without_our_letters_gets_them_escaped(settings: dict[str, str]) -> None:
    done = subprocess.run([*COMMAND, *SHOW], env=HERE | settings, capture_output=True, check=True)
    assert b"\\u03c0_\\u03b8(a | s)" in done.stdout
    assert done.stderr == b""
    listed = subprocess.run([*COMMAND, "list", "--json"], env=HERE | settings, capture_output=True, check=True)
    assert json.loads(listed.stdout.decode("ascii"))


RAISED = {
    "raise ValueError('two\\nlines')": "ValueError: two lines",
    "raise SystemExit(0)": "SystemExit: 0",
    "raise type('Odd', (BaseException,), {})('odd')": "Odd: odd",
    "raise type('Mute', (Exception,), {'__str__': lambda self: 1/0})()": "Mute",
    "f = lambda: f()\n    f()": "RecursionError: maximum recursion depth exceeded",
}


@pytest.mark.parametrize("code", RAISED)
@pytest.mark.parametrize("where", ["at import", "in claims", "in derive"])
def test_what_a_users_file_raises_is_one_line_with_its_place(
    code: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(
        "from pgsym.claims.catalogue import Claim\nfrom pgsym.terms import Variable\n"
        f"def wrong():\n    {code}\n"
        f"{'wrong()' if where == 'at import' else ''}\n"
        f"def claims():\n    {'wrong()' if where == 'in claims' else ''}\n"
        "    x = Variable('x')\n    yield Claim('mine', 'It holds.', x, x)\n"
        f"def derive():\n    {'wrong()' if where == 'in derive' else 'return None'}\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["claims", "mine.py"])
    out, err = capsys.readouterr()
    said = err.splitlines()
    assert end.value.code == 2
    assert out == ""
    assert len(said) == 1
    assert re.match(r"pgsym: (\S*/)?mine\.py fails \(line \d+\): ", said[0])
    assert RAISED[code] in said[0]


def test_what_a_users_file_prints_is_no_part_of_the_answer(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from pgsym.claims.catalogue import Claim\nfrom pgsym.terms import Variable\nprint('at import')\n"
        "def claims():\n    print('in claims')\n    x = Variable('x')\n    yield Claim('mine', 'It.', x, x)\n"
    )
    command = [*COMMAND, "claims", "mine.py", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=HERE, capture_output=True, check=True)
    assert [claim["id"] for claim in json.loads(done.stdout)] == ["mine"]
    assert done.stderr.decode().splitlines() == ["at import", "in claims"]
