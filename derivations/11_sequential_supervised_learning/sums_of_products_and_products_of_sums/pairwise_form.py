"""The pairwise form: every reward with the score of its own step, and the terms that this leaves out.

It is what the policy gradient of a sequence looks like when it is written like a cross entropy.  It leaves out that an
action changes what comes later.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import sequences
from pgsym.terms import grad, sum_range

m = sequences()
score = m.score(m.t)
future = sum_range(m.u, m.t + 1, m.T, of=m.reward(m.u))
left_out = m.expectation(sum_range(m.t, 1, m.T, of=score * future))
now = sum_range(m.u, m.t, m.t, of=m.reward(m.u))


def derive() -> Theorem:
    """From ∇J to the pairwise form and the rest."""
    d = Derivation(grad(m.objective), given=m.hypotheses, name="pairwise-form")
    d.apply(Lemma(theorem("reward-to-go")), why="Reward-to-go.")
    d.apply(
        rules.SplitRange(m.t + 1),
        at=m.reward_to_go,
        why="Split the rewards into that of the step itself and the later ones.",
    )
    d.apply(rules.WriteOutRange, at=now, why="A sum of one term.")
    d.apply(
        rules.Rearrange(m.reward(m.t) * score + score * future),
        at=score * (m.reward(m.t) + future),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, at=(1,), why="Two sums over $t$.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    return d.conclude(m.expectation(m.pairwise) + left_out)


def claims() -> Iterator[Claim]:
    """The form with what it leaves out, when it is right, and that in general it is not."""
    yield Claim(
        "pairwise-form",
        says="The policy gradient is the pairwise form plus the products of every score with the later rewards, "
        "which the pairwise form leaves out.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.pairwise) + left_out,
        given=m.hypotheses,
        remark="The pairwise form is therefore the gradient exactly where the scores are uncorrelated with the later "
        "rewards.",
    )
    yield Claim(
        "pairwise-form-with-exogenous-states",
        says="If the states do not depend on the actions, the pairwise form is the policy gradient.",
        lhs=m.expectation(m.pairwise),
        rhs=grad(m.objective),
        given=m.with_exogenous_states,
        remark="Examples are gold contexts, and pictures that arrive whatever the bot answers.",
    )
    yield Claim(
        "pairwise-form-in-an-mdp",
        says="In an MDP the pairwise form is not in general the policy gradient.",
        lhs=m.expectation(m.pairwise),
        rhs=grad(m.objective),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pairwise-form", "pairwise-form-with-exogenous-states"),
        remark="An action gets no credit for rewards that are paid only later.",
    )


if __name__ == "__main__":
    show(derive())
