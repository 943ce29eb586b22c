"""LaTeX mathematics as Typst mathematics: a strict converter of the closed vocabulary that the printers emit.

    formula  ::=  item*
    item     ::=  atom [_ group] [^ group] …
    group    ::=  {formula} | one atom
    atom     ::=  character | \\command | \\command{formula}… | \\left d formula \\right d

An unknown command or character is an error, never dropped: what compiles must say what was meant.
"""

from __future__ import annotations

import re

from pgsym.errors import ReportError

GREEK = (
    "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
).split()

SYMBOLS = {
    **{g: g for g in GREEK},
    "varepsilon": "epsilon",
    "epsilon": "epsilon.alt",
    "varphi": "phi",
    "phi": "phi.alt",
    "nabla": "nabla",
    "partial": "partial",
    "sum": "sum",
    "prod": "product",
    "int": "integral",
    "log": "log",
    "exp": "exp",
    "min": "min",
    "max": "max",
    "arg": "arg",
    "mid": 'class("relation", bar.v)',
    "middle|": "mid(bar.v)",
    "sim": "tilde.op",
    "cdot": "dot.c",
    "times": "times",
    "le": "lt.eq",
    "ge": "gt.eq",
    "neq": "eq.not",
    "approx": "approx",
    "equiv": "equiv",
    "propto": "prop",
    "pm": "plus.minus",
    "to": "arrow.r",
    "mapsto": "arrow.r.bar",
    "in": "in",
    "infty": "infinity",
    "dots": "dots.h",
    "ldots": "dots.h",
    "cdots": "dots.c",
    "implies": "arrow.r.double.long",
    "iff": "arrow.l.r.double.long",
    "top": "top",
    "prime": "prime",
    ",": "thin",
    ";": "med",
    ":": "med",
    " ": "space",
    "!": "#h(-0.17em);",
    "quad": "quad",
    "qquad": "wide",
    "{": "brace.l",
    "}": "brace.r",
    "lvert": 'class("opening", bar.v)',
    "rvert": 'class("closing", bar.v)',
    "lVert": 'class("opening", bar.v.double)',
    "rVert": 'class("closing", bar.v.double)',
}
"""Commands without arguments."""

FUNCTIONS = {"hat": "hat", "tilde": "tilde", "bar": "macron", "sqrt": "sqrt", "mathcal": "cal", "mathbb": "bb"}
"""Commands with one argument that is mathematics."""

UPRIGHT = {"mathrm": 'upright("{}")', "operatorname": 'op("{}")', "text": '"{}"', "mathbf": 'bold(upright("{}"))'}
"""Commands with one argument that is text."""

CHARACTERS = {
    "(": "paren.l",
    ")": "paren.r",
    "[": "bracket.l",
    "]": "bracket.r",
    ",": "comma",
    ";": "semi",
    ".": "dot.basic",
    ":": "colon",
    "!": "excl",
    "/": "slash",
    "|": "bar.v",
    "-": "minus",
    "+": "plus",
    "=": "eq",
    "<": "lt",
    ">": "gt",
    "'": "prime",
}
DELIMITERS = {
    "(": "paren.l",
    ")": "paren.r",
    "[": "bracket.l",
    "]": "bracket.r",
    "{": "brace.l",
    "}": "brace.r",
    "|": "bar.v",
}
COMMANDS = frozenset({*SYMBOLS, *FUNCTIONS, *UPRIGHT, "frac", "dfrac", "changed", "left", "right"})
"""Every command of the vocabulary, without its backslash."""

TOKEN = re.compile(r"\\middle\||\\[a-zA-Z]+|\\.|\s+|\d+|.", re.DOTALL)


def typst(latex: str) -> str:
    """The formula in Typst's mathematics, to stand between dollar signs.

    Raises ReportError that names the command or character outside the vocabulary.

    >>> typst(r"\\frac{1}{N} \\, x_{i}")
    'frac(1, N) thin x_(i)'
    >>> typst(r"\\unknown x")
    Traceback (most recent call last):
    pgsym.errors.ReportError: \\unknown is outside the vocabulary of formulas: \\unknown x
    """
    parser = _Parser(latex)
    out = parser.formula(())
    if not parser.at_end:
        raise parser.error(f"{parser.peek} closes nothing")
    return out


class _Parser:
    """A recursive-descent parser of one formula."""

    def __init__(self, latex: str):
        self.source = latex
        self.tokens: list[str] = TOKEN.findall(latex)
        self.position = 0
        self.depth = 0  # how many fractions and scripts enclose

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
            raise self.error("it ends too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def error(self, what: str) -> ReportError:
        return ReportError(f"{what}: {self.source}")

    def formula(self, closing: tuple[str, ...]) -> str:
        """Items up to a closing token, which is not taken."""
        out = []
        while not self.at_end and self.peek not in closing and self.peek != "}":
            out.append(self.item())
        return " ".join(out)

    def item(self) -> str:
        atom = self.atom()
        while self.peek in ("_", "^"):
            mark = self.take()
            atom += f"{mark}({self.group(inner=True)})"
        return atom

    def group(self, inner: bool = False) -> str:
        self.depth += inner
        if self.peek == "{":
            self.take()
            out = self.formula(("}",))
            if self.take() != "}":
                raise self.error("a brace is not closed")
        else:
            out = self.atom()
        self.depth -= inner
        return out

    def atom(self) -> str:
        token = self.take()
        if not token.startswith("\\"):
            return self.character(token)
        name = token[1:]
        if name in ("frac", "dfrac"):
            return f"frac({self.group(inner=True)}, {self.group(inner=True)})"
        if name == "changed":
            body = self.group()
            return f"#changed(${body}$);" if self.depth else f"#changed($display({body})$);"
        if name == "left":
            return self.fenced()
        if name in UPRIGHT:
            return UPRIGHT[name].format(self.words())
        if name in FUNCTIONS:
            return f"{FUNCTIONS[name]}({self.group()})"
        if name in SYMBOLS:
            return SYMBOLS[name]
        raise self.error(f"\\{name} is outside the vocabulary of formulas")

    def character(self, token: str) -> str:
        if token in CHARACTERS:
            return CHARACTERS[token]
        if token == "{":
            self.position -= 1
            return self.group()
        if token.isascii() and (token.isalpha() or token.isdigit()):
            return token
        raise self.error(f"{token!r} is outside the vocabulary of formulas")

    def fenced(self) -> str:
        left = self.delimiter()
        body = self.formula(("\\right",))
        if self.take() != "\\right":
            raise self.error("\\left has no \\right")
        return f"lr({left} {body} {self.delimiter()})"

    def delimiter(self) -> str:
        token = self.take()
        if token.lstrip("\\") not in DELIMITERS:
            raise self.error(f"{token} is no delimiter")
        return DELIMITERS[token.lstrip("\\")]

    def words(self) -> str:
        """Words in braces, their spaces kept."""
        if self.take() != "{":
            raise self.error("a brace was expected")
        end = self.tokens.index("}", self.position) if "}" in self.tokens[self.position :] else -1
        text = "".join(self.tokens[self.position : end])
        if end < 0 or not re.fullmatch(r"[\w.,:;()!?'’ –-]+", text):
            raise self.error(f"{text!r} are no plain words")
        self.position = end + 1
        return text
