"""The converter from LaTeX to Typst: strict, complete for the vocabulary, and true to the marks."""

from __future__ import annotations

import re

import pytest
import typst as compiler
from campaigns import SOME_SCRIPTS, share
from hypothesis import given, settings
from hypothesis import strategies as st

from pgsym.claims import catalogue
from pgsym.errors import ReportError
from pgsym.report.formulas.typst_math import COMMANDS, FUNCTIONS, MARKS, SYMBOLS, UPRIGHT, typst
from pgsym.report.formulas.vocabulary import FENCES
from pgsym.terms.places import places
from pgsym.terms.printers.latex import latex


def compiles(*formulas: str) -> None:
    """Typst takes every formula."""
    compiler.compile("\n".join([MARKS, *(f"$ {typst(f)} $" for f in formulas)]).encode(), format="pdf")


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"\pi_{\theta}(a \mid s)", 'pi_(theta) paren.l a class("relation", bar.v) s paren.r'),
        (r"\frac{\nabla_{\theta} \pi}{\pi}", "frac(nabla_(theta) pi, pi)"),
        (r"f(s, a)", "f paren.l s comma a paren.r"),
        (r"\left[ x \right]", "lr(bracket.l x bracket.r)"),
        (r"\mathbf{1}\{a = b\}", 'bold(upright("1")) brace.l a eq b brace.r'),
        (r"\text{if it is so}", '"if it is so"'),
        (r"s'", "s'"),
        (r"2^{31}", "2^(31)"),
    ],
)
def test_golden(tex: str, wanted: str) -> None:
    assert typst(tex) == wanted


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\foo x", r"\foo is outside"),
        ("π", "'π' is outside"),
        (r"\frac{a}", "ends too early"),
        (r"{a", "ends too early"),
        (r"a}", "} has no matching opening"),
        (r"\left( a", "ends too early"),
        (r"\left\langle a \right)", "is not a delimiter"),
        (r"\text{\pi}", "not allowed in words"),
        ("a $ b", "'$' is outside"),
    ],
)
def test_what_is_outside_the_vocabulary_is_refused_by_name(tex: str, words: str) -> None:
    with pytest.raises(ReportError, match=re.escape(words)):
        typst(tex)


def test_every_command_of_the_vocabulary_compiles() -> None:
    formulas = [f"x \\{name} y" for name in SYMBOLS if name != "middle|"]
    formulas += [f"\\{name}{{x}}" for name in FUNCTIONS]
    formulas += [f"\\{name}{{ab}}" for name in UPRIGHT]
    formulas += [r"\left( x \middle| y \right)", r"\frac{1}{2}", r"\dfrac{1}{2}", r"\changed{x}", r"x_{\changed{y}}"]
    formulas += [r"\sqrt{x}", *(rf"\{name}( x" for name in FENCES)]
    compiles(*formulas)
    used = {c for f in formulas for c in re.findall(r"\\(middle\||[a-zA-Z]+|.)", f)}
    assert used >= COMMANDS - {"left", "right"}


@pytest.mark.parametrize("name", share(catalogue.scripts(), SOME_SCRIPTS))
def test_marks_at_every_place_change_nothing_but_the_mark(name: str) -> None:
    """Every fourth line of a derivation, as it is printed, can be converted; without its marks it is the same."""
    steps = catalogue.theorem(name).steps
    for line in [steps[0].before, *(step.after for step in steps)][::4]:
        plain = latex(line)
        unmarked = typst(plain)
        for place in places(line):
            marked = latex(line, place.path)
            assert _stripped(marked) == plain, place.path
            assert re.sub(r"#changed(-script)?\(\$\w+\(|\)\$\);", "", typst(marked)) == unmarked


def _stripped(tex: str) -> str:
    """The formula without its marks."""
    while "\\changed{" in tex:
        before, _, rest = tex.partition("\\changed{")
        depth = 1
        for i, c in enumerate(rest):
            depth += (c == "{") - (c == "}") if rest[i - 1 : i] != "\\" else 0
            if not depth:
                tex = before + rest[:i] + rest[i + 1 :]
                break
    return tex


atoms = st.sampled_from(
    ["x", "2", r"\pi", r"\nabla_{\theta}", r"\log", "(a, b)", r"\mathbf{1}\{a = b\}", r"\sum_{s}", "-", "="]
)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 2) -> str:
    """Random formulas of the vocabulary."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["atom", "frac", "fence", "script", "mark"])) if depth else "atom"
        inner = draw(formulas(depth - 1)) if kind != "atom" else ""
        parts.append(
            {
                "atom": draw(atoms),
                "frac": rf"\frac{{{inner}}}{{{inner}}}",
                "fence": rf"\left( {inner} \right)",
                "script": rf"x_{{{inner}}}^{{2}}",
                "mark": rf"\changed{{{inner}}}",
            }[kind]
        )
    return " ".join(parts)


@settings(derandomize=True, deadline=None, max_examples=10)
@given(st.lists(formulas(), min_size=20, max_size=40))
def test_random_formulas_convert_and_compile(many: list[str]) -> None:
    compiles(*many)


def test_in_a_line_nothing_breaks_after_a_condition_nor_stands_apart_from_its_bracket() -> None:
    assert "relation" not in typst(r"\pi(a \mid s)", display=False)
    assert "relation" in typst(r"\pi(a \mid s)")
    assert "relation" in typst(r"E_{a \mid s}", display=False)  # there is no space around it in a script
    assert typst(r"\mathrm{KL}(p, q)") == 'upright("KL")paren.l p comma q paren.r'
    assert typst("|S| |A|") == " ".join('class("normal", bar.v)' if c == "|" else c for c in "|S||A|")
