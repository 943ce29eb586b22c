"""The divergence from the reference as a reward: every token has its own log-ratio and the later ones.

The gradient of the objective is put together from those of the reward and of the divergence.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import autoregressive
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import INDEX, Frozen, Rounds, Term, Variable, expect, grad, sum_range

m = autoregressive()
beta = Variable("β")
R = m.sequence_reward
log_ratio = m.sequence_log_ratio()
gradient = grad(m.expectation(R)) - beta * grad(m.expectation(log_ratio))
score, to_go = m.score(m.t), m.log_ratio_to_go()
target = m.expectation(sum_range(m.t, 1, m.T, of=(R - beta * to_go) * score))
reward_part = m.expectation(R * m.total_score)
log_likelihood = m.log_likelihood()
one_token = Rounds(Variable("T", INDEX), 1, 1)
SIZES = ({"S": 1, "A": 3, "T": 2}, {"S": 2, "A": 2, "T": 3})
SHORT = ({"S": 2, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 1})


def derive() -> Theorem:
    """From the gradient of the objective to the payments to go."""
    both = R * score + -beta * (score * to_go)
    rewards = sum_range(m.t, 1, m.T, of=R * score)
    pulled = sum_range(m.t, 1, m.T, of=score * to_go)
    payments = sum_range(m.t, 1, m.T, of=-beta * (score * to_go))
    d = Derivation(gradient, given=m.hypotheses, name="kl-in-the-reward", sizes=SIZES)
    d.apply(Lemma(theorem("sequence-reward")), why="The gradient for the reward of a sequence,")
    d.apply(Lemma(theorem("kl-sequence-to-go")), why="and that of the divergence, to go.")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), rewards),
        at=R * m.total_score,
        why="Every score is multiplied by the reward,",
    )
    d.apply(
        rules.Backwards(rules.PullOutConstant(), m.expectation(-beta * pulled)),
        at=(1,),
        why="and with the weight",
    )
    d.apply(rules.Backwards(rules.PullOutConstant(), payments), at=-beta * pulled, why="by the rewards.")
    d.apply(rules.Backwards(rules.DistributeOverAddition(), m.expectation(rewards + payments)), at=(), why="One mean")
    d.apply(
        rules.Backwards(rules.DistributeOverAddition(), sum_range(m.t, 1, m.T, of=both)),
        at=rewards + payments,
        why="of one sum,",
    )
    d.apply(rules.Rearrange((R - beta * to_go) * score), at=both, why="in which every token has its own reward.")
    return d.conclude(target)


def on_samples(term: Term) -> Term:
    """The mean of a term over sequences that are drawn and then held fixed."""
    return expect(term, (m.tau, TRAJECTORY_LAW.law(m.old)))


def paid(theta: Variable) -> Term:
    """The loss of the payment R − β L, L the log-ratio at some parameter."""
    return on_samples((R - beta * m.sequence_log_ratio(theta)) * log_likelihood)


def beside(estimate: Term) -> Term:
    """The gradient of the reward, less β times the mean gradient of an estimate summed over the tokens."""
    return reward_part - beta * m.expectation(sum_range(m.t, 1, m.T, of=grad(estimate)))


def claims() -> Iterator[Claim]:
    """The payment, what must be held fixed in it, and the losses beside the reward."""
    yield Claim(
        "kl-in-the-reward",
        says="In the gradient of $\\mathbb{E}[R] - \\beta\\, \\mathrm{KL}(p_\\theta, p_{\\mathrm{ref}})$, every "
        "token has the reward of the sequence minus $\\beta$ times the log-ratios of its own and the later tokens.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        source="N. Stiennon et al., Learning to summarize from human feedback (2020); L. Ouyang et al., Training "
        "language models to follow instructions with human feedback (2022)",
    )
    yield Claim(
        "kl-in-the-reward-as-loss",
        says="As a loss on sequences that were drawn, the reward $R - \\beta L$, with the log-ratio $L$ of the "
        "sequence held fixed, times the log-likelihood has the gradient of $\\mathbb{E}[R] - \\beta\\, "
        "\\mathrm{KL}(p_\\theta, p_{\\mathrm{ref}})$.",
        lhs=grad(paid(m.old), m.theta),
        rhs=gradient,
        given=(*m.hypotheses, Frozen(m.old, m.theta)),
    )
    yield Claim(
        "kl-in-the-reward-not-held",
        says="If the log-ratio in the reward is differentiated as well, the loss does not in general have the "
        "gradient of $\\mathbb{E}[R] - \\beta\\, \\mathrm{KL}(p_\\theta, p_{\\mathrm{ref}})$.",
        lhs=grad(paid(m.theta), m.theta),
        rhs=gradient,
        given=(*m.hypotheses, Frozen(m.old, m.theta)),
        expected=Rung.REFUTED,
        repaired_by=("kl-in-the-reward-as-loss",),
        remark="The gradient of the log-ratio has mean zero, but its product with the log-likelihood has not.",
    )
    yield Claim(
        "kl-in-the-reward-own-token",
        says="It is not in general enough to subtract from the reward of each token only its own log-ratio.",
        lhs=gradient,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R - beta * m.log_ratio(m.t)) * m.score(m.t))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("kl-in-the-reward", "kl-of-sequences-k2-loss-is-a-semi-gradient"),
        remark="The loss $k_2$ beside the reward amounts to this, see kl-beside-the-reward-k2.",
    )
    yield Claim(
        "kl-beside-the-reward-k2",
        says="A loss $k_2$ beside the reward, summed over the tokens, amounts to subtracting from the reward of each "
        "token its own log-ratio.",
        lhs=beside(m.k2(m.t)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R - beta * m.log_ratio(m.t)) * m.score(m.t))),
        given=m.hypotheses,
    )
    yield Claim(
        "kl-beside-the-reward-k3",
        says="A loss $k_3$ beside the reward, summed over the tokens, does not in general ascend $\\mathbb{E}[R] - "
        "\\beta\\, \\mathrm{KL}(p_\\theta, p_{\\mathrm{ref}})$.",
        lhs=beside(m.k3(m.t)),
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("kl-in-the-reward", "kl-beside-the-reward-k3-of-one-token"),
        remark="With one token already, the divergence is the reversed one. With more tokens it is not a divergence "
        "of sequences either, see kl-of-sequences-k3-loss.",
    )
    yield Claim(
        "kl-beside-the-reward-k3-of-one-token",
        says="With one token, a loss $k_3$ beside the reward ascends $\\mathbb{E}[R] - \\beta\\, "
        "\\mathrm{KL}(p_{\\mathrm{ref}}, p_\\theta)$.",
        lhs=beside(m.k3(m.t)),
        rhs=grad(m.expectation(R) - beta * m.over_reference(-m.sequence_log_ratio())),
        given=(*m.hypotheses, one_token),
        sizes=SHORT,
    )


if __name__ == "__main__":
    show(derive())
