"""The problems of an audit: few, small and different, from one token on two actions to ragged trees and MDPs.

Rewards and policies are fractions that repeat no pattern, so that no two slips cancel; a few are drawn from a seed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pgsym.errors import UnusableOption
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.exact_moments import FEWEST
from pgsym.estimators.listing import bandit, contexts, from_mdp, sequences, tree
from pgsym.estimators.objectives import Objective, entropy, expected_return, forward_kl, kl
from pgsym.mdps.mdp import from_arrays

KINDS: Final = ("bandit", "tree", "mdp")
BATCHES: Final = ((1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 2))
"""(groups, group_size) that are tried unless others are asked for."""
LONGEST, MOST_ACTIONS = 5, 5
"""How many steps, and how many actions or tokens, there are at most, unless others are asked for."""
BUDGET: Final = 20_000
"""How many samples of one problem are gone through unless more are asked for."""
OBJECTIVES: Final = {"J": expected_return, "entropy": entropy, "kl": kl, "forward-kl": forward_kl}
HALF: Final = Fraction(1, 2)


@dataclass(frozen=True)
class Scope:
    """What an audit asks: which problems, how the samples are grouped, of what the gradient is wanted.

    Whether off-policy samples and a discount are asked for decides the verdict; they are tried in any case.  Where
    `off_policy` is None, an audit asks for off-policy samples if the estimator asks for old probabilities or ratios.
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
    chosen: bool = False  # whether the batches were asked for one by one, so that none may be left out

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise UnusableOption(f"there is no kind of problem {kind!r}; it is one of {', '.join(KINDS)}, all")
        for what, n, least in (("length", self.length, 1), ("vocabulary", self.vocabulary, 2)):
            if n < least:
                raise UnusableOption(f"a {what} of {n} is too small: at least {least}")
        if self.end is not None and not 0 <= self.end < 2:
            raise UnusableOption(
                f"the end token is 0 or 1 (some problems have no other tokens), or none, not {self.end}"
            )
        if 0 < self.draws < FEWEST:
            raise UnusableOption(f"{self.draws} draws are too few: at least {FEWEST}, or none")
        if not 0 <= self.discount <= 1:
            raise UnusableOption(f"a discount is from 0 to 1, not {self.discount}")

    def asks(self, case: Case) -> bool:
        """Whether the verdict depends on a problem."""
        return (bool(self.off_policy) or case.problem.on_policy) and (self.discount != 1 or case.problem.discount == 1)

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


@dataclass(frozen=True)
class Case:
    """A problem of the suite: its id, what it is in words, and what its sequences are where it is a tree."""

    id: str
    summary: str
    problem: Episodes
    episodes: tuple[str, ...] = field(default=(), repr=False)


def objective_named(text: str) -> Objective:
    """A sum of objectives by their names, such as `J - 0.1*kl`; raises UnusableOption for a name there is not.

    >>> objective_named("J - 1/10*kl").name
    'J − 1/10 · KL(π‖ref)'
    """
    terms = re.findall(r"([+-]?)\s*(?:([\d./]+)\s*\*\s*)?([A-Za-z][A-Za-z-]*[A-Za-z]|[A-Za-z])\s*", text)
    if not terms or "".join(re.findall(r"\S", text)) != "".join(
        f"{s}{n}{'*' if n else ''}{name}" for s, n, name in terms
    ):
        raise UnusableOption(f"{text!r} is no objective: say {', '.join(OBJECTIVES)} or a sum such as J - 0.1*kl")
    if not all(sign for sign, _, _ in terms[1:]):
        raise UnusableOption(f"{text!r} is no objective: join its parts by + or -")
    parts = []
    for sign, factor, name in terms:
        if name not in OBJECTIVES:
            raise UnusableOption(f"there is no objective {name!r}; it is one of {', '.join(OBJECTIVES)}")
        try:
            parts.append((sign, Fraction(factor) * OBJECTIVES[name] if factor else OBJECTIVES[name]))
        except (ValueError, ZeroDivisionError):
            raise UnusableOption(f"{factor} is no number, in the objective {text!r}") from None
    (sign, out), *rest = parts
    out = -out if sign == "-" else out
    for sign, part in rest:
        out = out - part if sign == "-" else out + part
    return out


