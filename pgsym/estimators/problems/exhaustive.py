"""All small problems of a few sizes, with all combinations of a few rewards and policies."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any, Final

from pgsym.estimators.episodes import Episodes
from pgsym.estimators.problems.shape import Shape

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)
EVEN: Final = (HALF, HALF)
SKEW: Final = (THIRD, 2 * THIRD)
STEEP: Final = (QUARTER, 3 * QUARTER)
THREE: Final = (HALF, QUARTER, QUARTER)
THIRDS: Final = (THIRD, THIRD, THIRD)

WORDS: Final = (
    "bandits with 1 state and 2 actions: rewards from {0, 1, 2}, π = (1/2, 1/2) or (1/3, 2/3); 1 to 4 members",
    "bandits with 1 state and 3 actions: rewards from {0, 1, 2}, π = (1/2, 1/4, 1/4); 1 to 4 members",
    "bandits with 2 states and 2 actions: rewards from {0, 1}, π = (1/3, 2/3) in both; 1 to 4 members",
    "sequences of 1 or 2 tokens of 2, one of which ends: rewards from {0, 1, 2}, π = (1/3, 2/3); 1 to 4 members; "
    "also with a critic of (1, 0), and with γ = 1/2 and a reward of 1 for the first token; 1 member",
    "sequences of 2 tokens of 2: rewards from {0, 1, 2}, π = (1/3, 2/3); 1 to 2 members",
    "Markov decision processes of 2 states, 2 actions and 2 steps: rewards from {0, 1}, π = (1/3, 2/3); 1 to 2 members",
    "all but the last also off-policy, the behaviour policy uniform; 1 member, of one step 1 to 2",
)
"""The problems in words; the reference policy is (1/4, 3/4) over two actions, uniform over three."""


def every_problem() -> Iterator[tuple[Episodes, int]]:
    """Every problem, with the largest group size to try there."""
    two, three = Shape("bandit"), Shape("bandit", actions=3)
    several, process = Shape("bandit", states=2), Shape("mdp", 2, 2, 2)
    full, ragged = Shape("tree", length=2), Shape("tree", length=2, end=0)
    steep: dict[str, Any] = {"reference": [STEEP]}
    thirds: dict[str, Any] = {"reference": [THIRDS]}
    for reward in product(range(3), repeat=2):
        for policy in (EVEN, SKEW):
            yield two.problem(reward, [policy], **steep), 4
        yield two.problem(reward, [SKEW], behaviour=[EVEN], **steep), 2
    for reward in product(range(3), repeat=3):
        yield three.problem(reward, [THREE], **thirds), 4
        yield three.problem(reward, [THREE], behaviour=[THIRDS], **thirds), 2
    moves = [[[HALF, HALF], [1, 0]], [[0, 1], [THIRD, 2 * THIRD]]]
    for reward in product(range(2), repeat=4):
        yield several.problem(reward, [SKEW] * 2, reference=[STEEP] * 2), 4
        yield several.problem(reward, [SKEW] * 2, behaviour=[EVEN] * 2, reference=[STEEP] * 2), 2
        yield process.problem(reward, [SKEW] * 2, moves=moves, reference=[STEEP] * 2), 2
    for reward in product(range(3), repeat=4):
        yield full.problem(reward, [SKEW], **steep), 2
        yield full.problem(reward, [SKEW], behaviour=[EVEN], **steep), 1
    for reward in product(range(3), repeat=3):
        yield ragged.problem(reward, [SKEW], **steep), 4
        yield ragged.problem(reward, [SKEW], behaviour=[EVEN], **steep), 1
        yield ragged.problem(reward, [SKEW], critic=(1, 0), **steep), 1
        yield ragged.problem(reward, [SKEW], critic=(1, 0), discount=HALF, token_reward=_first, **steep), 1


def _first(prompt: int, tokens: tuple[int, ...]) -> int:
    return int(len(tokens) == 1)


__all__ = ["WORDS", "every_problem"]
