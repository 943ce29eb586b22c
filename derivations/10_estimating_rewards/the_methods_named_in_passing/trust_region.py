"""The trust region: the best step of a given divergence, the error of the surrogate, and what remains wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from pgsym.claims.claim import Claim, Example
from pgsym.decide import Relation
from pgsym.decide.verdicts import Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, STATE, Closed, ThetaFree, Variable, covariance, expect, function, sum_over
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

DISCOUNT = Fraction(1, 2)
INSTANCES = 60


def parts() -> tuple[sympy.Matrix, sympy.Matrix, sympy.Matrix, sympy.Matrix, sympy.Symbol]:
    """A factor L of any 2×2 Fisher information F = L Lᵀ, a gradient g, a step x, and δ."""
    import sympy

    a, c, delta = sympy.symbols("a c delta", positive=True)
    b, g1, g2, x1, x2 = sympy.symbols("b g1 g2 x1 x2", real=True)
    L = sympy.Matrix([[a, 0], [b, c]])
    return L, L * L.T, sympy.Matrix([g1, g2]), sympy.Matrix([x1, x2]), delta


def from_parts(
    made: Callable[[sympy.Matrix, sympy.Matrix, sympy.Matrix, sympy.Matrix, sympy.Symbol], sympy.Expr],
) -> Callable[[], sympy.Expr]:
    """An expression of those parts, computed when it is asked for."""
    return lambda: made(*parts())


def natural_step(F: sympy.Matrix, g: sympy.Matrix, delta: sympy.Symbol) -> sympy.Matrix:
    """sqrt(2 δ / (gᵀ F⁻¹ g)) F⁻¹ g."""
    import sympy

    direction = F.inv() * g
    return sympy.sqrt(2 * delta / (g.T * direction)[0]) * direction


Pair = tuple[Fraction, Fraction]
Rows = tuple[Pair, Pair]


def worst_excess() -> Fraction:
    """The largest of |J − J' − L| − 4 ε γ α² / (1 − γ)² over random MDPs of two states and two answers."""
    rng = Random(0)
    return max(_excess(rng) for _ in range(INSTANCES))


def _excess(rng: Random) -> Fraction:
    """How far the surrogate is off, less what it may be, at one random MDP."""

    def row() -> Pair:
        p = Fraction(rng.randint(1, 19), 20)
        return p, 1 - p

    def paid() -> Pair:
        return Fraction(rng.randint(-4, 4)), Fraction(rng.randint(-4, 4))

    start, old, new = row(), (row(), row()), (row(), row())
    moves, rewards = ((row(), row()), (row(), row())), (paid(), paid())
    values, occupancy, after = _values(old, moves, rewards), _occupancy(start, old, moves), _values(new, moves, rewards)
    advantages = [[rewards[s][a] + DISCOUNT * _mean(moves[s][a], values) - values[s] for a in (0, 1)] for s in (0, 1)]
    surrogate = _mean(occupancy, (_mean(new[0], advantages[0]), _mean(new[1], advantages[1])))
    gain = _mean(start, after) - _mean(start, values)
    largest = max(abs(x) for line in advantages for x in line)
    moved = max(abs(new[s][0] - old[s][0]) for s in (0, 1))  # the total variation of two answers
    return abs(gain - surrogate) - 4 * largest * DISCOUNT * moved**2 / (1 - DISCOUNT) ** 2


def _mean(weights: Sequence[Fraction], x: Sequence[Fraction]) -> Fraction:
    return weights[0] * x[0] + weights[1] * x[1]


def _chain(policy: Rows, moves: tuple[Rows, Rows]) -> tuple[Pair, Pair]:
    """I − γ P of a policy."""
    p = [[policy[s][0] * moves[s][0][n] + policy[s][1] * moves[s][1][n] for n in (0, 1)] for s in (0, 1)]
    return (1 - DISCOUNT * p[0][0], -DISCOUNT * p[0][1]), (-DISCOUNT * p[1][0], 1 - DISCOUNT * p[1][1])


def _solved(matrix: tuple[Pair, Pair], right: Pair) -> Pair:
    """The solution of two linear equations, by Cramer's rule."""
    (a, b), (c, d) = matrix
    det = a * d - b * c
    return (right[0] * d - b * right[1]) / det, (a * right[1] - right[0] * c) / det


def _values(policy: Rows, moves: tuple[Rows, Rows], rewards: Rows) -> Pair:
    """V of a policy, by Bellman's equation."""
    return _solved(_chain(policy, moves), (_mean(policy[0], rewards[0]), _mean(policy[1], rewards[1])))


def _occupancy(start: Pair, policy: Rows, moves: tuple[Rows, Rows]) -> Pair:
    """The discounted time in each state, not normalised."""
    (a, b), (c, d) = _chain(policy, moves)
    return _solved(((a, c), (b, d)), start)


