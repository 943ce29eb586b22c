"""LaTeX formulas as strings: their marks rewritten, and the places where a line may break."""

from __future__ import annotations

import re
from collections.abc import Callable

from pgsym.report.errors import MalformedMath

MARK = "\\changed{"
TOKEN = re.compile(r"\\(?:left|right)\s*(?:\\.|.)|\\[a-zA-Z]+|\\.|.", re.DOTALL)
BREAKS = frozenset(
    {"=", "+", "-", "\\neq", "\\le", "\\nleq", "\\ge", "\\approx", "\\equiv", "\\iff", "\\implies", "\\propto"}
)
OPENING = frozenset({"{", "(", "[", "\\{", "\\lvert", "\\lVert"})
CLOSING = frozenset({"}", ")", "]", "\\}", "\\rvert", "\\rVert"})
WIDE = 110
"""Characters of LaTeX below which a formula surely fits a line, or needs only to be scaled a little."""


def unmarked(latex: str) -> str:
    r"""The formula without its marks.

    >>> unmarked(r"\frac{\changed{a}}{\changed{b_{\changed{c}}}}")
    '\\frac{a}{b_{c}}'
    """
    return remarked(latex, lambda body: body)


def remarked(latex: str, mark: Callable[[str], str]) -> str:
    r"""The formula with every \changed{body} replaced by mark(body), the inner ones first.

    Raises MalformedMath where a mark is not closed.
    """
    before, found, rest = latex.partition(MARK)
    if not found:
        return latex
    end = _closing(rest)
    return before + mark(remarked(rest[:end], mark)) + remarked(rest[end + 1 :], mark)


def _closing(rest: str) -> int:
    """Where the brace that is open at the start closes."""
    depth = 1
    for token in TOKEN.finditer(rest):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if not depth:
            return token.start()
    raise MalformedMath(f"a mark is not closed: {MARK}{rest}")


def pieces(latex: str) -> tuple[str, ...]:
    r"""The formula cut before its relations, sums and differences, at which an over-wide one may be broken.

    Nothing is cut inside braces or brackets, but a mark is cut with what it marks.  A piece that begins with an
    operator begins with an empty group, which keeps the operator's spacing.

    >>> pieces(r"= a + \changed{b - f(x + y)}")
    ('= a', '{} + \\changed{b}', '\\changed{{} - f(x + y)}')
    """
    first, *others = _cut(latex)
    return (first, *(p if p.startswith(MARK) else f"{{}} {p}" for p in others))


def _cut(latex: str) -> list[str]:
    parts, depth, position = [""], 0, 0
    ready = False  # whether something stands before, to which an operator would bind
    while position < len(latex):
        if not depth and latex.startswith(MARK, position):
            begin = position + len(MARK)
            end = begin + _closing(latex[begin:])
            position = end + 1
            has_script = latex[position:].lstrip().startswith(("_", "^", "'"))
            first, *others = (latex[begin:end],) if has_script else pieces(latex[begin:end])
            parts[-1] += f"{MARK}{first}}}"
            parts += [f"{MARK}{p}}}" for p in others]
            ready = True
            continue
        match = TOKEN.match(latex, position)
        token = match[0] if match else latex[position]
        if token in BREAKS and ready and not depth:
            parts.append("")
        parts[-1] += token
        ready = token not in BREAKS and (ready or not token.isspace())
        depth += token in OPENING or token.startswith("\\left")
        depth -= token in CLOSING or token.startswith("\\right")
        position += len(token)
    return [p.strip() for p in parts]
