"""Which rewards turn the policy gradient into cross entropy?  Only 1/π for the right answer, plus a constant.

With one logit an answer, the two gradients in the logit of an answer differ by e(a).  Solve for the reward.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import ACTION, PARAMETER, STATE, Definition, Symbol, ThetaFree, expect, function, grad, sum_over

m = classification()
LACK = Symbol("e", (STATE, ACTION, PARAMETER))
SHIFT = function("c", STATE)
mean = sum_over(m.b, of=POLICY(m.b, m.s, m.theta) * REWARD(m.s, m.b))
lack = LACK(m.s, m.a, m.theta)
policy_gradient, ascent = m.policy * (m.reward - mean), m.is_right - m.policy
difference = Definition.of(lack, policy_gradient - ascent)
constant = mean - 1
target = m.is_right * (1 / m.right_mass) + lack / m.policy


def derive() -> Theorem:
    """From a reward, less a constant, to what it must be."""
    d = Derivation(m.reward - constant, given=(*m.hypotheses, difference), name="ce-pg-reward-uniqueness")
    d.apply(
        rules.Rearrange(m.is_right * (1 / m.policy) + (policy_gradient - ascent) / m.policy),
        at=(),
        why="Add and subtract: this is how the reward enters the gradient in the logit of its answer.",
    )
    d.apply(
        rules.Backwards(rules.Unfold(difference), lack),
        at=policy_gradient - ascent,
        why="The last numerator is the difference of the two gradients.",
    )
    d.apply(rules.UseIndicator, why="Where the indicator is one, the answer is the label.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """In the logits, only these rewards; and for every policy, these do."""
    inverse = m.is_right / m.policy
    yield Claim(
        "ce-pg-reward-uniqueness",
        says="If the policy gradient and the ascent direction of cross entropy differ by $e_a$ in the logit of $a$, "
        "the reward $r_a$ is $\\mathbf{1}\\{a = y\\} / \\pi_y + e_a / \\pi_a$ up to the constant $c = \\bar{r} - 1$. "
        "The two therefore agree in every logit only for $r_a = \\mathbf{1}\\{a = y\\} / \\pi_y + c$.",
        lhs=m.reward - constant,
        rhs=target,
        given=(*m.hypotheses, difference),
        remark="$\\bar{r} = \\sum_b \\pi_b r_b$. Since $1/\\pi_y$ depends on $\\theta$, no reward that does not "
        "depend on $\\theta$ makes the two agree.",
    )
    yield Claim(
        "ce-pg-reward-uniqueness-logits",
        says="In the logits of a softmax the policy gradient is $\\pi_a (r_a - \\bar{r})$ and the ascent direction "
        "of cross entropy is $\\mathbf{1}\\{a = y\\} - \\pi_a$.",
        lhs=expect(m.reward * m.score, (m.a, m.policy_law)) - m.right_score,
        rhs=sum_over(m.a, of=(policy_gradient - ascent) * grad(m.logit)),
        given=(*m.hypotheses, m.softmax),
    )
    yield Claim(
        "ce-pg-reward-uniqueness-converse",
        says="With the rewards $\\mathbf{1}\\{a = y\\} / \\pi_y + c$, the policy gradient is the ascent direction of "
        "cross entropy, for every policy.",
        lhs=expect((inverse + SHIFT(m.s)) * m.score, (m.a, m.policy_law)),
        rhs=m.right_score,
        given=(*m.hypotheses, ThetaFree(SHIFT)),
    )
    yield Claim(
        "ce-pg-reward-uniqueness-of-other-rewards",
        says="Rewards that differ from $\\mathbf{1}\\{a = y\\} / \\pi_y$ by more than a constant do not give the "
        "ascent direction of cross entropy in general.",
        lhs=expect((inverse + m.reward) * m.score, (m.a, m.policy_law)),
        rhs=m.right_score,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-reward-uniqueness", "ce-pg-reward-uniqueness-converse"),
    )


if __name__ == "__main__":
    show(derive())
