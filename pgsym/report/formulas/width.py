"""The approximate width of a displayed formula, which decides whether and where it is cut."""

from __future__ import annotations

import re

from pgsym.report.formulas.vocabulary import FUNCTIONS, UPRIGHT

TOKEN = re.compile(r"\\(?:left|right)\s*(?:\\.|.)|\\[a-zA-Z]+|\\.|.", re.DOTALL)
LETTER = 1.15
WIDTHS = {
    **dict.fromkeys(("=", "+", "-", "\\neq", "\\le", "\\ge", "\\nleq", "\\mid", "\\sim"), 2.2),
    **dict.fromkeys(("(", ")", "[", "]", ",", ".", "\\lvert", "\\rvert"), 0.7),
    **dict.fromkeys(("\\,", "\\!", "\\;"), 0.3),
    **dict.fromkeys(("\\nabla", "\\cdot"), 1.6),
    "\\log": 2.8,
}  # fmt: skip
"""The widths of tokens that are wider or narrower than a letter, with the space around them, measured in Typst."""
LIMITED = {"\\sum": 2.4, "\\prod": 2.4}
"""The widths of operators with their scripts above and below."""
BRACES = frozenset(f"\\{name}" for name in (*FUNCTIONS, *UPRIGHT, "sqrt", "changed"))
"""Commands that are as wide as their argument."""
SCRIPT = 0.7


def width(latex: str) -> float:
    r"""About the width of a displayed formula, in halves of an em.

    >>> width(r"\frac{x + y + z}{2}") - width("x + y + z")
    0.5
    >>> width(r"\sum_{t = 1}^{T} x") < width("t = 1 x")
    True
    """
    tokens = TOKEN.findall(latex)[::-1]
    total = 0.0
    while tokens:
        total += _width(tokens)
    return total


def _width(tokens: list[str]) -> float:
    """The width of the last token with its arguments, which are removed from `tokens`."""
    token = tokens.pop()
    if token in ("\\frac", "\\dfrac"):
        return max(_argument(tokens), _argument(tokens)) + 0.5
    if token in ("_", "^"):
        return SCRIPT * _argument(tokens)
    if token in BRACES:
        return _argument(tokens)
    if token in LIMITED:
        widest = LIMITED[token]
        while tokens and tokens[-1] in ("_", "^"):
            widest = max(widest, _width(tokens))
        return widest
    if token == "{":
        inside = 0.0
        while tokens and tokens[-1] != "}":
            inside += _width(tokens)
        del tokens[-1:]
        return inside
    return 0.0 if token.isspace() else WIDTHS.get(token, LETTER)


def _argument(tokens: list[str]) -> float:
    while tokens and tokens[-1].isspace():
        tokens.pop()
    return _width(tokens) if tokens else 0.0
