"""No weights that depend on the rewards alone turn finitely many samples into cross entropy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from pgsym.claims import Claim
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, Term, Variable, expect, grad, indicator, log
from pgsym.terms.structure import total

m = classification()
p = m.right_mass


def weighted(n: int) -> Term:
    """E of the first of n scores, weighted by what is chosen for each pattern of the n rewards."""
    draws = [Variable(name, ACTION) for name in "abc"[:n]]
    right = [indicator(x, m.label) for x in draws]
    weight = total(*(_weight(bits) * _pattern(bits, right) for bits in product((1, 0), repeat=n)))
    return expect(weight * grad(log(POLICY(draws[0], m.s, m.theta))), *((x, m.policy_law) for x in draws))


def bernstein(n: int) -> Term:
    """The gradient of p times a polynomial of degree n − 1 in p."""
    rises = {o: _weight((1, *o)) - _weight((0, *o)) for o in product((1, 0), repeat=n - 1)}
    return total(*(rise * _pattern(o, [p] * (n - 1)) if o else rise for o, rise in rises.items())) * grad(p)


def _weight(bits: tuple[int, ...]) -> Variable:
    """w_10, the weight where the first answer is right and the second is wrong."""
    return Variable("w" + "".join(map(str, bits)))


def _pattern(bits: tuple[int, ...], right: Sequence[Term]) -> Term:
    """The product of x where the bit is one and 1 − x where it is not."""
    from pgsym.terms.structure import product as multiply

    return multiply(*(x if bit else 1 - x for bit, x in zip(bits, right, strict=True)))


def claims() -> Iterator[Claim]:
    """One sample, two and three: the polynomial's degree is always below what 1/p needs."""
    said = {1: "a number", 2: "a polynomial of degree one in $p$", 3: "a polynomial of degree two in $p$"}
    whose = {1: "a sample", 2: "one of two samples", 3: "one of three samples"}
    ids = {1: "-of-one", 2: "", 3: "-of-three"}
    for n in (2, 1, 3):
        yield Claim(
            f"ce-pg-impossible-with-theta-free-weights{ids[n]}",
            says=f"If the score of {whose[n]} is weighted by a function of the rewards alone, its expectation is "
            f"{said[n]} times $\\nabla p$, where $p = \\pi_\\theta(y \\mid s)$.",
            lhs=weighted(n),
            rhs=bernstein(n),
            given=m.hypotheses,
            remark="Cross entropy has $\\nabla p / p$, and $1/p$ is no polynomial." if n == 2 else "",
        )
