"""Beyond the article: rewards with a divergence to a reference policy, as in fine-tuning language models."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Relation
from pgsym.problems import classification
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import ACTION, STATE, Positive, Symbol, Term, ThetaFree, Variable, exp, expect, grad, log, sum_over

m = classification()
beta = Variable("β")
REFERENCE = Symbol("π_ref", (ACTION, STATE), outcomes=1)
reference = REFERENCE(m.a, m.s)
partition = sum_over(m.b, of=REFERENCE(m.b, m.s) * exp(REWARD(m.s, m.b) / beta))
optimum = reference * exp(m.reward / beta) / partition
given = (*m.hypotheses, ThetaFree(REFERENCE), Positive(REFERENCE), Positive(beta))


def over_answers(term: Term) -> Term:
    """E_a of a term, the state given."""
    return expect(term, (m.a, m.policy_law))


objective = over_answers(m.reward - beta * log(m.policy / reference))
to_optimum = over_answers(log(m.policy / optimum))
ratio = optimum / m.policy


def claims() -> Iterator[Claim]:
    """The completed divergence, the bound, and the gradient."""
    yield Claim(
        "kl-regularised-optimum",
        says="The expected reward minus $\\beta$ times the divergence from a reference is $\\beta \\log Z$ minus "
        "$\\beta$ times the divergence from $\\pi_{\\mathrm{opt}} \\propto \\pi_{\\mathrm{ref}}\\, e^{r/\\beta}$.",
        lhs=objective,
        rhs=beta * log(partition) - beta * to_optimum,
        given=given,
    )
    yield Claim(
        "kl-regularised-optimum-bound",
        says="The expected reward minus $\\beta$ times the divergence from a reference is at most $\\beta \\log Z$, "
        "with equality at $\\pi = \\pi_{\\mathrm{opt}}$.",
        lhs=objective,
        rhs=beta * log(partition),
        given=given,
        relation=Relation.AT_MOST,
        slack=beta * over_answers(ratio - 1 - log(ratio)),
    )
    yield Claim(
        "kl-regularised-optimum-gradient",
        says="The expected reward minus $\\beta$ times the divergence from a reference has the policy gradient of "
        "the reward $r - \\beta \\log(\\pi / \\pi_{\\mathrm{ref}})$, held fixed.",
        lhs=grad(objective),
        rhs=over_answers((m.reward - beta * log(m.policy / reference)) * m.score),
        given=given,
    )
