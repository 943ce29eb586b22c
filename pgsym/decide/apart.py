"""Symbols of one parameter apart from those of another: π_θ and π_θ' have tables of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pgsym.terms.hypotheses import Definition, Frozen, Hypothesis, Signed, SymbolHypothesis
from pgsym.terms.nodes import Apply, Gradient, Law, Symbol, Term
from pgsym.terms.sorts import PARAMETER
from pgsym.terms.structure import bottom_up, free, walk


def with_symbols_apart(
    lhs: Term, rhs: Term, given: Iterable[Hypothesis] = ()
) -> tuple[Term, Term, tuple[Hypothesis, ...]]:
    """A statement with one symbol for each parameter that a symbol is applied to, and what is then assumed.

    The parameter that gradients are taken by keeps its symbols, and so do those that are frozen at its value; others
    get primed ones, with primed definitions and the same assumptions.
    """
    given = tuple(given)
    frozen = {h.frozen for h in given if isinstance(h, Frozen)}
    found = {v for t in (lhs, rhs) for v in free(t) if v.sort == PARAMETER} - frozen
    parameters = sorted(found, key=lambda v: v.name)
    if len(parameters) < 2:
        return lhs, rhs, given
    moving = {t.parameter for side in (lhs, rhs) for t in walk(side) if isinstance(t, Gradient)}
    main = next((p for p in parameters if p in moving), parameters[0])
    others = [p for p in parameters if p != main]
    primes: dict[Term, str] = {p: "'" * k for k, p in enumerate(others, 1)}
    further = [p for prime in primes.values() for h in given if (p := _primed(h, prime)) is not None]
    return _renamed(lhs, primes), _renamed(rhs, primes), (*given, *further)


def _renamed(term: Term, primes: dict[Term, str]) -> Term:
    """A term with primed symbols where they are applied to one of some parameters."""

    def apart(t: Term) -> Term:
        match t:
            case Apply(symbol, inside) | Law(symbol, inside):
                prime = next((primes[p] for p in inside if p in primes and PARAMETER in symbol.arguments), "")
                return replace(t, symbol=_with_prime(symbol, prime)) if prime else t
        return t

    return bottom_up(term, apart)


def _primed(hypothesis: Hypothesis, prime: str) -> Hypothesis | None:
    """What is assumed of the primed symbol; None for an assumption about what takes no parameter."""
    match hypothesis:
        case Definition(symbol) if PARAMETER in symbol.arguments:
            head, body = hypothesis.equation
            primes: dict[Term, str] = {
                v: prime for v, sort in zip(head.arguments, symbol.arguments, strict=True) if sort == PARAMETER
            }
            return Definition.of(replace(head, symbol=_with_prime(symbol, prime)), _renamed(body, primes))
        case Signed(Symbol() as symbol) | SymbolHypothesis(symbol) if PARAMETER in symbol.arguments:
            return replace(hypothesis, symbol=_with_prime(symbol, prime))
    return None


def _with_prime(symbol: Symbol, prime: str) -> Symbol:
    return replace(symbol, name=symbol.name + prime)
