"""Prose with inline mathematics, emphasis and code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pgsym.terms.printers.latex import GREEK

TOKEN = re.compile(
    r"\$((?:[^$\\]|\\.)+)\$|\*(?=[^\s*])((?:[^*$\n]|\$(?:[^$\n\\]|\\.)+\$)+)(?<=\S)\*|`([^`\n]+)`"
    r"|\[\[([\w:.-]+)\]\]|\[@([\w-]+)\]|\[!(decided|exact|tested|refuted|undecided)\]"
)

UNICODE = {
    **{command[1:]: letter for letter, command in GREEK.items()}, "epsilon": "ϵ",
    "nabla": "∇", "sum": "Σ", "prod": "Π", "partial": "∂", "sqrt": "√", "infty": "∞", "log": "log ",
    "cdot": "·", "times": " × ", "pm": " ± ", "mid": " | ", "sim": "∼", "propto": " ∝ ", "in": " ∈ ", "to": " → ",
    "neq": " ≠ ", "le": " ≤ ", "nleq": " ≰ ", "ge": " ≥ ", "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖",
    "mapsto": " ↦ ",
}  # fmt: skip
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}

LAYOUT = "\n\t"
"""The invisible characters that are kept in code: line breaks and tabs."""

QUOTED = {mark: chr(0xE100 + n) for n, mark in enumerate("$*`[")}
"""Private characters that stand for the literal characters $, *, ` and [, which are markup in prose."""
UNQUOTED = {private: mark for mark, private in QUOTED.items()}
SPLIT = re.compile(f"([{''.join(QUOTED.values())}])")


def literal(text: str, kept: str = "") -> str:
    r"""Text in one line of visible characters; invisible characters are written as Python escapes.

    Characters of `kept`, such as line breaks in code, stay unchanged.

    >>> print(literal("two\n lines, a bell \a and \u202eturned"))
    two lines, a bell \x07 and \u202eturned
    """
    if not kept:
        text = re.sub(r"\s+", " ", text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in text)


def quoted(text: str) -> str:
    """Prose that shows a text literally, for names and messages from data, which may contain markup.

    >>> list(spans(quoted("costs $5 and $6, *up* from `a`[0]")))
    [('text', 'costs $5 and $6, *up* from `a`[0]')]
    """
    return literal(text).translate({ord(mark): private for mark, private in QUOTED.items()})


WIDEST = 70
"""About the number of characters in a line of a table."""


def visible(text: str) -> int:
    """About the number of visible characters of prose.

    >>> visible("$\\\\frac{1}{2}$ of it")
    8
    >>> visible("by [[claim:pg-is-mae]] [!refuted]")
    15
    """
    shown = re.sub(r"\[\[[\w:.-]+\]\]|\[@[\w-]+\]", "9.99", re.sub(r"\[!(\w+)\]", r"\1", text))
    return len(re.sub(r"\\[a-zA-Z]+|\\.|[{}$_^`*]", "", shown))


