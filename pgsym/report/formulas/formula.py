"""LaTeX formulas as strings: their marks rewritten, and the places where a line may break."""

from __future__ import annotations

from collections.abc import Callable

from pgsym.report.errors import MalformedMath
from pgsym.report.formulas.width import TOKEN, width

MARK = "\\changed{"
BREAKS = frozenset(
    {"=", "+", "-", "\\neq", "\\le", "\\nleq", "\\ge", "\\approx", "\\equiv", "\\iff", "\\implies", "\\propto"}
)
OPENING = frozenset({"{", "(", "[", "\\{", "\\lvert", "\\lVert"})
CLOSING = frozenset({"}", ")", "]", "\\}", "\\rvert", "\\rVert"})
WIDE = 110
"""Characters of LaTeX below which a formula surely fits a line, or needs only to be scaled a little."""
A_LINE = 100
"""About the `width` of a formula which can still be scaled to fit a line."""
OPENED = 2
"""How deep in brackets a formula is cut that no line could hold."""


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


def pieces(latex: str, room: float = A_LINE) -> tuple[str, ...]:
    r"""The formula cut before its relations, sums and differences, at which an over-wide one may be broken.

    Nothing is cut inside braces, nor inside brackets unless a piece were wider than the room that a line has; a mark is
    cut with what it marks.  A piece that begins with an
    operator begins with an empty group, which keeps the operator's spacing.

    >>> pieces(r"= a + \changed{b - f(x + y)}")
    ('= a', '{} + \\changed{b}', '\\changed{{} - f(x + y)}')
    """
    return _led([part for whole in _cut(latex) for part in _opened(whole, room)])


def _led(parts: list[str]) -> tuple[str, ...]:
    """The parts, those after the first led by an empty group, unless they begin with a mark, which holds one."""
    first, *others = parts
    return (first, *(p if p.startswith(MARK) else f"{{}} {p}" for p in others))


def _opened(piece: str, room: float, deep: int = 1) -> list[str]:
    """A piece that no line could hold, cut inside its brackets too; those get a fixed height, as they end elsewhere.

    A mark that is open at a cut is closed before it and opened again after it.
    """
    if width(piece) <= room or "\\middle" in piece:
        return [piece]
    parts, open_brackets, before, ready = [""], list[str](), "", False
    for match in TOKEN.finditer(piece):
        token = match[0]
        brackets = [b for b in open_brackets if b != MARK]
        if token in BREAKS and ready and len(brackets) <= deep and "{" not in brackets:
            marks = len(open_brackets) - len(brackets)
            parts[-1] = parts[-1].rstrip() + "}" * marks
            parts.append((MARK * marks + "{} ") if marks else "")
        opens = token in OPENING or token.startswith("\\left")
        if opens:
            open_brackets.append(MARK if before + token == MARK else token)
        opening = open_brackets[-1] if opens else ""
        if token in CLOSING or token.startswith("\\right"):
            opening = open_brackets.pop()
            brackets = [b for b in open_brackets if b != MARK]
        tall = opening.startswith("\\left") and len(brackets) < deep and "{" not in brackets
        parts[-1] += token.replace("\\left", "\\Biggl").replace("\\right", "\\Biggr") if tall else token
        empty = before + token == "{}"
        ready = not (token in BREAKS or opens or empty) and (ready or not token.isspace())
        before = token
    if deep < OPENED and any(width(p) > 1.08 * room for p in parts):  # rather smaller than torn apart so deep
        return _opened(piece, room, deep + 1)
    return [p.strip() for p in parts]


def _cut(latex: str) -> list[str]:
    parts, depth, position = [""], 0, 0
    ready = False  # whether something stands before, to which an operator would bind
    while position < len(latex):
        if not depth and latex.startswith(MARK, position):
            begin = position + len(MARK)
            end = begin + _closing(latex[begin:])
            position = end + 1
            has_script = latex[position:].lstrip().startswith(("_", "^", "'"))
            first, *others = (latex[begin:end],) if has_script else _led(_cut(latex[begin:end]))
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
