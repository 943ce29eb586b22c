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
    "chance: in an argument of an absolute value",  # OverflowError: integer division result too large f
    "chance: in an exponential",  # decided, and nothing is said of where it fails
    "chance: in a logarithm",  # Hangs: no answer within 6 s of work
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
    "chance: a square root of a residue",  # OverflowError: integer division result too large f
    "chance: a factorial",  # OverflowError: integer division result too large f
    "chance: a number of a thousand digits",  # OverflowError: integer division result too large f
    "chance: a number less one of a thousand digits",  # OverflowError: integer division result too large f
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
    "labels: no function of two actions is the identity",  # ValueError: shape mismatch: objects cannot be broa
    "labels: no function of three actions is the identity",  # ValueError: shape mismatch: objects cannot be broa
    "labels: no function of four actions has four fixed points",  # ValueError: shape mismatch: objects cannot be broa
    "labels: no function of four actions has three fixed points",  # ValueError: shape mismatch: objects cannot be bro
    "labels: no function of five actions has five fixed points",  # ValueError: shape mismatch: objects cannot be broa
    "labels: fixed points are at most all",  # ValueError: shape mismatch: objects cannot be broa
    "labels: scores by the support alone",  # refuted
    "logarithms: log min(r, 1)²",  # decided, and nothing is said of where it fails
    "logarithms: log of a clipped square",  # ReadingsDisagree: enumeration finds 0 for log min(
    "logarithms: exp log max",  # decided, and nothing is said of where it fails
    "logarithms: exp log |x|",  # decided, and nothing is said of where it fails
    "logarithms: exp of a sum of log-ratios",  # decided, and nothing is said of where it fails
    "logarithms: the exponential of a large square",  # ReadingsDisagree: enumeration finds [2688117141816
    "logarithms: a difference of large exponentials",  # ReadingsDisagree: enumeration finds [1142007389815
    "logarithms: log of a square, by the absolute value",  # ReadingsDisagree: enumeration finds 0 for log x²,
    "logarithms: log x²y²",  # ReadingsDisagree: enumeration finds 0 for log(x² y
    "orders: 0 ≤ max(x, −1)",  # decided, and nothing is said of where it fails
    "orders: 0 ≤ max(r, −1)",  # decided, and nothing is said of where it fails
    "orders: 0 ≤ min(x, 1)",  # decided, and nothing is said of where it fails
    "orders: 0 ≤ Cov",  # decided, and nothing is said of where it fails
    "parameters: a law that sums to two",  # decided, and nothing is said of where it fails
    "parameters: a policy that is ½",  # decided, and nothing is said of where it fails
    "sizes: |S| ≥ 3 with |A| ≥ 3",  # decided, and nothing is said of where it fails
    "sizes: T ≥ 3 with |A| ≥ 3",  # decided, and nothing is said of where it fails
    "sizes: Var of a mean, of two",  # decided, and nothing is said of where it fails
    "sizes: |W| ≥ 3",  # decided, and nothing is said of where it fails
    "a vortex around the uniform policy",  # called a gradient
    "a vortex around another policy",  # called a gradient
    "a vortex of log-odds",  # called a gradient
    "a vortex of two objectives",  # called a gradient
    "a vortex and a gradient",  # called a gradient
    "an elliptic vortex",  # called a gradient
    "a vortex that is scaled",  # SortError: a sum of real and vector: 7 [((π_θ(a |
    "two vortices of one sense",  # called a gradient
    "a vortex of squares",  # called a gradient
    "a vortex of exponentials",  # called a gradient
    "a vortex under an expectation",  # called a gradient
    "∫₀² atan(tan x) dx, as an antiderivative with jumps has it",  # exact
    "∫₀³ atan(tan x) dx, as an antiderivative with jumps has it",  # exact
    "∫ |cos x|, as it is evaluated without its bends",  # exact
    "∫ |sin x|, as it is evaluated without its bends",  # exact
    "∫ sign cos x, as it is evaluated without its bends",  # exact
    "∫ min(sin x, cos x), as it is evaluated without its bends",  # exact
    "∫ |cos x| ≤ 3/2",  # exact
    "lim |x|/x",  # ValueError: The limit does not exist since left ha
    "x/x",  # exact
    "∫₀² atan(tan x) dx, rightly",  # refuted
    "∫ |cos x|, rightly",  # refuted
    "∫ sign cos x, rightly",  # refuted
    "steering: a factor",
    "steering: a definition of a number",
    "steering: a definition of a function",
    "steering: a renamed variable",
    "steering: a denominator",
)
