"""Beyond the article: the fields that advantages can follow if they depend only on the number of right answers."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.grpo_binary import binary, m, p

from pgsym.claims import Claim, Rung
from pgsym.terms import Variable, grad, product_range

x = Variable("x")
as_many = 1 + (x - 1) * m.paid(m.j)
generating = product_range(m.j, 1, m.i - 1, of=as_many) * product_range(m.j, m.i + 1, m.N, of=as_many)
polynomial = (1 + (x - 1) * p) ** (m.N - 1)
SIZES = tuple({"S": s, "A": a, "N": n} for s, a, n in ((2, 2, 1), (2, 2, 2), (1, 3, 3), (2, 2, 4)))


def claims() -> Iterator[Claim]:
    """The weights x^k of a right answer and of a wrong one, and that a group's weights cannot be cross entropy's."""
    yield Claim(
        "group-weights-bernstein",
        says="Weight every right answer of a group by $x^k$, where $k$ is the number of the other answers that are "
        "right. The mean is then $(1 - p + x p)^{N - 1}\\, \\nabla p$, for every number $x$.",
        lhs=m.over_group(m.estimate(m.paid(m.i) * generating)),
        rhs=polynomial * grad(p),
        given=binary,
        sizes=SIZES,
        remark="The coefficient of each power of $x$ gives the mean for the weight 1 on right answers with $k$ other "
        "right ones: the Bernstein polynomial $C(N - 1, k)\\, p^k (1 - p)^{N - 1 - k}$ times $\\nabla p$. These "
        "polynomials are a basis of the polynomials of degree up to $N - 1$, so weights that depend on the rewards "
        "alone give exactly the fields $P(p)\\, \\nabla p$ with such a $P$: REINFORCE, pass@k, GRPO. Cross entropy, "
        "$\\nabla p / p$, is not one of them.",
    )
    yield Claim(
        "group-weights-bernstein-wrong-answers",
        says="The weights of wrong answers enter the mean with the opposite sign.",
        lhs=m.over_group(m.estimate((1 - m.paid(m.i)) * generating)),
        rhs=-(polynomial * grad(p)),
        given=binary,
        sizes=SIZES,
        remark="Only the difference between the weight of a right answer and of a wrong one, beside the same other "
        "answers, therefore matters.",
    )
    yield Claim(
        "group-weights-bernstein-own",
        says="If $k$ also counts the answer itself, the mean is not $(1 - p + x p)^{N - 1}\\, \\nabla p$.",
        lhs=m.over_group(m.estimate(m.paid(m.i) * generating * (1 + (x - 1) * m.paid(m.i)))),
        rhs=polynomial * grad(p),
        given=binary,
        expected=Rung.REFUTED,
        repaired_by=("group-weights-bernstein",),
        remark="The mean is then $x$ times as large.",
    )
