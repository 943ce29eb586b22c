"""The vocabulary of a problem: which symbols need a table, and what they are called."""

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
    """The bodies of the definitions that some terms lead to."""
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
    """The symbols of some terms that need a table, by name: what no definition gives and no batch draws.

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
    """The further symbols, that only hypotheses mention."""
    terms, given = tuple(terms), tuple(given)
    heads = tuple(Apply(h.symbol, ()) for h in given if isinstance(h, SymbolHypothesis))
    everything = primitives((*terms, *heads), given)
    needed = primitives(terms, given)
    return tuple(s for s in everything if s not in needed)


def listed_axes(symbol: Symbol, lengths: Mapping[str, int] = NO_LENGTHS) -> tuple[Sort, ...]:
    """The sorts of a table's axes as users write them, conditions before outcomes; a trajectory has T of each."""
    axes, k = axes_of(symbol, lengths), symbol.outcomes
    return axes[k:] + axes[:k]


def indexed(symbol: Symbol, lengths: Mapping[str, int] = NO_LENGTHS) -> str:
    """A symbol with the indices of its table, such as π[s][a]."""
    return symbol.name + "".join(f"[{sort.variable}]" for sort in listed_axes(symbol, lengths))


def head(symbol: Symbol) -> str:
    """A symbol with its arguments as on the board, which tells apart symbols of one name.

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
    """A name in letters that SymPy and every keyboard know.

    >>> ascii_name("π_old"), ascii_name("θ'")
    ('pi_old', 'thetaprime')
    """

    def spelt(c: str) -> str:
        if c.isascii():
            return "prime" if c == "'" else c
        words = unicode_name(c, "symbol").split()
        return words[-1].lower() if "SMALL" in words else words[-1].capitalize()

    return "".join(map(spelt, name))
