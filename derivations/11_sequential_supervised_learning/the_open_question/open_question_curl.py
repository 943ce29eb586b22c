"""How far the pairwise form is from a gradient: its curl, the repair, and the discounts between."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.open_question_j import TWO_STATES, G, at_once, given, m, s, t, visits

from pgsym.claims import Claim, Example, Rung
from pgsym.problems.sequence import Sequences
from pgsym.terms import Variable, grad, outer, sum_over, sum_range, transpose
from pgsym.terms.nodes import Term, lift
from pgsym.values import log_linear

two = Sequences(T=lift(2))
c, gamma = Variable("c"), Variable("γ")
ONE_LOGIT_A_STATE = {**TWO_STATES, "π": log_linear([[[0, 1], [0, 0]], [[0, 0], [1, 0]]], [1, 1])}


def curl(field: Term) -> Term:
    """∂_i F_j − ∂_j F_i."""
    return grad(field) - transpose(grad(field))


def discounted(steps: Sequences, by: Term) -> Term:
    """Every score with the rewards from its step on, discounted from that step."""
    rewards = sum_range(steps.u, steps.t, steps.T, of=by ** (steps.u - steps.t) * steps.reward(steps.u))
    return steps.expectation(sum_range(steps.t, 1, steps.T, of=steps.score(steps.t) * rewards))


pairwise = two.expectation(two.pairwise)


def claims() -> Iterator[Claim]:
    """The curl in an MDP, without it, its repair, and its part under a discount."""
    slopes = outer(grad(visits), grad(at_once)) - outer(grad(at_once), grad(visits))
    yield Claim(
        "open-question-general-curl",
        says="The antisymmetric part of the Jacobian is $\\partial_i G_j - \\partial_j G_i = \\sum_t \\sum_s "
        "(\\partial_i d_t \\, \\partial_j v - \\partial_j d_t \\, \\partial_i v)(s)$. A potential exists if this "
        "vanishes for all $\\theta$.",
        lhs=curl(G),
        rhs=sum_range(t, 1, m.T, of=sum_over(s, of=slopes)),
        given=given,
        remark="The second derivatives of $v$ cancel. The remaining terms couple the visits of a state with the "
        "reward there.",
    )
    yield Claim(
        "open-question-general-curl-exogenous-states",
        says="The antisymmetric part of the Jacobian vanishes if the states do not depend on the answers.",
        lhs=grad(G),
        rhs=transpose(grad(G)),
        given=m.with_exogenous_states,
    )
    yield Claim(
        "open-question-gamma-interpolation",
        says="For two steps, the scores with the rewards from their step on, discounted by $c$, interpolate linearly "
        "between the pairwise form at $c = 0$ and the policy gradient at $c = 1$.",
        lhs=discounted(two, c),
        rhs=(1 - c) * pairwise + c * grad(two.objective),
        given=two.hypotheses,
    )
    yield Claim(
        "open-question-gamma-interpolation-curl",
        says="The curl of this interpolation with the discount $c$ is $1 - c$ times the curl of the pairwise form, "
        "so it vanishes at $c = 1$.",
        lhs=curl(discounted(two, c)),
        rhs=(1 - c) * curl(pairwise),
        given=two.hypotheses,
    )
    yield Claim(
        "open-question-repair",
        says="The pairwise form lacks the term $\\sum_t \\sum_s v(s) \\nabla d_t(s)$ of $\\nabla J$, which changes "
        "the visits.",
        lhs=grad(m.objective) - G,
        rhs=sum_range(t, 1, m.T, of=sum_over(s, of=at_once * grad(visits))),
        given=given,
        remark="The products of the scores with the later rewards estimate this term, so adding them restores the "
        "gradient.",
    )
    yield Claim(
        "discount-mismatch",
        says="If each reward is discounted from the step of the score and not from the start, the result need not be "
        "a gradient.",
        lhs=grad(discounted(m, gamma)),
        rhs=transpose(grad(discounted(m, gamma))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("discounted-reward-to-go",),
        remark="Most implementations do this. With two steps the curl is $1 - \\gamma$ times that of the pairwise "
        "form.",
        source="C. Nota and P. S. Thomas, Is the policy gradient a gradient?, AAMAS (2020)",
        examples=(
            Example(
                "One logit a state, both zero, and a discount of 1/2: the mixed derivatives differ by 1/32.",
                {**ONE_LOGIT_A_STATE, "γ": "1/2"},
                (
                    (discounted(m, gamma), ("1/16", "1/8")),
                    (curl(discounted(m, gamma)), ((0, "1/32"), ("-1/32", 0))),
                ),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
