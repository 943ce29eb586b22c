"""LaTeX formulas as strings: replacing their marks, and cutting them where a line may break."""

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
"""A formula with fewer characters of LaTeX fits a line, perhaps scaled down a little."""
A_LINE = 100
"""About the largest `width` of a formula that can be scaled down to fit a line."""
OPENED = 2
"""The deepest nesting of brackets at which an over-wide formula is cut."""


def unmarked(latex: str) -> str:
    r"""The formula with its marks removed.

    >>> unmarked(r"\frac{\changed{a}}{\changed{b_{\changed{c}}}}")
    '\\frac{a}{b_{c}}'
    """
    return remarked(latex, lambda body: body)


def remarked(latex: str, mark: Callable[[str], str]) -> str:
    r"""The formula with every \changed{body} replaced by mark(body), inner marks first.

    Raises MalformedMath if a mark is not closed.
    """
    before, found, rest = latex.partition(MARK)
    if not found:
        return latex
    end = _closing(rest)
    return before + mark(remarked(rest[:end], mark)) + remarked(rest[end + 1 :], mark)


def _closing(rest: str) -> int:
    """The position of the brace that closes the one opened before `rest`."""
    depth = 1
    for token in TOKEN.finditer(rest):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if not depth:
            return token.start()
    raise MalformedMath(f"a mark is not closed: {MARK}{rest}")


def pieces(latex: str, room: float = A_LINE) -> tuple[str, ...]:
    r"""The pieces of the formula, cut before its relations, plus and minus signs, where a line may break.

    It is never cut inside braces, and inside brackets only if a piece would be wider than `room`.  If marked text is
    cut, each piece gets the mark.  A piece that begins with an operator is preceded by an empty group, which keeps the
    operator's spacing.

    >>> pieces(r"= a + \changed{b - f(x + y)}")
    ('= a', '{} + \\changed{b}', '\\changed{{} - f(x + y)}')
    """
    return _with_empty_groups([part for whole in _cut(latex) for part in _cut_inside_brackets(whole, room)])


def _with_empty_groups(parts: list[str]) -> tuple[str, ...]:
    """The parts, with an empty group before each after the first, unless it begins with a mark, which contains one."""
    first, *others = parts
    return (first, *(p if p.startswith(MARK) else f"{{}} {p}" for p in others))


def _cut_inside_brackets(piece: str, room: float, deep: int = 1) -> list[str]:
    """The parts of a piece, cut inside its brackets if it is wider than `room`; cut brackets get a fixed height.

    A mark that is open at a cut is closed before the cut and opened again after it.
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
    if deep < OPENED and any(
        width(p) > 1.08 * room for p in parts
    ):  # a slightly wide part is scaled instead of cut deeper
        return _cut_inside_brackets(piece, room, deep + 1)
    return [p.strip() for p in parts]


def _cut(latex: str) -> list[str]:
    parts, depth, position = [""], 0, 0
    ready = False  # whether an operator here would be binary
    while position < len(latex):
        if not depth and latex.startswith(MARK, position):
            begin = position + len(MARK)
            end = begin + _closing(latex[begin:])
            position = end + 1
            has_script = latex[position:].lstrip().startswith(("_", "^", "'"))
            first, *others = (latex[begin:end],) if has_script else _with_empty_groups(_cut(latex[begin:end]))
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
