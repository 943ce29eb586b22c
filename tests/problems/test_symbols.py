"""Every setting offers its symbols, so that terms about other arguments need no import of a module below `problems`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from pgsym import problems
from pgsym.terms import Symbol
from pgsym.terms.hypotheses import SymbolHypothesis
from pgsym.terms.structure import symbols

MAKERS = [name for name in problems.__all__ if name.islower()]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_setting_offers_every_symbol_that_it_assumes_something_about(maker: str) -> None:
    m: Any = getattr(problems, maker)()
    offered = {getattr(m.symbols, f.name) for f in fields(m.symbols)}
    assert all(isinstance(s, Symbol) for s in offered)
    assumed = {h.symbol for h in m.hypotheses if isinstance(h, SymbolHypothesis) and isinstance(h.symbol, Symbol)}
    assert assumed | symbols(m.objective) <= offered


def test_a_symbol_takes_other_arguments() -> None:
    m = problems.classification()
    assert str(m.symbols.policy(m.b, m.s, m.theta)) == "π_θ(b | s)"
