"""Terms as LaTeX, in the closed vocabulary that reports can convert."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from pgsym import hooks
from pgsym.terms.depth import not_too_deep
from pgsym.terms.nodes import Closed, Term
from pgsym.terms.places import Path
from pgsym.terms.printers.notation import Notation

GREEK = {
    letter: f"\\{word}"
    for letter, word in zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        (
            "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
            "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
        ).split(),
        strict=True,
    )
}
MARK = "\\changed"
MARKS = {
    **{c: f"\\{c}" for c in "%&#$_{}"},
    **{c: c for c in "<>=+/|[]"},
    "\\": "\\backslash ",
    "~": "\\sim ",
    "*": "\\ast ",
    '"': "\\text{''}",
    **{c: f"{command} " for c, command in GREEK.items()},
}
"""Characters of a name that are special in LaTeX, or that are no letters."""
WORDS = re.compile(f"([{re.escape(''.join(MARKS))}])")
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class LatexNotation(Notation):
    """LaTeX boxes."""

    minus, mid, dot, sim, comma = "-", " \\mid ", "\\cdot", " \\sim ", ", "
    marks = (MARK + "{", "}")
    nabla, log, indicator, condition, dots = "\\nabla", "\\log", "\\mathbf{1}", " \\;\\middle|\\; ", "\\dots"
    transposed = "\\top"

    def name(self, name: str) -> str:
        """A Greek letter by its command, a word upright, and digits, primes and the part after _ as scripts."""
        name = name.translate(DIGITS)
        if "^" in name:
            base, _, script = name.partition("^")
            return self.superscript(self.name(base), script)
        if "_" in name.rstrip("'"):
            base, _, script = name.rstrip("'").partition("_")
            below = script if re.fullmatch("[0-9]+", script) else self.name(script)
            return self.subscript(self.name(base), [below]) + name[len(name.rstrip("'")) :]
        stem, digits, primes = re.fullmatch(r"(.*?)([0-9]*)('*)", normalize("NFD", name), re.DOTALL).groups()  # type: ignore[union-attr]
        out = GREEK.get(stem) or (stem if len(stem) == 1 and stem.isascii() and stem.isalpha() else _upright(stem))
        if stem.endswith(("̂", "̃")):  # a combining hat or tilde
            out = f"\\{'hat' if stem.endswith('̂') else 'tilde'}{{{self.name(stem[:-1])}}}"
        return out + (f"_{{{digits}}}" if digits else "") + primes

    def subscript(self, base: str, scripts: Sequence[str]) -> str:
        below = re.fullmatch(r"(.*)_\{([^{}]*)\}", base, re.DOTALL)
        if below:  # π_1 at θ: one subscript, not two
            base, scripts = below[1], [below[2], *scripts]
        return f"{base}_{{{', '.join(scripts)}}}"

    def superscript(self, base: str, script: str) -> str:
        return f"{base}^{{{script}}}"

    def fraction(self, numerator: str, denominator: str) -> str:
        return f"\\frac{{{numerator}}}{{{denominator}}}"

    def bracket(self, body: str, kind: str) -> str:
        left, right = {"(": ("(", ")"), "[": ("[", "]"), "{": ("\\{", "\\}"), "|": ("|", "|")}[kind]
        if re.search(r"\\frac|\\sum|\\prod|\\middle|\\left", body):
            return f"\\left{left} {body} \\right{right}"
        return f"{left}{body}{right}" if kind != "|" else f"\\lvert {body} \\rvert"

    def operator(self, kind: str, below: str, above: str, body: str) -> str:
        heads = {
            "E": "\\mathbb{E}",
            "sum": "\\sum",
            "product": "\\prod",
            "Var": "\\mathrm{Var}",
            "Cov": "\\mathrm{Cov}",
        }
        out = heads[kind] + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
        return out + (" " if kind in ("sum", "product") else "") + body

    def prefix(self, head: str, body: str) -> str:
        return f"{head} {body}"

    def join(self, factors: Sequence[str]) -> str:
        return " \\, ".join(factors)

    def closed(self, term: Closed) -> str:
        return term.drawn


def _upright(name: str) -> str:
    r"""A name of several characters, each of which is shown.

    >>> _upright("cost")
    '\\mathrm{cost}'
    >>> _upright("\\input{x}")
    '{\\backslash \\mathrm{input}\\{\\mathrm{x}\\}}'
    """
    first, *others = WORDS.split(normalize("NFC", name))
    words = [_word(first)] if first or not others else []
    words += [MARKS.get(x) or _word(x) for x in others if x]
    return words[0] if len(words) == 1 else f"{{{''.join(words)}}}"


def _word(word: str) -> str:
    """A word upright; \\mathrm has no letters with accents."""
    return f"\\{'mathrm' if word.isascii() else 'text'}{{{word}}}"


@not_too_deep
def latex(term: Term, changed: Path | None = None) -> str:
    r"""The term as LaTeX, the sub-term at `changed` wrapped in \changed{…}.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad, log
    >>> latex(grad(log(one_step().policy)))
    '\\nabla_{\\theta} \\log \\pi_{\\theta}(a \\mid s)'
    """
    return LatexNotation(changed).write(term)


hooks.latex = latex


def aligned(lines: Iterable[Term], below: Iterable[str] = ()) -> str:
    """A chain of equal lines as LaTeX in dollars, one below the other, and some LaTeX lines of words below them."""
    first, *others = map(latex, lines)
    return (
        "$\\begin{aligned} "
        + " \\\\ ".join((f"& {first}", *(f"= {{}} & {x}" for x in others), *below))
        + " \\end{aligned}$"
    )
