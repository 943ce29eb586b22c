"""What several steps add to one: not only sequences and sums, the law of later states moves with the policy."""

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
        says="Beside a sequence for a pair and a sum for a reward there is a third difference: how probable a state is "
        "at time $t$ moves with the policy, by the scores of all actions before.",
        lhs=grad(being_there(m.t), m.theta),
        rhs=moved,
        given=m.hypotheses,
        remark="It decides whether the pairwise form is the gradient of anything.",
    )
    yield Claim(
        "single-vs-multi-differences-first-state",
        says="The law of the first state does not move; at $T = 1$ there is no other.",
        lhs=grad(being_there(1), m.theta),
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "single-vs-multi-differences-two-only",
        says="The sequence and the sum are all that is new: states are drawn as before, from laws that do not move.",
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
