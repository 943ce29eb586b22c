"""Why one divides by π: to have an expectation under the policy; under another sampler one divides by its own."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import one_step
from pgsym.terms import ACTION, STATE, Positive, Symbol, grad

m = one_step()
BEHAVIOUR = Symbol("b", (ACTION, STATE), outcomes=1)
b = BEHAVIOUR(m.a, m.s)


def claims() -> Iterator[Claim]:
    """Any sampler with its own denominator, and with the policy's."""
    yield Claim(
        "why-divide-by-pi",
        says="For every sampler $b > 0$ the gradient is an expectation under $b$, with $b$ in the denominator.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.reward * grad(m.policy) / b, policy=BEHAVIOUR.law(m.s)),
        given=(*m.hypotheses, Positive(BEHAVIOUR)),
        remark="The choice $b = \\pi$ needs no other sampler.",
    )
    yield Claim(
        "why-divide-by-pi-under-another-sampler",
        says="If another sampler draws the answers, dividing by $\\pi$ does not give the gradient in general.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.reward * grad(m.policy) / m.policy, policy=BEHAVIOUR.law(m.s)),
        given=(*m.hypotheses, Positive(BEHAVIOUR)),
        expected=Rung.REFUTED,
        repaired_by=("why-divide-by-pi",),
    )
