"""A small share of `make fuzz`: no traceback, no status 3, nothing half-written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from command_lines import command_lines, commands
from malformed_files import Malformed, malformed_files
from run import run_file, run_line

SHARE = 30
SLOW = ["report", "ce-is-pg-exactly"]  # it trains on digits, in every format: `make fuzz` runs it
LINES = [line for line in command_lines(1, SHARE) if line[:2] != SLOW]


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line).encode("unicode_escape").decode()[:60])
def test_a_command_line_ends_well(line: list[str]) -> None:
    assert run_line(line).faults == ()


@pytest.mark.parametrize("case", malformed_files(1)[:SHARE])
def test_a_malformed_file_ends_well(case: Malformed) -> None:
    assert run_file(case).faults == ()


def test_there_are_enough_and_every_command_is_among_them() -> None:
    assert len(malformed_files(0)) >= 300
    every = set(commands())
    first = {tuple(line[: len(words)]) for line in command_lines(0, 1500) for words in every}
    assert every <= first
    assert list(command_lines(5, 50)) == list(command_lines(5, 50))
