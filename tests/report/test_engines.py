"""Reports written to files, by engines that are there, missing, slow or failing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from pgsym.claims.claim import Claim
from pgsym.decide import Rung
from pgsym.errors import ReportError
from pgsym.problems import classification
from pgsym.report import engines
from pgsym.report.document import (
    Badge,
    Callout,
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
from pgsym.report.errors import TexFailure
from pgsym.report.formulas.formula import unmarked
from pgsym.report.pages.derivation import verdict_on
from pgsym.report.prose import spans
from pgsym.report.render import FORMATS, render, write
from pgsym.terms import Closed
from pgsym.terms.nodes import lift

LAW = r"s \sim D,\, a \sim \pi_{\theta}(\cdot \mid s)"
END = rf"\mathbb{{E}}_{{{LAW}}}\left[ r(s, a) \, \nabla_{{\theta}} \log \pi_{{\theta}}(a \mid s) \right]"
TERM = r"\nabla_{\theta} \log \pi_{\theta}(a_{t} \mid s_{t})"
SHAPE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0L9 9" stroke="#000"/></svg>'


def one_step(figures: bool = False) -> Document:
    """The policy gradient of a one-step problem, as the catalogue would tell it, and a refuted claim."""
    lines = (
        (rf"\nabla_{{\theta}} \changed{{\mathbb{{E}}_{{{LAW}}}\left[ r(s, a) \right]}}", "Definition", "exact"),
        (r"\nabla_{\theta} \changed{\sum_{s} \sum_{a} D(s) \, \pi_{\theta}(a \mid s) \, r(s, a)}", "Sum", "decided"),
        (r"\sum_{s} D(s) \sum_{a} r(s, a) \, \changed{\nabla_{\theta} \pi_{\theta}(a \mid s)}", "Inside", "decided"),
        (r"\sum_{s} D(s) \sum_{a} r(s, a) \, \pi \, \changed{\frac{\nabla_{\theta} \pi}{\pi}}", "One", "decided"),
        (r"\sum_{s} D(s) \sum_{a} r(s, a) \, \pi \, \changed{\nabla_{\theta} \log \pi}", "Log-derivative", "tested"),
        (rf"\changed{{{END}}}", "Expectation", "undecided"),
    )
    shapes = (Figure("shape", SHAPE.encode(), b"%PDF-1.4", "A line.", "It rises with $\\theta$."),) if figures else ()
    return Document(
        "one-step",
        "The policy gradient of a one-step problem: $\\nabla_{\\theta} J(\\theta)$, 50% & more_#",
        (
            Statement("Theorem", "one-step", "Reward times score.", rf"\nabla_{{\theta}} J(\theta) = {END}"),
            Heading("Derivation"),
            Derivation(r"\nabla_{\theta} J(\theta)", tuple(Line(f, r, "Why: $\\pi > 0$.", b) for f, r, b in lines)),
            Derivation("x", (Line(" + ".join([TERM] * 40), "Long", "Too long for a line.", "decided"),)),
            Formula(r"\left( " + " + ".join([TERM] * 14) + r" \right)"),
            Statement("Claim", "no", "", rf"x \neq \changed{{{' - '.join([TERM] * 9)}}}", (), Badge("refuted", "See.")),
            Table(("", "$a = 1$"), (("$r(s, a)$", "$\\frac{1}{3}$"), ("|x| or $|x|$", "$1$")), "The smallest.", "lr"),
            Callout("Mind *this*", "A weight of $\\pi$; <not> a tag, nor_an_emphasis, 2 * 3 * 4."),
            Paragraph(
                "*emphasis with $x$ in it* and `code|bar` and $\\frac{\\dfrac{a}{b}}{\\dfrac{\\dfrac{c}{d}}{e}}$."
            ),
            Code("F(1, 3)  # π ∇"),
            *shapes,
        ),
        sources=("R. J. Williams, 1992",),
        versions=(("pgsym", "0"),),
    )


needs_tex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
needs_latexmk = pytest.mark.skipif(not shutil.which("latexmk"), reason="latexmk is not installed")
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")


def pdflatex(folder: Path, source: bytes) -> str:
    """The log of a pdflatex run that must succeed."""
    (folder / "report.tex").write_bytes(source)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "report.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "report.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


@needs_tex
def test_long_formulas_are_broken_without_an_overfull_line(tmp_path: Path) -> None:
    log = pdflatex(tmp_path, render(one_step(), "tex"))
    assert not re.findall(r"(?:Overfull|Underfull \\hbox|LaTeX Warning: (?!Label)).*", log)


@needs_tex
@needs_poppler
def test_a_long_formula_stays_readable_in_both_pdfs(tmp_path: Path) -> None:
    """The forty summands are set in the size of the text on several lines, none of them left out."""
    for engine in ("typst", "pdflatex"):
        path = tmp_path / f"{engine}.pdf"
        path.write_bytes(render(one_step(), "pdf", engine))
        said = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
        rows = [line for line in said.stdout.splitlines() if line.count("log") > 1 and "+" in line]
        assert len(rows) > 8, engine
        assert sum(line.count("log") for line in said.stdout.splitlines()) >= 40 + 14 + 9, engine


@needs_tex
def test_two_bodies_go_into_one_document(tmp_path: Path) -> None:
    (tmp_path / "inner.tex").write_bytes(render(one_step(), "tex"))
    packages = "amsmath,amssymb,mathtools,microtype,xcolor,graphicx,booktabs,tabularx,textcomp,listings,hyperref"
    body = "\\def\\pgsymbody{}\\input{inner}\\input{inner}"
    outer = f"\\documentclass{{article}}\\usepackage{{{packages}}}\\begin{{document}}{body}\\end{{document}}"
    pdflatex(tmp_path, outer.encode())


@pytest.mark.campaign
@needs_tex
@pytest.mark.parametrize("engine", ["pdflatex", pytest.param("latexmk", marks=needs_latexmk)])
def test_a_tex_engine_gives_the_same_bytes_twice(engine: str) -> None:
    assert render(one_step(), "pdf", engine) == render(one_step(), "pdf", engine)


@needs_poppler
def test_the_title_of_the_pdf_is_plain_words(tmp_path: Path) -> None:
    if not shutil.which("pdfinfo"):
        pytest.skip("pdfinfo is not installed")
    wanted = {"typst": "∇_θ J(θ), 50% & more_#", "pdflatex": "theta), 50% & more_#"}
    for engine, words in wanted.items():
        if engine == "pdflatex" and not shutil.which("pdflatex"):
            continue
        path = tmp_path / "x.pdf"
        path.write_bytes(render(one_step(), "pdf", engine))
        said = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
        title = re.search(r"Title:\s*(.*)", said)
        assert title is not None
        assert title[1].endswith(words)


def test_typst_source_compiles_as_it_was_written(tmp_path: Path) -> None:
    import typst

    written = write(one_step(figures=True), tmp_path, ["typ"])
    assert [p.relative_to(tmp_path).as_posix() for p in written.paths] == ["one-step.typ", "figures/shape.svg"]
    assert typst.compile(str(tmp_path / "one-step.typ"), root=str(tmp_path), pdf_standards=["ua-1"]).startswith(b"%PDF")
    found = json.loads(typst.query(str(tmp_path / "one-step.typ"), "math.equation"))
    assert not [e for e in found if e["block"] and not e.get("alt")]
    assert not [e["alt"] for e in found if e.get("alt") and "\\changed" in e["alt"]]


def test_html_says_formulas_without_marks_and_puts_them_on_the_line() -> None:
    page = render(one_step(), "html").decode()
    assert "\\changed" not in page
    assert f'data-latex="= {unmarked(END).replace("&", "&amp;")}"' in page
    drops = {float(d) for d in re.findall(r"vertical-align:(-[\d.]+)em", page)}
    assert len(drops) > 1  # a tall fraction reaches lower than a letter
    assert all(-4 < d <= -0.136 for d in drops)  # that is the margin: a letter stands on the line
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    assert "<not>" not in page


def test_notebook_prose_is_literal_and_cells_keep_their_columns() -> None:
    notebook = json.loads(render(one_step(), "ipynb"))
    text = "\n".join("".join(c["source"]) for c in notebook["cells"])
    assert r"\<not\> a tag, nor\_an\_emphasis, 2 \* 3 \* 4." in text
    assert r"| \|x\| or $\vert x\vert $ | $1$ |" in text
    assert "| --- | ---: |" in text
    assert "\\changed" not in text


def test_emphasis_may_hold_mathematics_and_a_product_is_no_emphasis() -> None:
    assert list(spans("*the $x$ of* 2 * 3 * 4")) == [
        ("emphasis", "the "),
        ("math", "x"),
        ("emphasis", " of"),
        ("text", " 2 * 3 * 4"),
    ]


def test_code_that_latex_cannot_show_is_refused() -> None:
    with pytest.raises(ReportError):
        render(Document("x", "X", (Code("x = '😀'"),)), "tex")


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a b"])
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(ReportError, match="cannot name a file"):
        Document(name, "Title", ())
    with pytest.raises(ReportError, match="cannot name a file"):
        Figure(name, b"", b"", "", "")


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(ReportError, match="there is no verdict 'proved'"):
        Badge("proved")


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ReportError, match=r"^cannot write .*choose another folder") as caught:
        write(one_step(), tmp_path / "file" / "reports", ["tex"])
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    written = write(one_step(), tmp_path / "a" / "b", ["tex"])
    assert written.paths == (tmp_path / "a" / "b" / "one-step.tex",)
    assert written.paths[0].is_file()


@pytest.mark.parametrize(("formats", "engine"), [(("docx",), "auto"), ((), "auto"), (("pdf",), "word")])
def test_unknown_formats_and_engines_are_refused_before_anything_is_written(
    tmp_path: Path, formats: tuple[str, ...], engine: str
) -> None:
    with pytest.raises(ReportError, match=r"^(there is no|no format)"):
        write(one_step(), tmp_path / "new", formats, engine)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("engine", ["latexmk", "pdflatex", "tectonic"])
def test_a_missing_engine_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReportError, match=f"^{engine} is not installed here; .*--engine typst"):
        write(one_step(), tmp_path / "out", ["pdf"], engine)


def fake(folder: Path, name: str, script: str) -> None:
    """A program of that name, first on the path."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_an_engine_that_is_there_but_broken_counts_as_missing(programs: Path) -> None:
    fake(programs, "latexmk", "exit 3")
    with pytest.raises(ReportError, match="latexmk is not installed here"):
        render(one_step(), "pdf", "latexmk")


