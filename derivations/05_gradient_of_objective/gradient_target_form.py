"""Why one wants the gradient as an expectation: the average over N rounds estimates it without bias.

Whatever f is, the mean of (1/N) Σ f(s_i, a_i) is E[f]; with the policy gradient theorem that is ∇J.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import ACTION, STATE, function, grad, log

m = one_step()
estimate = m.average(REWARD(m.s_i, m.a_i) * grad(log(POLICY(m.a_i, m.s_i, m.theta)), m.theta))
expected = m.expectation(m.reward * m.score)


def derive() -> Theorem:
    """From the mean of the estimator to the gradient."""
    d = Derivation(m.over_batches(estimate), given=m.hypotheses, name="gradient-target-form")
    d.apply(rules.PullOutConstant, why="$1/N$ does not depend on the draws.")
    d.apply(rules.ExchangeWithSum, why="The expectation of a sum is the sum of the expectations.")
    d.apply(
        rules.OneRoundOfMany(m.independent_rounds, m.s, m.a),
        why="Each round is one draw of the problem, whatever the others do.",
    )
    d.apply(rules.SumOfEqualTerms, why="$N$ equal terms.")
    d.apply(rules.Rearrange(expected), at=(), why="$N$ cancels.")
    d.apply(
        Lemma(theorem("policy-gradient-one-step"), backwards=True), why="The policy gradient theorem, read backwards."
    )
    return d.conclude(grad(m.objective))


def claims() -> Iterator[Claim]:
    """The mean and the covariance of the average."""
    f, h = function("f", STATE, ACTION), function("h", STATE, ACTION)
    average_f, average_h = (m.average(g(m.s_i, m.a_i)) for g in (f, h))
    mean_f, mean_h = (m.expectation(g(m.s, m.a)) for g in (f, h))
    yield Claim(
        "gradient-target-form",
        says="If $\\nabla J = \\mathbb{E}[f]$, the average of $f$ over $N$ rounds is an unbiased estimator of "
        "$\\nabla J$.",
        lhs=m.over_batches(estimate),
        rhs=grad(m.objective),
        given=m.hypotheses,
        remark="The samples are drawn at the current $\\theta$. This does not need the law of large numbers.",
    )
    yield Claim(
        "gradient-target-covariance",
        says="The covariance matrix of the average is $\\operatorname{Cov}(f) / N$. It is stated entry by entry, for "
        "two components $f$ and $h$.",
        lhs=m.over_batches((average_f - mean_f) * (average_h - mean_h)),
        rhs=(1 / m.N) * m.expectation((f(m.s, m.a) - mean_f) * (h(m.s, m.a) - mean_h)),
        given=m.hypotheses,
        remark="Decided for $N = 1, 2, 3$.",
    )


if __name__ == "__main__":
    show(derive())
