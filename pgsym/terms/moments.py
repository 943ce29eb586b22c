"""Writes variances and covariances out as expectations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from pgsym.errors import SortError
from pgsym.terms.builtins import COVARIANCE_MATRIX, OUTER, QUANTITY, VARIANCE
from pgsym.terms.nodes import Apply, Expectation, Power, Term
from pgsym.terms.structure import product


@lru_cache(maxsize=2**12)
def written_out(moment: Apply) -> Term:
    """Var[X] as E[X²] − E[X]², Cov[X, Y] as E[X Y] − E[X] E[Y].

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import variance
    >>> m = one_step()
    >>> print(written_out(variance(m.reward, (m.a, m.policy_law))))
    E_{a∼π_θ(· | s)}[r(s, a)²] − E_{a∼π_θ(· | s)}[r(s, a)]²
    """
    (chain,) = moment.arguments
    if moment.symbol == VARIANCE:
        return _of(chain, lambda x, _: Power(x, 2)) - Power(_of(chain, lambda x, _: x), 2)
    times = _outer if moment.symbol == COVARIANCE_MATRIX else product
    return _of(chain, times) - times(_of(chain, lambda x, _: x), _of(chain, lambda _, y: y))


def _outer(x: Term, y: Term) -> Term:
    return Apply(OUTER, (x, y))


def _of(chain: Term, function: Callable[[Term, Term], Term]) -> Term:
    """The expectation, under the same draws, of a function of the quantities."""
    match chain:
        case Expectation(_, bound):
            return chain.replace(chain.over, replace(bound, body=_of(bound.body, function)))
        case Apply(symbol, (x, *rest)) if symbol == QUANTITY:
            return function(x, rest[0] if rest else x)
    raise SortError(f"a variance is of a quantity under draws, not of {chain}")
