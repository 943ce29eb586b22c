"""Generic instances over prime fields: random tables that represent every policy and problem of a size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import shake_256
from math import prod

import numpy as np
from numpy.typing import NDArray

from pgsym.meaning.contraction.factors import check_memory
from pgsym.meaning.instances import Instance, Sizes
from pgsym.meaning.numbers.base import Array
from pgsym.meaning.numbers.prime_field import PrimeField
from pgsym.terms.hypotheses import Hypothesis, ThetaFree
from pgsym.terms.nodes import Symbol, Variable


@dataclass(frozen=True, eq=False)
class Stratum:
    """The discrete part of an instance: the label functions, and the zeros among table entries and real variables."""

    choices: Mapping[Symbol, NDArray[np.int64]] = field(default_factory=dict)
    supports: Mapping[Symbol, NDArray[np.bool_]] = field(default_factory=dict)
    zeros: frozenset[str] = frozenset()


class GenericInstance(Instance):
    """Random tables modulo a prime at every point; each stratum occurs once with every prime.

    The rows of a law sum to one and their derivatives to zero; there is no other relation.  By Schwartz–Zippel, an
    identity that holds here holds for every instance of the size, except with a probability that the caller bounds.
    """

    def __init__(
        self,
        sizes: Sizes,
        lengths: Mapping[str, int],
        hypotheses: Iterable[Hypothesis],
        primes: Sequence[int],
        strata: Sequence[Stratum] = (Stratum(),),
        seed: int = 0,
    ):
        super().__init__(sizes, lengths, hypotheses)
        self.strata, self.copies, self.seed = tuple(strata), len(primes), seed
        self.numbers: PrimeField = PrimeField([p for _ in strata for p in primes], seed)
        self.theta_free = {h.symbol for h in self.hypotheses if isinstance(h, ThetaFree)}
        self._tables: dict[tuple[Symbol, str | None, tuple[int, ...]], Array] = {}

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        if directions and symbol in self.theta_free:
            return None
        key = (symbol, parameter, directions)
        if key not in self._tables:
            self._tables[key] = self._draw(symbol, parameter, directions)
        return self._tables[key]

    def moved(
        self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...], by: tuple[str, ...]
    ) -> Array | None:
        return self.table(symbol, f"by {', '.join(by)}" if by else parameter, directions)

    def _draw(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array:
        shape = self.shape(symbol)
        check_memory(prod(shape) * len(self.numbers.primes) * self.numbers.bytes, "the table of ", symbol.name)
        out = self._random((symbol, parameter, directions), shape)
        support = self._supports(symbol, shape)
        if symbol.outcomes:
            return self._normalised(symbol, out, support, total=0 if directions else 1)
        return out if directions or support is None else np.where(support, out, 0)

    def _normalised(self, symbol: Symbol, table: Array, support: NDArray[np.bool_] | None, total: int) -> Array:
        """Masses that sum to `total` over the outcomes; outside the support they are zero, but derivatives are not."""
        outcomes = symbol.outcomes
        points, shape = table.shape[0], table.shape[1:]
        flat = table.reshape(points, prod(shape[:outcomes]), -1)
        p = self.numbers.primes[:, np.newaxis]
        if support is None:
            flat[:, -1, :] = (total - flat[:, :-1, :].sum(axis=1)) % p
            return flat.reshape(table.shape)
        support = support.reshape(flat.shape)
        if total:
            flat = np.where(support, flat, 0)
        last = flat.shape[1] - 1 - support[:, ::-1, :].argmax(axis=1)
        np.put_along_axis(flat, last[:, np.newaxis, :], 0, axis=1)
        np.put_along_axis(flat, last[:, np.newaxis, :], ((total - flat.sum(axis=1)) % p)[:, np.newaxis, :], axis=1)
        return flat.reshape(table.shape)

    def _supports(self, symbol: Symbol, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
        """A mask of the entries that may be nonzero, for every point; None if no stratum restricts them."""
        if not any(symbol in s.supports for s in self.strata):
            return None
        everywhere = np.ones(shape, dtype=bool)
        return np.repeat([s.supports.get(symbol, everywhere) for s in self.strata], self.copies, axis=0)

    def choices(self, symbol: Symbol) -> Array:
        return np.repeat([s.choices[symbol] for s in self.strata], self.copies, axis=0)

    def constant(self, variable: Variable) -> Array:
        drawn = self._random(variable, ())
        return np.where(np.repeat([variable.name in s.zeros for s in self.strata], self.copies), 0, drawn)

    def _random(self, what: object, shape: tuple[int, ...]) -> Array:
        """Random nonzero residues, from a separate stream for each table, derivative and constant.

        Each of the p − 1 residues is drawn with probability below (1 + 2^-33) / (p − 1) < 2^-30.
        """
        points = len(self.numbers.primes)
        stream = shake_256(repr((self.seed, what)).encode()).digest(8 * points * prod(shape))
        bits = np.frombuffer(stream, dtype="<u8").reshape(points, *shape)
        below = (self.numbers.primes - 1).astype(np.uint64).reshape(-1, *[1] * len(shape))
        return np.asarray((bits % below).astype(np.int64) + 1)
