"""What SymPy evaluates while something is computed: integrals, sums, products and limits with what it says they are.

SymPy's answers about these are its own, by heuristics, and some are wrong; what is known of them is checked by others.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

_watching = threading.RLock()


@dataclass(frozen=True)
class Evaluated:
    """What was written down, and what SymPy made of it."""

    written: sympy.Expr
    value: sympy.Expr

    def __str__(self) -> str:
        return f"{self.written} = {self.value}"


@contextmanager
def watched() -> Iterator[list[Evaluated]]:
    """The list of what this thread has SymPy evaluate meanwhile, the outermost of what is nested only.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> with watched() as found:
    ...     value = 1 + sympy.integrate(x, (x, 0, 1))
    >>> print(*found)
    Integral(x, (x, 0, 1)) = 1/2
    """
    import sympy

    found: list[Evaluated] = []
    kinds = (sympy.Integral, sympy.Sum, sympy.Product, sympy.Limit)
    thread, depth = threading.get_ident(), [0]

    def watching(original: Any) -> Any:
        def doit(self: Any, **hints: Any) -> Any:
            if threading.get_ident() != thread:
                return original(self, **hints)
            depth[0] += 1
            try:
                value = original(self, **hints)
            finally:
                depth[0] -= 1
            if not depth[0] and value != self:
                found.append(Evaluated(self, value))
            return value

        return doit

    with _watching:  # one at a time: the methods are put back as they were
        originals = [kind.doit for kind in kinds]
        try:
            for kind, original in zip(kinds, originals, strict=True):
                kind.doit = watching(original)
            yield found
        finally:
            for kind, original in zip(kinds, originals, strict=True):
                kind.doit = original


__all__ = ["Evaluated", "watched"]
