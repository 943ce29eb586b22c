"""The scaffolds of a new derivation script and of a new claim."""

from __future__ import annotations

import re
from pathlib import Path

from pgsym.errors import UnknownName
from pgsym.files import write_atomically

TEMPLATE = '''"""{title}.

Write here in two sentences what is shown and why it matters.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.terms import grad

m = one_step()
target = m.policy * m.score


def derive() -> Theorem:
    """The theorem; every step is decided when it is made."""
    d = Derivation(grad(m.policy), given=m.hypotheses, name="{name}")
    d.apply(rules.MultiplyByOne, why="Differentiating lost the $\\\\pi$; bring it back.")
    d.apply(rules.LogDerivative, why="$\\\\nabla \\\\pi / \\\\pi$ is the gradient of $\\\\log \\\\pi$.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The claims; add `expected=Rung.REFUTED` (from pgsym.decide) to one that should be refuted."""
    yield Claim(
        "{name}",
        says="The gradient of the policy is the policy times its score.",
        lhs=grad(m.policy),
        rhs=target,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
'''


CLAIM = '''"""{title}."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import one_step
from pgsym.terms import grad

m = one_step()


def claims() -> Iterator[Claim]:
    """The claims; add `expected=Rung.REFUTED` (from pgsym.decide) to one that should be refuted."""
    yield Claim(
        "{name}",
        says="The gradient of the expected reward is the expectation of the reward times the score.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.reward * m.score),
        given=m.hypotheses,
    )
'''

TEMPLATES = {"derivation": TEMPLATE, "claim": CLAIM}


def scaffold(name: str, folder: Path, kind: str = "derivation") -> Path:
    """Write a script that runs, and return its path; raises UnknownName for a name that is not an id or is taken.

    `kind` is "derivation" or "claim".
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise UnknownName(f"{name!r} is not an id: use lower-case words joined by hyphens, such as my-identity")
    path = folder / f"{name.replace('-', '_')}.py"
    if path.exists():
        raise UnknownName(f"{path} exists already; choose another name or move it away")
    title = name.replace("-", " ").capitalize()
    write_atomically(path, TEMPLATES[kind].format(title=title, name=name).encode())
    return path
