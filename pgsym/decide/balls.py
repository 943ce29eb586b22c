"""Testing an equation in ball arithmetic: at random rational instances, as accurately as agreement takes.

Wide balls that overlap show nothing: e^(10^6) + 1 and e^(10^6) agree to 400,000 digits.  So an instance counts only if
the difference is known to be tiny compared with the sides and with every summand on the way.  The precision is raised
until this is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from pgsym.decide.instances.candidates import Candidate, Ingredients, Kind, ingredients, rows_of
from pgsym.decide.instances.spaces import space
from pgsym.decide.propositions import Comparison
from pgsym.decide.sizes import Size, listed
from pgsym.decide.subjects import Subject
from pgsym.errors import PgsymError
from pgsym.meaning.contraction.factors import Factor
from pgsym.meaning.numbers.base import Array, Ball
from pgsym.terms.builtins import BUILT_IN
from pgsym.terms.nodes import Symbol, Variable
from pgsym.terms.sorts import REAL

if TYPE_CHECKING:
    import flint

EACH, FEWEST = 4, 8
"""How many instances of each size are tried, and at least how many in all."""
PRECISIONS = (256, 1024, 4096, 16384)
"""The bits of the balls: the next number is tried as long as two sides neither agree nor differ."""
RELATIVE, ABSOLUTE, OF_SUMMANDS = 2.0**-200, 1e-30, 2.0**-60
"""How small the radius of a difference is: compared with the sides, with 1, and with the smallest summand."""
IN_WORDS = "to 60 digits"
FAR_IN_WORDS = "real values between −10^6 and 10^6"
ROUND = 5
"""The round of a search from which rows of probabilities are drawn."""


@dataclass(frozen=True)
class Tested:
    """The result of testing an equation: at how many instances it holds, in words, or an instance at which it fails.

    `examples` is 0 if some instance showed nothing.
    """

    examples: int = 0
    words: str = ""
    fails_at: tuple[Size, Candidate, int] | None = None


class Summing(Ball):
    """Balls that remember the smallest summand they met, both its size and its size relative to the other summand."""

    def __init__(self, bits: int):
        super().__init__(bits)
        self.smallest: flint.arb | None = None
        self.ratio: flint.arb | None = None

    def add(self, x: Array, y: Array) -> Array:
        self._look_at([*np.asarray(x).flat, *np.asarray(y).flat])
        return super().add(x, y)

    def total(self, x: Array, axis: int) -> Array:
        self._look_at(list(x.flat))
        return super().total(x, axis)

    def _look_at(self, summands: Iterable[flint.arb]) -> None:
        sizes = [abs(v).mid() for v in summands if not v.contains(0)]
        if sizes:
            least = min(sizes)
            ratio = least / max(sizes)
            self.smallest = least if self.smallest is None or least < self.smallest else self.smallest
            self.ratio = ratio if self.ratio is None or ratio < self.ratio else self.ratio


def tested_with_balls(statement: Comparison, sizes: Iterable[Size], seed: int) -> Tested:
    """The result of comparing both sides of an equation at random rational instances of some sizes.

    The instances depend on the statement and the seed.  If one of them cannot be evaluated, the result shows nothing.
    """
    rng = np.random.default_rng(statement.own_seed(seed))
    sizes, examples, between = tuple(sizes), 0, ""
    try:
        for size in sizes:
            parts = ingredients(statement, size)
            between = f", {FAR_IN_WORDS}" if parts.reals or parts.constants else between
            for _ in range(max(EACH, FEWEST // len(sizes))):
                candidate = _drawn(parts, rng)
                verdict, bits = _agree(statement, size, candidate)
                if verdict is False:
                    return Tested(fails_at=(size, candidate, bits))
                examples += verdict is True
    except PgsymError:
        return Tested()
    finally:
        Ball(PRECISIONS[0])  # the precision of balls is flint's own, and others rely on it
    at = f" of {', '.join(listed(sizes))}" if any(s.counts for s in sizes) else ""
    words = f"tested at {examples} random rational instances{at}{between}, in ball arithmetic {IN_WORDS}"
    return Tested(examples, words)


def has_reals(subject: Subject) -> bool:
    """Whether instances of some terms hold real numbers other than probabilities."""
    used = subject.vocabulary - BUILT_IN - set(subject.definitions)
    return any(s.result == REAL and not s.outcomes for s in used) or any(v.sort == REAL for v in subject.variables)


def _drawn(parts: Ingredients, rng: np.random.Generator) -> Candidate:
    """A random instance: rows with small denominators, and rationals of every size between 10^-3 and 10^6."""

    def pool_of(kind: Kind, what: Symbol | Variable, _: int) -> Sequence[Any]:
        if kind is Kind.LAW and isinstance(what, Symbol):
            rows = list(rows_of(prod(parts.shapes[what][: what.outcomes]), ROUND, what in parts.positive))
            return [rows[int(rng.integers(len(rows)))]]
        if kind is Kind.LABEL and isinstance(what, Symbol):
            return [int(rng.integers(parts.size.sorts[what.result]))]
        value = Fraction(int(10 ** rng.uniform(0, 3)), int(rng.integers(1, 1000)))
        if rng.random() < 1 / 4:
            value = min(value * 10**3, Fraction(10**6))
        return [value if kind is Kind.LOGIT or rng.random() < 1 / 2 or not parts.allows(what, -value) else -value]

    drawn = space(parts, pool_of)
    return drawn.candidate(np.zeros(len(drawn.slots), dtype=np.int64))


def _agree(statement: Comparison, size: Size, candidate: Candidate) -> tuple[bool | None, int]:
    """Whether the sides agree at an instance (None if that is not known), and the bits that were needed."""
    for bits in PRECISIONS:
        numbers = Summing(bits)
        left, right = statement.sides(candidate.instance(numbers, size, statement.given))
        if statement.fails(left, right, numbers).any():
            return False, bits
        if _are_close(left, right, numbers):
            return True, bits
    return None, PRECISIONS[-1]


def _are_close(left: Factor, right: Factor, numbers: Summing) -> bool:
    """Whether the difference of two overlapping values is as small as agreement takes, at every place."""
    shape = np.broadcast_shapes(left.array.shape, right.array.shape)
    values = [np.broadcast_to(f.array, shape).flat for f in (left, right)]
    poles = [np.zeros(shape, bool) if f.poles is None else np.broadcast_to(f.poles, shape) for f in (left, right)]
    return all(
        undefined or _is_close(x, y, numbers)
        for x, y, undefined in zip(*values, (poles[0] & poles[1]).flat, strict=True)
    )


def _is_close(x: flint.arb, y: flint.arb, numbers: Summing) -> bool:
    width = (x - y).rad()
    if width == 0:
        return True
    size = max(abs(x).mid(), abs(y).mid())
    smallest = size if numbers.smallest is None else numbers.smallest
    ratio = 1 if numbers.ratio is None else numbers.ratio
    return bool(
        width < ABSOLUTE
        and width < OF_SUMMANDS * smallest
        and (x.contains(0) or y.contains(0) or (width < RELATIVE * size and width < OF_SUMMANDS * ratio * size))
    )


__all__ = ["FAR_IN_WORDS", "Tested", "has_reals", "tested_with_balls"]
