"""LaTeX mathematics as Typst mathematics: a strict converter of the closed vocabulary that the printers emit.

    formula  ::=  item*
    item     ::=  atom '* [_ group] [^ group], the scripts in either order
    group    ::=  {formula} | one character | one symbol
    atom     ::=  character | number | \\command | \\command{formula}… | \\left d formula \\right d | {formula}

An unknown command or character is an error and never dropped, so that a formula that compiles is complete.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pgsym.report.errors import MalformedMath, UnknownCommand
from pgsym.report.formulas.vocabulary import (
    CHARACTERS,
    COMMANDS,
    DELIMITERS,
    FENCES,
    FUNCTIONS,
    MID_IN_A_LINE,
    SYMBOLS,
    UPRIGHT,
)

__all__ = ["COMMANDS", "FUNCTIONS", "MARKS", "SYMBOLS", "UPRIGHT", "guarded", "typst"]

TOKEN = re.compile(r"\\middle\||\\[a-zA-Z]+|\\.|\s+|\d+(?:\.\d+)?|.", re.DOTALL)

UPRIGHT_WORD = re.escape(UPRIGHT["mathrm"]).replace(re.escape("{}"), '[^"]*')
"""A pattern of upright words; Typst puts a gap between such a word and a bracket if a space separates them."""

DEEPEST = 60
"""The deepest nesting of braces; TeX allows fewer than 255 open groups."""

STYLES = ("display", "inline", "script", "sscript")
"""Typst's sizes of mathematics, the largest first; fractions use the next size, scripts the third or a smaller one."""

MARKS = """
#let tall(body) = text(top-edge: "bounds", bottom-edge: "bounds", body)
#let changed(body) = box(fill: rgb("#fde7c4"), radius: 2pt, inset: (x: 1.5pt), outset: (y: 2pt), tall(body))
#let changed-script(body) = box(fill: rgb("#fde7c4"), radius: 1pt, inset: (x: 0.6pt), outset: (y: 0.6pt), tall(body))
""".strip()
"""The Typst definitions that converted formulas use: the mark of a changed sub-term, in a line and in a script."""


def typst(latex: str, display: bool = True) -> str:
    """The formula in Typst's mathematics, without dollar signs; a displayed formula needs spaces inside them.

    Raises UnknownCommand, naming a command or character outside the vocabulary, or MalformedMath.

    >>> typst(r"\\frac{1}{N} \\, x_{i}")
    'frac(1, N) thin x_(i)'
    >>> typst(r"\\unknown x")
    Traceback (most recent call last):
    pgsym.report.errors.UnknownCommand: \\unknown is outside the vocabulary of formulas: \\unknown x
    """
    parser = _Parser(latex, 0 if display else 1)
    out = parser.formula(())
    if not parser.at_end:
        raise parser.malformed(f"{parser.peek} has no matching opening")
    return out


@lru_cache(maxsize=2**13)
def guarded(latex: str) -> str:
    """The formula in one line, for formats that read LaTeX, after checking that it is in the vocabulary.

    Formulas may come from data, so LaTeX and MathJax only receive checked ones.  Raises UnknownCommand or
    MalformedMath, as `typst` does.

    >>> guarded("x_{i}\\n  + 1")
    'x_{i} + 1'
    >>> guarded("\\\\input{x}")
    Traceback (most recent call last):
    pgsym.report.errors.UnknownCommand: \\input is outside the vocabulary of formulas: \\input{x}
    """
    typst(latex)
    return " ".join(latex.split())


