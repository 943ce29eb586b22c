"""Records SymPy's evaluations during a computation: integrals, sums, products and limits, with the values it finds.

SymPy finds these by heuristics, and some are wrong; so other modules check them by numbers.
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
    """An expression as it was written, and the value that SymPy found."""

    written: sympy.Expr
    value: sympy.Expr

    def __str__(self) -> str:
        return f"{self.written} = {self.value}"


@contextmanager
def watched() -> Iterator[list[Evaluated]]:
    """The list of SymPy's evaluations in this thread meanwhile; of nested ones, only the outermost.

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

    with _watching:  # one thread at a time, so that the original methods are put back
        originals = [kind.doit for kind in kinds]
        try:
            for kind, original in zip(kinds, originals, strict=True):
                kind.doit = watching(original)
            yield found
        finally:
            for kind, original in zip(kinds, originals, strict=True):
                kind.doit = original


__all__ = ["Evaluated", "watched"]
