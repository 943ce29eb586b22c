"""Beyond the article: with right and wrong answers, when dividing by the standard deviation only scales."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.problems import groups
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import (
    INDEX,
    Closed,
    Definition,
    Rounds,
    ThetaFree,
    Variable,
    grad,
    indicator,
    outer,
    sum_range,
)

if TYPE_CHECKING:
    import sympy

m = groups()
right = Definition.of(REWARD(m.s, m.a), indicator(m.a, LABEL(m.s)))
binary = (*(h for h in m.hypotheses if h != ThetaFree(REWARD)), right)
p = POLICY(LABEL(m.s), m.s, m.theta)
k, alpha, beta = Variable("k", INDEX), Variable("α"), Variable("β")
above = m.paid(m.i) - m.group_mean
spread = (1 / m.N) * sum_range(k, 1, m.N, of=(m.paid(k) - m.group_mean) ** 2)
weighed = m.over_groups(m.estimate(above * (alpha + beta * spread)))
gradient = grad(m.objective)
with_factors = m.over_states((alpha + beta * p * (1 - p)) * grad(p))


def factor(size: int, at: sympy.Expr | None = None, degrees: int = 0) -> sympy.Expr:
    """What ∇p is multiplied by for a group size, by going through all groups; `degrees` 1 divides by N − 1.

    Given whether it is right, an answer has the mean score ∇p / p or −∇p / (1 − p).
    """
    from sympy import Rational, Symbol, cancel, expand, sqrt

    p = Symbol("p", positive=True) if at is None else at
    total = Rational(0)
    for group in product((0, 1), repeat=size):
        mean = Rational(sum(group), size)
        square = sum((r - mean) ** 2 for r in group) / Rational(size - degrees)
        if square:
            scores = (1 / p if r else -1 / (1 - p) for r in group)
            estimate = sum(g * (r - mean) for g, r in zip(scores, group, strict=True)) / (size * sqrt(square))
            total += p ** sum(group) * (1 - p) ** (size - sum(group)) * estimate
    return expand(cancel(expand(total)))


def of_four() -> sympy.Expr:
    """√3 + (3 − 2√3) p (1 − p)."""
    from sympy import Symbol, expand, sqrt

    p = Symbol("p", positive=True)
    return expand(sqrt(3) + (3 - 2 * sqrt(3)) * p * (1 - p))


def slope_of_its_objective() -> sympy.Expr:
    """The derivative of √3 p + (3 − 2√3) (p²/2 − p³/3)."""
    from sympy import Symbol, diff, expand, sqrt

    p = Symbol("p", positive=True)
    return expand(diff(sqrt(3) * p + (3 - 2 * sqrt(3)) * (p**2 / 2 - p**3 / 3), p))


def slope_of_the_arc() -> sympy.Expr:
    """The derivative of 2 arcsin √p."""
    from sympy import Symbol, asin, diff, sqrt

    p = Symbol("p", positive=True)
    return diff(2 * asin(sqrt(p)), p)


def one_over_deviation() -> sympy.Expr:
    """1 / √(p (1 − p))."""
    from sympy import Symbol, sqrt

    p = Symbol("p", positive=True)
    return 1 / (sqrt(p) * sqrt(1 - p))


def root(of: int, over: int = 1) -> sympy.Expr:
    """√of / over."""
    from sympy import Integer, sqrt

    return sqrt(Integer(of)) / over


def at(size: int, degrees: int = 0) -> Closed:
    """The factor of a group size as a closed form in p, primed where the sample deviation divides."""
    prime = "'" * degrees
    return Closed(f"c{prime}_{size}(p)", f"c{prime}_{size}(p)", lambda: factor(size, None, degrees))


def claims() -> Iterator[Claim]:
    """Two, three and four answers, two questions at once, and very many answers."""
    yield Claim(
        "grpo-binary-of-two",
        says="With the rewards 1 and 0 and groups of two, dividing by the standard deviation gives the policy "
        "gradient exactly.",
        lhs=m.over_groups(m.estimate(2 * above)),
        rhs=gradient,
        given=(*binary, Rounds(m.N, 2, 2)),
        sizes=({"S": 2, "A": 3, "N": 2},),
        remark="The deviation is 1/2 if the two rewards differ. If they do not, both advantages are zero.",
    )
    yield Claim(
        "grpo-binary-of-three",
        says="With the rewards 1 and 0 and groups of three, dividing by the standard deviation gives $\\sqrt{2}$ "
        "times the policy gradient.",
        lhs=at(3),
        rhs=Closed("√2", "\\sqrt{2}", lambda: root(2)),
        expected=Rung.EXACT,
        remark="Here $c_N(p)$ is the mean of the estimate divided by $\\nabla p$: $\\mathbb{E}[\\sqrt{k (N - k)}] / "
        "(N p (1 - p))$ for $k$ right answers of $N$.",
    )
    yield Claim(
        "grpo-binary-of-three-any-division",
        says="In groups of three, dividing by any function of the spread only scales the gradient, because all "
        "groups with different rewards have the same spread.",
        lhs=weighed,
        rhs=Fraction(2, 3) * (alpha + Fraction(2, 9) * beta) * gradient,
        given=(*binary, Rounds(m.N, 3, 3)),
        sizes=({"S": 2, "A": 2, "N": 3}, {"S": 1, "A": 3, "N": 3}),
    )
    yield Claim(
        "grpo-binary",
        says="In groups of four, dividing by the standard deviation multiplies the gradient of a question by "
        "$\\sqrt{3} + (3 - 2 \\sqrt{3})\\, p (1 - p)$, where $p$ is the probability of a right answer. Questions "
        "that are neither easy nor hard have less weight than in the policy gradient.",
        lhs=at(4),
        rhs=Closed("√3 + (3 − 2√3) p (1 − p)", "\\sqrt{3} + (3 - 2 \\sqrt{3})\\, p (1 - p)", of_four),
        expected=Rung.EXACT,
        remark="For each question the estimate is still a multiple of the gradient on average.",
    )
    yield Claim(
        "grpo-binary-any-division",
        says="In groups of four with the advantage $(r_i - \\bar r) (\\alpha + \\beta \\sigma^2)$ the expected "
        "estimate is $\\frac{3}{4} (\\alpha + \\frac{3}{16} \\beta) + \\frac{3}{32} \\beta\\, p (1 - p)$ times "
        "$\\nabla p$.",
        lhs=weighed,
        rhs=m.over_states(
            (Fraction(3, 4) * (alpha + Fraction(3, 16) * beta) + Fraction(3, 32) * beta * p * (1 - p)) * grad(p)
        ),
        given=(*binary, Rounds(m.N, 4, 4)),
        sizes=({"S": 2, "A": 2, "N": 4},),
        remark="Groups of four with different rewards have one of two variances $\\sigma^2$, 3/16 and 1/4, so every "
        "function of the variance has this form.",
    )
    yield Claim(
        "grpo-binary-constant",
        says="The factor of groups of four is not the same for all questions: it differs between $p = 1/2$ and $p = "
        "1/4$.",
        lhs=Closed("c_4(1/2)", "c_4(1/2)", lambda: factor(4, _rational(1, 2))),
        rhs=Closed("c_4(1/4)", "c_4(1/4)", lambda: factor(4, _rational(1, 4))),
        expected=Rung.REFUTED,
        repaired_by=("grpo-binary", "grpo-binary-of-three"),
    )
    yield Claim(
        "grpo-binary-direction",
        says="If each question has a factor $\\alpha + \\beta\\, p (1 - p)$, the mean over several questions need "
        "not have the direction of the policy gradient.",
        lhs=outer(with_factors, gradient),
        rhs=outer(gradient, with_factors),
        given=binary,
        expected=Rung.REFUTED,
        repaired_by=("grpo-binary-any-division", "grpo-binary-of-three-any-division"),
        remark="Each question is weighted by its own factor.",
    )
    yield Claim(
        "grpo-binary-sample-deviation",
        says="If the advantage is divided by the sample standard deviation, which has $N - 1$ in place of $N$, "
        "groups of four have the factor $c'_4(p)$, which is $\\sqrt{3} / 2$ times $c_4(p)$.",
        lhs=at(4, degrees=1),
        rhs=Closed("√3/2 c_4(p)", "\\frac{\\sqrt{3}}{2}\\, c_4(p)", lambda: root(3, 2) * factor(4)),
        expected=Rung.EXACT,
    )
    yield Claim(
        "grpo-binary-objective",
        says="Groups of four ascend another function of $p$ at each question: $\\sqrt{3}\\, p + (3 - 2 \\sqrt{3}) "
        "(p^2/2 - p^3/3)$.",
        lhs=at(4),
        rhs=Closed(
            "d/dp [√3 p + (3 − 2√3)(p²/2 − p³/3)]",
            "\\frac{d}{dp} \\left[ \\sqrt{3}\\, p + (3 - 2 \\sqrt{3}) \\left( \\frac{p^2}{2} - \\frac{p^3}{3} \\right) "
            "\\right]",
            slope_of_its_objective,
        ),
        expected=Rung.EXACT,
    )
    yield Claim(
        "grpo-binary-large-groups",
        says="In the limit of large groups the factor is $1 / \\sqrt{p (1 - p)}$, and the objective is $2 "
        "\\operatorname{arcsin} \\sqrt{p}$.",
        lhs=Closed("d/dp 2 arcsin √p", "\\frac{d}{dp}\\, 2 \\operatorname{arcsin} \\sqrt{p}", slope_of_the_arc),
        rhs=Closed("1/√(p (1 − p))", "\\frac{1}{\\sqrt{p (1 - p)}}", one_over_deviation),
        expected=Rung.EXACT,
        remark="The verdict is on the derivative. The law of large numbers gives that the group's standard deviation "
        "tends to $\\sqrt{p (1 - p)}$.",
    )


def _rational(above: int, below: int) -> sympy.Expr:
    from sympy import Rational

    return Rational(above, below)
