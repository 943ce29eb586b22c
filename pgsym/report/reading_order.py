"""The index page of a folder of reports: all derivations in the order of the article."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pgsym.claims import catalogue
from pgsym.claims.chapters import chapters
from pgsym.files import write_atomically
from pgsym.report.derivations import title_of
from pgsym.report.prose import plain
from pgsym.report.templates import template

FILE = "index.html"
FORMATS = ("pdf", "html", "tex", "ipynb", "typ")


@dataclass(frozen=True)
class Reports:
    """A chapter's derivations: for each its title, and its written files as pairs of format and name."""

    chapter: str
    derivations: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def scripts_in_order() -> Iterator[tuple[str, list[str]]]:
    """The title of each chapter, and the scripts that derive its claims; each script stands where it first occurs."""
    met: set[str] = set()
    for chapter in chapters():
        scripts = [
            e.script for e in catalogue.entries().values() if e.chapter == chapter.number and e.script is not None
        ]
        new = [name for name in dict.fromkeys(scripts) if name not in met]
        met.update(new)
        if new:
            yield chapter.title, new


def write_index(folder: Path, written: Iterable[Path]) -> Path:
    """Write the index page, with links to the reports in a folder."""
    names = {path.name for path in written if path.parent == folder}
    every = tuple(
        Reports(escape(chapter), tuple((escape(plain(title_of(name))), _links(name, names)) for name in scripts))
        for chapter, scripts in scripts_in_order()
    )
    page = template("index.html.jinja").render(chapters=every)
    return write_atomically(folder / FILE, page.encode())


def _links(name: str, files: Collection[str]) -> tuple[tuple[str, str], ...]:
    return tuple((kind, f"{name}.{kind}") for kind in FORMATS if f"{name}.{kind}" in files)
