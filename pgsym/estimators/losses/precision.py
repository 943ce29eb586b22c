"""Where a function traced by JAX leaves float64: what is computed of numbers that are not whole in float32 or less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

LESS: Final = ("float32", "float16", "bfloat16")
MOVED: Final = frozenset(
    "broadcast_in_dim reshape squeeze transpose slice dynamic_slice gather select_n concatenate copy expand_dims rev "
    "pad reduce_max reduce_min max min neg sign floor ceil round abs stop_gradient convert_element_type".split()
)
"""What makes whole numbers of whole ones, and rounds none."""
SUMMED: Final = frozenset("add sub mul reduce_sum cumsum dot_general integer_pow add_any".split())
"""What makes whole numbers of whole ones, which are small here, but rounds others."""


def narrow(traced: Any) -> str:
    """What rounds to less than float64 in what is traced (a closed jaxpr), by the names of its primitives.

    A mask as float32 rounds nothing, nor do sums of it; a float64 turned into float32 does, and so does a quotient.
    """
    consts = [_whole(value) for value in traced.consts]
    found, _ = _walk(traced.jaxpr, [False] * len(traced.jaxpr.invars), consts)
    return ", ".join(dict.fromkeys(found))


def _walk(jaxpr: Any, given: Sequence[bool], consts: Sequence[bool]) -> tuple[list[str], list[bool]]:
    """What rounds in a jaxpr, and which of its results are whole numbers, given which of what goes in are."""
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
    """Whether an equation in less than float64 rounds, given whether all that goes into it is whole."""
    name = equation.primitive.name
    if whole:
        return name not in MOVED | SUMMED | {"iota"}
    if name == "convert_element_type":
        return any(str(v.aval.dtype) == "float64" for v in equation.invars)
    return name not in MOVED


def _used(jaxpr: Any) -> set[int]:
    """The equations that a result depends on."""
    needed = {id(v) for v in jaxpr.outvars}
    found = set()
    for equation in reversed(jaxpr.eqns):
        if any(id(v) in needed for v in equation.outvars):
            found.add(id(equation))
            needed |= {id(v) for v in equation.invars}
    return found


def _inner(values: Iterable[Any]) -> Iterator[tuple[Any, Sequence[Any]]]:
    """The jaxprs that an equation is made of, with their constants."""
    for value in values:
        if hasattr(value, "jaxpr"):
            yield value.jaxpr, value.consts
        elif hasattr(value, "eqns"):
            yield value, ()
        elif isinstance(value, tuple | list):
            yield from _inner(value)


def _whole(value: Any) -> bool:
    """Whether a constant has whole numbers only."""
    try:
        number = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return bool(np.all(number == np.round(number)))


__all__ = ["narrow"]
