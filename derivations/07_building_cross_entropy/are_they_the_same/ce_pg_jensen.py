"""Bounds between the expected accuracy and the cross entropy: if one is near its best value, so is the other."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY, STATE_LAW
from pgsym.terms import STATE, Variable, exp, indicator, log, sum_over

m = classification()
J, CE = m.accuracy, m.cross_entropy
u = Variable("u", STATE)
wrong, other = 1 - m.right_mass, 1 - indicator(u, m.s)
wrong_at_u = 1 - POLICY(LABEL(u), u, m.theta)
right_share = m.right_mass / J


def claims() -> Iterator[Claim]:
    """Jensen's inequality, and the same maximisers where the labels can be fitted."""
    yield Claim(
        "ce-pg-same-maximisers-when-realisable",
        says="The probability of an example times its probability of a wrong answer is at most $1 - J$. If $J \\to "
        "1$, every example of positive probability is therefore answered right, and the cross entropy goes to zero.",
        lhs=m.state_mass * wrong,
        rhs=1 - J,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=sum_over(u, of=other * STATE_LAW(u) * wrong_at_u),
        remark="Together with ce-pg-same-maximisers-when-realisable-back this shows that the two objectives have the "
        "same limits if the labels can be fitted. The case that they cannot be fitted is ce-pg-conflicting-states.",
    )
    yield Claim(
        "ce-pg-same-maximisers-when-realisable-back",
        says="If the cross entropy goes to zero, $J$ goes to one, because $1 - J \\le \\mathrm{CE}$.",
        lhs=1 - J,
        rhs=CE,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=m.over_states(m.right_mass - 1 - log(m.right_mass)),
        remark="The inequality $1 - x \\le -\\log x$ is applied to every example.",
    )
    yield Claim(
        "ce-pg-jensen",
        says="The expected accuracy is at least $e^{-\\mathrm{CE}}$; in logarithms, $-\\log J \\le \\mathrm{CE}$.",
        lhs=-log(J),
        rhs=CE,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=m.over_states(right_share - 1 - log(right_share)),
        remark="The mean of $\\pi_y / J$ is one, and the claim is the inequality of the arithmetic and the geometric "
        "mean.",
        examples=(
            Example(
                "Two examples, right with 4/5 and 1/5.",
                {"D": ["1/2", "1/2"], "π": [["4/5", "1/5"], ["4/5", "1/5"]], "y": [0, 1]},
                ((J, "1/2"), (exp(m.over_states(log(m.right_mass))), "2/5")),
                m.hypotheses,
                numbers="symbolic",
            ),
        ),
    )
