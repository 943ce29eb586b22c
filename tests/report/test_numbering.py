"""Documents with numbers, labels, references, long tables and drawings, the same in every format."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pgsym.errors import ReportError
from pgsym.report.document import (
    Badge,
    Beside,
    Document,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Reference,
    Statement,
    Table,
)
from pgsym.report.figures.graph import Graph, draw
from pgsym.report.numbering import numbers, section_numbers
from pgsym.report.render import FORMATS, render

HALF = Fraction(1, 2)


def drawing(name: str, states: int = 1) -> Figure:
    """A bandit in some states, drawn; with three states it is too wide to stand beside a table."""
    moves = tuple(((Fraction(1), *(Fraction(0),) * (states - 1)),) * 2 for _ in range(states)) if states > 1 else ()
    pays = ("r", ((Fraction(-7, 12), Fraction(11, 12)),) * states)
    extra = (pays, ("b", pays[1])) if states > 1 else (pays,)
    graph = Graph(states, 2, (HALF,) * states, ((HALF, HALF),) * states, moves, (), extra)
    made = draw(graph, name)
    return Figure(made.name, made.svg, made.pdf, made.alt, "")


def book() -> Document:
    """A short document with everything a long one has."""
    small, wide = drawing("small"), drawing("wide", 3)
    table = Table(("", "value"), (("$\\pi$", "$(\\frac{1}{2}, \\frac{1}{2})$"),), "The smallest instance.")
    rows = tuple(
        (f"[[claim:a-{n}]]", "`an-id-of-some-length`", "In words that take a while. " * 3, "[!refuted]")
        for n in (1, 2) * 35
    )
    return Document(
        "book",
        "A book about $\\pi$",
        (
            Heading("Before it", label="sec:before", numbered=False),
            Table(("claim", "id", "in words", "verdict"), rows, long=True),
            Heading("On $\\theta$ and more", label="sec:zero"),
            Paragraph("See [[eq:one]], [[sec:part]], [[claim:a-2]], [[fig:shape]] and [@someone] — [!decided]."),
            Formula("x = \\frac{1}{2}", "eq:one"),
            Formula("y"),
            Statement("Definition", "a-word", "It means *this*.", label="claim:a-word"),
            Statement("Claim", "a-1", "So it is.", "x \\neq y", ("$x > 0$",), Badge("refuted", "See."), "claim:a-1"),
            Beside(table, small),
            Heading("A part", 2, "sec:part"),
            Formula("z", "eq:two"),
            Figure("shape", small.svg, small.pdf, "A bandit.", "It has two arms: $a$.", "fig:shape"),
            Heading("Another", label="sec:one"),
            Formula("w", "eq:three"),
            Statement("Claim", "a-2", "", "z = w", (), Badge("decided", "At 4 sizes"), "claim:a-2"),
            Beside(table, wide),
        ),
        subtitle="*in parts*",
        references=(Reference("someone", "Someone, Something (2024)"), Reference("else", "Else, Nothing (2025)")),
        versions=(("pgsym", "0"),),
        numbered_from=0,
    )


WANTED = {
    "sec:zero": "0",
    "eq:one": "(0.1)",
    "claim:a-word": "0.1",
    "claim:a-1": "0.2",
    "sec:part": "0.1",
    "eq:two": "(0.2)",
    "fig:shape": "1",
    "sec:one": "1",
    "eq:three": "(1.1)",
    "claim:a-2": "1.1",
    "someone": "[1]",
    "else": "[2]",
}

needs_tex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")


class Page(HTMLParser):
    """The anchors of a page, and where its links lead."""

    def __init__(self, text: str):
        super().__init__()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id") and tag != "symbol":
            self.anchors.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given.get("href")))


def typeset(document: Document, folder: Path) -> str:
    """The log of the last of the pdflatex runs that settle the numbers."""
    (folder / "book.tex").write_bytes(render(document, "tex"))
    (folder / "figures").mkdir(exist_ok=True)
    for figure in document.figures:
        (folder / "figures" / f"{figure.name}.pdf").write_bytes(figure.pdf)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "book.tex"]
    for _ in range(4):  # a long table settles its widths last
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        log = (folder / "book.log").read_text(errors="replace")
        assert done.returncode == 0, log[-2000:]
    return log


def test_numbers_count_within_sections_and_figures_through_the_document() -> None:
    assert numbers(book()) == WANTED
    assert section_numbers(book()) == ("", "0", "0.1", "1")
    assert numbers(replace(book(), numbered_from=5))["eq:three"] == "(6.1)"


def test_a_label_given_twice_and_one_that_nothing_bears_are_refused() -> None:
    with pytest.raises(ReportError, match="'eq:one' is given twice"):
        numbers(replace(book(), blocks=(*book().blocks, Formula("x", "eq:one"))))
    for text in ("See [[eq:none]].", "See [@nobody]."):
        for target in ("tex", "typ", "html"):
            with pytest.raises(ReportError, match="there is no label"):
                render(Document("x", "X", (Paragraph(text),)), target)


@needs_tex
def test_latex_counts_as_we_do_and_has_no_overfull_line(tmp_path: Path) -> None:
    log = typeset(book(), tmp_path)
    assert not re.findall(r"Overfull.*|LaTeX Warning: .*", log)
    found = re.findall(r"\\newlabel\{([^}]+)\}\{\{([\d.]*)\}", (tmp_path / "book.aux").read_text())
    counted = {label: number for label, number in found if label in WANTED}
    wanted = {label: number.strip("()") for label, number in WANTED.items() if not number.startswith("[")}
    assert counted == wanted


@needs_tex
@needs_poppler
def test_both_pdfs_say_the_numbers_and_no_markup(tmp_path: Path) -> None:
    typeset(book(), tmp_path)
    (tmp_path / "typst.pdf").write_bytes(render(book(), "pdf"))
    for name in ("book", "typst"):
        said = subprocess.run(["pdftotext", "-layout", f"{tmp_path}/{name}.pdf", "-"], capture_output=True, text=True)
        text = " ".join(said.stdout.split())
        assert "See (0.1), 0.1, 1.1, 1 and [1] — decided" in text, name
        assert text.count("claim id in words verdict") >= 2, f"{name}: the header of a long table is on every page"
        assert "Figure 1: It has two arms" in text
        assert not re.findall(r"&|\\|\[\[\w+:|\?\?|#eq", text), name


def test_every_link_of_the_page_leads_somewhere_and_no_anchor_is_there_twice() -> None:
    page = Page(render(book(), "html").decode())
    assert len(page.anchors) == len(set(page.anchors))
    assert set(WANTED) <= set(page.anchors)
    assert {link.removeprefix("#") for link in page.links} <= set(page.anchors)
    text = render(book(), "html").decode()
    assert '<a href="#eq:one">(0.1)</a>' in text
    assert '<nav aria-label="Contents">' in text


def test_every_glyph_that_a_page_uses_is_on_it_once() -> None:
    text = render(book(), "html").decode()
    there = re.findall(r'<symbol id="(\w+)"', text)
    assert len(there) == len(set(there))
    assert set(re.findall(r'<use (?:xlink:)?href="#(\w+)"', text)) == set(there)


def test_typst_has_a_label_for_every_number(tmp_path: Path) -> None:
    import typst

    (tmp_path / "figures").mkdir()
    for figure in book().figures:
        (tmp_path / "figures" / f"{figure.name}.svg").write_bytes(figure.svg)
    (tmp_path / "book.typ").write_bytes(render(book(), "typ"))
    for label in WANTED:
        found = typst.query(str(tmp_path / "book.typ"), f"<{label}>", root=str(tmp_path), ignore_system_fonts=True)
        assert len(json.loads(found)) == 1, label


@pytest.mark.parametrize("target", FORMATS)
def test_the_same_bytes_twice(target: str) -> None:
    assert render(book(), target) == render(book(), target)


def test_a_plain_report_carries_nothing_of_this() -> None:
    plain = Document("x", "X", (Heading("A"), Paragraph("b")))
    assert plain.is_plain
    assert not book().is_plain
    assert "longtable" not in render(plain, "tex").decode()
    assert "anchor" not in render(plain, "typ").decode()


def test_a_notebook_has_the_anchors_that_it_links_to() -> None:
    cells = json.loads(render(book(), "ipynb"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(re.findall(r'<a id="([^"]+)">', text))