def claims() -> Iterator[Claim]:
    """The step, the bound, and rewards that are wrong."""
    best = "\\sqrt{\\frac{2 \\delta}{g^{\\top} F^{-1} g}}\\; F^{-1} g"
    yield Claim(
        "trpo-step",
        says=f"The step $x = {best}$ reaches the boundary of the trust region: $x^{{\\top}} F x / 2 = \\delta$.",
        lhs=Closed(
            "xᵀ F x / 2",
            "\\frac{1}{2} x^{\\top} F x",
            from_parts(lambda L, F, g, x, d: (natural_step(F, g, d).T * F * natural_step(F, g, d))[0] / 2),
        ),
        rhs=Closed("δ", "\\delta", from_parts(lambda L, F, g, x, d: d)),
        expected=Rung.EXACT,
        remark="This holds for every Fisher information of two parameters, $F = L L^{\\top}$ with a triangular $L$.",
    )
    yield Claim(
        "trpo-step-is-the-best",
        says="No step in the trust region gains more to first order: $(g^{\\top} F^{-1} g)(x^{\\top} F x) - "
        "(g^{\\top} x)^2$ is a square, so $g^{\\top} x \\le \\sqrt{2 \\delta\\, g^{\\top} F^{-1} g}$, and the step "
        "reaches this bound.",
        lhs=Closed(
            "(gᵀF⁻¹g)(xᵀFx) − (gᵀx)²",
            "(g^{\\top} F^{-1} g)(x^{\\top} F x) - (g^{\\top} x)^2",
            from_parts(lambda L, F, g, x, d: (g.T * F.inv() * g)[0] * (x.T * F * x)[0] - (g.T * x)[0] ** 2),
        ),
        rhs=Closed(
            "(h₁ y₂ − h₂ y₁)²",
            "(h_1 y_2 - h_2 y_1)^2",
            from_parts(lambda L, F, g, x, d: (L.inv() * g).row_join(L.T * x).det() ** 2),
        ),
        expected=Rung.EXACT,
        remark="This is Lagrange's identity for $h = L^{-1} g$ and $y = L^{\\top} x$.",
    )
    yield Claim(
        "trpo-lower-bound",
        says="With discounting, $\\lvert J - J' - L \\rvert \\le \\frac{4 \\epsilon \\gamma \\alpha^2}{(1 - "
        "\\gamma)^2}$, where $\\epsilon$ is the largest advantage and $\\alpha$ the largest total variation of the "
        "policies in a state. It is checked, exactly, at 60 random problems of two states and two answers, with "
        "$\\gamma = 1/2$.",
        lhs=Closed(
            "max (|J − J' − L| − 4εγα²/(1 − γ)²)",
            "\\max \\left( \\lvert J - J' - L \\rvert - \\frac{4 \\epsilon \\gamma \\alpha^2}{(1 - \\gamma)^2} "
            "\\right)",
            worst_excess,
        ),
        rhs=lift(0),
        relation=Relation.AT_MOST,
        expected=Rung.EXACT,
        remark="The paper proves the theorem; it is not proved here. The exact value is the largest excess over "
        "these 60 problems.",
        source="J. Schulman, S. Levine, P. Moritz, M. Jordan and P. Abbeel, Trust region policy optimization, "
        "ICML (2015)",
    )
    yield from wrong_rewards()


def wrong_rewards() -> Iterator[Claim]:
    """What a trust region does with rewards that are estimated badly."""
    m = one_step()
    b = Variable("b", ACTION)
    ESTIMATE = function("r̂", STATE, ACTION)
    estimate = ESTIMATE(m.s, m.a)
    mean = expect(ESTIMATE(m.s, b), (b, POLICY.law(m.s, m.theta)))
    natural = m.policy * (estimate - mean)  # how the natural gradient of the estimate moves π(a | s)
    gain = sum_over(m.a, of=natural * m.reward)
    given = (*m.hypotheses, ThetaFree(ESTIMATE))
    yield Claim(
        "trpo-ppo-designed-for-this",
        says="A small natural step on an estimated reward, such as the first step of TRPO and PPO, can lower the "
        "true reward.",
        lhs=lift(0),
        rhs=m.over_states(gain),
        relation=Relation.AT_MOST,
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("trpo-ppo-first-order-gain", "low-quality-reward"),
        remark="TRPO and PPO bound how far a batch moves the policy, but they do not correct the rewards: if the "
        "estimate exchanges the order of two answers, the better answer falls.",
        examples=(
            Example(
                "Two answers with the true rewards 1 and 0, estimated as 0 and 1.",
                tables={"D": ["1"], "π": [["1/2", "1/2"]], "r": [["1", "0"]], "r̂": [["0", "1"]]},
                given=given,
                worth=((m.over_states(gain), "-1/4"),),
            ),
        ),
    )
    yield Claim(
        "trpo-ppo-first-order-gain",
        says="In every state the true reward rises, to first order, by the covariance of the estimated and the true "
        "reward.",
        lhs=gain,
        rhs=covariance(estimate, m.reward, (m.a, m.policy_law)),
        given=given,
        remark="The natural gradient moves $\\pi_a$ at the rate $\\pi_a (\\hat r_a - \\mathbb{E}_\\pi[\\hat r])$.",
    )
