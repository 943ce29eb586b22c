"""Prime factors of whole numbers that are not too large."""

from __future__ import annotations

from functools import lru_cache

from pgsym.errors import OutsideNumberSystem

MOST_BITS_TO_FACTOR = 128
"""The limit of bits of a number to factor: some of this size take a second, and 20 bits more take ten times as long."""


@lru_cache(maxsize=2**10)
def prime_powers(n: int) -> tuple[tuple[int, int], ...]:
    """The prime factors of n ≥ 1 with their exponents; raises OutsideNumberSystem if n is too large.

    >>> prime_powers(360)
    ((2, 3), (3, 2), (5, 1))
    >>> prime_powers(2**61 - 1)
    ((2305843009213693951, 1),)
    """
    import flint

    if n.bit_length() > MOST_BITS_TO_FACTOR:
        about = n.bit_length() * 30103 // 100000 + 1
        raise OutsideNumberSystem(
            f"the logarithm of a number of {about} digits: numbers of more than "
            f"{MOST_BITS_TO_FACTOR * 30103 // 100000 + 1} digits are not factored, so write it as a product or a power"
        )
    return tuple(sorted((int(p), int(k)) for p, k in flint.fmpz(n).factor()))


__all__ = ["prime_powers"]