class _Parser:
    """A recursive-descent parser of one formula."""

    def __init__(self, latex: str, style: int):
        self.source = latex
        self.tokens: list[str] = TOKEN.findall(latex)
        self.position = 0
        self.style = style  # an index into STYLES
        self.fences = 0  # how many \left are open
        self.depth = 0  # how many formulas are open

    @property
    def at_end(self) -> bool:
        while self.position < len(self.tokens) and self.tokens[self.position].isspace():
            self.position += 1
        return self.position >= len(self.tokens)

    @property
    def peek(self) -> str:
        return "" if self.at_end else self.tokens[self.position]

    def take(self) -> str:
        if self.at_end:
            raise self.malformed("it ends too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def unknown(self, what: str) -> UnknownCommand:
        return UnknownCommand(f"{what} is outside the vocabulary of formulas: {self.source:.200}")

    def malformed(self, what: str) -> MalformedMath:
        return MalformedMath(f"{what}: {self.source:.200}")

    def formula(self, closing: tuple[str, ...]) -> str:
        """The items up to a closing token, which is not consumed."""
        out = []
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.malformed(f"it is nested more than {DEEPEST} deep")
        while not self.at_end and self.peek not in closing and self.peek != "}":
            out.append(self.item())
        self.depth -= 1
        return re.sub(rf"({UPRIGHT_WORD}) (?=paren|bracket|comma)", r"\1", " ".join(out))

    def item(self) -> str:
        """An atom with its primes and scripts."""
        if self.peek in ("_", "^", "'"):
            raise self.malformed(f"{self.peek} has nothing before it")
        atom, seen = self.atom(), ""
        while self.peek in ("_", "^", "'"):
            mark = self.take()
            if mark in seen and mark != "'":
                raise self.malformed(f"a second {mark} on one symbol")
            if mark == "'" and "^" in seen:
                raise self.malformed("a prime after a superscript")
            seen += mark
            atom += mark if mark == "'" else f"{mark}({self.argument(max(self.style + 1, 2))})"
        return atom

    def argument(self, style: int) -> str:
        """A braced formula or a single symbol, in the given style."""
        outer, self.style = self.style, min(style, 3)
        token = self.take()
        if token == "{":
            out = self.closed()
        elif token == "}" or (len(token) > 1 and (token[0] != "\\" or token[1:] not in SYMBOLS)):
            raise self.malformed(f"the argument at {token} needs braces")
        else:
            self.position -= 1
            out = self.atom()
        self.style = outer
        return out

    def closed(self) -> str:
        """The formula up to its closing brace, which is consumed."""
        out = self.formula(("}",))
        if self.take() != "}":
            raise self.malformed("a brace is not closed")
        return out

    def atom(self) -> str:
        token = self.take()
        if not token.startswith("\\"):
            return self.character(token)
        name = token[1:]
        match name:
            case "frac":
                return f"frac({self.argument(self.style + 1)}, {self.argument(self.style + 1)})"
            case "dfrac":
                return f"display(frac({self.argument(1)}, {self.argument(1)}))"
            case "sqrt":
                return self.root()
            case "changed":
                body = self.argument(self.style)
                return f"#changed{'-script' * (self.style > 1)}(${STYLES[self.style]}({body})$);"
            case "left":
                return self.fenced()
        if name in FENCES:
            size, role = FENCES[name]
            return f'class("{role}", lr(size: #{size}, {self.delimiter()}))'
        if name in UPRIGHT:
            return UPRIGHT[name].format(self.words())
        if name in FUNCTIONS:
            return f"{FUNCTIONS[name]}({self.argument(self.style)})"
        if name == "middle|" and not self.fences:
            raise self.malformed("\\middle stands outside \\left and \\right")
        if name == "mid" and self.style == 1:
            return MID_IN_A_LINE
        if name in SYMBOLS:
            return SYMBOLS[name]
        if name in COMMANDS:
            raise self.malformed(f"{token} has no matching opening")
        raise self.unknown(token)

    def character(self, token: str) -> str:
        if token in CHARACTERS:
            return CHARACTERS[token]
        if token == "{":
            body = self.closed()
            return f'class("normal", {body})' if body else '""'
        if token.isascii() and (token.isalpha() or token[0].isdigit()):
            return token
        raise self.unknown(repr(token))

    def root(self) -> str:
        if self.peek != "[":
            return f"sqrt({self.argument(self.style)})"
        self.take()
        outer, self.style = self.style, 3
        index = self.formula(("]",))
        self.style = outer
        if self.take() != "]":
            raise self.malformed("the index of a root is not closed")
        return f"root({index}, {self.argument(self.style)})"

    def fenced(self) -> str:
        left = self.delimiter()
        self.fences += 1
        body = self.formula(("\\right",))
        self.fences -= 1
        if self.take() != "\\right":
            raise self.malformed("\\left has no \\right")
        return f"lr({left} {body} {self.delimiter()})"

    def delimiter(self) -> str:
        token = self.take()
        if token not in DELIMITERS:
            raise self.malformed(f"{token} is not a delimiter")
        return DELIMITERS[token]

    def words(self) -> str:
        """The words in braces, with their spaces."""
        if self.take() != "{":
            raise self.malformed("a brace was expected")
        end = self.tokens.index("}", self.position) if "}" in self.tokens[self.position :] else -1
        text = "".join(self.tokens[self.position : end])
        if end < 0 or not re.fullmatch(r"[A-Za-z0-9À-ÿ.,:;()!?@`'’ –-]+", text):
            raise self.malformed(f"{text!r} has characters that are not allowed in words")
        self.position = end + 1
        return text
