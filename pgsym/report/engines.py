"""The engines that make a PDF: the embedded Typst compiler, or an installed TeX engine."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from importlib.metadata import version as distribution_version
from pathlib import Path

from pgsym.errors import ReportError
from pgsym.report.clock import date_of_report
from pgsym.report.errors import TexFailure

TEX = {
    "latexmk": ("latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"),
    "pdflatex": ("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"),
    "tectonic": ("tectonic", "--untrusted"),
}
ENGINES = ("auto", "typst", *TEX)
SECONDS = 120


def version(engine: str) -> str:
    """The first line of an engine's version message; raises ReportError if the engine cannot be run."""
    if engine in ("auto", "typst"):
        return f"typst {distribution_version('typst')}"
    if engine not in TEX:
        raise ReportError(f"there is no engine {engine!r}; choose one of {', '.join(ENGINES)}")
    try:
        done = subprocess.run([engine, "--version"], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is None or done.returncode:
        raise ReportError(f"{engine} is not installed here; install it, or use --engine typst, which needs no TeX")
    lines = [line for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
    return lines[0].strip() if lines else engine


def run_tex(engine: str, tex: bytes, figures: dict[str, bytes]) -> bytes:
    """The PDF of a LaTeX source; raises TexFailure, with the log, if the engine makes none."""
    with tempfile.TemporaryDirectory(prefix="pgsym-") as name:
        folder = Path(name)
        (folder / "report.tex").write_bytes(tex)
        (folder / "figures").mkdir()
        for figure, content in figures.items():
            (folder / "figures" / figure).write_bytes(content)
        for _ in range(2 if engine == "pdflatex" else 1):
            status, said = _run((*TEX[engine], "report.tex"), folder)
            if status:
                written = folder / "report.log"
                raise TexFailure(engine, written.read_bytes() if written.exists() else said)
        return (folder / "report.pdf").read_bytes()


def _run(command: tuple[str, ...], folder: Path) -> tuple[int, bytes]:
    """The exit status and the output of a program; after SECONDS it is ended with all that it started."""
    seconds = str(int(date_of_report().timestamp()))
    dated = {**os.environ, "SOURCE_DATE_EPOCH": seconds, "FORCE_SOURCE_DATE": "1"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=dated,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that pdflatex, which latexmk starts, is ended with it
    ) as program:
        try:
            said, _ = program.communicate(timeout=SECONDS)
        except BaseException as reason:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            if isinstance(reason, subprocess.TimeoutExpired):
                raise TexFailure(command[0], f"{command[0]} took longer than {SECONDS} s".encode()) from None
            raise
    return program.returncode, said
