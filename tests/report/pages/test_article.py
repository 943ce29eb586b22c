"""The article's report: complete, with links that lead somewhere, for the claims that the catalogue has."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from campaigns import share

from pgsym.claims import catalogue
from pgsym.claims.chapters import chapters
from pgsym.cli.app import main
from pgsym.extras import install
from pgsym.report.chapters import FigureSlot, blocks
from pgsym.report.contents import displayed, texts_of
from pgsym.report.document import Beside, Document, Figure, Formula, Heading, Paragraph, Statement, Table
from pgsym.report.formulas.formula import WIDE, pieces
from pgsym.report.formulas.typst_math import typst
from pgsym.report.numbering import numbers
from pgsym.report.pages import article
from pgsym.report.prose import spans
from pgsym.report.render import render, write
from pgsym.report.writers.tex import escape
from pgsym.terms.printers.latex import latex

SOME = (
    "objective-one-step",
    "naive-exchange",
    "gradient-of-an-expectation",
    "expectation-as-sum",
    "multiply-by-one-at-zero",
    "policy-gradient-one-step",
    "ce-is-pg-exactly",
    "ce-pg-weight",
    "ce-from-label-sampling",
    "dynamics-drop-out-everywhere",
    "reinforce-T1",
    "dropped-discount",
)
"""Claims of every kind, some refuted, some lines of a derivation: few enough to be decided here."""


@pytest.fixture(scope="module")
def document() -> Document:
    """The article with some of the claims, and without the figures on data, which have tests of their own."""
    everything = catalogue.entries()
    some = {name: everything[name] for name in everything if name in SOME}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "entries", lambda: some)
        patch.setattr(article, "_figure", lambda name: iter([Paragraph(f"The figure {name}.")]))
        return article.article()


def test_the_prose_of_the_chapters_is_in_the_vocabulary_of_every_format() -> None:
    for chapter in chapters():
        for part in chapter.parts:
            for item in blocks(part.texts):
                if isinstance(item, FigureSlot):
                    assert item.name in ("fields", "variance", "noise", "plateau", "groups")
                    continue
                for formula in displayed(item):
                    typst(formula)
                for text in texts_of(item):
                    _settable(text)


@pytest.mark.parametrize("entry", share(catalogue.entries().values(), 4), ids=list(catalogue.entries()))
def test_what_a_claim_says_can_be_set_in_every_format(entry: catalogue.Entry) -> None:
    claim = entry.claim
    typst(claim.statement)
    for piece in pieces(claim.statement) if len(claim.statement) > WIDE else ():
        typst(piece)
    assert claim.statement.isascii()
    for term in (t for e in claim.examples for t, _ in e.worth):
        assert latex(term).isascii()
        typst(latex(term))
    for text in (claim.says, claim.remark, claim.source, *(e.says for e in claim.examples)):
        _settable(text)


def _settable(text: str) -> None:
    for kind, part in spans(text):
        if kind == "math":
            typst(part, display=False)
        elif kind in ("text", "emphasis", "code"):
            escape(part)
            assert "[@" not in part, "a citation has one key"
            assert "[[" not in part


def test_what_a_part_says_becomes_its_blocks() -> None:
    said = ("A *b*.", "$$ x = y $$ eq:x", "definition a-b: It is.", "figure: noise")
    assert tuple(blocks(said)) == (
        Paragraph("A *b*."),
        Formula("x = y", "eq:x"),
        Statement("Definition", "a-b", "It is.", label="claim:a-b"),
        FigureSlot("noise"),
    )


def test_every_claim_stands_in_its_chapter_with_its_verdict(document: Document) -> None:
    section = ""
    where: dict[str, str] = {}
    for item in document.blocks:
        if isinstance(item, Heading) and item.level == 1:
            section = item.label
        if isinstance(item, Statement) and item.badge:
            where[item.name] = section
            assert item.badge.rung == str(catalogue.entry(item.name).claim.expected)
    assert where == {name: f"sec:c{catalogue.entry(name).chapter}" for name in SOME}


def test_the_table_of_verdicts_leads_to_every_claim(document: Document) -> None:
    table = next(b for b in document.blocks if isinstance(b, Table) and b.long)
    assert {row[0] for row in table.rows} == {f"[[claim:{name}]]" for name in SOME}
    assert {row[3] for row in table.rows} == {"[!decided]", "[!refuted]"}
    assert {f"claim:{name}" for name in SOME} <= set(numbers(document))


def test_refuted_claims_are_drawn_and_repaired(document: Document) -> None:
    drawn = [b.figure.name for b in document.blocks if isinstance(b, Beside)]
    refuted = [name for name in catalogue.entries() if name in SOME and catalogue.entry(name).claim.repaired_by]
    assert drawn == [f"article-{name}" for name in refuted]
    said = [b.text for b in document.blocks if isinstance(b, Paragraph) and b.text.startswith("What holds instead")]
    assert "What holds instead: `policy-gradient-one-step` ([[claim:policy-gradient-one-step]])." in said
    assert not [text for text in said if "pg-is-mae" in text]  # not among these claims: no link that leads nowhere


def test_a_claim_that_is_a_line_says_of_which_derivation(document: Document) -> None:
    lines = [b.text for b in document.blocks if isinstance(b, Paragraph) and b.text.startswith("It is line")]
    assert lines == ["It is line (1) of the derivation of Theorem [[claim:policy-gradient-one-step]]."]


def test_every_format_is_made_and_the_same_bytes_twice(document: Document) -> None:
    for target in ("tex", "typ", "html", "ipynb", "pdf"):
        assert render(document, target) == render(document, target), target


def test_labels_and_references_of_the_source_fit(document: Document) -> None:
    source = render(document, "tex").decode()
    labels = re.findall(r"\\label\{([^}#]+)\}|\\pgnumber\{([^}#]+)\}|\\pgequation\{([^}#]+)\}", source)
    there = [a or b or c for a, b, c in labels]
    assert len(there) == len(set(there))
    assert set(re.findall(r"\\(?:eq)?ref\{([^}#]+)\}", source)) <= set(there)
    assert set(re.findall(r"\\cite\{([^}]+)\}", source)) <= set(re.findall(r"\\bibitem\{([^}]+)\}", source))
    page = render(document, "html").decode()
    assert set(re.findall(r'<a href="#([^"]+)"', page)) <= set(re.findall(r' id="([^"]+)"', page))


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_both_pdfs_are_whole(document: Document, tmp_path: Path) -> None:
    write(document, tmp_path, ["tex", "pdf"])
    for pdf in ("typst", "latex"):
        path = tmp_path / "article.pdf"
        if pdf == "latex":
            command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "article.tex"]
            for _ in range(3):
                subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
            log = (tmp_path / "article.log").read_text(errors="replace")
            assert not re.findall(r"Overfull.*|LaTeX Warning: .*", log)
        said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
        assert not re.findall(r"&|\\|\[\[\w+:|\?\?|#eq", said), pdf
        for name in SOME:
            assert name.split("-")[0] in said


def test_a_missing_matplotlib_leaves_a_note_in_place_of_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in ["matplotlib", *(n for n in sys.modules if n.startswith("matplotlib."))]:
        monkeypatch.setitem(sys.modules, name, None)
    (note,) = article._figure("plateau")
    assert isinstance(note, Paragraph)
    assert install("data") in note.text


def test_the_command_line_writes_it_beside_the_other_reports(
    document: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(article, "article", lambda watch: document)
    with pytest.raises(SystemExit) as ended:
        main(["report", "article", "objective-one-step", "--format", "tex", "--output", str(tmp_path)])
    assert ended.value.code == 0
    assert {"article.tex", "objective-one-step.tex", "figures"} == {p.name for p in tmp_path.iterdir()}
    drawn = {f.name for f in document.figures if isinstance(f, Figure)}
    assert {p.stem for p in (tmp_path / "figures").iterdir()} == drawn