def cases(scope: Scope) -> tuple[Case, ...]:
    """The problems of a scope, the smallest first."""
    made = {"bandit": _bandits, "tree": _trees, "mdp": _mdps}
    found = [c for kind in KINDS if kind in scope.kinds for c in made[kind](scope)]
    return tuple(sorted(found, key=lambda c: (c.problem.E * c.problem.T, c.problem.P, not c.problem.on_policy)))


def _bandits(scope: Scope) -> Iterator[Case]:
    uniform = [HALF, HALF]
    yield _bandit("arms-2", "two actions, one paid", uniform, [0, 1])
    yield _bandit("arms-same", "two actions that pay the same", _row(0, 2), [2, 2])
    yield _bandit("arms-3", "three actions", _row(0, 3), [0, 1, 3])
    yield _bandit("states-2", "two states with an action each that is paid", _table(2, 2), [[1, 0], [0, 3]])
    yield _bandit("arms-2-off", "two actions, off-policy", uniform, [0, 1], [Fraction(1, 4), Fraction(3, 4)])
    yield _bandit("arms-3-off", "three actions, off-policy", _row(1, 3), [2, 0, 1], _row(0, 3))
    rare = Fraction(1, 1000)
    far = [1 - 2 * rare, rare, rare]
    yield _bandit("arms-far", "three actions, two of them rare, far and equal rewards", far, [-40, 1000, 1000])
    yield _bandit("arms-negative", "three actions, all of them charged", _row(1, 3), [-3, -1, -3])
    rng, A = np.random.default_rng([scope.seed, 1]), scope.vocabulary
    yield _bandit("arms-drawn", f"{A} actions, drawn", _drawn(rng, 1, A), [(rng.permutation(A) - A // 2).tolist()])


def _bandit(id_: str, summary: str, policy: Any, reward: Any, behaviour: Any = None) -> Case:
    reference = _table(len(policy), len(policy[0]), 2) if isinstance(policy[0], list) else _row(2, len(policy))
    p = bandit(policy, reward, behaviour=behaviour, reference=reference)
    named = tuple(f"s = {s}, a = {a}" if p.S > 1 else f"a = {a}" for s, a in np.ndindex(p.S, p.A))
    return Case(id_, summary, p, named)


def _trees(scope: Scope) -> Iterator[Case]:
    if scope.length == 1:
        yield _tree("token", "one token", scope, 2, 1)
        yield _tree("token-wide", "one token of many", scope, scope.vocabulary, 1)
        yield _tree("prompts", "two prompts, one token", scope, 2, 1, prompts=2)
        yield _tree("token-off", "one token, off-policy", scope, 2, 1, off_policy=True)
        return
    half = HALF if scope.discount == 1 else scope.discount
    for length in range(2, scope.length + 1):
        yield _tree(f"tokens-{length}", f"up to {length} tokens", scope, 2, length)
    yield _tree("per-token", "up to 2 tokens, each with a reward", scope, 2, 2, per_token=True)
    yield _tree("tokens-same", "up to 2 tokens, all sequences pay the same", scope, 2, 2, constant=True)
    yield _tree("tokens-far", "up to 2 tokens, far and equal rewards", scope, 2, 2, far=True)
    yield _tree("tokens-disc", "up to 2 tokens, discounted", scope, 2, 2, per_token=True, discount=half)
    yield _tree("tokens-off", "up to 2 tokens, off-policy", scope, 2, 2, off_policy=True)
    yield _tree("prompts", "two prompts, up to 2 tokens", scope, 2, 2, prompts=2)
    if scope.vocabulary > 2:
        yield _tree("wide", f"{scope.vocabulary} tokens, up to 2 of them", scope, scope.vocabulary, 2)
    longest, L = f"up to {scope.length} tokens", scope.length
    yield _tree("drawn", f"{longest}, each with a reward, drawn", scope, 2, L, per_token=True, drawn=2)
    yield _tree("drawn-off", f"{longest}, off-policy, drawn", scope, 2, L, off_policy=True, drawn=3)
    yield _tree("drawn-disc", f"{longest}, discounted, drawn", scope, 2, L, per_token=True, discount=half, drawn=4)


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
    found = sequences(vocabulary, length, scope.end, prompts)
    S = len(contexts(vocabulary, length, scope.end, prompts))
    rewards = [(3 * e) % (5 if prompts == 1 else 7) for e in range(len(found))]
    if far:
        rewards = [(-1000, 700, 700, 40)[e % 4] for e in range(len(found))]
    policy, behaviour = _table(S, vocabulary), _table(S, vocabulary, 1)
    if drawn:
        rng = np.random.default_rng([scope.seed, drawn])
        rewards = (rng.permutation(len(found)) - len(found) // 2).tolist()
        policy, behaviour = _drawn(rng, S, vocabulary), _drawn(rng, S, vocabulary)
    token: Callable[[int, tuple[int, ...]], int] = lambda prompt, tokens: (tokens[-1] + 2 * len(tokens)) % 4  # noqa: E731
    p = tree(
        [1] * len(found) if constant else rewards,
        vocabulary=vocabulary,
        length=length,
        end=scope.end,
        prompts=prompts,
        policy=policy,
        behaviour=behaviour if off_policy else None,
        reference=_table(S, vocabulary, 2),
        token_reward=token if per_token else None,
        discount=discount,
    )
    named = (f"prompt {q}: {' '.join(map(str, w))}" if prompts > 1 else " ".join(map(str, w)) for q, w in found)
    return Case(id_, summary, p, tuple(named))


def _mdps(scope: Scope) -> Iterator[Case]:
    T = max(2, min(scope.length, 3))
    moves = [[[Fraction(1, 3), Fraction(2, 3)], [1, 0]], [[0, 1], [HALF, HALF]]]
    walk = from_arrays([1, 0], moves, [[0, 2], [1, -1]], horizon=2)
    goal = from_arrays([1, 0], [[[1, 0], [HALF, HALF]], [[0, 1], [0, 1]]], [[0, 1], [0, 0]], horizon=T)
    yield _mdp("walk", "an MDP of two states and steps", walk)
    yield _mdp("goal", f"an MDP that ends at its goal or after {T} steps", goal)
    yield _mdp("walk-off", "an MDP of two states and steps, off-policy", walk, behaviour=_table(2, 2, 1))
    half = HALF if scope.discount == 1 else scope.discount
    yield _mdp("walk-disc", "an MDP of two states and steps, discounted", walk, discount=half)


def _mdp(id_: str, summary: str, mdp: Any, **options: Any) -> Case:
    p = from_mdp(mdp, _table(2, 2), reference=_table(2, 2, 2), **options)
    named = []
    for e in range(p.E):
        n = int(p.lengths[e])
        steps = zip(p.states[e, :n].tolist(), p.actions[e, :n].tolist(), strict=True)
        named.append(", ".join(f"s = {s}, a = {a}" for s, a in steps))
    return Case(id_, summary, p, tuple(named))


def _row(i: int, A: int) -> list[Fraction]:
    """A distribution that differs from row to row: weights from 1 to 4."""
    weights = [1 + (2 * a + i * (a + 1) + i // 2) % 4 for a in range(A)]
    return [Fraction(w, sum(weights)) for w in weights]


def _table(S: int, A: int, other: int = 0) -> list[list[Fraction]]:
    return [_row(s + other, A) for s in range(S)]


def _drawn(rng: np.random.Generator, S: int, A: int) -> list[list[Fraction]]:
    weights = rng.integers(1, 6, (S, A)).tolist()
    return [[Fraction(w, sum(row)) for w in row] for row in weights]


__all__ = ["Case", "Scope", "cases", "objective_named"]
