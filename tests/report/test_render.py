"""Reports in every format: complete, accessible, reproducible, and without overfull lines."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from campaigns import share

from pgsym.claims import catalogue
from pgsym.errors import ReportError
from pgsym.report.derivations import document_for
from pgsym.report.document import (
    Badge,
    Code,
    Derivation,
    Document,
    Figure,
    Formula,
    Heading,
    Line,
    Paragraph,
    Statement,
    Table,
)
from pgsym.report.formulas.formula import pieces, unmarked
from pgsym.report.prose import plain, spans
from pgsym.report.render import render, write
from pgsym.report.writers.html import formulas
from pgsym.report.writers.tex import escape
from pgsym.report.writers.typ import render_typst

LONG = " + ".join(rf"\nabla_{{\theta}} \log \pi_{{\theta}}(a_{{{i}}} \mid s_{{{i}}})" for i in range(14))
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10">
<path d="M0 0L9 9" stroke="#000"/></svg>"""


def sample() -> Document:
    """A document with every kind of block, awkward prose and an over-wide formula."""
    return Document(
        "sample",
        "On 50% of $x_1$ & more_#",
        (
            Heading("A heading with $\\pi$"),
            Paragraph("Literal: 50% of x_1 & more_#, {braces}, ~ ^ \\ <tag> “quoted” θ → ∇; *emphasis* and `code_1`."),
            Formula(LONG),
            Statement(
                "Claim", "a-name", "In words.", f"x = {LONG}", ("$D$ is fixed",), Badge("refuted", "at $2^{31}$")
            ),
            Derivation(
                "x",
                (
                    Line(r"\frac{\changed{a}}{b}", "A rule", "why $\\pi$ moves", "decided"),
                    Line(LONG, "B", "so", "tested"),
                ),
            ),
            Table(
                ("left", "right"),
                (("$\\frac{1}{4}$", "a cell that is long enough to have to be broken over two lines " * 2),),
                "A caption",
            ),
            Code("π = F(1, 2)  # θ\nprint('100%')"),
        ),
        subtitle="and what follows",
        sources=("A. Author, Title (2024)",),
        versions=(("pgsym", "0"),),
    )


def test_every_format_is_the_same_bytes_twice() -> None:
    for target in ("tex", "pdf", "html", "ipynb"):
        assert render(sample(), target) == render(sample(), target), target


def test_source_date_epoch_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(sample(), "pdf")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    after = render(sample(), "pdf")
    assert before != after
    assert b"2001" in after
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ReportError, match="not a number of seconds"):
        render(sample(), "pdf")


def test_every_equation_has_alternative_text(tmp_path: Path) -> None:
    import typst

    document = sample()
    source = tmp_path / "report.typ"
    source.write_bytes(render_typst(document))
    found = json.loads(typst.query(str(source), "math.equation"))
    alts = [e["alt"] for e in found if e.get("alt")]
    expected = []
    for latex, _ in formulas(document):
        whole = unmarked(latex)
        expected += [whole] if whole in alts else [unmarked(p) for p in pieces(latex)]
    assert sorted(alts) == sorted(expected)


GOLDEN = Path(__file__).parents[2] / "reports" / "golden"
GOLDEN_NAMES = sorted(path.stem for path in GOLDEN.glob("*.tex"))


def lasting(source: str) -> str:
    """The source without what depends on the machine: versions, and the figures measured on data."""
    source = re.sub(r"Made with .*", "", source)
    return re.sub(r"(?s)\\section\*\{9\. On real data\}.*?(?=\\section\*\{Sources\})", "", source)


