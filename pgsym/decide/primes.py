"""Random primes just below 2^31."""

from __future__ import annotations

from functools import lru_cache
from math import gcd, prod

import numpy as np

LOW, HIGH = 2**30, 2**31
HOW_MANY = 50_697_537
"""π(2^31) − π(2^30)."""
AT_ONCE = 32
"""How many candidates are drawn at once: about one in eleven odd numbers of this size is prime."""
SMALL = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
PRODUCT = prod(SMALL)


@lru_cache(maxsize=2**8)
def random_primes(how_many: int, seed: int) -> tuple[int, ...]:
    """Distinct primes between 2^30 and 2^31, drawn uniformly; fewer are the first of more.

    >>> random_primes(2, seed=0) == random_primes(3, seed=0)[:2]
    True
    """
    rng = np.random.default_rng([seed, 31])
    found: dict[int, None] = {}
    while len(found) < how_many:
        found |= dict.fromkeys(n for n in (rng.integers(LOW, HIGH, AT_ONCE) | 1).tolist() if is_prime(n))
    return tuple(found)[:how_many]


def is_prime(n: int) -> bool:
    """Whether n < 3,215,031,751 is prime (Miller–Rabin with the bases 2, 3, 5, 7; Jaeschke 1993).

    >>> [n for n in range(20) if is_prime(n)]
    [2, 3, 5, 7, 11, 13, 17, 19]
    """
    if n < 2 or n % 2 == 0:
        return n == 2
    if n > SMALL[-1] and gcd(n, PRODUCT) > 1:
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7):
        if n == base:
            return True
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
