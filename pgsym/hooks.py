"""Functions of higher layers that lower layers call.

A term can print itself and compute its sort, but the modules that do this import the terms.  So these modules store
their functions here when they are imported; `pgsym` adds functions of other packages, which it imports at first use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

text: Callable[[Any], str]
"""The text of a term for the terminal; from `pgsym.terms.printers.text`."""
latex: Callable[[Any], str]
"""The LaTeX of a term; from `pgsym.terms.printers.latex`."""
sort_of: Callable[[Any], Any]
"""The sort of a term; from `pgsym.terms.structure`."""


def to_sympy(term: Any) -> Any:
    """A closed term as a SymPy expression; `pgsym.meaning.written_out.exact.to_sympy`."""
    return _functions["to_sympy"](term)


def replay(record: Any, custom: Any) -> Any:
    """The theorem of a record, derived again; `pgsym.records.replay`."""
    return _functions["replay"](record, custom)


def fill(**functions: Callable[..., Any]) -> None:
    """Set the functions that `to_sympy` and `replay` call."""
    _functions.update(functions)


_functions: dict[str, Callable[..., Any]] = {}