def typical(cells: Iterable[str]) -> int:
    """About the width in characters that suffices for four of five cells of a column; at most WIDEST.

    >>> typical(["short", "words", "here", "too", "and one that is very long by itself"])
    5
    """
    widths = sorted(map(visible, cells))
    return min(widths[(4 * len(widths) - 1) // 5], WIDEST)


def spans(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a paragraph as (kind, text).

    The kind is "text", "math", "emphasis", "code", "reference", "citation" or "badge".

    >>> list(spans("only $\\\\pi$ *moves*"))
    [('text', 'only '), ('math', '\\\\pi'), ('text', ' '), ('emphasis', 'moves')]
    >>> list(spans("by [[eq:objective]] [@williams] [!refuted]"))[1::2]
    [('reference', 'eq:objective'), ('citation', 'williams'), ('badge', 'refuted')]
    """
    for kind, part in _spans(text):
        yield kind, "".join(UNQUOTED.get(p) or literal(p) for p in SPLIT.split(part) if p)


def _spans(text: str) -> Iterator[tuple[str, str]]:
    end = 0
    for match in TOKEN.finditer(text):
        if match.start() > end:
            yield "text", text[end : match.start()]
        kinds = ("math", "emphasis", "code", "reference", "citation", "badge")
        found, inside = next((k, g) for k, g in zip(kinds, match.groups(), strict=True) if g)
        if found == "emphasis":
            yield from (("emphasis" if kind == "text" else kind, part) for kind, part in _spans(inside))
        else:
            yield found, inside
        end = match.end()
    if end < len(text):
        yield "text", text[end:]


def plain(text: str) -> str:
    """Prose as one line of Unicode for the terminal.

    >>> plain("only $\\\\pi_\\\\theta(a \\\\mid s)$ depends on $\\\\theta$")
    'only π_θ(a | s) depends on θ'
    >>> plain("$\\\\hat r \\\\le \\\\varepsilon$ and $g g^{\\\\top}$")
    'r̂ ≤ ε and g gᵀ'
    >>> plain("$\\\\theta = \\\\theta'$ and $\\\\alpha \\\\log \\\\pi$")
    "θ = θ' and α log π"
    """
    return "".join(_unicode(part) if kind == "math" else part for kind, part in spans(text))


def _unicode(latex: str) -> str:
    out = re.sub(r"\\(?:mathbb|mathbf|mathrm|operatorname|text)\{([^{}]*)\}", r"\1", latex)
    out = re.sub(r" *\\right(?![a-zA-Z])", "", re.sub(r"\\left(?![a-zA-Z])(\\?.) *", r"\1", out))
    out = re.sub(r"\\(?:middle|[bB]ig[lrgm]?)(?![a-zA-Z])", "", out)
    out = re.sub(r"\\(hat|tilde|bar)(?: |\{)(\w)\}?", lambda m: m[2] + ACCENTS[m[1]], out.replace("^{\\top}", "ᵀ"))
    out = re.sub(r" *\\(?=r[vV]ert)", r"\\", re.sub(r"\\[,;! ]", " ", out))
    out = re.sub(r"\\(?!d?frac|sqrt)([a-zA-Z]+)(?: (?![=+<>-]))?", lambda m: UNICODE.get(m[1], m[1]), out)
    out = re.sub(r"(?<=[\w)])log ", " log ", out)
    while (rewritten := SCRIPT.sub(_script, FRACTION.sub(_fraction, ROOT.sub(_root, out)))) != out:
        out = rewritten
    out = out.replace("\\{", "{").replace("\\}", "}").translate(BRACES)
    out = out.replace(" /", "/").replace("/ ", "/").replace("( ", "(").replace(" )", ")")
    return re.sub(" +", " ", out).strip()


INNER = r"\{((?:[^{}\\]|\\[{}])*)\}"
"""A pattern of a group in braces without a group inside."""
SCRIPT, FRACTION = re.compile(rf"([_^]){INNER}"), re.compile(rf"(log +)?\\d?frac{INNER}{INNER}( *[\w(√∇ΣΠ])?")
ROOT = re.compile(rf"\\sqrt{INNER}")
OPEN, SHUT = "\ue210", "\ue211"
BRACES = {ord(OPEN): "{", ord(SHUT): "}"}
"""The visible braces; all other braces group."""


def _script(found: re.Match[str]) -> str:
    mark, inside = found[1], found[2].strip()
    return f"{mark}{inside}" if len(inside) == 1 or re.fullmatch(r"-?\d+", inside) else f"{mark}{OPEN}{inside}{SHUT}"


def _fraction(found: re.Match[str]) -> str:
    """A fraction in one line; in brackets if a factor follows it or a logarithm precedes it."""
    before, above, below, after = (part or "" for part in found.groups())
    sides = (x if re.fullmatch(r"[\w.']+|[\w']*\([^()]*\)", x) else f"({x})" for x in (above.strip(), below.strip()))
    shown = "/".join(sides)
    return f"{before}({shown}){after}" if before or after else shown


def _root(found: re.Match[str]) -> str:
    return f"√{found[1]}" if len(found[1]) == 1 else f"√({found[1]})"
