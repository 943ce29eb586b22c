"""What losses of libraries do on average, exactly: how a finding is stated, and the page that tells them all.

The findings stand beside the tests that hold them: test_rlax.py, test_torch_distributions.py.
`python tests/estimators/library_audits.py docs/audits-of-libraries.md` writes the page anew (`make audits`).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from pgsym.estimators import Episodes, Estimator, Moments, Objective, bandit, expected_return, moments, tree
from pgsym.estimators.comparison import Kind, recognised
from pgsym.meaning.numbers.base import Array
from pgsym.report.writers.markdown import table

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)

ONE_STEP = bandit([QUARTER, 3 * QUARTER], [0, 1], reference=[HALF, HALF])
TWO_STEPS = tree(
    [0, 1, 2, 4],
    policy=[[HALF, HALF], [QUARTER, 3 * QUARTER], [THIRD, 2 * THIRD]],
    reference=[[THIRD, 2 * THIRD], [HALF, HALF], [HALF, HALF]],
)
RAGGED = tree([1, 0, 2], end=1, policy=[[HALF, HALF], [THIRD, 2 * THIRD]])
SAME_ENTROPY = tree([0, 1, 2, 4], policy=[[HALF, HALF], [QUARTER, 3 * QUARTER], [3 * QUARTER, QUARTER]])
OFF_POLICY = tree([0, 1, 2, 4], behaviour=[Fraction(5, 11), Fraction(6, 11)])  # ratios 11/10 and 11/12


@dataclass(frozen=True, eq=False)
class Finding:
    """What a library's loss does at a problem, why in a sentence, and a formula of its own for it."""

    on: str
    why: str
    estimator: Estimator
    problem: Episodes
    formula: Array  # (S, A): what the estimate should be on average
    objective: Objective = expected_return
    groups: int = 1

    @cached_property
    def found(self) -> Moments:
        """What enumeration finds."""
        return moments(self.estimator, self.problem, objective=self.objective, groups=self.groups)

    def __str__(self) -> str:
        return self.on


@dataclass(frozen=True)
class Section:
    """The findings on one function, and the losses that call it."""

    function: str
    intro: str
    framework: str
    losses: tuple[Callable[..., Any], ...]
    findings: tuple[Finding, ...]


def kinds(sections: tuple[Section, ...]) -> list[list[str]]:
    """The verdict on every finding, in a word."""
    return [[str(f.found.comparison).split(" (")[0].split(" by")[0] for f in section.findings] for section in sections]


def agrees(finding: Finding) -> bool:
    """Whether enumeration finds what the finding's own formula says."""
    return np.allclose(finding.found.mean, finding.formula.astype(float), rtol=1e-12, atol=1e-14)


def score_function(problem: Episodes, weights: Array) -> Array:
    """E[Σ_t w_t ∇ log π(a_t|s_t)] under the behaviour policy, for weights of shape (E,) or (E, T): (S, A)."""
    mass = problem.mass(problem.behaviour).reshape(-1, 1)
    each = mass * (weights[:, np.newaxis] if weights.ndim == 1 else weights)
    return (each[..., np.newaxis] * problem.scores).sum(axis=(0, 1)).reshape(problem.S, problem.A)


def at_states(problem: Episodes, rows: Array) -> Array:
    """E[Σ_t row of s_t], of shape (S, A)."""
    out = np.zeros((problem.S, problem.A))
    for mass, states, mask in zip(problem.mass(), problem.states, problem.mask, strict=True):
        np.add.at(out, states[mask], float(mass) * rows[states[mask]])
    return out


def divergence_gradients(problem: Episodes, against: Array | None = None) -> Array:
    """∇ KL(π(·|s)‖against(·|s)) in the logits of the own row, of shape (S, A); −∇H(π(·|s)) without `against`."""
    p = problem.policy.astype(np.float64)
    logs = np.log(p) if against is None else np.log(p / against.astype(np.float64))
    return p * (logs - (p * logs).sum(axis=1, keepdims=True))


PREAMBLE = """# Audits of libraries

What the policy-gradient losses of [rlax](https://pypi.org/project/rlax/) and the score-function surrogate of
[torch.distributions](https://pytorch.org/docs/stable/distributions.html) do on average, computed exactly: every sample
of a small problem is given to the loss, its gradient in the logits is taken by the library's own differentiation in
float64, and weighted by the sample's probability. Nothing is drawn at random. Numbers within 10⁻¹² of a fraction with a
denominator up to 1000 are written as one.

*Scaled by 1/2* is a unit for the learning rate, not a fault, and a loss that does not have the gradient of the
objective beside it may be meant for another: the page says what is computed, not what should be. It holds for the
problems it names, and for rlax {rlax} and PyTorch {torch}. `make audits` writes it anew; `make test-extras` holds it to
what is found, and every finding to a formula of its own.

## The problems

- **one step**: two actions that pay 0 and 1, at π = (1/4, 3/4); reference (1/2, 1/2).
- **two steps**: two tokens of a vocabulary of two; the sequences 00, 01, 10, 11 earn 0, 1, 2, 4 at their end. The
  first token is either with 1/2, the second is 1 with probability 3/4 after 0 and 2/3 after 1. The reference says 1
  with probability 2/3 first, then with 1/2.
- **ragged**: the token 1 ends the sequence; 00, 01 and 1 earn 1, 0 and 2. The first token is either with 1/2, the
  second is 1 with probability 2/3. The sequence 1 is padded by one step, which has the logits of the first context and
  action 0.
- **all second contexts of one entropy**: two steps, the second 1 with probability 3/4 after 0 and 1/4 after 1.
- **off-policy**: two steps at a uniform policy, with samples from (5/11, 6/11); or one step of three actions that pay
  1, 2 and 4 at π = (1/2, 1/4, 1/4).

An estimate is −∇ of the loss of one episode, unless said otherwise. Gradients are in the logits, one bracket for a
context: first the empty one, then 0, then 1.
"""


def figure(value: Any) -> str:
    """A number for the page: a fraction where it is one, else eight digits."""
    near = recognised(value)
    return str(near) if isinstance(near, Fraction) else f"{value:.8f}"


def verdict(found: Moments) -> str:
    """How the mean lies to the gradient, for the page."""
    match = found.comparison
    match match.kind:
        case Kind.EQUAL:
            return "**equal**"
        case Kind.SCALED:
            return f"**scaled** by {figure(match.factor)}"
        case Kind.BIASED_DIRECTION:
            return f"**turned**, cosine {match.cosine:.6f}"
        case _:
            return f"**{match}**"


def page(sections: list[Section]) -> str:
    """The page as Markdown."""
    parts = [PREAMBLE.format(rlax=version("rlax"), torch=version("torch").split("+")[0])]
    for section in sections:
        rows = []
        for f in section.findings:
            mean, target = (
                "; ".join("(" + ", ".join(map(figure, row)) + ")" for row in rows_of)
                for rows_of in (f.found.mean, f.found.target)
            )
            rows.append((f.on, verdict(f.found), mean, target, f.why))
        code = "\n\n\n".join(inspect.getsource(loss).strip() for loss in section.losses)
        parts += [
            f"## {section.function}\n\n{section.intro}\n",
            table(("where", "verdict", "E[estimate]", "gradient", "why"), rows),
            f"\nAs it is given to `from_{section.framework}`:\n\n```python\n{code}\n```\n",
        ]
    return "\n".join(parts)


def every_section() -> list[Section]:
    """The sections of all libraries."""
    import test_rlax
    import test_torch_distributions

    return [*test_rlax.SECTIONS, *test_torch_distributions.SECTIONS]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(every_section()), encoding="utf-8")
