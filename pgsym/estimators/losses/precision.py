"""Where a function traced by JAX leaves float64: its primitives that round numbers to float32 or less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

LESS: Final = ("float32", "float16", "bfloat16")
MOVED: Final = frozenset(
    "broadcast_in_dim reshape squeeze transpose slice dynamic_slice gather select_n concatenate copy expand_dims rev "
    "pad reduce_max reduce_min max min neg sign floor ceil round abs stop_gradient convert_element_type".split()
)
"""Primitives that map whole numbers to whole numbers, and never round."""
SUMMED: Final = frozenset("add sub mul reduce_sum cumsum dot_general integer_pow add_any".split())
"""Primitives that map small whole numbers to whole numbers exactly, but round other numbers."""


def narrow(traced: Any) -> str:
    """The names of the primitives in a closed jaxpr that round to less than float64.

    A mask in float32 and its sums are exact; turning float64 into float32 rounds, and so does a quotient.
    """
    consts = [_whole(value) for value in traced.consts]
    found, _ = _walk(traced.jaxpr, [False] * len(traced.jaxpr.invars), consts)
    return ", ".join(dict.fromkeys(found))


def _walk(jaxpr: Any, given: Sequence[bool], consts: Sequence[bool]) -> tuple[list[str], list[bool]]:
    """(the primitives of a jaxpr that round, which of its results are whole), given which of its inputs are whole."""
    whole = dict(zip(map(id, (*jaxpr.invars, *jaxpr.constvars)), (*given, *consts), strict=True))

    def is_whole(v: Any) -> bool:
        if hasattr(v, "val"):
            return _whole(v.val)
        return whole.get(id(v), False) or "float" not in str(v.aval.dtype)

    found: list[str] = []
    used = _used(jaxpr)
    for equation in jaxpr.eqns:
        if id(equation) not in used:
            continue
        name, inside = equation.primitive.name, list(_inner(equation.params.values()))
        flags = [is_whole(v) for v in equation.invars]
        if inside:
            out = [False] * len(equation.outvars)
            for inner, values in inside:
                same = len(inner.invars) == len(flags)
                more, ends = _walk(inner, flags if same else [False] * len(inner.invars), list(map(_whole, values)))
                found += more
                out = ends if same and len(ends) == len(out) else out
        else:
            out = [all(flags) and name in MOVED | SUMMED] * len(equation.outvars)
            if any(str(v.aval.dtype) in LESS for v in equation.outvars) and _rounds(equation, all(flags)):
                found.append(name)
        whole |= dict(zip(map(id, equation.outvars), out, strict=True))
    return found, [is_whole(v) for v in jaxpr.outvars]


def _rounds(equation: Any, whole: bool) -> bool:
    """Whether an equation in less than float64 rounds, given whether all its inputs are whole."""
    name = equation.primitive.name
    if whole:
        return name not in MOVED | SUMMED | {"iota"}
    if name == "convert_element_type":
        return any(str(v.aval.dtype) == "float64" for v in equation.invars)
    return name not in MOVED


def _used(jaxpr: Any) -> set[int]:
    """The ids of the equations that a result depends on."""
    needed = {id(v) for v in jaxpr.outvars}
    found = set()
    for equation in reversed(jaxpr.eqns):
        if any(id(v) in needed for v in equation.outvars):
            found.add(id(equation))
            needed |= {id(v) for v in equation.invars}
    return found


def _inner(values: Iterable[Any]) -> Iterator[tuple[Any, Sequence[Any]]]:
    """The jaxprs inside an equation's parameters, with their constants."""
    for value in values:
        if hasattr(value, "jaxpr"):
            yield value.jaxpr, value.consts
        elif hasattr(value, "eqns"):
            yield value, ()
        elif isinstance(value, tuple | list):
            yield from _inner(value)


def _whole(value: Any) -> bool:
    """Whether all entries of a constant are whole numbers."""
    try:
        number = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return bool(np.all(number == np.round(number)))


__all__ = ["narrow"]
