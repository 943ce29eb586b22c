"""What can be said: terms, symbols, hypotheses and their print."""

from pgsym.terms.build import (
    absolute,
    choice,
    exp,
    expect,
    function,
    given,
    grad,
    indicator,
    log,
    product_range,
    sum_over,
    sum_range,
)
from pgsym.terms.hypotheses import Before, Definition, Hypothesis, Positive, ThetaFree
from pgsym.terms.latex import latex
from pgsym.terms.nodes import Law, Number, Symbol, Term, Variable
from pgsym.terms.sorts import ACTION, BATCH, INDEX, PARAMETER, REAL, STATE, TRAJECTORY, VECTOR, Collective, Sort
from pgsym.terms.text import text

__all__ = [
    "ACTION",
    "BATCH",
    "INDEX",
    "PARAMETER",
    "REAL",
    "STATE",
    "TRAJECTORY",
    "VECTOR",
    "Before",
    "Collective",
    "Definition",
    "Hypothesis",
    "Law",
    "Number",
    "Positive",
    "Sort",
    "Symbol",
    "Term",
    "ThetaFree",
    "Variable",
    "absolute",
    "choice",
    "exp",
    "expect",
    "function",
    "given",
    "grad",
    "indicator",
    "latex",
    "log",
    "product_range",
    "sum_over",
    "sum_range",
    "text",
]
