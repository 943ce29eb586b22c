"""Text from data reaches no document as a command: it is shown as it is, or refused in one line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from campaigns import share
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgsym.errors import ReportError, SortError
from pgsym.report.document import (
    Badge,
    Callout,
    Code,
    Derivation,
    Document,
    Formula,
    Heading,
    Line,
    Paragraph,
    Reference,
    Statement,
    Table,
)
from pgsym.report.formulas.typst_math import COMMANDS, guarded
from pgsym.report.prose import literal, plain, quoted, spans
from pgsym.report.render import FORMATS, render, write
from pgsym.report.writers import markdown, tex, typ
from pgsym.terms import Symbol, Variable, latex
from pgsym.terms.printers.latex import LatexNotation

HOSTILE = (
    "\\input{canary} \\include{canary}",
    "\\immediate\\write18{touch pwned} \\openout\\x=pwned",
    "\\end{document}\\begin{evil}",
    "^^5cinput{canary} ^^M",
    "100% & more # {open }close} ~ _ ^",
    "#eval(read(canary)) @label <tag> = Head - item + item",
    "<script>alert(1)</script> <img src=x onerror=y> &lt;",
    "\\(x\\) \\[y\\] \\begin{z}",
    "[link](javascript:alert) ![x](y) # head",
    "-- --- '' `` ,, << >> ...",
    "1. item",
    "- item",
    "[0.5] star",
    "*star",
    '"quoted" `ticked` |bar|',
    "(*@ escaped @*) \\end{lstlisting} ```",
    "two\n\n# lines\r\n\tof it",
    "bell \a and \x1b[31mred",
    "costs $5 and $6, *not* `code`, [[eq:x]], [@key], [!refuted]",
)


def document(text: str) -> Document:
    """A document that has the text in every field, as data."""
    prose = quoted(text)
    return Document(
        "hostile",
        prose,
        (
            Heading(prose),
            Heading(prose, 2, label="sec:a"),
            Paragraph(prose),
            Paragraph(f"Before *{prose}* after"),
            Callout(prose, prose),
            Statement("Claim", text, prose, "x = y", (prose,), Badge("decided", prose)),
            Statement(text, text, prose, label="claim:a"),
            Derivation("x", (Line("y", text, prose, "decided"),)),
            Table((prose, "b"), ((prose, "1"), ("2", prose)), prose),
            Table((prose, "b"), ((prose, "1"), ("2", prose)), prose, long=True),
            Code(text),
        ),
        subtitle=prose,
        sources=(prose,),
        references=(Reference("key", prose),),
        versions=((text, text),),
    )


def bare(text: str) -> str:
    """What a reader sees of a text, apart from spaces, and from where lines and ligatures were set."""
    for drawn, meant in (("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("’", "'"), ("‘", "`"), ("”", '"'), ("“", '"')):
        text = text.replace(drawn, meant)
    return re.sub(r"[\s\u00ad-]+", "", text)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
@pytest.mark.parametrize("text", share(HOSTILE, 4))
def test_latex_shows_the_text_and_executes_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "canary.tex").write_text("CANARY")
    (tmp_path / "x.tex").write_bytes(render(document(text), "tex"))
    for first in ("-draftmode",), ():  # the second run reads what the first has written of titles
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-shell-escape", *first, "x.tex"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            timeout=60,
        )
    log = (tmp_path / "x.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "canary.tex" not in log
    assert not {p.name for p in tmp_path.iterdir() if p.suffix not in (".tex", ".log", ".aux", ".out", ".pdf", ".toc")}
    if shutil.which("pdftotext"):
        shown = subprocess.run(["pdftotext", "x.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "CANARY" not in shown.stdout
        assert bare(literal(text)) in bare(shown.stdout)


@pytest.mark.parametrize("text", HOSTILE)
def test_typst_shows_the_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(render(document(text), "pdf"))
    if shutil.which("pdftotext"):
        shown = subprocess.run(
            ["pdftotext", str(tmp_path / "x.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert bare(literal(text)) in bare(shown)


class Shown(HTMLParser):
    """The tags of a page, and its text apart from pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_the_text_and_has_no_tags_of_its_own(text: str) -> None:
    page, usual = Shown(), Shown()
    page.feed(render(document(text), "html").decode())
    usual.feed(render(document("plain words"), "html").decode())
    assert set(page.tags) <= set(usual.tags)
    assert page.tags.count("script") == 1
    assert bare(literal(text)) in bare(page.text)


def read_markdown(source: str) -> Shown:
    """What a browser shows of Markdown."""
    from markdown_it import MarkdownIt

    page = Shown()
    page.feed(MarkdownIt().enable("table").render(source))
    return page


