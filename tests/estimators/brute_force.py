"""Episodes, batches and gradients by plain loops over Fractions: shares nothing with pgsym.estimators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

Row = Sequence[Fraction]
Table = Sequence[Row]
Vector = list[Fraction]


@dataclass(frozen=True)
class Walk:
    """An episode: where it starts, what chance no policy decides, and its steps as (state, action, reward)."""

    start: int
    chance: Fraction
    steps: tuple[tuple[int, int, Fraction], ...]

    def probability(self, policy: Table) -> Fraction:
        return self.chance * prod((policy[s][a] for s, a, _ in self.steps), start=Fraction(1))

    def total(self, discount: Fraction = Fraction(1)) -> Fraction:
        return sum((discount**t * r for t, (_, _, r) in enumerate(self.steps)), start=Fraction(0))

    def score(self, policy: Table) -> Vector:
        """How often each action was taken, less how often it was to be expected."""
        return [
            Fraction(sum((s, a) == (i, j) for s, a, _ in self.steps)) - p * sum(s == i for s, _, _ in self.steps)
            for i, row in enumerate(policy)
            for j, p in enumerate(row)
        ]


def one_step(reward: Table, rho: Row) -> list[Walk]:
    return [Walk(s, rho[s], ((s, a, r),)) for s, row in enumerate(reward) for a, r in enumerate(row) if rho[s]]


def sentences(
    reward: Callable[[int, tuple[int, ...]], Fraction],
    token_reward: Callable[[int, tuple[int, ...]], Fraction],
    vocabulary: int,
    length: int,
    end: int | None,
    rho: Row,
) -> list[Walk]:
    """All words of the full length, cut after the end token; contexts are numbered by prompt, length, then letters."""
    words = {w[: w.index(end) + 1] if end in w else w for w in product(range(vocabulary), repeat=length)}
    heads = sorted({w[:t] for w in words for t in range(len(w))}, key=lambda w: (len(w), w))
    found = []
    for prompt, p in enumerate(rho):
        for w in sorted(words):
            at = [prompt * len(heads) + heads.index(w[:t]) for t in range(len(w))]
            paid = [
                token_reward(prompt, w[: t + 1]) + (reward(prompt, w) if t == len(w) - 1 else 0) for t in range(len(w))
            ]
            found.append(Walk(prompt, p, tuple(zip(at, w, paid, strict=True))))
    return found


def trajectories(rho: Row, moves: Sequence[Sequence[Row]], reward: Table, horizon: int) -> list[Walk]:
    """All trajectories of a process that no state ends: states and actions of the whole horizon."""
    S, A = len(rho), len(reward[0])
    found = []
    for states in product(range(S), repeat=horizon):
        chance = rho[states[0]]
        for actions in product(range(A), repeat=horizon):
            steps = list(zip(states, actions, strict=True))
            walked = prod((moves[s][a][z] for (s, a), z in zip(steps, states[1:], strict=False)), start=chance)
            if walked:
                found.append(Walk(states[0], walked, tuple((s, a, reward[s][a]) for s, a in steps)))
    return found


def gradient(walks: Sequence[Walk], policy: Table, discount: Fraction = Fraction(1)) -> Vector:
    """∇J by the product rule, with ∂π(a|s)/∂θ(s,b) = π(a|s) (1{a=b} − π(b|s))."""
    out = []
    for i, row in enumerate(policy):
        for b in range(len(row)):
            moved = Fraction(0)
            for walk in walks:
                for t, (s, a, _) in enumerate(walk.steps):
                    if s == i:
                        others = prod(
                            (policy[z][c] for u, (z, c, _) in enumerate(walk.steps) if u != t), start=Fraction(1)
                        )
                        moved += walk.chance * others * row[a] * ((a == b) - row[b]) * walk.total(discount)
            out.append(moved)
    return out


def batches(
    walks: Sequence[Walk], behaviour: Table, groups: int, group_size: int
) -> Iterator[tuple[list[list[Walk]], Fraction]]:
    """Every list of groups, with its probability: the members of a group are independent given its start."""
    starts = sorted({w.start for w in walks})
    units = []
    for start in starts:
        here = [w for w in walks if w.start == start]
        weight = sum((w.probability(behaviour) for w in here), start=Fraction(0))
        for group in product(here, repeat=group_size):
            units.append(
                (list(group), weight * prod((w.probability(behaviour) / weight for w in group), start=Fraction(1)))
            )
    for chosen in product(units, repeat=groups):
        yield [g for g, _ in chosen], prod((p for _, p in chosen), start=Fraction(1))


def moments(
    estimate: Callable[[list[list[Walk]]], Vector],
    walks: Sequence[Walk],
    behaviour: Table,
    groups: int = 1,
    group_size: int = 1,
) -> tuple[Vector, list[Vector], int]:
    """The mean, the covariance and the number of batches that can happen."""
    weighed = [(estimate(b), p) for b, p in batches(walks, behaviour, groups, group_size) if p]
    P = len(weighed[0][0])
    mean = [sum((p * x[i] for x, p in weighed), start=Fraction(0)) for i in range(P)]
    covariance = [
        [sum((p * (x[i] - mean[i]) * (x[j] - mean[j]) for x, p in weighed), start=Fraction(0)) for j in range(P)]
        for i in range(P)
    ]
    return mean, covariance, len(weighed)


def summed(vectors: Sequence[tuple[Fraction, Vector]]) -> Vector:
    """Σ weight × vector."""
    return [sum((w * v[i] for w, v in vectors), start=Fraction(0)) for i in range(len(vectors[0][1]))]
