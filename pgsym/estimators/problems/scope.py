"""The scope of an audit: its problems, its batches and its objective."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from pgsym.errors import UnusableOption
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.exact_moments import FEWEST
from pgsym.estimators.objectives import Objective, entropy, expected_return, forward_kl, kl
from pgsym.estimators.problems.shape import KINDS

BATCHES: Final = ((1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 2))
"""The default batches, as (groups, group_size)."""
LONGEST, MOST_ACTIONS = 5, 5
"""The default largest number of steps, and of actions or tokens."""
BUDGET: Final = 20_000
"""The default largest number of samples that are enumerated at one problem."""
OBJECTIVES: Final = {"J": expected_return, "entropy": entropy, "kl": kl, "forward-kl": forward_kl}


@dataclass(frozen=True)
class Scope:
    """The scope of an audit: which problems, how samples are grouped, and which objective's gradient is wanted.

    Off-policy and discounted problems are always tried, but count for the verdict only if `off_policy` and `discount`
    ask for them.  If `off_policy` is None, they count if the estimator has old probabilities or ratios as arguments.
    """

    kinds: tuple[str, ...] = KINDS
    batches: tuple[tuple[int, int], ...] = BATCHES
    length: int = LONGEST
    vocabulary: int = MOST_ACTIONS
    end: int | None = 0
    off_policy: bool | None = None
    discount: Fraction = Fraction(1)
    objective: Objective = expected_return
    seed: int = 0
    budget: int = BUDGET
    draws: int = 0
    chosen: bool = False  # whether the caller chose the batches, so that none may be left out

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise UnusableOption(f"there is no kind of problem {kind!r}; it is one of {', '.join(KINDS)}, all")
        for what, n, least in (("length", self.length, 1), ("vocabulary", self.vocabulary, 2)):
            if n < least:
                raise UnusableOption(f"a {what} of {n} is too small: it must be at least {least}")
        if self.end is not None and not 0 <= self.end < 2:
            raise UnusableOption(
                f"the end token must be 0 or 1 (some problems have no other tokens) or none, not {self.end}"
            )
        if 0 < self.draws < FEWEST:
            raise UnusableOption(f"{self.draws} draws are too few: there must be at least {FEWEST}, or none")
        if not 0 <= self.discount <= 1:
            raise UnusableOption(f"a discount must be between 0 and 1, not {self.discount}")

    def asks(self, problem: Episodes) -> bool:
        """Whether a problem counts for the verdict."""
        return (bool(self.off_policy) or problem.on_policy) and (self.discount != 1 or problem.discount == 1)

    def record(self) -> dict[str, Any]:
        """The scope as JSON-ready data."""
        return {
            "problems": list(self.kinds),
            "batches": [{"groups": n, "group_size": m} for n, m in self.batches],
            "length": self.length,
            "vocabulary": self.vocabulary,
            "end": self.end,
            "off_policy": self.off_policy,
            "discount": str(self.discount),
            "objective": self.objective.name,
            "seed": self.seed,
            "budget": self.budget,
            "draws": self.draws,
        }


def objective_named(text: str) -> Objective:
    """The sum of objectives that a text names, such as `J - 0.1*kl`; raises UnusableOption for an unknown name.

    >>> objective_named("J - 1/10*kl").name
    'J − 1/10 · KL(π‖ref)'
    """
    terms = re.findall(r"([+-]?)\s*(?:([\d./]+)\s*\*\s*)?([A-Za-z][A-Za-z-]*[A-Za-z]|[A-Za-z])\s*", text)
    if not terms or "".join(re.findall(r"\S", text)) != "".join(
        f"{s}{n}{'*' if n else ''}{name}" for s, n, name in terms
    ):
        raise UnusableOption(f"{text!r} is not an objective: say {', '.join(OBJECTIVES)} or a sum such as J - 0.1*kl")
    if not all(sign for sign, _, _ in terms[1:]):
        raise UnusableOption(f"{text!r} is not an objective: join its parts by + or -")
    parts = []
    for sign, factor, name in terms:
        if name not in OBJECTIVES:
            raise UnusableOption(f"there is no objective {name!r}; it is one of {', '.join(OBJECTIVES)}")
        try:
            parts.append((sign, Fraction(factor) * OBJECTIVES[name] if factor else OBJECTIVES[name]))
        except (ValueError, ZeroDivisionError):
            raise UnusableOption(f"{factor} is not a number, in the objective {text!r}") from None
    (sign, out), *rest = parts
    out = -out if sign == "-" else out
    for sign, part in rest:
        out = out - part if sign == "-" else out + part
    return out


__all__ = ["BATCHES", "Scope", "objective_named"]
