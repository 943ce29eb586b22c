"""Python source written from data: numbers, tables, strings, names, and calls broken over lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import count
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

WIDTH = 100
PIECES = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|.""")
"""The strings of a line of Python, and every other character."""


def literal(value: Any, fraction: str = "Fraction") -> str:
    """A number, or nested lists or an array of numbers, as Python reads it back; `fraction` names the class.

    >>> literal([Fraction(1, 3), Fraction(2), 0.5]), literal(Fraction(1, 2), "F")
    ('[Fraction(1, 3), 2, 0.5]', 'F(1, 2)')
    """
    if hasattr(value, "tolist"):  # of NumPy
        value = value.tolist()
    if isinstance(value, list):
        return f"[{', '.join(literal(x, fraction) for x in value)}]"
    if isinstance(value, Fraction):
        n, d = value.numerator, value.denominator
        return str(n) if d == 1 else f"{fraction}({n}, {d})"
    return repr(value)


def string(text: str) -> str:
    """A string in double quotes, on one line whatever it holds.

    >>> print(string('say "π"'), string("a\\nb"))
    "say \\"π\\"" "a\\nb"
    """
    written = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in written)


def identifier(name: str, is_free: Callable[[str], bool] = lambda _: True) -> str:
    """A name of Python like a given one, with underscores behind it until it is free.

    >>> identifier("π'"), identifier("1 x"), identifier("if"), identifier("r", {"r_"}.__contains__)
    ('π_', '_1_x', '_if', 'r_')
    """
    stem = re.sub(r"\W", "_", normalize("NFKC", name)) or "_"
    stem = stem if f"_{stem}".isidentifier() else re.sub(r"[^0-9A-Za-z_]", "_", stem)
    stem = f"_{stem}" if not stem.isidentifier() or iskeyword(stem) else stem
    return next(tried for tried in (stem + "_" * n for n in count()) if is_free(tried))


def call(name: str, arguments: Mapping[str, str]) -> str:
    """A call on one line, or with an argument a line where it is long; empty arguments are left out."""
    given = {key: value for key, value in arguments.items() if value}
    short = f"{name}({', '.join(f'{key}={value}' for key, value in given.items())})"
    if len(short) <= WIDTH:
        return short
    lines = [line for key, value in given.items() for line in _argument(f"{key}=", value)]
    return "\n    ".join([f"{name}(", *lines]) + "\n)"


def _argument(head: str, value: str) -> list[str]:
    """An argument on lines that are not too long, as far as it is a table or a mapping."""
    if len(head + value) <= WIDTH or value[0] not in "[{":
        return [f"{head}{value},"]
    entries, depth = [""], 0
    for c in value[1:-1]:
        depth += (c in "[{(") - (c in ")}]")
        entries[-1] += c
        if c == "," and not depth:
            entries.append("")
    out = [head + value[0]]
    for entry in map(str.strip, entries):
        if len(out) > 1 and len(out[-1]) + len(entry) < WIDTH:
            out[-1] += f" {entry}"
        else:
            out.append(f"    {entry}")
    return [*out, f"{value[-1]},"]


def broken(text: str, indent: str = "", width: int = WIDTH) -> list[str]:
    """Python on lines of at most a width where that can be: broken at spaces that stand in no string."""
    words = [""]
    for piece in PIECES.findall(text):
        if piece == " ":
            words.append("")
        else:
            words[-1] += piece
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(f"{indent}    {word}")
    return lines
