"""Numbers as LaTeX: exact numbers as fractions or closed forms, floats rounded to some digits."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any


def exact(value: Any) -> str:
    r"""The LaTeX of an exact number: an int, a Fraction, a SymPy number, or a word such as "undefined".

    >>> exact(Fraction(-1, 2)), exact("log(3/2)")
    ('-\\frac{1}{2}', '\\log \\frac{3}{2}')
    """
    if isinstance(value, str) and value.startswith("log("):
        return f"\\log {exact(Fraction(value[4:-1]))}"
    if isinstance(value, str):
        return f"\\text{{{value}}}"
    if isinstance(value, int | Fraction):
        sign, above, below = "-" if value < 0 else "", abs(value.numerator), value.denominator
        return f"{sign}{above}" if below == 1 else f"{sign}\\frac{{{above}}}{{{below}}}"
    import sympy

    written = min((value, sympy.expand(value)), key=sympy.count_ops)
    return re.sub(r"\\log\{(\\left\((?:[^()]*)\\right\))\}", r"\\log\1", sympy.latex(written))


def in_a_line(value: Fraction | float, digits: int = 6) -> str:
    r"""A number for a line of text: a fraction with a slash, a float to some digits, with a power of ten.

    >>> in_a_line(Fraction(1, 2)), in_a_line(0.00125), in_a_line(1e-9), in_a_line(2.345e-16, 2)
    ('1/2', '0.00125', '10^{-9}', '2.3 \\times 10^{-16}')
    """
    if isinstance(value, int | Fraction):
        return str(value)
    mantissa, e, exponent = f"{value:.{digits}g}".partition("e")
    if not e:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else f"{mantissa} \\times {power}"
