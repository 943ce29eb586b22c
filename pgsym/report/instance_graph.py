"""Instances as graphs: the graph of a problem's tables, if it is small enough, and its drawing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from pgsym.claims.claim import Example
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.meaning.parametrisations import LogLinear
from pgsym.meaning.signature import head, listed_axes, primitives
from pgsym.report.document import Figure
from pgsym.report.figures.graph import Graph, draw
from pgsym.terms.nodes import Symbol
from pgsym.terms.sorts import ACTION, FINITE, PARAMETER, STATE, Collective, Sort

MOST_CHANCES = 8
"""The most random transitions in a readable drawing."""

Tables = Mapping[Symbol, Any]
"""Tables as arrays of fractions, or of labels from 0, conditions before outcomes."""


def figure_of_counterexample(found: Counterexample, name: str) -> Figure | None:
    """The drawing of a counterexample, or None if its tables are not a small decision problem."""
    tables = {}
    for symbol, table in found.candidate.tables.items():
        k = symbol.outcomes
        shown = np.moveaxis(table, range(k), range(table.ndim - k, table.ndim))
        if symbol in found.candidate.logarithmic:
            shown = np.vectorize(lambda w: Fraction(0) if w == 1 else f"\\log {w}", otypes=[object])(shown)
        tables[symbol] = shown
    return _figure(graph_of(tables, found.size.sorts, found.size.lengths.get("T")), name)


def figure_of_example(example: Example, name: str) -> Figure | None:
    """The drawing of a worked example, or None if its tables are not a small decision problem."""
    named = _symbols(example)
    tables = {named[n]: _exact(named[n], table) for n, table in example.tables.items() if n in named}
    sizes: dict[Sort, int] = {}
    for symbol, table in tables.items():
        sizes |= dict(zip(listed_axes(symbol, example.sizes), table.shape, strict=True))
    return _figure(graph_of(tables, sizes, example.sizes.get("T")), name)


def listed(example: Example) -> dict[str, Any]:
    """The tables of a worked example as reports show them: nested lists of fractions, labels counted from 1."""
    named = _symbols(example)
    return {
        name: _values(named[name], _exact(named[name], table)) if name in named else _fractions(table)
        for name, table in example.tables.items()
    }


def _symbols(example: Example) -> dict[str, Symbol]:
    """The symbols of an example by their names and heads."""
    symbols = primitives([t for t, _ in example.worth], example.given)
    return {n: s for s in symbols for n in (s.name, head(s))}


def _fractions(table: object) -> Any:
    """The entries of a table as fractions; for a table without a symbol, whose sort is unknown."""
    return [_fractions(row) for row in table] if isinstance(table, list | tuple) else Fraction(str(table))


def _exact(symbol: Symbol, table: object) -> Any:
    out = np.array(table.table if isinstance(table, LogLinear) else table, dtype=object)
    return out.astype(int) if symbol.result in FINITE else np.vectorize(Fraction, otypes=[object])(out)


def _figure(graph: Graph | None, name: str) -> Figure | None:
    if graph is None:
        return None
    made = draw(graph, name)
    return Figure(made.name, made.svg, made.pdf, made.alt, made.caption)


def graph_of(tables: Tables, sizes: Mapping[Sort, int], horizon: int | None = None) -> Graph | None:
    """The graph of some tables, or None if it would be too large or crowded, or would have no action.

    With horizon 1, or a single state, the transitions are left out.

    >>> from pgsym.problems.one_step_problem import POLICY, REWARD
    >>> half = Fraction(1, 2)
    >>> bandit = {POLICY: np.array([[half, half]]), REWARD: np.array([[Fraction(0), Fraction(1)]])}
    >>> graph_of(bandit, {STATE: 1, ACTION: 2}).policy
    ((Fraction(1, 2), Fraction(1, 2)),)
    """
    S, A = sizes.get(STATE, 1), sizes.get(ACTION, 1)
    parts: dict[str, Any] = {"of_states": (), "of_pairs": ()}
    for symbol, table in tables.items():
        if any(isinstance(sort, Collective) for sort in symbol.arguments):
            continue  # the reward of a whole trajectory belongs to no state and to no action
        values = _values(symbol, table)
        match listed_axes(symbol):
            case (first,) if first == STATE and symbol.outcomes and "start" not in parts:
                parts["start"] = tuple(values)
            case (first,) if first == STATE:
                parts["of_states"] += ((symbol.name, tuple(values)),)
            case (first,) if first == ACTION:
                parts["of_pairs"] += ((symbol.name, (tuple(values),) * S),)
            case (first, second) if (first, second) == (STATE, ACTION):
                rows = tuple(map(tuple, values))
                if symbol.outcomes == 1 and PARAMETER in symbol.arguments and "policy" not in parts:
                    parts["policy"] = rows
                else:
                    parts["of_pairs"] += ((symbol.name, rows),)
            case (first, second) if (first, second) == (STATE, STATE) and "moves" not in parts:
                parts["moves"] = tuple((tuple(row),) * A for row in values)
            case (first, second, third) if (first, second, third) == (STATE, ACTION, STATE) and "moves" not in parts:
                parts["moves"] = tuple(tuple(map(tuple, rows)) for rows in values)
            case _:
                return None
    if horizon == 1 or S == 1:
        parts.pop("moves", None)
    graph = Graph(S, A, **parts)
    chances = sum(p not in (0, 1) for rows in graph.moves for row in rows for p in row)
    shows_actions = graph.policy or graph.of_pairs or graph.moves
    return graph if graph.is_small and chances <= MOST_CHANCES and shows_actions else None


def _values(symbol: Symbol, table: Any) -> list[Any]:
    """A table as nested lists; labels are counted from 1."""
    if symbol.result in FINITE:
        table = np.vectorize(lambda label: Fraction(int(label) + 1), otypes=[object])(table)
    out: list[Any] = np.asarray(table, dtype=object).tolist()
    return out


__all__ = ["figure_of_counterexample", "figure_of_example", "graph_of", "listed"]
