"""Symbols of one parameter apart from those of another: π_θ and π_θ' have tables of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product

from pgsym.terms.hypotheses import Definition, Frozen, Hypothesis, Signed, SymbolHypothesis
from pgsym.terms.nodes import Apply, Gradient, Law, Symbol, Term, Variable
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
    primes: dict[Term, str] = dict(primes_of(lhs, rhs, given).items())
    if not primes:
        return lhs, rhs, given
    further = [p for h in given for p in _primed(h, tuple(primes.values()))]
    return _renamed(lhs, primes), _renamed(rhs, primes), (*given, *further)


def primes_of(lhs: Term, rhs: Term, given: Iterable[Hypothesis]) -> dict[Variable, str]:
    """The primes that tell the symbols of every further parameter from those of the first; nothing of one parameter."""
    frozen = {h.frozen for h in given if isinstance(h, Frozen)}
    found = {v for t in (lhs, rhs) for v in free(t) if v.sort == PARAMETER} - frozen
    parameters = sorted(found, key=lambda v: v.name)
    if len(parameters) < 2:
        return {}
    moving = {t.parameter for side in (lhs, rhs) for t in walk(side) if isinstance(t, Gradient)}
    main = next((p for p in parameters if p in moving), parameters[0])
    return {p: "'" * k for k, p in enumerate((p for p in parameters if p != main), 1)}


def parameter_of(symbol: Symbol, lhs: Term, rhs: Term, given: Iterable[Hypothesis]) -> Variable | None:
    """The further parameter that a symbol of a statement with symbols apart belongs to; None if to the first one."""
    primes = primes_of(lhs, rhs, given)
    for t in (x for side in (lhs, rhs) for x in walk(side)):
        if isinstance(t, Apply | Law) and t.symbol == symbol:
            arguments = t.arguments if isinstance(t, Apply) else t.given
            return next((x for x in arguments if isinstance(x, Variable) and x in primes), None)
    return None


def _renamed(term: Term, primes: Mapping[Term, str]) -> Term:
    """A term with primed symbols where they are applied to some of the parameters."""

    def apart(t: Term) -> Term:
        match t:
            case Apply(symbol, arguments):
                sorts = symbol.arguments
            case Law(symbol, arguments):
                sorts = symbol.arguments[1:]
            case _:
                return t
        of_parameters = (x for x, sort in zip(arguments, sorts, strict=True) if sort == PARAMETER)
        return replace(t, symbol=_with_primes(symbol, tuple(primes.get(x, "") for x in of_parameters)))

    return bottom_up(term, apart)


def _primed(hypothesis: Hypothesis, primes: tuple[str, ...]) -> Iterator[Hypothesis]:
    """What is assumed of the primed symbols, one for each choice of primes; nothing of what takes no parameter."""
    if not isinstance(hypothesis, SymbolHypothesis | Signed) or not isinstance(hypothesis.symbol, Symbol):
        return
    symbol = hypothesis.symbol
    for chosen in product(("", *primes), repeat=symbol.arguments.count(PARAMETER)):
        primed = _with_primes(symbol, chosen)
        if primed == symbol:
            continue
        if isinstance(hypothesis, Definition):
            head, body = hypothesis.equation
            parameters = (v for v, s in zip(head.arguments, symbol.arguments, strict=True) if s == PARAMETER)
            renamed = _renamed(body, dict(zip(parameters, chosen, strict=True)))
            yield Definition.of(replace(head, symbol=primed), renamed)
        else:
            yield replace(hypothesis, symbol=primed)


def _with_primes(symbol: Symbol, primes: tuple[str, ...]) -> Symbol:
    """π', for the other parameter; of a symbol of two, such as u_{θ,θ'}, the primes of both."""
    if not any(primes):
        return symbol
    return replace(symbol, name=symbol.name + (primes[0] if len(primes) == 1 else f"[{','.join(primes)}]"))
