"""Where a field has a value: whether anything that it divides by can vanish at policies with positive probabilities.

The rows of positive probabilities are a convex set, also together with the other tables that move.  On a convex set a
field with a symmetric Jacobian is a gradient (Poincaré 1887); a divisor that vanishes at some points cuts a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pgsym.terms.along_theta import AlongTheta
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import Apply, Law, Range, Symbol, Term
from pgsym.terms.places import Opened, Place, places
from pgsym.terms.sign import Zeros
from pgsym.terms.structure import divided_by, free, fresh


def holes(field: Term, given: Iterable[Hypothesis] = ()) -> tuple[Term, ...]:
    """The divisors of a field, and the arguments of its logarithms, that may vanish at some values of the parameter.

    The probabilities that move are positive.  A divisor that does not move vanishes at all values of the parameter or
    at none, and cuts no hole.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> holes(m.score / (1 + m.policy), m.hypotheses)
    ()
    >>> [str(t) for t in holes(m.score / m.objective, m.hypotheses)]
    ['E_{s∼D, a∼π_θ(· | s)}[r(s, a)]']
    """
    signs = AlongTheta.under(given)
    found = (
        divisor
        for place in _places_of(field, signs.definitions)
        for divisor in divided_by(place.term)
        if signs.within(place.opened).of(divisor).zeros is Zeros.ANYWHERE
    )
    return tuple(dict.fromkeys(found))


def _places_of(term: Term, definitions: Mapping[Symbol, Definition]) -> Iterator[Place]:
    """The places of a term, and those of the bodies of its definitions at their arguments."""
    waiting, met = [Place((), term, ())], set[tuple[Term, tuple[Opened, ...]]]()
    while waiting:
        start = waiting.pop()
        for place in places(start.term, opened=start.opened):
            ranges = tuple((v, over) for v, over in place.opened if isinstance(over, Range))
            if (place.term, ranges) in met:  # the same term may vanish for other values of its indices
                continue
            met.add((place.term, ranges))
            yield place
            match place.term:
                case Apply(symbol, arguments) if symbol in definitions:
                    body = definitions[symbol].unfold(arguments)
                case Law(symbol, given) if symbol in definitions:
                    sorts = symbol.arguments[: len(symbol.arguments) - len(given)]
                    outcomes = tuple(fresh(f"an outcome {k}", sort, free(place.term)) for k, sort in enumerate(sorts))
                    body = definitions[symbol].unfold((*outcomes, *given))
                case _:
                    continue
            waiting.append(Place((), body, place.opened))


__all__ = ["holes"]
