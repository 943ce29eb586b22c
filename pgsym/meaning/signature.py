"""The signature of a problem: the symbols that need a table, and their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from unicodedata import name as unicode_name

from pgsym.meaning.instances import axes_of, has_table
from pgsym.terms.builtins import BUILT_IN
from pgsym.terms.hypotheses import Definition, Hypothesis, SymbolHypothesis
from pgsym.terms.nodes import Apply, Symbol, Term
from pgsym.terms.sorts import FINITE, PARAMETER, Collective, Sort
from pgsym.terms.structure import symbols

NO_LENGTHS: Mapping[str, int] = {}


def bodies(terms: Iterable[Term], given: Iterable[Hypothesis]) -> list[Term]:
    """The bodies of all definitions that the terms use, directly or through other definitions."""
    definitions = {h.symbol: h.body for h in given if isinstance(h, Definition)}
    used: dict[Symbol, Term] = {}
    waiting = [s for t in terms for s in symbols(t)]
    while waiting:
        symbol = waiting.pop()
        if symbol in definitions and symbol not in used:
            used[symbol] = definitions[symbol]
            waiting.extend(symbols(definitions[symbol]))
    return list(used.values())


def primitives(terms: Iterable[Term], given: Iterable[Hypothesis] = ()) -> tuple[Symbol, ...]:
    """The symbols of some terms that need a table, sorted by name: neither defined nor drawn with a batch.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> [s.name for s in primitives([m.expectation(m.joint)], m.hypotheses)]
    ['D', 'π']
    """
    terms, given = tuple(terms), tuple(given)
    defined = {h.symbol for h in given if isinstance(h, Definition)}
    found = {s for t in (*terms, *bodies(terms, given)) for s in symbols(t)} - defined - BUILT_IN
    return tuple(sorted(filter(has_table, found), key=lambda s: (s.name, len(s.arguments))))


def only_assumed(terms: Iterable[Term], given: Iterable[Hypothesis]) -> tuple[Symbol, ...]:
    """The symbols that need a table and occur in hypotheses but not in the terms."""
    terms, given = tuple(terms), tuple(given)
    heads = tuple(Apply(h.symbol, ()) for h in given if isinstance(h, SymbolHypothesis))
    everything = primitives((*terms, *heads), given)
    needed = primitives(terms, given)
    return tuple(s for s in everything if s not in needed)


def listed_axes(symbol: Symbol, lengths: Mapping[str, int] = NO_LENGTHS) -> tuple[Sort, ...]:
    """The sorts of a table's axes as users write them, conditions before outcomes; a trajectory has T of each sort."""
    axes, k = axes_of(symbol, lengths), symbol.outcomes
    return axes[k:] + axes[:k]


def indexed(symbol: Symbol, lengths: Mapping[str, int] = NO_LENGTHS) -> str:
    """A symbol with the indices of its table, such as π[s][a]."""
    return symbol.name + "".join(f"[{sort.variable}]" for sort in listed_axes(symbol, lengths))


def head(symbol: Symbol) -> str:
    """A symbol with its arguments as on the board, such as y(s) or y(a | s), to distinguish symbols with one name.

    >>> from pgsym.problems.classification_problem import LABEL, LABEL_LAW, POLICY
    >>> head(LABEL), head(LABEL_LAW), head(POLICY)
    ('y(s)', 'y(a | s)', 'π_θ(a | s)')
    """
    letters: list[str] = []
    for sort in symbol.arguments:
        if not (sort in FINITE or isinstance(sort, Collective)):
            continue
        letters.append(sort.variable + "'" * sum(x.rstrip("'") == sort.variable for x in letters))
    k = symbol.outcomes
    name = symbol.name + "_θ" * (PARAMETER in symbol.arguments)
    sides = [", ".join(side) for side in (letters[:k], letters[k:]) if side]
    return f"{name}({' | '.join(sides)})" if sides else name


def ascii_name(name: str) -> str:
    """A name spelt in ASCII.

    >>> ascii_name("π_old"), ascii_name("θ'")
    ('pi_old', 'thetaprime')
    """

    def spelt(c: str) -> str:
        if c.isascii():
            return "prime" if c == "'" else c
        words = unicode_name(c, "symbol").split()
        return words[-1].lower() if "SMALL" in words else words[-1].capitalize()

    return "".join(map(spelt, name))
