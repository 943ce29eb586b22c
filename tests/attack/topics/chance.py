"""Constants that are chosen so that primes or points known in advance make them vanish."""

from __future__ import annotations

from math import gcd, prod

from attack.statements import Book, Fraction
from attack.words import PI, STATE, Symbol, T, a, b, g, m, pi, r, s, t, theta, x, y
from pgsym.problems import classification, groups, trajectories
from pgsym.terms import (
    Definition,
    absolute,
    exp,
    expect,
    function,
    grad,
    indicator,
    log,
    maximum,
    outer,
    sum_over,
    sum_range,
    variance,
)  # fmt: skip

try:  # what points were made of before; another way of choosing them cannot be attacked by it
    from pgsym.decide.primes import random_primes

    random_primes(2, 0)
except (ImportError, TypeError):

    def random_primes(how_many: int, seed: int) -> tuple[int, ...]:
        """Some primes below 2^31."""
        return tuple(2**31 - d for d in (1, 19, 61, 69, 85, 99, 105, 151, 159, 171, 211, 225)[seed:])


BOOK = Book("chance")
false, true = BOOK.false, BOOK.true
draw = (a, PI.law(s, theta))
tr, gr, cl = trajectories(), groups(), classification()
FIRST = {seed: prod(random_primes(16, seed)) for seed in range(4)}
EVERY = prod({p for seed in range(4) for p in random_primes(24, seed)})


def remainder(wanted: dict[int, int]) -> int:
    """The number with these remainders modulo these primes."""
    out, modulus = 0, 1
    for p, rest in wanted.items():
        out += modulus * ((rest - out) * pow(modulus, -1, p) % p)
        modulus *= p
    return out


def inverse(n: int, primes: tuple[int, ...]) -> int:
    """A number that is 1/n modulo every one of some primes."""
    return remainder({p: pow(n, -1, p) for p in primes})


KNOWN = tuple(dict.fromkeys(p for seed in range(4) for p in random_primes(12, seed)))
THIRD, HALF = inverse(3, KNOWN), inverse(2, KNOWN)
ROOT = remainder({p: next(n for n in range(2, 99) if pow(n, (p - 1) // 2, p) == 1) for p in KNOWN})

for seed in range(4):
    false(
        f"a multiple of the primes of seed {seed}",
        grad(m.objective),
        (1 + FIRST[seed]) * grad(m.objective),
        m.hypotheses,
    )
false("a multiple of the primes of four seeds", grad(m.objective), (1 + EVERY) * grad(m.objective), m.hypotheses)
false("zero modulo every known prime", EVERY * r, 0)
false("a fraction whose numerator they divide", pi * Fraction(EVERY + 7, 7), pi)
false("a power of what they divide", EVERY**3 * x, EVERY**2 * x)
false("a third by its inverse", THIRD * x, Fraction(1, 3) * x)
false("a half by its inverse, in a variance", variance(HALF * r, draw), Fraction(1, 4) * variance(r, draw))
false("a half by its inverse, in an expectation", m.expectation(HALF * r), m.objective / 2, m.hypotheses)
false("as an additive constant", m.objective + EVERY, m.objective, m.hypotheses)
false("inside a square", (x + EVERY) ** 2, x**2)
false("in an argument of an absolute value", absolute(x + EVERY), absolute(x), pins={"x": 1})
false("in an exponential", exp(x + EVERY), exp(x), pins={"x": 0})
false("in a logarithm", log((1 + EVERY) * x), log(x), pins={"x": 1})
false("in a denominator", x / (1 + EVERY), x)
false("in a baseline that is no baseline", m.expectation((r + EVERY * r) * m.score), grad(m.objective), m.hypotheses)
false("a sum of squares that they make zero", (1 + remainder({p: p - 2 for p in KNOWN})) * x, -x)
false(
    "through a definition", function("F", STATE)(s), g(s), (Definition.of(function("F", STATE)(s), (1 + EVERY) * g(s)),)
)
false(
    "a definition of a constant",
    x * Symbol("κ", ())(),
    0,
    (Definition.of(Symbol("κ", ())(), EVERY + 0 * Symbol("ε", ())()),),
)
false(
    "in trajectories",
    tr.expectation(tr.total_reward * tr.total_score) * (1 + EVERY),
    grad(tr.objective),
    tr.hypotheses,
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "in groups",
    gr.over_groups(gr.estimate(gr.paid(gr.i))) * (EVERY + 1),
    grad(gr.objective),
    gr.hypotheses,
    size={"S": 1, "A": 2, "N": 1},
)
false("in a second derivative", grad(grad(m.objective)), (1 + EVERY) * grad(grad(m.objective)), m.hypotheses)
false("in an outer product", outer(m.score, m.score) * EVERY, 0 * outer(m.score, m.score), m.hypotheses)
false("in a maximum", maximum(x, y) * (1 + EVERY), maximum(x, y), pins={"x": 1, "y": 2})
false("in an indicator's weight", cl.expectation(cl.is_right) * (EVERY + 1), cl.accuracy, cl.hypotheses)
false("a polynomial with the roots 0 to 6", prod((x - n for n in range(1, 7)), start=x), 0, pins={"x": 7})
false("a polynomial with the roots −12 to 12", prod(((x**2 - n**2) for n in range(1, 13)), start=x), 0, pins={"x": 13})
false(
    "a polynomial with many fractions as roots",
    prod((x - Fraction(n, d) for d in (1, 2, 3, 4) for n in range(-4, 5) if gcd(n, d) == 1), start=x),
    0,
    pins={"x": 9},
)
false("a square root of a residue", ROOT * x, x)
false("a small prime's multiple", 2147483647 * x, 0)
false("all primes near 2³⁰ that are first", 1073741827 * 1073741831 * 1073741833 * x, 0)
false("a power of two", 2**64 * x, 0)
false("a factorial", prod(range(1, 200)) * x, 0)
false("a number of a thousand digits", 10**1000 * x, 0)
false("a number less one of a thousand digits", (10**1000 - 1) * x, 10**1000 * x)
false("one over a number of a hundred digits", x + Fraction(1, 10**100), x)
false("a sum with a large coefficient", sum_over(a, of=pi * (1 + EVERY)), 1)
false("a score with a large coefficient", expect(EVERY * grad(log(pi)) * r, draw), 0 * grad(log(pi)), m.hypotheses)
false("a horizon with a large coefficient", sum_range(t, 1, T, of=EVERY * x ** (t - 1)), 0, size={"T": 2})
false("an indicator of a tie with a large coefficient", EVERY * indicator(a, b), 0)

true("a large coefficient that cancels", (1 + EVERY) * x - EVERY * x, x)
true("a large coefficient on both sides", EVERY * m.objective, m.expectation(EVERY * r), m.hypotheses)
true("a large baseline", m.expectation((r - EVERY) * m.score), grad(m.objective), m.hypotheses)
true("a tiny baseline", m.expectation((r - Fraction(1, 10**60)) * m.score), grad(m.objective), m.hypotheses)
true("a variance with a large shift", variance(r + EVERY, draw), variance(r, draw))
