"""What makes a PDF: the embedded Typst compiler, or a TeX engine that is installed."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version as distribution_version
from pathlib import Path

from pgsym.errors import ReportError

TEX = {
    "latexmk": ("latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"),
    "pdflatex": ("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"),
    "tectonic": ("tectonic", "--untrusted"),
}
ENGINES = ("auto", "typst", *TEX)
SECONDS = 120


@dataclass(frozen=True)
class TexFailure(Exception):
    """A TeX run that made no PDF; carries its log."""

    engine: str
    log: bytes


def version(engine: str) -> str:
    """The first line an engine prints of its own version; raises ReportError if it cannot be run."""
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
    """The PDF of a LaTeX source; raises TexFailure with the log."""
    with tempfile.TemporaryDirectory(prefix="pgsym-") as name:
        folder = Path(name)
        (folder / "report.tex").write_bytes(tex)
        (folder / "figures").mkdir()
        for figure, content in figures.items():
            (folder / "figures" / figure).write_bytes(content)
        log = b""
        for _ in range(2 if engine == "pdflatex" else 1):
            try:
                done = subprocess.run(
                    [*TEX[engine], "report.tex"], cwd=folder, capture_output=True, timeout=SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                raise TexFailure(engine, b"it took too long") from None
            written = folder / "report.log"
            log = written.read_bytes() if written.exists() else done.stdout + done.stderr
            if done.returncode:
                raise TexFailure(engine, log)
        return (folder / "report.pdf").read_bytes()
