"""The catalogue as a Markdown page: facts, bias and variance at examples, the bias of GAE(λ), closed forms."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pgsym.estimators.catalogue import KNOWN
from pgsym.estimators.catalogue.critics import gae_bias
from pgsym.estimators.catalogue.facts import OFF_POLICY, example, fact
from pgsym.estimators.catalogue.grid import grid
from pgsym.estimators.catalogue.pathwise import gaussian, relaxed, relaxed_at
from pgsym.estimators.comparison import number
from pgsym.estimators.exact_moments import Moments
from pgsym.estimators.listing import tree
from pgsym.estimators.problems.exhaustive import WORDS
from pgsym.meaning.numbers.base import Array
from pgsym.report.writers.markdown import table

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", "^")
HEAD = """# The estimators of the literature, and what they estimate

Every number here is computed: an estimator is applied to every possible batch, and its values are weighted by the
probabilities of the batches (`pgsym.estimators.moments`). Parameters are the logits of a table of softmax rows; G is
the group size, T the largest and L the common length of an episode. Written by `pgsym estimators --md`.
"""


def page() -> str:
    """The whole catalogue as Markdown."""
    return "\n".join([HEAD, *_facts(), *_grid(), *_examples(), *_counterexamples(), *_lambda(), *_pathwise()])


def _facts() -> Iterator[str]:
    yield "## Facts\n"
    yield (
        "`held` counts the batchings of the grid at which a factor is claimed and the mean is exactly that multiple of "
        "the gradient (to 10⁻¹² in float64); a batching with another mean would make the tests fail. Claims are "
        "decided for every policy and problem of their sizes (`pgsym show ID`).\n"
    )
    yield table(
        ("id", "estimator", "gradient of", "fact", "held", "claims"),
        [
            (
                f"`{k.id}`",
                f"{k.title}. {k.summary}",
                k.objective.name,
                k.fact,
                fact(k).held,
                ", ".join(map(code, k.claims)),
            )
            for k in KNOWN.values()
        ],
    )


def code(name: str) -> str:
    """A name in backticks."""
    return f"`{name}`"


def _grid() -> Iterator[str]:
    yield f"\n## The grid\n\n{len(grid())} batchings, smallest first:\n"
    yield from (f"- {words}" for words in WORDS)


def _examples() -> Iterator[str]:
    for off_policy in (False, True):
        found = [m for k in KNOWN.values() if (m := example(k, off_policy)) is not None]
        yield f"\n## Bias and variance {'off-policy' if off_policy else 'on-policy'}\n\n{found[0].scope}.\n"
        yield table(
            ("estimator", "gradient of", "mean", "squared bias", "variance", "mean squared error"),
            [_line(m) for m in found],
        )


def _line(m: Moments) -> tuple[str, ...]:
    squared = (m.bias * m.bias).sum()
    return (
        code(m.estimator), m.objective, "unbiased" if m.unbiased else angle(m),
        *(shown(x) for x in (0 if m.unbiased else squared, m.variance, m.mean_squared_error)),
    )  # fmt: skip


def shown(value: Any) -> str:
    """A short fraction, else six digits."""
    written = number(value)
    return written if ("/" in written and len(written) < 12) or len(written) < 7 else f"{float(value):.6g}"


def _counterexamples() -> Iterator[str]:
    yield "\n## Where no factor is claimed: the smallest problem of the grid\n"
    yield (
        "The first batching at which the mean is no multiple of the gradient, on-policy if there is one. Estimators "
        "that are biased only off-policy are left out, except those that are made for off-policy samples.\n"
    )
    yield table(
        ("estimator", "at", "rewards", "gradient", "mean", ""),
        [
            (code(k.id), m.scope, rewards(m), short(m.target), short(m.mean), angle(m))
            for k in KNOWN.values()
            if (m := fact(k).turned) is not None and (m.problem.on_policy or k.id in OFF_POLICY[1:])
        ],
    )


def angle(m: Moments) -> str:
    """The comparison of a mean with its gradient in words, without the cosine."""
    return str(m.comparison).split(" (", maxsplit=1)[0]


def rewards(m: Moments) -> str:
    """The returns of the episodes, in their order."""
    return ", ".join(shown(x) for x in m.problem.returns)


def short(numbers: Array) -> str:
    """The entries of a table as short numbers."""
    return ", ".join(map(shown, numbers.ravel()))


def _lambda() -> Iterator[str]:
    yield "\n## The bias of GAE(λ)\n"
    yield (
        "For every sample the estimate is a polynomial in λ of degree T − 1; so its mean is one, too. Exact means at T "
        "fractions give the coefficients. At λ = 1 the bias is zero whatever the critic, and with the exact value "
        "function it is zero for every λ.\n"
    )
    problems = {
        "2 tokens of 2, reward 1 for 1 1, uniform π, critic 1 after token 0, else 0": tree(
            [0, 0, 0, 1], critic=[0, 1, 0]
        ),
        "3 tokens of 2, reward 1 for 1 1 1, uniform π, critic 0 everywhere": tree(
            [0] * 7 + [1], length=3, critic=[0] * 7
        ),
        "the same, critic 1/2 after token 0 and 1/3 after tokens 1 1, else 0": tree(
            [0] * 7 + [1], length=3, critic=[0, Fraction(1, 2), 0, 0, 0, 0, Fraction(1, 3)]
        ),
    }
    yield table(
        ("problem", "bias in the logits of the first token", "bias after token 0", "bias after token 1"),
        [
            (words, *(", ".join(polynomial(found[:, s, a]) for a in range(2)) for s in range(3)))
            for words, problem in problems.items()
            for found in (gae_bias(problem),)
        ],
    )


def polynomial(coefficients: Array) -> str:
    """A polynomial in λ as text.

    >>> polynomial([Fraction(3, 8), Fraction(-3, 8), Fraction(0)])
    '3/8 − 3/8 λ'
    """
    out = ""
    for k, c in enumerate(coefficients):
        if c:
            power = "" if k == 0 else " λ" if k == 1 else f" λ^{k}".translate(SUPERSCRIPTS)
            sign = ("−" if c < 0 else "") if not out else (" − " if c < 0 else " + ")
            size = power.strip() if abs(c) == 1 and power else f"{abs(c)}{power}"
            out += sign + size
    return out or "0"


def _pathwise() -> Iterator[str]:
    yield "\n## Pathwise against the score function\n"
    yield "Gaussian, reward −(x − c)², x ~ N(μ, σ²), d = μ − c; the gradient is with respect to μ. Exact (SymPy).\n"
    yield table(
        ("estimator", "gradient", "mean", "variance"),
        [(f.title, *(code(str(x)) for x in (f.gradient, f.mean, f.variance))) for f in gaussian()],
    )
    yield (
        "\nTwo actions, reward 1 for the second; the gradient is with respect to its logit. Relaxed (Gumbel-softmax) "
        "and straight-through estimates are equal for a linear reward. They are biased; at lower temperatures the bias "
        "is smaller and the variance larger.\n"
    )
    head = ("estimator", "gradient", "mean", "bias", "variance", "by")
    exact = [
        (f.title, *(f"`{x}`" for x in (f.gradient, f.mean, f.bias)), f"`{f.variance}` = {float(f.variance):.6g}", f.how)
        for f in relaxed()
    ]
    some = [
        (f.title, *(f"{float(x):.6g}" for x in (f.gradient, f.mean, f.bias, f.variance)), f.how)
        for f in map(relaxed_at, (2.0, 0.25, 0.1))
    ]
    yield table(head, [*exact, *some])


__all__ = ["page"]