def test_an_engine_that_fails_leaves_source_and_log_and_typst_makes_the_pdf(programs: Path, tmp_path: Path) -> None:
    fake(programs, "tectonic", 'if [ "$1" = --version ]; then echo tectonic 0; else echo no such font; exit 1; fi')
    with pytest.raises(TexFailure, match="tectonic made no PDF"):
        render(one_step(), "pdf", "tectonic")
    written = write(one_step(), tmp_path / "out", ["pdf"], "tectonic")
    assert len(written.notes) == 1
    assert "\n" not in written.notes[0]
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"one-step.pdf", "one-step.tex", "one-step.log"}
    assert (tmp_path / "out" / "one-step.log").read_text() == "no such font\n"


def test_an_engine_that_hangs_is_ended_with_what_it_started(
    programs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child = tmp_path / "child"
    script = f'if [ "$1" = --version ]; then echo tectonic 0; else sleep 60 & echo $! > {child}; wait; fi'
    fake(programs, "tectonic", script)
    monkeypatch.setattr(engines, "SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(TexFailure) as caught:
        render(one_step(), "pdf", "tectonic")
    assert b"took longer than 1 s" in caught.value.log
    assert time.monotonic() - start < 20
    assert _ends(child.read_text().strip())


def _ends(process: str) -> bool:
    """Whether a process that was sent a signal is gone, or waits to be reaped, within ten seconds."""
    status = Path(f"/proc/{process}/status")
    for _ in range(100):
        try:
            if "State:\tZ" in status.read_text():
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("target", FORMATS)
def test_the_same_input_gives_the_same_bytes(target: str) -> None:
    assert render(one_step(), target) == render(one_step(), target)


def test_a_write_that_breaks_off_in_the_middle_leaves_whole_files_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between two files: the first is whole, the second is not there, and nothing else is."""
    replace, calls = os.replace, []

    def interrupted(source: str, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr("os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(one_step(), tmp_path, ["tex", "typ", "html"])
    assert [p.name for p in tmp_path.iterdir()] == ["one-step.tex"]
    assert (tmp_path / "one-step.tex").read_bytes() == render(one_step(), "tex")


def test_the_evidence_says_at_what_and_where_it_was_decided() -> None:
    from pgsym.claims import catalogue
    from pgsym.report.evidence import covered, evidence

    conditional = catalogue.entry("kl-reward-weighted-regression-first-round").claim.decide()
    for said in (evidence(conditional), covered(conditional)):
        assert said.endswith("\\neq 0$, $q(a \\mid s) \\ge 0$")
    assert ", at all label functions" in evidence(catalogue.theorem("ce-is-pg-exactly").verdict)


def test_claims_that_are_equal_but_for_their_sizes_or_what_they_compute_have_verdicts_of_their_own() -> None:
    def claim(value: int) -> Claim:
        return Claim("one", "", Closed("c", "c", lambda: value), lift(1))

    assert [verdict_on(claim(value)).rung for value in (1, 2)] == [Rung.EXACT, Rung.REFUTED]
    m = classification()
    first, second = (Claim("two", "", m.accuracy, m.accuracy, m.hypotheses, sizes=({"S": 1, "A": n},)) for n in (2, 3))
    assert verdict_on(first).evidence.sizes != verdict_on(second).evidence.sizes
