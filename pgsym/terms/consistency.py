"""Refuses hypotheses that cannot hold together: from a contradiction, everything would follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter

from pgsym.errors import ContradictoryHypotheses, SortError
from pgsym.terms.builtins import BUILT_IN
from pgsym.terms.hypotheses import (
    Before,
    Counted,
    Definition,
    Frozen,
    HowMany,
    Hypothesis,
    NonNegative,
    Positive,
    Rounds,
    Signed,
    SymbolHypothesis,
    ThetaFree,
)
from pgsym.terms.nodes import Symbol, Variable
from pgsym.terms.sorts import REAL, Sort
from pgsym.terms.structure import symbols

KEPT = (Before, Counted, Definition, Frozen, NonNegative, Positive, Rounds, ThetaFree)
"""The kinds of hypotheses that every instance keeps: candidates for counterexamples, tables and random points."""


def consistent(given: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The hypotheses, if all can hold at once.

    Raises SortError for a kind of hypothesis that is not in KEPT, because an instance may violate it.  Raises
    ContradictoryHypotheses for a hypothesis about a built-in symbol such as log, whose meaning is fixed, for a symbol
    that is defined twice or through itself, for a parameter that is held
    fixed at two others or at one that is itself held fixed, for two numbers of states or of actions, and for a defined
    symbol that is free of θ although the symbols of its definition are not said to be.
    """
    given = tuple(given)
    for h in given:
        if not isinstance(h, Hypothesis):
            raise SortError(f"{h!r:.60} is no hypothesis, such as Positive(π) or ThetaFree(r)")
        if not isinstance(h, KEPT):  # it would be ignored, and what is true under it refuted
            raise SortError(
                f"{h} ({type(h).__name__}) is a kind of hypothesis that no instance keeps: use another kind"
            )
        if isinstance(h, SymbolHypothesis | Signed) and h.symbol in BUILT_IN:
            raise ContradictoryHypotheses(f"{h.symbol.name} is built in, and nothing is assumed of it: drop {h}")
    definitions: dict[Symbol, Definition] = {}
    frozen: dict[Variable, Frozen] = {}
    counts: dict[Sort, HowMany] = {}
    for h in given:
        match h:
            case Definition(symbol):
                known: Hypothesis = definitions.setdefault(symbol, h)
            case Frozen(parameter):
                known = frozen.setdefault(parameter, h)
            case HowMany(sort):
                known = counts.setdefault(sort, h)
            case _:
                continue
        if known != h:
            raise ContradictoryHypotheses(f"two hypotheses disagree: {known}, and {h}")
    for f in frozen.values():
        if f.at in frozen:
            raise ContradictoryHypotheses(f"{f}, but {frozen[f.at]}: say what both are held fixed at")
    _check_order(definitions)
    _check_constants(definitions, {h.symbol for h in given if isinstance(h, ThetaFree)})
    return given


def _check_order(definitions: Mapping[Symbol, Definition]) -> None:
    """Raise ContradictoryHypotheses for a definition that leads back to itself."""
    leads_to = {s: symbols(d.body) & definitions.keys() for s, d in definitions.items()}
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as reason:
        circular = next(d for s, d in definitions.items() if s in reason.args[1])
        raise ContradictoryHypotheses(f"a definition leads back to itself: {circular}") from None


def _check_constants(definitions: Mapping[Symbol, Definition], constant: AbstractSet[Symbol]) -> None:
    """Raise ContradictoryHypotheses for a symbol free of θ whose definition mentions symbols that are not."""
    for symbol in sorted(constant & definitions.keys(), key=lambda s: s.name):
        definition = definitions[symbol]
        waiting, reached = list(symbols(definition.body)), set[Symbol]()
        while waiting:
            found = waiting.pop()
            if found not in reached:
                reached.add(found)
                waiting += symbols(definitions[found].body) if found in definitions else ()
        made_of = {s for s in reached - definitions.keys() if s.result == REAL and s not in BUILT_IN} - constant
        if made_of:
            names = ", ".join(f"ThetaFree({s.name})" for s in sorted(made_of, key=lambda s: s.name))
            raise ContradictoryHypotheses(
                f"{symbol.name} cannot be free of θ by itself, for it is given by {definition}: assume {names}"
            )
