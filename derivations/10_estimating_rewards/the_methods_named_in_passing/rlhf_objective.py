"""The objective that language models are fine-tuned with: reward, less β times the divergence from a reference.

Its gradient is a policy gradient whose reward pays for staying close to the reference; its optimum is the reference,
reweighted by e^(r/β).
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Relation, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import (
    ACTION,
    STATE,
    Definition,
    Positive,
    Symbol,
    ThetaFree,
    Variable,
    exp,
    grad,
    log,
    sum_over,
)

m = one_step()
BETA = Symbol("β", ())
beta, b = BETA(), Variable("b", ACTION)
REFERENCE = Symbol("π_ref", (ACTION, STATE), outcomes=1)
OPTIMUM = Symbol("π_opt", (ACTION, STATE), outcomes=1)
reference = REFERENCE(m.a, m.s)
ratio = log(m.policy / reference)
shaped = m.reward - beta * ratio
objective = m.expectation(shaped)
gradient = m.expectation(shaped * m.score)
given = (*m.hypotheses, ThetaFree(REFERENCE), Positive(REFERENCE), ThetaFree(BETA))


def derive() -> Theorem:
    """From the gradient of the objective to a policy gradient."""
    apart = log(m.policy) - log(reference)
    paid = m.reward - beta * apart
    d = Derivation(grad(objective), given=given, name="rlhf-objective")
    d.apply(rules.ExpandLog, why="The logarithm of a fraction.")
    d.apply(rules.WriteExpectationAsSum, at=(0, 1), why="Given the prompt, an expectation is a sum over the answers.")
    d.apply(rules.MoveGradientInside, why="Prompts do not depend on $\\theta$; the probability and its reward do.")
    d.apply(rules.ProductRule, why="The product rule gives two terms.")
    d.apply(rules.MoveGradientInside, at=grad(paid), why="The reward depends on $\\theta$")
    d.apply(rules.GradientOfConstant, at=grad(m.reward, m.theta), why="not by the reward,")
    d.apply(rules.GradientOfConstant, at=grad(-log(reference), m.theta), why="nor by the reference,")
    d.apply(rules.DropZeros, at=(), why="but only by the policy itself.")
    pulled, mean_score = paid * grad(m.policy), m.policy * (-beta * m.score)
    d.apply(
        rules.Rearrange(pulled - beta * (m.policy * m.score)),
        at=pulled + mean_score,
        why="Separate the term of its own logarithm.",
    )
    d.apply(rules.DistributeOverAddition, why="Two sums over the answers.")
    own = sum_over(m.a, of=-beta * (m.policy * m.score))
    d.apply(rules.PullOutConstant, at=own, why="Move the weight $\\beta$ out,")
    d.apply(rules.ReadSumAsExpectation, at=sum_over(m.a, of=m.policy * m.score), why="and leaves the mean score,")
    d.apply(Lemma(theorem("score-zero-mean")), why="which is zero:")
    d.apply(rules.DropZeros, at=(), why="so the dependence of the reward on the policy makes no difference.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the score.")
    d.apply(rules.ReadSumAsExpectation, why="An expectation over the answers again.")
    d.apply(rules.Backwards(rules.ExpandLog(), ratio), at=apart, why="Combine the logarithms.")
    return d.conclude(gradient)


def claims() -> Iterator[Claim]:
    """The gradient, the optimum, and what the payment must not be."""
    yield Claim(
        "rlhf-objective",
        says="The gradient of $\\mathbb{E}[r] - \\beta\\, \\mathrm{KL}(\\pi_\\theta, \\pi_{\\mathrm{ref}})$ is the "
        "policy gradient for the reward $r - \\beta \\log \\frac{\\pi_\\theta}{\\pi_{\\mathrm{ref}}}$, with that "
        "reward held fixed.",
        lhs=grad(objective),
        rhs=gradient,
        given=given,
        remark="Differentiating the logarithm adds the mean score, which is zero.",
        source="N. Stiennon et al., Learning to summarize from human feedback (2020); L. Ouyang et al., Training "
        "language models to follow instructions with human feedback (2022)",
    )
    weight, weight_b = (p * exp(r / beta) for p, r in ((reference, m.reward), (REFERENCE(b, m.s), REWARD(m.s, b))))
    partition = sum_over(b, of=weight_b)
    optimum = OPTIMUM(m.a, m.s)
    best = beta * m.over_states(log(partition))
    reweighted = (*given, Positive(BETA), Definition.of(optimum, weight / partition))
    yield Claim(
        "rlhf-objective-completed",
        says="The objective is $\\beta\\, \\mathbb{E}_s[\\log Z]$ minus $\\beta$ times the divergence from "
        "$\\pi_{\\mathrm{opt}} = \\pi_{\\mathrm{ref}}\\, e^{r / \\beta} / Z$.",
        lhs=objective,
        rhs=best - beta * m.expectation(log(m.policy / optimum)),
        given=reweighted,
    )
    gap = optimum / m.policy
    yield Claim(
        "rlhf-objective-optimum",
        says="No policy has a larger objective than $\\pi_{\\mathrm{opt}}$, which reaches $\\beta\\, "
        "\\mathbb{E}_s[\\log Z]$.",
        lhs=objective,
        rhs=best,
        relation=Relation.AT_MOST,
        given=reweighted,
        slack=beta * m.expectation(gap - 1 - log(gap)),
        remark="The divergence is not negative, because $x - 1 - \\log x \\ge 0$, and it is zero for "
        "$\\pi_{\\mathrm{opt}}$ only. A small $\\beta$ makes $\\pi_{\\mathrm{opt}}$ greedy; a large $\\beta$ keeps "
        "it near the reference.",
    )


if __name__ == "__main__":
    show(derive())
