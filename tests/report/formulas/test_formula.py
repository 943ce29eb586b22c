"""Formulas as strings: marks rewritten, wide formulas cut, and what the converter refuses or must not get wrong."""

from __future__ import annotations

import re

import pytest
import typst as compiler
from hypothesis import given, settings
from hypothesis import strategies as st

from pgsym.errors import ReportError
from pgsym.report.errors import MalformedMath, UnknownCommand
from pgsym.report.formulas.formula import pieces, remarked, unmarked
from pgsym.report.formulas.typst_math import MARKS, typst
from pgsym.report.formulas.vocabulary import CHARACTERS, COMMANDS, FENCES, GREEK
from pgsym.terms.printers.latex import GREEK as PRINTED


def compiles(*formulas: str) -> None:
    """Typst takes every formula, displayed and inline."""
    lines = [f"$ {typst(f)} $ ${typst(f, display=False)}$" for f in formulas]
    compiler.compile("\n".join([MARKS, *lines]).encode(), format="pdf", ignore_system_fonts=True)


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"s'_{t}", "s'_(t)"),
        (r"\pi'", "pi'"),
        ("0.5", "0.5"),
        (r"{a + b}_{2}", 'class("normal", a plus b)_(2)'),
        (r"\sqrt[3]{x}", "root(3, x)"),
        (
            r"\bigl( x \bigr)",
            'class("opening", lr(size: #1.2em, paren.l)) x class("closing", lr(size: #1.2em, paren.r))',
        ),
        (r"a_\theta", "a_(theta)"),
    ],
)
def test_what_latex_means(tex: str, wanted: str) -> None:
    assert typst(tex) == wanted


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac12", "the argument at 12 needs braces"),
        ("x^12", "the argument at 12 needs braces"),
        (r"x^\frac{1}{2}", r"the argument at \frac needs braces"),
        ("x_a_b", "a second _ on one symbol"),
        ("x^{2}'", "a prime after a superscript"),
        ("_{2}", "_ has nothing before it"),
        (r"a \middle| b", r"\middle stands outside"),
        (r"a \right)", r"\right has no matching opening"),
        (r"\sqrt[3}{x}", "is not closed"),
        (r"\sqrt[3{x}", "ends too early"),
    ],
)
def test_what_latex_reads_otherwise_is_refused(tex: str, words: str) -> None:
    with pytest.raises(MalformedMath, match=re.escape(words)):
        typst(tex)


def test_errors_have_one_root_and_name_the_command() -> None:
    assert issubclass(UnknownCommand, ReportError)
    assert issubclass(MalformedMath, ReportError)
    with pytest.raises(UnknownCommand, match=r"\\oiint"):
        typst(r"x + \oiint")


def test_a_mark_has_the_size_of_what_it_marks() -> None:
    assert typst(r"\changed{a}") == "#changed($display(a)$);"
    assert typst(r"\changed{a}", display=False) == "#changed($inline(a)$);"
    assert typst(r"\frac{\changed{a}}{b}") == "frac(#changed($inline(a)$);, b)"
    assert typst(r"\frac{\frac{\changed{a}}{b}}{c}") == "frac(frac(#changed-script($script(a)$);, b), c)"
    assert typst(r"x_{\changed{t}}") == "x_(#changed-script($script(t)$);)"
    assert typst(r"x_{t_{\changed{0}}}") == "x_(t_(#changed-script($sscript(0)$);))"


def test_characters_fences_and_letters_of_the_vocabulary_compile() -> None:
    compiles(
        *(f"a {c} b" for c in CHARACTERS),
        *(rf"\{f}[ x" for f in FENCES),
        *(rf"\{g}_{{\{g}}}" for g in GREEK),
        r"\changed{x}_{2}^{3}",
        r"\changed{\sum_{s} f(s)}",
        "{}",
    )


def test_the_printers_greek_is_in_the_vocabulary() -> None:
    assert {command.lstrip("\\") for command in PRINTED.values()} <= COMMANDS


def test_marks_are_taken_out_or_rewritten_wherever_they_stand() -> None:
    marked = r"\frac{\changed{a_{\changed{b}}}}{c} \{ \changed{\{x\}} \}"
    assert unmarked(marked) == r"\frac{a_{b}}{c} \{ \{x\} \}"
    assert remarked(marked, lambda body: f"<{body}>") == r"\frac{<a_{<b>}>}{c} \{ <\{x\}> \}"
    with pytest.raises(MalformedMath, match="a mark is not closed"):
        unmarked(r"\changed{a")


