"""Beyond the article: sequences that end at different places, and are padded to one length."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import autoregressive
from pgsym.problems.autoregressive_problem import NETWORK
from pgsym.terms import Before, grad, log, sum_range
from pgsym.terms.nodes import lift

m = autoregressive()
R = m.sequence_reward
gradient = grad(m.expectation(R))
alive = m.alive(m.t)
masked = sum_range(m.t, 1, m.T, of=alive * m.network_score(m.t))
unmasked = sum_range(m.t, 1, m.T, of=m.network_score(m.t))
old_policy = m.policy_at(m.t).symbol(m.action(m.t), m.state(m.t), m.old)
old_network = NETWORK(m.action(m.t), m.state(m.t), m.old)
kl = m.expectation(m.sequence_log_ratio())
SMALL = ({"S": 2, "A": 2, "T": 2}, {"S": 3, "A": 2, "T": 2}, {"S": 2, "A": 2, "T": 3})


def claims() -> Iterator[Claim]:
    """What a mask does, what goes wrong without one, and that lengths make no other difference."""
    yield Claim(
        "ragged-sequences",
        says="Sequences end in a context $e$ that is never left, and padding follows from a distribution of its own. "
        "The score of every token is then the network's score times the mask $1 - \\mathbf{1}\\{s_t = e\\}$.",
        lhs=m.score(m.t),
        rhs=alive * m.network_score(m.t),
        given=m.ragged,
        remark="Sequences of different lengths are therefore sequences of one length, written by a policy that does "
        "not depend on $\\theta$ in one context. Every claim about all policies holds for them, with the masked "
        "scores.",
    )
    yield Claim(
        "ragged-sequences-ratios",
        says="With padding, the log-ratio of two parameters is the network's log-ratio times the mask.",
        lhs=log(m.policy(m.t) / old_policy),
        rhs=alive * log(m.network(m.t) / old_network),
        given=m.ragged,
        remark="A padded position has the ratio one.",
    )
    yield Claim(
        "ragged-sequences-end-once",
        says="A sequence that has ended before $t$ has also ended before every later $u$, so the mask falls only once.",
        lhs=m.expectation((1 - alive) * m.alive(m.u)),
        rhs=lift(0),
        given=(*m.ragged, Before(m.t, m.u)),
    )
    yield Claim(
        "ragged-sequences-policy-gradient",
        says="The policy gradient of a reward of the finished sequence uses only the network's scores before the end.",
        lhs=gradient,
        rhs=m.expectation(R * masked),
        given=m.ragged,
        sizes=SMALL,
    )
    yield Claim(
        "ragged-sequences-unmasked",
        says="Scores at padded positions can change the expected gradient.",
        lhs=gradient,
        rhs=m.expectation(R * unmasked),
        given=m.ragged,
        sizes=SMALL,
        expected=Rung.REFUTED,
        repaired_by=("ragged-sequences-policy-gradient",),
        remark="They have mean zero under the network's own distribution, but padding is not drawn from it.",
    )
    yield Claim(
        "ragged-sequences-divergence",
        says="The divergence from the reference is the expected sum of the networks' log-ratios before the end.",
        lhs=kl,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=alive * m.network_log_ratio(m.t))),
        given=m.ragged,
        sizes=SMALL,
    )
    yield Claim(
        "ragged-sequences-divergence-unmasked",
        says="The divergence from the reference is not in general the expected sum of the networks' log-ratios at "
        "all positions.",
        lhs=kl,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=m.network_log_ratio(m.t))),
        given=m.ragged,
        sizes=SMALL,
        expected=Rung.REFUTED,
        repaired_by=("ragged-sequences-divergence",),
    )
