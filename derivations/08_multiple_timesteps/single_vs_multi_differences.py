"""How several steps differ from one: sequences, sums, and later states whose distribution depends on the policy."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import trajectories
from pgsym.terms import Before, Term, Variable, grad, indicator, sum_range
from pgsym.terms.nodes import Liftable, lift
from pgsym.terms.sorts import INDEX

m = trajectories()
k = Variable("k", INDEX)


def being_there(time: Liftable) -> Term:
    """P(s_t = s), the probability of a state at a time."""
    return m.expectation(indicator(m.state(time), m.s))


def claims() -> Iterator[Claim]:
    """The first state is as in one step, the others are not, and how they move."""
    before = sum_range(k, 1, m.t - 1, of=m.score(k))
    moved = m.expectation(indicator(m.state(m.t), m.s) * before)
    yield Claim(
        "single-vs-multi-differences",
        says="Several steps differ from one in three ways: a sequence replaces a pair, a sum replaces a reward, and "
        "the probability of a state at time $t$ changes with the policy, through the scores of all earlier actions.",
        lhs=grad(being_there(m.t), m.theta),
        rhs=moved,
        given=m.hypotheses,
        remark="The third difference decides whether the pairwise form is the gradient of a function.",
    )
    yield Claim(
        "single-vs-multi-differences-first-state",
        says="The distribution of the first state does not change with the policy. At $T = 1$ there is no other state.",
        lhs=grad(being_there(1), m.theta),
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "single-vs-multi-differences-two-only",
        says="The sequence and the sum are not the only differences: the distributions of the later states change "
        "with the policy.",
        lhs=grad(being_there(m.t), m.theta),
        rhs=lift(0),
        given=(*m.hypotheses, Before(lift(1), m.t)),
        expected=Rung.REFUTED,
        repaired_by=("single-vs-multi-differences", "single-vs-multi-differences-first-state"),
        examples=(
            Example(
                "The first action chooses the second state.",
                {
                    "ρ": ["1", "0"],
                    "p": [[["1", "0"], ["0", "1"]], [["1", "0"], ["0", "1"]]],
                    "π": [["1/2", "1/2"], ["1/2", "1/2"]],
                },
                ((grad(being_there(2), m.theta), ("-1/4", "1/4", "0", "0")),),
                m.hypotheses,
                at={"s": 1},
                sizes={"T": 2},
            ),
        ),
    )
