"""What can be known of a value's sign, and what follows for products, sums and powers of such values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from pgsym.terms.hypotheses import Hypothesis

Needs = frozenset[Hypothesis]
"""The hypotheses that something rests on."""


class Zeros(IntEnum):
    """Where a value is zero.

    BY_PATTERN: it suffices to know which entries of tables and which real variables are zero.  This is so for a product
    of entries, for a sum of probabilities, and for numbers that the size fixes, such as |A| − 2.
    """

    NEVER = 0
    BY_PATTERN = 1
    ANYWHERE = 2


@dataclass(frozen=True)
class Sign:
    """The sign of a value wherever it is defined; the sign of every coordinate if the value is a gradient.

    `is_fixed` says that the value is the same at all instances that are told apart by nothing but their zeros, so that
    it is zero BY_PATTERN at most.  `needs` are the hypotheses that were used.
    """

    at_least_zero: bool = False
    at_most_zero: bool = False
    zeros: Zeros = Zeros.ANYWHERE
    is_fixed: bool = False
    needs: Needs = frozenset()

    @property
    def is_positive(self) -> bool:
        """Whether the value is positive wherever it is defined."""
        return self.at_least_zero and self.zeros is Zeros.NEVER

    @property
    def direction(self) -> int | None:
        """1 for a value that is at least 0, −1 for one that is at most 0, 0 for zero, None if the sign is unknown."""
        if self.at_least_zero:
            return 0 if self.at_most_zero else 1
        return -1 if self.at_most_zero else None

    def needing(self, *hypotheses: Hypothesis) -> Sign:
        """The same sign, which rests on some more hypotheses."""
        return replace(self, needs=self.needs.union(hypotheses))

    def made_of(self, *parts: Sign) -> Sign:
        """The same sign for a value made of some parts: fixed if all parts are, and resting on what they rest on."""
        fixed = all(p.is_fixed for p in parts)
        zeros = min(self.zeros, Zeros.BY_PATTERN) if fixed else self.zeros
        return Sign(self.at_least_zero, self.at_most_zero, zeros, fixed, self.needs.union(*(p.needs for p in parts)))

    def times(self, other: Sign) -> Sign:
        """The sign of the product."""
        if 0 in (self.direction, other.direction):
            return ZERO.made_of(self, other)
        return Sign(
            (self.at_least_zero and other.at_least_zero) or (self.at_most_zero and other.at_most_zero),
            (self.at_least_zero and other.at_most_zero) or (self.at_most_zero and other.at_least_zero),
            max(self.zeros, other.zeros),
        ).made_of(self, other)

    def plus(self, other: Sign) -> Sign:
        """The sign of the sum: two values that are not negative vanish together only where both do."""
        up = self.at_least_zero and other.at_least_zero
        down = self.at_most_zero and other.at_most_zero
        if not (up or down):
            return ANYTHING.made_of(self, other)
        either_never = Zeros.NEVER in (self.zeros, other.zeros)
        return Sign(up, down, Zeros.NEVER if either_never else max(self.zeros, other.zeros)).made_of(self, other)

    def raised(self, exponent: int) -> Sign:
        """The sign of an integer power."""
        if exponent == 0:
            return POSITIVE.made_of(self)
        zeros = self.zeros if exponent > 0 else Zeros.NEVER
        return replace(self if exponent % 2 else self.absolute, zeros=zeros)

    @property
    def negative(self) -> Sign:
        """The sign of −x."""
        return replace(self, at_least_zero=self.at_most_zero, at_most_zero=self.at_least_zero)

    @property
    def absolute(self) -> Sign:
        """The sign of |x|."""
        return replace(self, at_least_zero=True, at_most_zero=self.at_most_zero and self.at_least_zero)

    def larger(self, other: Sign) -> Sign:
        """The sign of the maximum."""
        up, down = self.at_least_zero or other.at_least_zero, self.at_most_zero and other.at_most_zero
        both = self.at_least_zero and other.at_least_zero
        if self.is_positive or other.is_positive or (down and self.zeros is other.zeros is Zeros.NEVER):
            zeros = Zeros.NEVER
        else:  # max(0, x) may be zero where no entry is
            zeros = max(self.zeros, other.zeros) if both else Zeros.ANYWHERE
        return Sign(up, down, zeros, needs=self.needs | other.needs)

    def smaller(self, other: Sign) -> Sign:
        """The sign of the minimum."""
        found = self.negative.larger(other.negative).negative
        known = found.zeros is Zeros.NEVER
        return found if known else replace(found, zeros=Zeros.ANYWHERE)


ANYTHING = Sign()
POSITIVE = Sign(True, False, Zeros.NEVER)
NEGATIVE = Sign(False, True, Zeros.NEVER)
NON_NEGATIVE = Sign(True, False, Zeros.BY_PATTERN)
AN_ENTRY = Sign(False, False, Zeros.BY_PATTERN)
"""The sign of an entry of a table, or of a real variable: it may be any number."""
ZERO = Sign(True, True, Zeros.BY_PATTERN)
Environment = tuple[Sign, ...]
"""The signs of the variables of the enclosing scopes, innermost first; nothing is known of those that are missing."""
