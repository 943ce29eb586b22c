"""Subjects: terms under hypotheses, with everything that follows from both, found once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pgsym.errors import SortError
from pgsym.terms.hypotheses import Counted, Definition, Hypothesis
from pgsym.terms.nodes import All, Symbol, Term, Variable
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import INDEX, LETTERS, Collective, Sort
from pgsym.terms.structure import distinct, free, symbols


class Subject:
    """Terms under hypotheses.  A proposition is a subject, too."""

    given: tuple[Hypothesis, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that a question is about."""
        raise NotImplementedError

    @cached_property
    def definitions(self) -> dict[Symbol, Definition]:
        """The definitions among the hypotheses, by the symbol that each defines."""
        return {h.symbol: h for h in self.given if isinstance(h, Definition)}

    @cached_property
    def vocabulary(self) -> frozenset[Symbol]:
        """Every symbol that the terms mention, also through definitions."""
        return vocabulary(self.terms, self.definitions)

    @cached_property
    def with_bodies(self) -> tuple[Term, ...]:
        """The terms, and the bodies of the definitions that they lead to."""
        return (*self.terms, *(h.body for s, h in self.definitions.items() if s in self.vocabulary))

    @cached_property
    def variables(self) -> frozenset[Variable]:
        """The free variables of the terms."""
        return frozenset(v for t in self.terms for v in free(t))

    @cached_property
    def size_names(self) -> tuple[str, ...]:
        """The names of the sizes that the value of the terms depends on, such as S, A and T.

        Raises SortError for a length with the same name as the number of a sort's values.
        """
        loose = {v for t in self.with_bodies for v in free(t)}
        sorts = {s for symbol in self.vocabulary for s in (*symbol.arguments, symbol.result)}
        sorts |= {v.sort for v in loose} | self._summed
        lengths = {v.name for v in loose if v.sort == INDEX}
        for collective in [s for s in sorts if isinstance(s, Collective)]:
            sorts |= {sort for _, sort in collective.components}
            lengths.add(collective.length)
        if clash := lengths & LETTERS.keys():
            name = min(clash)
            raise SortError(f"{name} is a length here, and |{name}| the number of {LETTERS[name]}s: rename the length")
        return (*(name for name, sort in LETTERS.items() if sort in sorts), *sorted(lengths))

    @cached_property
    def relevant(self) -> tuple[Hypothesis, ...]:
        """The hypotheses that concern the terms; raises ContradictoryHypotheses if all cannot hold at once."""
        Signs.under(self.given)
        return tuple(
            h
            for h in self.given
            if h.concerns(self.vocabulary, self.variables) or (isinstance(h, Counted) and h.sort in self._summed)
        )

    @cached_property
    def _summed(self) -> frozenset[Sort]:
        """The sorts of which all values are summed over."""
        return frozenset(t.sort for term in self.with_bodies for t in distinct(term) if isinstance(t, All))


@dataclass(frozen=True)
class About(Subject):
    """Some terms under some hypotheses.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> About((m.objective,), m.hypotheses).size_names
    ('S', 'A')
    """

    of: tuple[Term, ...]
    given: tuple[Hypothesis, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.of


def vocabulary(terms: Iterable[Term], definitions: dict[Symbol, Definition]) -> frozenset[Symbol]:
    """Every symbol that some terms mention, also through definitions."""
    found: set[Symbol] = set()
    waiting = [s for t in terms for s in symbols(t)]
    while waiting:
        symbol = waiting.pop()
        if symbol not in found:
            found.add(symbol)
            if symbol in definitions:
                waiting.extend(symbols(definitions[symbol].body))
    return frozenset(found)


def as_hypotheses(given: object) -> tuple[Hypothesis, ...]:
    """The hypotheses as a tuple; raises SortError for anything but a list of hypotheses."""
    if isinstance(given, Hypothesis):
        raise SortError(f"give hypotheses as a list or tuple, even a single one: [{given}]")
    if not isinstance(given, Iterable):
        raise SortError(f"{given!s:.60} is no list of hypotheses: give one such as [Positive(symbol)]")
    found = tuple(given)
    for h in found:
        if not isinstance(h, Hypothesis):
            raise SortError(f"{h!r:.60} is no hypothesis: take one such as Positive(symbol)")
    return found
