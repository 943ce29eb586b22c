"""The closed vocabulary of formulas: all commands and characters that a formula may use, with their Typst.

The printer of terms emits nothing else, and `pgsym.report.formulas.typst_math` accepts nothing else.
"""

from __future__ import annotations

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
    "oint": "integral.cont",
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
    "nleq": "lt.eq.not",
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
    "%": "percent",
    "&": "amp",
    "#": "hash",
    "$": "dollar",
    "_": '"_"',
    "backslash": "backslash",
    "ast": "ast.op",
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

MID_IN_A_LINE = '#h(0.278em);class("normal", bar.v)#h(0.278em);'
"""The Typst of \\mid in an inline formula, where no line may break after it."""

FUNCTIONS = {"hat": "hat", "tilde": "tilde", "bar": "macron", "mathcal": "cal", "mathbb": "bb"}
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
    "|": 'class("normal", bar.v)',
    "-": "minus",
    "+": "plus",
    "=": "eq",
    "<": "lt",
    ">": "gt",
}
"""Characters that are not letters or digits."""

DELIMITERS = {
    "(": "paren.l",
    ")": "paren.r",
    "[": "bracket.l",
    "]": "bracket.r",
    "\\{": "brace.l",
    "\\}": "brace.r",
    "|": "bar.v",
}
"""The delimiters that may follow \\left, \\right and the fences of a fixed size."""

FENCES = {
    **{f"{size}{side}": (f"{em}em", role)
       for size, em in (("big", 1.2), ("Big", 1.8), ("bigg", 2.4), ("Bigg", 3.0))
       for side, role in (("l", "opening"), ("r", "closing"))},
}  # fmt: skip
"""Fences of a fixed size: their height and their class in Typst."""

COMMANDS = frozenset({*SYMBOLS, *FUNCTIONS, *UPRIGHT, *FENCES, "sqrt", "frac", "dfrac", "changed", "left", "right"})
"""Every command of the vocabulary, without its backslash."""
