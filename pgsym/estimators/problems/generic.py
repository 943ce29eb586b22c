"""Problems with chosen features and generic numbers, which distinguish mistakes that coincide at simpler problems."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Tokens
from pgsym.estimators.problems.shape import Shape

POLICY: Final = ((60, 40), (51, 49), (30, 70), (44, 56), (25, 75))
BEHAVIOUR: Final = ((20, 80), (50, 50), (75, 25), (44, 56), (80, 20))
"""Ratios are within 2 % of one, or outside of 1/2 to 2: a clip cuts the same ratios whatever its width."""
REFERENCE: Final = ((35, 65), (62, 38), (45, 55), (71, 29), (53, 47))
PAID: Final = (3, -2, 5, -4, 1, -3, 2, 7, -1, 4, -5, 6)
CRITIC: Final = (2, -1, 4, 1, -3)


@dataclass(frozen=True)
class Features:
    """The features of a problem that can make an estimator wrong; probes have the same features, or one less."""

    steps: bool = False
    ragged: bool = False
    off_policy: bool = False
    discounted: bool = False
    paid_per_step: bool = False
    critic: bool = False

    def more(self) -> Features:
        """These features, with several steps, ragged lengths and rewards at every step, as in any sequence problem."""
        return replace(self, steps=True, ragged=True, paid_per_step=True)

    def without(self) -> dict[str, Features]:
        """Feature sets with one feature less, by the name of the simplification."""
        simpler = {
            "one step": Features(off_policy=self.off_policy, critic=self.critic) if self.steps else self,
            "equal lengths": replace(self, ragged=False),
            "samples of the policy itself": replace(self, off_policy=False),
            "discount 1": replace(self, discounted=False),
            "one reward, at the end": replace(self, paid_per_step=False),
            "the exact values": replace(self, critic=False),
        }
        return {name: less for name, less in simpler.items() if less != self}


def features(problem: Episodes) -> Features:
    """The features of a problem."""
    last = np.arange(problem.T) == problem.lengths[:, np.newaxis] - 1
    return Features(
        steps=problem.T > 1,
        ragged=len(set(problem.lengths.tolist())) > 1,
        off_policy=not problem.on_policy,
        discounted=problem.discount != 1 and problem.T > 1,
        paid_per_step=bool(np.asarray(problem.rewards[~last] != 0, dtype=bool).any()),
        critic=problem.critic is not None,
    )


@lru_cache(maxsize=64)
def probe(wanted: Features) -> Episodes:
    """A problem in float64 with exactly these features: two prompts, or three states if episodes have one step."""
    if not wanted.steps:
        shape = Shape("bandit", states=3, actions=3)
        behaviour = [[15, 31, 54], [60, 29, 11], [12, 36, 52]] if wanted.off_policy else None
        return shape.problem(
            [3, -2, 5, -4, 1, 2, 2, 6, -1],
            _percent([[50, 30, 20], [18, 30, 52], [40, 35, 25]]),
            starts=[Fraction(2, 5), Fraction(3, 10), Fraction(3, 10)],
            behaviour=None if behaviour is None else _percent(behaviour),
            reference=_percent([[25, 40, 35], [47, 33, 20], [22, 19, 59]]),
            critic=[2, -1, 1] if wanted.critic else None,
        ).floats()
    shape = Shape("tree", 2, 2, 3, end=0) if wanted.ragged else Shape("tree", 2, 2, 2)
    order = {prefix: i for i, prefix in enumerate(shape.contexts)}

    def table(pattern: tuple[tuple[int, int], ...]) -> list[list[Fraction]]:
        return _percent([list(pattern[i % len(pattern)]) for i in range(shape.rows)])

    def last_reward(prompt: int, tokens: Tokens) -> int:
        return PAID[(5 * prompt + 3 * len(tokens) + sum(2**i * v for i, v in enumerate(tokens))) % len(PAID)]

    def token_reward(prompt: int, tokens: Tokens) -> int:
        return PAID[(order[prompt, tokens[:-1]] * 2 + 5 * tokens[-1] + 1) % len(PAID)]

    return shape.problem(
        [last_reward(*prefix) for prefix in shape.sequences],
        table(POLICY),
        starts=[Fraction(2, 5), Fraction(3, 5)],
        behaviour=table(BEHAVIOUR) if wanted.off_policy else None,
        reference=table(REFERENCE),
        token_reward=token_reward if wanted.paid_per_step else None,
        discount=Fraction(3, 5) if wanted.discounted else 1,
        critic=[CRITIC[i % len(CRITIC)] for i in range(shape.rows)] if wanted.critic else None,
    ).floats()


def _percent(rows: list[list[int]]) -> list[list[Fraction]]:
    return [[Fraction(n, 100) for n in row] for row in rows]


__all__ = ["Features", "features", "probe"]