@pytest.mark.parametrize("text", HOSTILE)
def test_a_notebook_shows_the_text_and_has_no_tags_of_its_own(text: str) -> None:
    cells = json.loads(render(document(text), "ipynb"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            continue
        page = read_markdown("".join(cell["source"]))
        allowed = {"h1", "h2", "h3", "p", "em", "strong", "code", "span", "a", "blockquote", "ul", "li"}
        assert set(page.tags) <= allowed | {"table", "thead", "tbody", "tr", "th", "td", "pre"}, cell["source"]
    page = read_markdown("".join(cells[3]["source"]))
    assert page.text.strip() == literal(text).strip()


@pytest.mark.parametrize(
    "latex", [r"\input{canary}", r"\write18{x}", "a % b", "a & b", "a # b", "^^5c", "{x", r"\left\( x \right\)"]
)
@pytest.mark.parametrize("target", FORMATS)
def test_formulas_outside_the_vocabulary_reach_no_format(latex: str, target: str) -> None:
    for block in (Formula(latex), Paragraph(f"${latex}$"), Derivation(latex, ()), Statement("C", "c", "", latex)):
        with pytest.raises(ReportError):
            render(Document("x", "X", (block,)), target)


def test_a_formula_that_is_refused_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ReportError):
        write(Document("x", "X", (Paragraph("$\\href{a}{b}$"),)), tmp_path, ["tex", "html", "ipynb"])
    assert not list(tmp_path.iterdir())


def test_what_names_or_aligns_is_checked() -> None:
    for label in ("a}b", 'x" onload="y', "a b", "é"):
        for make in (lambda x: Heading("H", label=x), lambda x: Formula("x", x), lambda x: Reference(x, "T")):
            with pytest.raises(ReportError, match="is no label"):
                make(label)
    with pytest.raises(ReportError, match="aligned by the letters"):
        Table(("a",), (), align="@{}")
    with pytest.raises(ReportError, match="there is no verdict"):
        Derivation("x", (Line("x", "rule", "why", "}\\input{x}"),))
    with pytest.raises(ReportError, match="code is in one of"):
        Code("x", "python\n```")


TEXT = st.text(st.characters(max_codepoint=0x17F, exclude_categories=("Cs",)), max_size=30) | st.text(
    st.sampled_from("\\${}#%&^_~[]()*`<>|-'\",.!?@= \n\tabn1"), max_size=30
)
DRAWN = re.compile(r"\\[a-zA-Z]+(?:\{\})?|\\.|[{}]|[$%&#_^~]")


@given(TEXT)
@example("\\input{x}")
@settings(deadline=None)
def test_escaped_latex_has_no_commands_but_those_that_draw_a_character(text: str) -> None:
    try:
        escaped = tex.prose(quoted(text))
    except ReportError:
        return  # a character that pdflatex cannot set
    of_characters = {x for e in tex.ESCAPES.values() for x in DRAWN.findall(e)}
    of_characters |= {f"\\{word}" for c in tex.ACCENTS.values() for word in (c[1:], "(", ")")} | {
        "{",
        "}",
        "\\(",
        "\\)",
    }
    of_characters |= set(DRAWN.findall(" ".join(tex.GREEK.values())))
    assert set(DRAWN.findall(escaped)) <= of_characters
    depth = 0
    for token in DRAWN.findall(re.sub(r"\\[{}]", "", escaped)):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
    assert depth == 0


@given(TEXT)
@example("\\(x\\) $y$ @@0@@")
@example("- x")
@example("1) x")
@settings(deadline=None)
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    source = markdown.markdown(Paragraph(quoted(text)))
    page = read_markdown(source)
    assert page.text.strip() == literal(text).strip()
    assert set(page.tags) <= {"p", "span"}
    assert not re.search(r"\$|\\\\[(\[]", source)  # where Jupyter looks for formulas


@given(TEXT)
@settings(deadline=None)
def test_text_that_is_quoted_is_text_alone(text: str) -> None:
    assert plain(quoted(text)) == literal(text)
    assert all(kind == "text" for kind, _ in spans(quoted(text)))


PIECES = ("\\frac", "\\text", "\\left", "\\right", "\\input", "\\%", "{", "}", "(", ")", "x", "_", "^", "1", "'", " ")


@given(TEXT | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(deadline=None)
def test_a_guarded_formula_is_of_the_vocabulary(text: str) -> None:
    try:
        passed = guarded(text)
    except ReportError:
        return
    assert {c[1:] for c in re.findall(r"\\(?:[a-zA-Z]+|.)", passed)} <= COMMANDS | {"middle"}
    assert not re.search(r"(?<!\\)[%&#$~]|\^\^", passed)
    assert "\n" not in passed


@given(TEXT)
@example("\\input{x}")
@example("a%b")
@example("π_old")
@example("x^{2}")
@settings(deadline=None)
def test_a_name_is_set_as_letters_or_refused(name: str) -> None:
    """The LaTeX of a symbol is of the vocabulary whatever its name; letters that LaTeX lacks are refused by name."""
    try:
        drawn = latex(Variable(name))
    except SortError:
        assert not name.isprintable()
        return
    assert {c[1:] for c in re.findall(r"\\(?:[a-zA-Z]+|.)", drawn)} <= COMMANDS
    assert not re.search(r"(?<!\\)[%&#$~]|\^\^", drawn)
    if name and name.isascii() and name.replace("_", "").isalnum() and "__" not in f"_{name}_":
        assert guarded(drawn)
        assert typ.inline(drawn)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "a\u202eb", 3, None, "x" * 300])
def test_what_cannot_be_printed_is_no_name(name: object) -> None:
    with pytest.raises(SortError, match="is no name"):
        Variable(name)  # type: ignore[arg-type]
    with pytest.raises(SortError, match="is no name"):
        Symbol(name, ())  # type: ignore[arg-type]


def test_names_of_the_field_are_drawn_as_before() -> None:
    drawn = {n: LatexNotation().name(n) for n in ("π", "π_old", "r", "cost", "x1", "π'", "θ_1", "ĝ", "100%")}
    assert drawn == {
        "π": "\\pi",
        "π_old": "\\pi_{\\mathrm{old}}",
        "r": "r",
        "cost": "\\mathrm{cost}",
        "x1": "x_{1}",
        "π'": "\\pi'",
        "θ_1": "\\theta_{1}",
        "ĝ": "\\hat{g}",
        "100%": "{\\mathrm{100}\\%}",
    }
