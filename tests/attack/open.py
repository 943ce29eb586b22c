"""Names of statements on which pgsym errs as yet, and how: each is an expected failure, so that its repair is seen."""

from __future__ import annotations

OPEN: tuple[str, ...] = (
    "chance: a multiple of the primes of seed 0",  # decided, and nothing is said of where it fails
    "chance: a multiple of the primes of four seeds",  # decided, and nothing is said of where it fails
    "chance: zero modulo every known prime",  # decided, and nothing is said of where it fails
    "chance: a fraction whose numerator they divide",  # decided, and nothing is said of where it fails
    "chance: a power of what they divide",  # decided, and nothing is said of where it fails
    "chance: a third by its inverse",  # decided, and nothing is said of where it fails
    "chance: a half by its inverse, in a variance",  # decided, and nothing is said of where it fails
    "chance: a half by its inverse, in an expectation",  # decided, and nothing is said of where it fails
    "chance: as an additive constant",  # decided, and nothing is said of where it fails
    "chance: inside a square",  # decided, and nothing is said of where it fails
    "chance: in an argument of an absolute value",  # OverflowError: integer division result too large for a float
    "chance: in an exponential",  # decided, and nothing is said of where it fails
    "chance: in a logarithm",  # Hangs: no answer within 10 s of work
    "chance: in a denominator",  # decided, and nothing is said of where it fails
    "chance: in a baseline that is no baseline",  # decided, and nothing is said of where it fails
    "chance: a sum of squares that they make zero",  # decided, and nothing is said of where it fails
    "chance: through a definition",  # decided, and nothing is said of where it fails
    "chance: a definition of a constant",  # decided, and nothing is said of where it fails
    "chance: in trajectories",  # decided, and nothing is said of where it fails
    "chance: in groups",  # decided, and nothing is said of where it fails
    "chance: in a second derivative",  # decided, and nothing is said of where it fails
    "chance: in an outer product",  # decided, and nothing is said of where it fails
    "chance: in a maximum",  # decided, and nothing is said of where it fails
    "chance: in an indicator's weight",  # decided, and nothing is said of where it fails
    "chance: a square root of a residue",  # OverflowError: integer division result too large for a float
    "chance: a factorial",  # OverflowError: integer division result too large for a float
    "chance: a number of a thousand digits",  # OverflowError: integer division result too large for a float
    "chance: a number less one of a thousand digits",  # OverflowError: integer division result too large for a float
    "chance: a sum with a large coefficient",  # decided, and nothing is said of where it fails
    "chance: a horizon with a large coefficient",  # decided, and nothing is said of where it fails
    "chance: an indicator of a tie with a large coefficient",  # decided, and nothing is said of where it fails
    "conditions: |x − 1|",  # decided, and nothing is said of where it fails
    "conditions: min(r, 1)",  # decided, and nothing is said of where it fails
    "conditions: clip(r, 0, 1)",  # decided, and nothing is said of where it fails
    "conditions: (r − 1)^N",  # decided, and nothing is said of where it fails
    "conditions: a sum of two squares",  # decided, and nothing is said of where it fails
    "conditions: a hinge",  # decided, and nothing is said of where it fails
    "conditions: ||x| − 1|",  # decided, and nothing is said of where it fails
    "conditions: min(π, ½)",  # decided, and nothing is said of where it fails
    "conditions: a definition",  # decided, and nothing is said of where it fails
    "conditions: a definition times its inverse",  # decided, and nothing is said of where it fails
    "conditions: a definition of a definition",  # decided, and nothing is said of where it fails
    "conditions: a definition that is nowhere used but for zero",  # decided, and nothing is said of where it fails
    "extremes: log of a hinge",  # decided, and nothing is said of where it fails
    "labels: no function of two actions is the identity",  # ValueError: shape mismatch: objects cannot be broadcast t
    "labels: no function of three actions is the identity",  # ValueError: shape mismatch: objects cannot be broadcast
    "labels: no function of four actions has four fixed points",  # ValueError: shape mismatch: objects cannot be broa
    "labels: no function of four actions has three fixed points",  # ValueError: shape mismatch: objects cannot be bro
    "labels: no function of five actions has five fixed points",  # ValueError: shape mismatch: objects cannot be broa
    "labels: fixed points are at most all",  # ValueError: shape mismatch: objects cannot be broadcast to a
    "labels: scores by the support alone",  # refuted
    "logarithms: log min(r, 1)²",  # decided, and nothing is said of where it fails
    "logarithms: log of a clipped square",  # ReadingsDisagree: enumeration finds 0 for log min(max(x, −2)
    "logarithms: exp log max",  # decided, and nothing is said of where it fails
    "logarithms: exp log |x|",  # decided, and nothing is said of where it fails
    "logarithms: exp of a sum of log-ratios",  # decided, and nothing is said of where it fails
    "logarithms: the exponential of a large square",  # ReadingsDisagree: enumeration finds [26881171418161354484126
    "logarithms: a difference of large exponentials",  # ReadingsDisagree: enumeration finds [11420073898156842836629
    "logarithms: log of a square, by the absolute value",  # ReadingsDisagree: enumeration finds 0 for log x², the eva
    "logarithms: log x²y²",  # ReadingsDisagree: enumeration finds 0 for log(x² y²), the ev
    "orders: 0 ≤ max(x, −1)",  # decided, and nothing is said of where it fails
    "orders: 0 ≤ max(r, −1)",  # decided, and nothing is said of where it fails
    "orders: 0 ≤ min(x, 1)",  # decided, and nothing is said of where it fails
    "orders: 0 ≤ Cov",  # decided, and nothing is said of where it fails
    "sizes: |S| ≥ 3 with |A| ≥ 3",  # decided, and nothing is said of where it fails
    "sizes: T ≥ 3 with |A| ≥ 3",  # decided, and nothing is said of where it fails
    "sizes: Var of a mean, of two",  # decided, and nothing is said of where it fails
    "sizes: |W| ≥ 3",  # decided, and nothing is said of where it fails
)
