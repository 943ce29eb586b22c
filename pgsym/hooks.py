"""What lower layers do through higher ones.

A term prints itself and knows its sort, but the printers and the reader of sorts are written about terms and import
them.  So the modules that have these functions put them here; `pgsym` fills in what lies in other packages, and imports
it when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

text: Callable[[Any], str]
"""A term in the terminal; from `pgsym.terms.printers.text`."""
latex: Callable[[Any], str]
"""A term in LaTeX; from `pgsym.terms.printers.latex`."""
sort_of: Callable[[Any], Any]
"""The sort of a term; from `pgsym.terms.structure`."""


def to_sympy(term: Any) -> Any:
    """A closed term as a SymPy expression; `pgsym.meaning.written_out.exact.to_sympy`."""
    return _functions["to_sympy"](term)


def replay(record: Any, custom: Any) -> Any:
    """The theorem of a record, derived again; `pgsym.records.replay`."""
    return _functions["replay"](record, custom)


def fill(**functions: Callable[..., Any]) -> None:
    """Say which functions stand behind those above."""
    _functions.update(functions)


_functions: dict[str, Callable[..., Any]] = {}
