"""Entropies and Kullback-Leibler divergences of laws, as terms."""

from __future__ import annotations

from pgsym.terms.build import expect, log
from pgsym.terms.nodes import Law, Term, Variable


def entropy(law: Law, outcome: Variable) -> Term:
    """H(p) = −E_{x∼p}[log p(x)], in nats.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> print(entropy(m.policy_law, m.a))
    −E_{a∼π_θ(· | s)}[log π_θ(a | s)]
    """
    return -expect(log(law.mass(outcome)), (outcome, law))


def divergence(law: Law, reference: Law, outcome: Variable) -> Term:
    """KL(p ‖ q) = E_{x∼p}[log(p(x)/q(x))], in nats.

    >>> from pgsym.problems import classification
    >>> m = classification()
    >>> print(divergence(m.label_law, m.policy_law, m.a))
    E_{a∼y(· | s)}[log(y(a | s)/π_θ(a | s))]
    """
    return expect(log(law.mass(outcome) / reference.mass(outcome)), (outcome, law))


__all__ = ["divergence", "entropy"]
