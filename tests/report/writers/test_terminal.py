"""Documents in the terminal: nothing left out, nothing wider than the screen, no markup of data's own."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from pgsym.claims import catalogue
from pgsym.report.document import (
    Badge,
    Beside,
    Block,
    Callout,
    Code,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Statement,
    Table,
)
from pgsym.report.pages.derivation import derivation_of, statement_of
from pgsym.report.prose import plain, quoted
from pgsym.report.writers.terminal import show_blocks
from pgsym.terms.printers.text import text

FIGURE = Figure("one", b"<svg/>", b"", "A line.", "It rises.")
BLOCKS: tuple[Block, ...] = (
    Heading("A heading"),
    Paragraph("Words with $\\pi_{\\theta}$, *emphasis* and [!refuted]."),
    Formula("\\frac{1}{N} \\, x_{i}"),
    Statement("Claim", "no", "It is false.", "x \\neq y", ("$x > 0$",), Badge("refuted", "See.")),
    Callout("Mind", "the gap"),
    Code("print(1)"),
    FIGURE,
    Beside(Table(("", "value"), (("$x$", "$\\frac{1}{2}$"),), "A small table.", "lr"), FIGURE),
)


def shown(*blocks: Block, width: int = 80) -> str:
    """What a pipe gets."""
    out = StringIO()
    show_blocks(blocks, Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "\nA heading\n", "Words with π_θ, emphasis and refuted.", "(1/N) x_i", "no  It is false.", "given x > 0",
        "x ≠ y", "refuted  See.", "Mind: the gap", "    print(1)\n", "figure: It rises.", "  x    1/2\n",
        "A small table.",
    ],
)  # fmt: skip
def test_every_block_is_shown(words: str) -> None:
    assert words in shown(*BLOCKS)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    theorem = catalogue.theorem("reinforce")
    lines = shown(statement_of(theorem), derivation_of(theorem), *BLOCKS, width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_a_theorem_is_shown_once_and_its_verdict_below_its_derivation() -> None:
    theorem = catalogue.theorem("policy-gradient-one-step")
    said = shown(statement_of(theorem), derivation_of(theorem), width=200)
    for line in (theorem.lhs, *(s.after for s in theorem.steps)):
        assert said.count(f" {text(line)}\n") == 1
    assert all(f"given {h}\n" in said for h in theorem.given)
    assert said.index("✔ decided  for |S| = 1, |A| = 2;") > said.index(text(theorem.steps[-1].after))


def test_verdicts_have_colours_on_a_terminal() -> None:
    out = StringIO()
    table = Table(("identity", ""), (("one", "holds"), ("two", "*fails*"), ("three", "[!refuted]")))
    show_blocks((table,), Console(file=out, width=80, force_terminal=True, color_system="standard"))
    assert all(coloured in out.getvalue() for coloured in ("\x1b[32mholds", "\x1b[1;31mfails", "\x1b[31mrefuted"))


@pytest.mark.parametrize("words", ["[red]x[/red]", "[link=a]b", "\\[x]", "$5 and *6*"])
def test_markup_of_the_terminal_is_text(words: str) -> None:
    assert words in shown(Paragraph(quoted(words)), width=200)
    assert words in shown(Table((quoted(words),), ((quoted(words),),)), width=200)


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        ("\\frac{1}{2} \\, x", "(1/2) x"),
        ("\\log \\frac{a}{b}", "log (a/b)"),
        ("\\frac{x_{i} - 1}{\\lvert A \\rvert}", "(x_i - 1)/(|A|)"),
        ("\\frac{\\frac{a}{b}}{c}", "(a/b)/c"),
        ("\\left[ \\frac{e^{-x}}{2} \\right]^{-128}", "[(e^{-x})/2]^-128"),
    ],
)
def test_a_formula_as_text_keeps_its_meaning(latex: str, written: str) -> None:
    assert plain(f"${latex}$") == written