@pytest.fixture
def short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures on real data after 40 updates, in a tenth of the time."""
    digits = pytest.importorskip("pgsym.derivations.digits.training")
    monkeypatch.setattr(digits, "train", partial(digits.train, updates=40))


OTHERS = [name for name in catalogue.scripts() if name not in GOLDEN_NAMES]


@pytest.mark.usefixtures("short_training")
@pytest.mark.parametrize("name", [*share(GOLDEN_NAMES, 4), *share(OTHERS, 16)])
def test_every_report_is_made_in_every_format(name: str, tmp_path: Path) -> None:
    """Without TeX; where there is one, the LaTeX compiles without an overfull line.

    The committed LaTeX is what the script writes today; `make pages` writes it again.
    """
    document = document_for(name)
    assert render(document, "pdf").startswith(b"%PDF")
    assert render(document, "html").rstrip().endswith(b"</html>")
    assert json.loads(render(document, "ipynb"))["nbformat"] == 4
    source = render(document, "tex")
    golden = GOLDEN / f"{name}.tex"
    if golden.exists():
        assert lasting(source.decode()) == lasting(golden.read_text())
    if shutil.which("pdflatex"):
        (tmp_path / "figures").mkdir()
        for figure in document.figures:
            (tmp_path / "figures" / f"{figure.name}.pdf").write_bytes(figure.pdf)
        log = pdflatex(tmp_path, source)
        assert "Overfull" not in log, re.findall(r"Overfull.*", log)


needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
needs_tex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")


@needs_poppler
def test_no_markup_is_left_in_the_pdf(tmp_path: Path) -> None:
    for name in ("policy-gradient-one-step", "pg-is-mae"):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(render(document_for(name), "pdf"))
        text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
        prose = text.partition("from fractions")[0]
        assert not re.search(r"[&\\]|#eq|#changed|\$", prose), prose


@needs_poppler
def test_literal_prose_arrives_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(render(sample(), "pdf"))
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "x.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Literal: 50% of x_1 & more_#, {braces}, ~ ^ \\ <tag> “quoted” θ → ∇" in " ".join(text.split())


def pdflatex(folder: Path, source: bytes) -> str:
    """The log of a pdflatex run that must succeed."""
    (folder / "report.tex").write_bytes(source)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "report.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "report.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


@needs_tex
def test_awkward_prose_and_wide_formulas_compile_without_an_overfull_line(tmp_path: Path) -> None:
    log = pdflatex(tmp_path, render(sample(), "tex"))
    assert "Overfull" not in log, re.findall(r"Overfull.*", log)


@needs_tex
def test_the_body_goes_into_a_teachers_document(tmp_path: Path) -> None:
    (tmp_path / "inner.tex").write_bytes(render(document_for("ce-pg-weight"), "tex"))
    packages = "amsmath,amssymb,mathtools,microtype,xcolor,graphicx,booktabs,tabularx,textcomp,listings,hyperref"
    body = "\\begin{document}\\def\\pgsymbody{}\\input{inner}\\end{document}"
    outer = f"\\documentclass{{article}}\\usepackage{{{packages}}}{body}"
    pdflatex(tmp_path, outer.encode())


@needs_tex
def test_a_tex_engine_makes_the_pdf_and_is_named_in_it(tmp_path: Path) -> None:
    written = write(sample(), tmp_path, ["pdf"], "pdflatex")
    assert written.paths == (tmp_path / "sample.pdf",)
    assert b"%PDF" in (tmp_path / "sample.pdf").read_bytes()[:10]


@needs_tex
def test_a_tex_failure_keeps_the_log_and_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pgsym.report.writers.tex

    broken = pgsym.report.writers.tex.render_tex
    monkeypatch.setattr(
        "pgsym.report.writers.tex.render_tex", lambda d: broken(d).replace(b"\\begin{document}", b"\\undefined")
    )
    written = write(sample(), tmp_path, ["pdf"], "pdflatex")
    assert "pdflatex failed" in written.notes[0]
    assert "Undefined control sequence" in (tmp_path / "sample.log").read_text(errors="replace")
    assert (tmp_path / "sample.tex").exists()
    assert (tmp_path / "sample.pdf").read_bytes().startswith(b"%PDF")


def test_html_is_self_contained_and_accessible() -> None:
    page = render(document_for("policy-gradient-one-step"), "html").decode()
    loads = re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', page)
    assert loads == []
    assert "@import" not in page
    assert "url(" not in page
    assert page.count('role="img" aria-label="') == page.count('<svg class="formula')
    assert page.count('class="copy"') >= 7
    assert 'lang="en"' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "\\changed" not in re.sub(r'aria-label="[^"]*"', "", page)
    assert "#000000" not in page


@pytest.mark.usefixtures("short_training")
@pytest.mark.parametrize("name", share(["causality", "ce-is-pg-exactly"], 2))
def test_notebook_is_valid_and_its_code_runs(name: str) -> None:
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.reads(render(document_for(name), "ipynb").decode(), as_version=4)
    nbformat.validate(notebook)
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    assert code
    for source in code:
        exec(source, {})
    text = "\n".join(c.source for c in notebook.cells)
    assert "\\changed" not in text
    assert "\\color{#b06000}" in text


def test_prose_is_escaped_or_refused() -> None:
    assert escape("50% & _#{}$") == r"50\% \& \_\#\{\}\$"
    with pytest.raises(ReportError, match=r"U\+1F600"):
        escape("a 😀")
    assert [k for k, _ in spans("a $x$ *b* `c`")] == ["text", "math", "text", "emphasis", "text", "code"]
    assert plain("$\\nabla \\pi / \\pi$") == "∇π/π"


def test_a_table_has_rows_of_one_length() -> None:
    with pytest.raises(ReportError, match="a row of 1 cells"):
        Table(("a", "b"), (("c",),))


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_the_old_file(
    error: BaseException | type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(sample(), tmp_path, ["tex"])
    before = (tmp_path / "sample.tex").read_bytes()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises((KeyboardInterrupt, ReportError)):
        write(Document("sample", "Another", ()), tmp_path, ["tex"])
    assert (tmp_path / "sample.tex").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["sample.tex"]


def test_figures_go_beside_the_tex(tmp_path: Path) -> None:
    figure = Figure("line", SVG, b"%PDF-1.4 not really", "a line", "A line.")
    write(Document("figured", "Figured", (figure,), versions=(("pgsym", "0"),)), tmp_path, ["tex", "html", "pdf"])
    assert (tmp_path / "figures" / "line.pdf").read_bytes() == figure.pdf
    assert "figures/line.pdf" in (tmp_path / "figured.tex").read_text()
    assert 'alt="a line"' in (tmp_path / "figured.html").read_text()


def test_one_pdf_is_quick_to_start() -> None:
    """Nothing that a PDF does not need is imported for it (the time itself is measured in the benchmarks)."""
    code = (
        "import sys; from pgsym.report.derivations import document_for; from pgsym.report.render import render;"
        "render(document_for('ce-pg-weight'), 'pdf');"
        "print([m for m in ('matplotlib', 'sklearn', 'nbformat') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_wide_formula_is_drawn_in_pieces_that_a_browser_wraps() -> None:
    document = Document("wide", "Wide", (Formula("a = b"), Formula(f"x = {LONG}")), versions=(("pgsym", "0"),))
    page = render(document, "html").decode()
    wide = page[page.index('<div class="pieces">') :]
    assert page.count('<div class="pieces">') == 1
    assert wide.count('class="formula piece"') == len(pieces(f"x = {LONG}")) == 15
    assert wide.count("vertical-align") == 15
    assert page.count('class="formula display"') == 1
    assert f'data-latex="x = {LONG}"' in page  # what is copied is whole