def squeezed(tex: str) -> str:
    """The formula without spaces and empty groups; brackets of a fixed height like those that grow."""
    return re.sub(r"\s+|\{\}", "", tex.replace("\\Biggl", "\\left").replace("\\Biggr", "\\right"))


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        ("-a + b", ("-a", "{} + b")),
        ("= a - (b + c)", ("= a", "{} - (b + c)")),
        (r"a = \left[ b + c \right]", ("a", r"{} = \left[ b + c \right]")),
        (r"\lvert a + b \rvert \neq 2", (r"\lvert a + b \rvert", r"{} \neq 2")),
        (r"a + \changed{b - c}", ("a", r"{} + \changed{b}", r"\changed{{} - c}")),
        (r"\changed{a + b}^{2}", (r"\changed{a + b}^{2}",)),
        (r"\frac{a + b}{c}", (r"\frac{a + b}{c}",)),
        ("a = -b", ("a", "{} = -b")),
    ],
)
def test_where_a_line_may_break(tex: str, wanted: tuple[str, ...]) -> None:
    assert pieces(tex) == wanted


def test_a_piece_that_no_line_holds_is_cut_inside_its_brackets() -> None:
    summands = [rf"\frac{{x_{{{i}}}}}{{y}} \, \log(p_{{{i}}} + q_{{{i}}}) \, r(s_{{{i}}}, a_{{{i}}})" for i in range(9)]
    found = pieces(r"z = T \, \left[ " + " + ".join(summands) + r" \right]^{2}")
    assert found[:2] == ("z", rf"{{}} = T \, \Biggl[ {summands[0]}")
    assert found[2] == rf"{{}} + {summands[1]}"
    assert found[-1].endswith(r"\Biggr]^{2}")
    compiles(*found)


atoms = st.sampled_from(
    [
        "x",
        "2",
        "0.5",
        r"\pi",
        "s'",
        r"\nabla_{\theta}",
        r"\log",
        "(a, b)",
        r"\sum_{s}",
        "- y",
        "= z",
        r"\, + 1",
        r"\mid",
    ]
)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> str:
    """Random formulas of the vocabulary."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["atom", "frac", "fence", "script", "mark", "root", "group"])) if depth else "atom"
        inner = draw(formulas(depth - 1)) if kind != "atom" else ""
        parts.append(
            {
                "atom": draw(atoms),
                "frac": rf"\frac{{{inner}}}{{{inner}}}",
                "fence": rf"\left[ {inner} \middle| {inner} \right]",
                "script": rf"x_{{{inner}}}^{{{inner}}}",
                "mark": rf"\changed{{{inner}}}",
                "root": rf"\sqrt{{{inner}}}",
                "group": rf"{{{inner}}}_{{2}}",
            }[kind]
        )
    return " ".join(parts)


@settings(derandomize=True, deadline=None, max_examples=10)
@given(st.lists(formulas(), min_size=20, max_size=40))
def test_random_formulas_compile_whole_and_in_pieces(many: list[str]) -> None:
    compiles(*many, *(p for f in many for p in pieces(f)))


@settings(derandomize=True, deadline=None)
@given(formulas())
def test_cutting_loses_nothing(tex: str) -> None:
    assert squeezed(unmarked("".join(pieces(tex)))) == squeezed(unmarked(tex))
    converted = re.sub(r"#changed(-script)?\(\$\w+\(|\)\$\);", "", typst(tex))
    assert squeezed(converted) == squeezed(typst(unmarked(tex)))


@pytest.mark.parametrize("where", ["all", "sum", "last"])
def test_a_cut_inside_a_mark_closes_it_and_opens_it_again(where: str) -> None:
    summand = r"\frac{x + y}{z} \, \log \pi_{\theta}(a_{i} \mid s_{i}) \, r(s_{i}, a_{i}) \, f(x)"
    marked = {
        "all": rf"= \changed{{\left( {summand} - {summand} - {summand} - {summand} \right)}}",
        "sum": rf"= E \left[ \changed{{{summand} - {summand} - {summand} - {summand}}} \right]",
        "last": rf"= E \left[ {summand} - {summand} - {summand} - \changed{{{summand}}} \right]",
    }[where]
    found = pieces(marked)
    assert len(found) == 4
    assert all(p.count("\\changed{") == (where != "last" or n == 3) for n, p in enumerate(found))
    assert squeezed(unmarked("".join(found))) == squeezed(unmarked(marked))
    compiles(*found)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(formulas(), min_size=4, max_size=8))
def test_cutting_inside_brackets_loses_nothing(terms: list[str]) -> None:
    terms = [t.replace("\\middle|", "|") for t in terms]
    wide = rf"= \left[ {' + '.join(terms * 6)} \right]^{{2}}"
    for tex in (wide, rf"= \changed{{{wide[2:]}}} x"):
        found = pieces(tex)
        assert squeezed(unmarked("".join(found))) == squeezed(unmarked(tex))
