"""Why a policy gets stuck: if a right answer is rarely given, its gradient is small as well.

A softmax policy moves the logit of an answer by π(a) (r(a) − J).  With the 0/1 reward that is the cross-entropy
gradient times π(y): near a wrong corner of the simplex the one vanishes and the other does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Relation, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.problems.classification_problem import LOGIT
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import AtLeastTwo, HowMany, Positive, Term, exp, grad, indicator, log, sum_over
from pgsym.terms.sorts import ACTION

m = classification()
given = (*(h for h in m.hypotheses if h != Positive(POLICY)), m.softmax)  # a softmax is positive
z_b, pi_b = LOGIT(m.s, m.b, m.theta), POLICY(m.b, m.s, m.theta)
value = sum_over(m.b, of=pi_b * REWARD(m.s, m.b))  # the mean reward in s
target = m.over_states(sum_over(m.a, of=m.policy * (m.reward - value) * grad(m.logit)))


def derive() -> Theorem:
    """From ∇J to the gradient in the logits."""
    partition = sum_over(m.b, of=exp(z_b))
    mean = sum_over(m.b, of=pi_b * grad(z_b))
    weighted = (exp(z_b) * grad(z_b)) / partition
    d = Derivation(grad(m.objective), given=given, name="stuck-policy-gradient")
    d.apply(Lemma(theorem("policy-gradient-one-step")), why="The policy gradient.")
    d.apply(rules.Unfold(m.softmax), why="The policy is the softmax of its logits.")
    d.apply(rules.ExpandLog, at=log(exp(m.logit) / partition), why="The logarithm of a fraction.")
    d.apply(rules.ExpandLog, at=log(exp(m.logit)), why="Logarithm and exponential cancel.")
    d.apply(rules.MoveGradientInside, why="Differentiate both terms.")
    d.apply(rules.DifferentiateLog, why="Chain rule for the logarithm.")
    d.apply(rules.MoveGradientInside, at=grad(partition), why="The gradient of a finite sum.")
    d.apply(rules.DifferentiateExp, why="Chain rule for the exponential.")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_over(m.b, of=weighted)),
        at=sum_over(m.b, of=exp(z_b) * grad(z_b)) / partition,
        why="Divide every term by the normaliser.",
    )
    d.apply(rules.Rearrange((exp(z_b) / partition) * grad(z_b)), at=weighted, why="Regroup.")
    d.apply(
        rules.Backwards(rules.Unfold(m.softmax), pi_b),
        at=exp(z_b) / partition,
        why="The fraction is the policy, so the subtracted term is the mean gradient of the logits.",
    )
    d.apply(rules.WriteExpectationAsSum, at=(1,), why="Given the state, an expectation is a sum over the answers.")
    earned, whole = m.policy * m.reward, m.policy * m.reward * (grad(m.logit) - mean)
    d.apply(rules.Rearrange(earned * grad(m.logit) - mean * earned), at=whole, why="Multiply out.")
    d.apply(rules.DistributeOverAddition, why="A sum of sums.")
    d.apply(rules.PullOutConstant, at=sum_over(m.a, of=-(mean * earned)), why="Move the mean gradient out of the sum,")
    d.apply(rules.Rearrange(-1 * (value * mean)), at=-mean * sum_over(m.a, of=earned), why="times the mean reward,")
    lowered = sum_over(m.b, of=-1 * (value * (pi_b * grad(z_b))))
    d.apply(
        rules.Backwards(rules.PullOutConstant(), lowered), at=-1 * (value * mean), why="which enters the sum again."
    )
    both = earned * grad(m.logit) - value * (m.policy * grad(m.logit))
    d.apply(
        rules.Backwards(rules.DistributeOverAddition(), sum_over(m.a, of=both)),
        at=(1,),
        why="One sum over the answers.",
    )
    d.apply(
        rules.Rearrange(m.policy * (m.reward - value) * grad(m.logit)),
        at=both,
        why="Each logit changes by the reward above the mean times the probability of the answer.",
    )
    return d.conclude(target)


right = m.right_mass
pushed = m.policy * (m.is_right - right)  # ∂J/∂z(s, a) with the 0/1 reward, for the example s
missed = m.is_right - m.policy  # −∂CE/∂z(s, a)
wrong_a, wrong_b = 1 - m.is_right, 1 - indicator(m.b, m.label)


def squared(x: Term) -> Term:
    """The squared length of a gradient in the logits of one example."""
    return sum_over(m.a, of=x**2)


def claims() -> Iterator[Claim]:
    """The gradient in the logits, its length against that of cross entropy, and the plateaus."""
    yield Claim(
        "stuck-policy-gradient",
        says="A softmax policy has the gradient $\\pi_\\theta(a \\mid s)\\, (r(s, a) - \\bar r(s))$ in the logit of "
        "an answer, where $\\bar r$ is the mean reward: this is the gradient of $J$ in the logits.",
        lhs=grad(m.objective),
        rhs=target,
        given=given,
        remark="With one logit for each state and answer, $\\partial J / \\partial z(s, a) = D(s)\\, \\pi(a \\mid "
        "s)\\, (r(s, a) - \\bar r(s))$.",
    )
    yield Claim(
        "stuck-at-bad-policy",
        says="With the 0/1 reward the gradient of $J$ in the logits of each example is $\\pi_\\theta(y \\mid s)$ "
        "times as long as that of the cross entropy. The equation is written in squares.",
        lhs=squared(pushed),
        rhs=right**2 * squared(missed),
        given=m.hypotheses,
        derivation="stuck-policy",
        remark="A model that is wrong with certainty therefore learns nothing from the reward, while the gradient of "
        "the cross entropy is then the largest.",
    )
    yield Claim(
        "stuck-policy",
        says="With the 0/1 reward $\\lVert \\nabla J \\rVert \\le \\sqrt{2}\\, \\pi_y (1 - \\pi_y)$ in the logits of "
        "an example, where $\\pi_y$ is the probability of its label. If the label is rarely given, the gradient is "
        "on a plateau.",
        lhs=squared(pushed),
        rhs=2 * (right**2 * (1 - right) ** 2),
        relation=Relation.AT_MOST,
        given=m.hypotheses,
        slack=right**2 * sum_over(m.a, m.b, of=(1 - indicator(m.a, m.b)) * wrong_a * wrong_b * m.policy * pi_b),
        remark="The inequality is written in squares. For two classes both sides are equal. The bound vanishes as "
        "$\\pi_y \\to 0$, and the gradient of the cross entropy does not.",
        examples=(
            Example(
                "Three classes, the label at 1/100: the squared length is 1/10000 of that of the cross entropy.",
                tables={"D": ["1"], "π": [["1/100", "1/2", "49/100"]], "y": [0]},
                given=m.hypotheses,
                at={"s": 0},
                worth=((squared(pushed), "7351/50000000"), (squared(missed), "7351/5000")),
            ),
        ),
    )
    yield Claim(
        "stuck-policy-two-classes",
        says="For two classes the bound is attained: $\\lVert \\nabla J \\rVert^2 = 2\\, \\pi_y^2 (1 - \\pi_y)^2$.",
        lhs=squared(pushed),
        rhs=2 * (right**2 * (1 - right) ** 2),
        given=(*m.hypotheses, HowMany(ACTION, 2)),
    )
    yield Claim(
        "stuck-policy-cross-entropy",
        says="The gradient of the cross entropy has no such plateau: $1 - \\pi_y \\le \\lVert \\nabla \\mathrm{CE} "
        "\\rVert$ in the logits.",
        lhs=(1 - right) ** 2,
        rhs=squared(missed),
        relation=Relation.AT_MOST,
        given=m.hypotheses,
        slack=sum_over(m.a, of=wrong_a * m.policy**2),
        remark="The inequality is written in squares.",
    )
    answers = sum_over(m.b, of=1)
    others = answers - 1
    yield Claim(
        "plateau-bound",
        says="With the 0/1 reward the gradient has the lower bound $\\pi_y^2 (1 - \\pi_y)^2 \\frac{K}{K - 1} \\le "
        "\\lVert \\nabla J \\rVert^2$.",
        lhs=right**2 * (1 - right) ** 2 * answers / others,
        rhs=squared(pushed),
        relation=Relation.AT_MOST,
        given=(*m.hypotheses, AtLeastTwo(ACTION)),
        slack=right**2 * sum_over(m.a, m.b, of=wrong_a * wrong_b * (m.policy - pi_b) ** 2) / (2 * others),
        remark="The bound is attained if all wrong classes are equally likely. For two classes the lower and the "
        "upper bound agree.",
    )
    advantage = m.reward - value
    b_pushed = pi_b * (REWARD(m.s, m.b) - value)
    yield Claim(
        "plateau-bound-from-one-answer",
        says="The gradient is at least as long as its component at any one answer, such as the best: $\\pi_b\\, (r_b "
        "- \\bar r) \\le \\lVert \\nabla J \\rVert$ in the logits of a state.",
        lhs=b_pushed**2,
        rhs=squared(m.policy * advantage),
        relation=Relation.AT_MOST,
        given=m.hypotheses,
        slack=sum_over(m.a, of=(1 - indicator(m.a, m.b)) * (m.policy * advantage) ** 2),
        remark="The inequality is written in squares and holds for any rewards.",
    )


if __name__ == "__main__":
    show(derive())
