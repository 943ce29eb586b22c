"""Rendering documents, and writing their files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pgsym.errors import ReportError
from pgsym.files import write_atomically
from pgsym.report.document import Document
from pgsym.report.engines import TEX, run_tex, version
from pgsym.report.errors import TexFailure

FORMATS = ("tex", "typ", "pdf", "html", "ipynb", "md")


@dataclass(frozen=True)
class Written:
    """The written files, and notes for the user, such as the failure of an engine."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def render(document: Document, target: str, engine: str = "auto") -> bytes:
    """The document as bytes in one of the formats tex, typ, pdf, html, ipynb, md.

    Raises ReportError for an unknown format or engine, and TexFailure if a TeX engine fails.
    """
    match target:
        case "tex":
            from pgsym.report.writers.tex import render_tex

            return render_tex(document)
        case "typ":
            from pgsym.report.writers.typ import render_typst

            return render_typst(document)
        case "html":
            from pgsym.report.writers.html import render_html

            return render_html(document)
        case "ipynb":
            from pgsym.report.writers.notebook import render_notebook

            return render_notebook(document)
        case "md":
            from pgsym.report.writers.markdown import render_markdown

            return render_markdown(document)
        case "pdf":
            return _pdf(document, engine)
    raise ReportError(f"there is no format {target!r}; choose from {', '.join(FORMATS)}")


def _pdf(document: Document, engine: str) -> bytes:
    named = replace(document, versions=(*document.versions, _engine_version(engine)))
    if engine in TEX:
        from pgsym.report.writers.tex import render_tex

        return run_tex(engine, render_tex(named), {f"{f.name}.pdf": f.pdf for f in document.figures})
    from pgsym.report.writers.typ import compile_pdf

    return compile_pdf(named)


def _engine_version(engine: str) -> tuple[str, str]:
    name, _, rest = version(engine).partition(" ")
    return name, rest or "(version not stated)"


def checked(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats without repetitions; raises ReportError for an unknown format, and without any."""
    formats = tuple(dict.fromkeys(formats))
    for target in formats:
        if target not in FORMATS:
            raise ReportError(f"there is no format {target!r}; choose from {', '.join(FORMATS)}")
    if not formats:
        raise ReportError(f"no format is named; choose from {', '.join(FORMATS)}")
    return formats


def write(document: Document, folder: Path, formats: Iterable[str], engine: str = "auto") -> Written:
    """Write a document in some formats, and return the files.

    All files are written, or none: writing begins when everything has been rendered.  Figures for LaTeX, Typst and
    Markdown go to a folder `figures` beside the source.  If a TeX engine fails, its log is kept beside the
    .tex, and Typst makes the PDF.  Raises ReportError for an unknown format or engine.
    """
    formats = checked(formats)
    version(engine)
    made: dict[Path, bytes] = {}
    kept: dict[Path, bytes] = {}
    notes: list[str] = []
    for target in formats:
        try:
            content = render(document, target, engine)
        except TexFailure as failure:
            log = folder / f"{document.id}.log"
            kept |= {log: failure.log, folder / f"{document.id}.tex": render(document, "tex")}
            notes.append(f"{failure.engine} failed (see {log}); Typst made the PDF instead")
            content = render(document, target, "typst")
        made[folder / f"{document.id}.{target}"] = content
        for figure in document.figures:
            if target == "tex":
                made[folder / "figures" / f"{figure.name}.pdf"] = figure.pdf
            elif target in ("typ", "md"):
                made[folder / "figures" / f"{figure.name}.svg"] = figure.svg
    for path, content in (kept | made).items():
        write_atomically(path, content)
    return Written(tuple(made), tuple(notes))
