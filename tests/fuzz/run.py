"""Run fuzzed command lines and malformed files in one process: `make fuzz`.

Whatever is asked, the command line ends with 0, 1 or 2 within a minute, shows no traceback, says in one line what was
wrong, and leaves whole files only.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from command_lines import command_lines, write_files
from malformed_files import malformed_files

from pgsym.cli.app import main

SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What came of a case."""

    status: int
    out: str
    err: str
    seconds: float
    faults: tuple[str, ...]


class OutOfTime(BaseException):
    """A case that took longer than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in what takes longer."""

    def stop(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # of the processor, however busy the machine is
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def alone(folder: Path) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """A process as new: streams and a folder of its own; what a user's file changed is as it was afterwards."""
    streams, modules, path, here = (sys.stdout, sys.stderr), set(sys.modules), list(sys.path), os.getcwd()
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdout, sys.stderr = (io.TextIOWrapper(b, encoding="utf-8", write_through=True) for b in (out, err))
    held = (sys.stdout, sys.stderr)
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            yield out, err
    finally:
        os.chdir(here)
        for wrapper in held:
            if not wrapper.closed:
                wrapper.detach()
        sys.stdout, sys.stderr = streams
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if name in ("mine", "loss", "good", "empty", "nothing", "x"):
                del sys.modules[name]


def run(line: list[str], folder: Path, seconds: float = SECONDS) -> Outcome:
    """One command line in a folder."""
    started = time.process_time()
    faults = []
    with alone(folder) as (out, err):
        status = -1
        try:
            with within(seconds):
                main(list(line))
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException as escaped:  # nothing may escape
            faults.append(f"{type(escaped).__name__} escapes: {escaped}")
        printed, said = (_read(b) for b in (out, err))
    taken = time.process_time() - started
    if taken > seconds:
        faults.append(f"took {taken:.0f} s")
    if status not in (0, 1, 2):
        faults.append(f"status {status}: {said[-300:]}")
    if "Traceback (most recent call last)" in printed + said:
        faults.append("a traceback")
    if status == 2 and not (said.strip() or "Usage" in printed):
        faults.append("status 2 without a word")
    if status != 0 and "--json" in line and printed.strip():
        try:
            json.loads(printed)
        except ValueError:
            faults.append("--json prints what is no JSON")
    faults += half_written(folder)
    return Outcome(status, printed, said, taken, tuple(faults))


def _read(buffer: io.BytesIO) -> str:
    return "" if buffer.closed else buffer.getvalue().decode(errors="replace")


ENDS = {".pdf": b"%%EOF", ".html": b"</html>", ".tex": b"\\fi"}


def half_written(folder: Path) -> Iterator[str]:
    """What is in a folder that no whole file is."""
    for path in folder.rglob("*"):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        content = path.read_bytes()
        if path.name.startswith("."):
            yield f"{path.name} was left behind"
        if path.suffix in ENDS and "figures" not in path.parts and not content.rstrip().endswith(ENDS[path.suffix]):
            yield f"{path.name} is not whole"
        if path.suffix == ".ipynb":
            try:
                json.loads(content)
            except ValueError:
                yield f"{path.name} is not whole"
        if path.name == "pwned" or (path == folder / "exists.py" and content != b"precious"):
            yield f"{path.name} was written"


def run_line(line: list[str], seconds: float = SECONDS) -> Outcome:
    """One command line in a new folder with some files."""
    with tempfile.TemporaryDirectory(prefix="pgsym-fuzz-") as name:
        write_files(Path(name))
        return run(line, Path(name), seconds)


def run_file(case: object, seconds: float = SECONDS) -> Outcome:
    """One malformed file in a new folder."""
    with tempfile.TemporaryDirectory(prefix="pgsym-fuzz-") as name:
        path = Path(name) / case.name  # type: ignore[attr-defined]
        if case.content is None:  # type: ignore[attr-defined]
            path.mkdir()
        else:
            path.write_bytes(case.content)  # type: ignore[attr-defined]
        return run(list(case.line), Path(name), seconds)  # type: ignore[attr-defined]


def everything(lines: int, seed: int) -> int:
    """Run all of it; returns how many cases were at fault, and prints them and a summary."""
    at_fault = 0
    for what, cases, go in (
        ("command lines", list(command_lines(seed, lines)), run_line),
        ("malformed files", malformed_files(seed), run_file),
    ):
        statuses: Counter[int] = Counter()
        slowest, started = 0.0, time.monotonic()
        for number, case in enumerate(cases):
            outcome = go(case)  # type: ignore[operator]
            statuses[outcome.status] += 1
            slowest = max(slowest, outcome.seconds)
            if outcome.faults:
                at_fault += 1
                print(f"{what} {number}: {case}\n  {'; '.join(outcome.faults)}", flush=True)
        counted = ", ".join(f"status {s}: {n}" for s, n in sorted(statuses.items()))
        spent = time.monotonic() - started
        print(f"{len(cases)} {what} in {spent:.0f} s ({counted}; the slowest {slowest:.1f} s)", flush=True)
    print(f"{at_fault} at fault")
    return at_fault


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    sys.exit(1 if everything(wanted, int(sys.argv[2]) if len(sys.argv) > 2 else 0) else 0)
