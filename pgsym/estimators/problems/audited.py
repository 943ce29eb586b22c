"""The problems of an audit: a few small ones of different kinds, from two-armed bandits to ragged trees and MDPs.

Rewards and policies are irregular fractions, so that two mistakes do not cancel; a few are drawn from a seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Tokens
from pgsym.estimators.problems.scope import Scope
from pgsym.estimators.problems.shape import KINDS, Shape

HALF: Final = Fraction(1, 2)


@dataclass(frozen=True)
class Case:
    """A problem of an audit, with its id, a description, and its episodes in words."""

    id: str
    summary: str
    problem: Episodes
    episodes: tuple[str, ...] = field(default=(), repr=False)


def cases(scope: Scope) -> tuple[Case, ...]:
    """The problems of a scope, smallest first."""
    made = {"bandit": _bandits, "tree": _trees, "mdp": _mdps}
    found = [c for kind in KINDS if kind in scope.kinds for c in made[kind](scope)]
    return tuple(sorted(found, key=lambda c: (c.problem.E * c.problem.T, c.problem.P, not c.problem.on_policy)))


def _case(id_: str, summary: str, shape: Shape, rewards: Sequence[Any], policy: Rows, **given: Any) -> Case:
    reference = _table(shape.rows, shape.actions, 2)
    p = shape.problem(rewards, policy, reference=reference, **given)
    return Case(id_, summary, p, tuple(_episode(p, e) for e in range(p.E)))


def _episode(p: Episodes, e: int) -> str:
    """An episode in words: the tokens of a sequence, or states and actions."""
    n = int(p.lengths[e])
    actions = p.actions[e, :n].tolist()
    if p.kind == "tree":
        return (f"prompt {p.starts[e]}: " if p.starts.any() else "") + " ".join(map(str, actions))
    states = p.states[e, :n].tolist()
    return ", ".join(f"s = {s}, a = {a}" if p.S > 1 else f"a = {a}" for s, a in zip(states, actions, strict=True))


def _bandits(scope: Scope) -> Iterator[Case]:
    uniform = [[HALF, HALF]]
    two, three, rare = Shape("bandit"), Shape("bandit", actions=3), Fraction(1, 1000)
    yield _case("arms-2", "two actions, one with a reward", two, [0, 1], uniform)
    yield _case("arms-same", "two actions with equal rewards", two, [2, 2], _table(1, 2))
    yield _case("arms-3", "three actions", three, [0, 1, 3], _table(1, 3))
    several = Shape("bandit", states=2)
    yield _case("states-2", "two states, each with one rewarded action", several, [1, 0, 0, 3], _table(2, 2))
    other = [[Fraction(1, 4), Fraction(3, 4)]]
    yield _case("arms-2-off", "two actions, off-policy", two, [0, 1], uniform, behaviour=other)
    yield _case("arms-3-off", "three actions, off-policy", three, [2, 0, 1], _table(1, 3, 1), behaviour=_table(1, 3))
    far = [[1 - 2 * rare, rare, rare]]
    yield _case(
        "arms-far",
        "three actions, two of them rare, with large rewards, two of them equal",
        three,
        [-40, 1000, 1000],
        far,
    )
    yield _case("arms-negative", "three actions, all rewards negative", three, [-3, -1, -3], _table(1, 3, 1))
    rng, A = np.random.default_rng([scope.seed, 1]), scope.vocabulary
    policy, rewards = _drawn(rng, 1, A), (rng.permutation(A) - A // 2).tolist()
    yield _case("arms-drawn", f"{A} actions, drawn at random", Shape("bandit", actions=A), rewards, policy)


def _trees(scope: Scope) -> Iterator[Case]:
    if scope.length == 1:
        yield _tree("token", "one token", scope, 2, 1)
        yield _tree("token-wide", "one token from a larger vocabulary", scope, scope.vocabulary, 1)
        yield _tree("prompts", "two prompts, one token", scope, 2, 1, prompts=2)
        yield _tree("token-off", "one token, off-policy", scope, 2, 1, off_policy=True)
        return
    half = HALF if scope.discount == 1 else scope.discount
    for length in range(2, scope.length + 1):
        yield _tree(f"tokens-{length}", f"up to {length} tokens", scope, 2, length)
    yield _tree("per-token", "up to 2 tokens, each with a reward", scope, 2, 2, per_token=True)
    yield _tree("tokens-same", "up to 2 tokens, all returns equal", scope, 2, 2, constant=True)
    yield _tree("tokens-far", "up to 2 tokens, large rewards, some of them equal", scope, 2, 2, far=True)
    yield _tree("tokens-disc", "up to 2 tokens, discounted", scope, 2, 2, per_token=True, discount=half)
    yield _tree("tokens-off", "up to 2 tokens, off-policy", scope, 2, 2, off_policy=True)
    yield _tree("prompts", "two prompts, up to 2 tokens", scope, 2, 2, prompts=2)
    if scope.vocabulary > 2:
        yield _tree("wide", f"up to 2 tokens from a vocabulary of {scope.vocabulary}", scope, scope.vocabulary, 2)
    longest, L = f"up to {scope.length} tokens", scope.length
    yield _tree("drawn", f"{longest}, each with a reward, drawn at random", scope, 2, L, per_token=True, drawn=2)
    yield _tree("drawn-off", f"{longest}, off-policy, drawn at random", scope, 2, L, off_policy=True, drawn=3)
    yield _tree(
        "drawn-disc", f"{longest}, discounted, drawn at random", scope, 2, L, per_token=True, discount=half, drawn=4
    )


def _tree(
    id_: str,
    summary: str,
    scope: Scope,
    vocabulary: int,
    length: int,
    *,
    prompts: int = 1,
    per_token: bool = False,
    constant: bool = False,
    far: bool = False,
    off_policy: bool = False,
    discount: Fraction = Fraction(1),
    drawn: int = 0,
) -> Case:
    shape = Shape("tree", prompts, vocabulary, length, scope.end)
    S, E = shape.rows, len(shape.sequences)
    rewards = [1 if constant else (3 * e) % (5 if prompts == 1 else 7) for e in range(E)]
    if far:
        rewards = [(-1000, 700, 700, 40)[e % 4] for e in range(E)]
    policy, behaviour = _table(S, vocabulary), _table(S, vocabulary, 1)
    if drawn:
        rng = np.random.default_rng([scope.seed, drawn])
        rewards = (rng.permutation(E) - E // 2).tolist()
        policy, behaviour = _drawn(rng, S, vocabulary), _drawn(rng, S, vocabulary)

    def token_reward(prompt: int, tokens: Tokens) -> int:
        return (tokens[-1] + 2 * len(tokens)) % 4

    return _case(
        id_,
        summary,
        shape,
        rewards,
        policy,
        behaviour=behaviour if off_policy else None,
        token_reward=token_reward if per_token else None,
        discount=discount,
    )


def _mdps(scope: Scope) -> Iterator[Case]:
    T, half = max(2, min(scope.length, 3)), HALF if scope.discount == 1 else scope.discount
    walk, rewards = Shape("mdp", 2, 2, 2), [0, 2, 1, -1]
    there: dict[str, Any] = {"moves": [[[Fraction(1, 3), Fraction(2, 3)], [1, 0]], [[0, 1], [HALF, HALF]]]}
    policy, goal = _table(2, 2), [[[1, 0], [HALF, HALF]], [[0, 1], [0, 1]]]
    yield _case("walk", "an MDP of two states and steps", walk, rewards, policy, **there)
    says = f"an MDP that ends at its goal or after {T} steps"
    yield _case("goal", says, Shape("mdp", 2, 2, T), [0, 1, 0, 0], policy, moves=goal)
    says = "an MDP of two states and steps, off-policy"
    yield _case("walk-off", says, walk, rewards, policy, behaviour=_table(2, 2, 1), **there)
    says = "an MDP of two states and steps, discounted"
    yield _case("walk-disc", says, walk, rewards, policy, discount=half, **there)


Rows = list[list[Fraction]]


def _row(i: int, A: int) -> list[Fraction]:
    """A distribution that depends on the row number, with weights from 1 to 4."""
    weights = [1 + (2 * a + i * (a + 1) + i // 2) % 4 for a in range(A)]
    return [Fraction(w, sum(weights)) for w in weights]


def _table(S: int, A: int, other: int = 0) -> Rows:
    return [_row(s + other, A) for s in range(S)]


def _drawn(rng: np.random.Generator, S: int, A: int) -> Rows:
    weights = rng.integers(1, 6, (S, A)).tolist()
    return [[Fraction(w, sum(row)) for w in row] for row in weights]


__all__ = ["Case", "cases"]
