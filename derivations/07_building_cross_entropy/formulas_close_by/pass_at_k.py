"""Beyond the article: the chance to be right at least once in k tries, its gradient and its unbiased estimate."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.ce_pg_passk_expansion import m, right

from pgsym.claims import Claim, Rung
from pgsym.terms import INDEX, STATE, HowMany, Rounds, Variable, grad, sum_range

k = Variable("k", INDEX)
p = m.right_mass
failures = sum_range(m.i, 1, m.N, of=1 - right)
one_state = (*m.hypotheses, HowMany(STATE, 1))
TWO_OR_MORE = tuple({"S": 1, "A": a, "N": n} for a, n in ((2, 2), (3, 2), (2, 3), (2, 4)))
THREE_OR_MORE = tuple({"S": 1, "A": a, "N": n} for a, n in ((2, 3), (2, 4)))


def claims() -> Iterator[Claim]:
    """The derivative, and the estimates for two and three tries from N."""
    yield Claim(
        "pass-at-k",
        says="The probability $1 - (1 - p)^k$ of at least one right answer in $k$ tries has the gradient $k (1 - "
        "p)^{k - 1} \\nabla p$.",
        lhs=grad(1 - (1 - p) ** k),
        rhs=k * (1 - p) ** (k - 1) * grad(p),
        given=m.hypotheses,
        sizes=tuple({"S": 2, "A": 2, "k": n} for n in range(1, 6)),
    )
    for tries, estimate, sizes in (
        ("two", 1 - failures * (failures - 1) / (m.N * (m.N - 1)), TWO_OR_MORE),
        ("three", 1 - failures * (failures - 1) * (failures - 2) / (m.N * (m.N - 1) * (m.N - 2)), THREE_OR_MORE),
    ):
        n = {"two": 2, "three": 3}[tries]
        yield Claim(
            f"pass-at-k-estimate-of-{tries}",
            says=f"If $c$ of $N$ tries are right, $1 - C(N - c, {n}) / C(N, {n})$ is an unbiased "
            f"estimate of the success probability in {tries} tries.",
            lhs=m.over_batches(estimate),
            rhs=m.over_states(1 - (1 - p) ** n),
            given=(*one_state, Rounds(m.N, n)),
            sizes=sizes,
        )
    yield Claim(
        "pass-at-k-plugged-in",
        says="With two tries, the estimate $1 - (1 - c/N)^2$ of the success probability is biased.",
        lhs=m.over_batches(1 - (failures / m.N) ** 2),
        rhs=m.over_states(1 - (1 - p) ** 2),
        given=one_state,
        expected=Rung.REFUTED,
        repaired_by=("pass-at-k-estimate-of-two",),
        remark="Its mean is too small, because the square is convex.",
    )
