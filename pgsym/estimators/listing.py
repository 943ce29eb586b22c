"""Every episode of a bandit, an autoregressive tree or a Markov decision process, listed.

bandit    one step: a state s ~ ρ, an action a ~ π(· | s), a reward r(s, a)
tree      a prompt, then tokens until the end token or the largest length; a reward on the finished sequence
          and, if wanted, one per token; the context is the prompt with the tokens so far
MDP       a start, transitions and rewards per step; an episode ends in an ended state or at the horizon
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from numbers import Number
from typing import Any, Final, TypeAlias

import numpy as np

from pgsym.errors import InstanceError, TooLarge
from pgsym.estimators.comparison import shortly
from pgsym.estimators.episodes import Episodes, distribution_rows, normalised, numbers_table
from pgsym.mdps.mdp import FiniteMDP
from pgsym.mdps.softmax import Softmax
from pgsym.meaning.numbers.base import Array
from pgsym.meaning.validation import Table

Tokens = tuple[int, ...]
Prefix = tuple[int, Tokens]
Reward: TypeAlias = "Callable[..., Any] | Mapping[Any, Any] | Sequence[Any]"

LARGEST: Final = 5_000_000
"""How many numbers the list of all episodes may hold: episodes times steps."""


def bandit(
    policy: Table,
    reward: Table,
    *,
    starts: Table | None = None,
    behaviour: Table | None = None,
    reference: Table | None = None,
    critic: Table | None = None,
) -> Episodes:
    """The one-step problem of a policy and a reward, both of shape (S, A), or (A,) for a single state.

    `starts` is ρ, of shape (S,), uniform if not given.  Raises InstanceError for tables that are no problem.

    >>> from fractions import Fraction
    >>> half = Fraction(1, 2)
    >>> bandit([half, half], [0, 1]).gradient.tolist()
    [[Fraction(-1, 4), Fraction(1, 4)]]
    """
    pi = distribution_rows("policy", _rows(policy))
    r = numbers_table("reward", _rows(reward))
    if r.shape != pi.shape:
        raise InstanceError(f"the reward has shape {r.shape}, but the policy has shape {pi.shape}")
    S, A = pi.shape
    rho = _start_law(starts, S)
    state, action = (x.reshape(-1, 1) for x in np.indices((S, A)))
    return _problem(
        "bandit",
        starts=state[:, 0],
        states=state,
        actions=action,
        rewards=r.reshape(-1, 1),
        mask=np.ones((S * A, 1), dtype=bool),
        chance=np.repeat(rho, A),
        policy=pi,
        behaviour=None if behaviour is None else distribution_rows("behaviour", _rows(behaviour)),
        reference=None if reference is None else distribution_rows("reference", _rows(reference)),
        critic=None if critic is None else numbers_table("critic", critic),
        context_names=tuple(f"s = {s}" for s in range(S)),
    )


def tree(
    reward: Reward,
    *,
    vocabulary: int = 2,
    length: int = 2,
    end: int | None = None,
    prompts: int = 1,
    policy: Table | Callable[[int, Tokens], Table] | None = None,
    behaviour: Table | Callable[[int, Tokens], Table] | None = None,
    reference: Table | Callable[[int, Tokens], Table] | None = None,
    token_reward: Callable[[int, Tokens], Any] | None = None,
    starts: Table | None = None,
    discount: Any = 1,
    critic: Table | None = None,
) -> Episodes:
    """The autoregressive problem: tokens 0 … vocabulary−1 until the token `end`, or until there are `length` of them.

    `reward` is what a finished sequence earns, at its last token: a function of (prompt, tokens), a mapping from
    (prompt, tokens) or from tokens, or a list in the order of `sequences`.  `token_reward(prompt, tokens so far)` is
    paid besides at each token, the last one included in its argument.  A policy is a table of shape (contexts,
    vocabulary) in the order of `contexts`, a single row for all contexts, or a function of (prompt, tokens so far);
    uniform if it is not given.  Raises InstanceError for what is no problem and TooLarge for too many sequences.

    >>> p = tree(lambda prompt, tokens: sum(tokens), vocabulary=2, length=2, end=0)
    >>> [t for _, t in sequences(2, 2, end=0)], p.value, p.gradient.tolist()[0]
    ([(0,), (1, 0), (1, 1)], Fraction(3, 4), [Fraction(-3, 8), Fraction(3, 8)])
    >>> print(p)
    1 prompt, 2 contexts, 2 tokens, length 1 to 2, on-policy, reward per sequence
    """
    where = contexts(vocabulary, length, end, prompts)
    found = sequences(vocabulary, length, end, prompts)
    row = {prefix: i for i, prefix in enumerate(where)}
    E = len(found)
    states, actions = np.zeros((E, length), dtype=np.int64), np.zeros((E, length), dtype=np.int64)
    mask = np.zeros((E, length), dtype=bool)
    paid: list[list[Any]] = [[0] * length for _ in found]
    for e, (prompt, tokens) in enumerate(found):
        n = len(tokens)
        states[e, :n] = [row[prompt, tokens[:t]] for t in range(n)]
        actions[e, :n], mask[e, :n] = tokens, True
        if token_reward is not None:
            so_far = [tokens[: t + 1] for t in range(n)]
            paid[e][:n] = [_number(token_reward(prompt, prefix), prompt, prefix) for prefix in so_far]
        paid[e][n - 1] += _number(_earned(reward, e, prompt, tokens, E), prompt, tokens)
    read = [_policy(key, given, where, vocabulary) for key, given in _named(policy, behaviour, reference)]
    return _problem(
        "tree",
        starts=np.array([prompt for prompt, _ in found], dtype=np.int64),
        states=states,
        actions=actions,
        rewards=numbers_table("reward", paid),
        mask=mask,
        chance=_start_law(starts, prompts)[[prompt for prompt, _ in found]],
        policy=read[0],
        behaviour=None if behaviour is None else read[1],
        reference=None if reference is None else read[2],
        discount=discount,
        critic=None if critic is None else numbers_table("critic", critic),
        context_names=tuple(_context_name(prefix, prompts) for prefix in where),
    )


def from_mdp(
    mdp: FiniteMDP,
    policy: Softmax | Table,
    *,
    behaviour: Table | None = None,
    reference: Table | None = None,
    discount: Any = 1,
    critic: Table | None = None,
) -> Episodes:
    """The problem of a policy on a finite MDP: every trajectory that can happen, cut where the episode has ended.

    Transitions pay their expected reward r(s, a).  Raises InstanceError for a policy that is not the MDP's and
    TooLarge, with the count, where there are too many trajectories to list.

    >>> from pgsym.mdps import from_arrays
    >>> m = from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3)
    >>> p = from_mdp(m, [[0.5, 0.5]])
    >>> p.E, p.gradient.tolist()
    (8, [[-0.75, 0.75]])
    """
    T = mdp.horizon
    if (bound := _trajectories(mdp)) * T > LARGEST:
        raise TooLarge(f"{bound:.3g} trajectories of {T} steps are too many to list: shorten the horizon")
    after: dict[tuple[int, int], list[tuple[int, Any]]] = {}
    for s, a, successor, p in zip(*(x.tolist() for x in _moves(mdp)), strict=True):
        after.setdefault((s, a), []).append((successor, p))
    rho = mdp.rho
    if not mdp.exact:
        rho = normalised(rho)
        for key, moves in after.items():
            law = normalised(np.array([p for _, p in moves]))
            after[key] = [(successor, p) for (successor, _), p in zip(moves, law.tolist(), strict=True)]
    rows = [
        (s, walked)
        for s in np.flatnonzero(np.asarray(rho != 0, dtype=bool)).tolist()
        for walked in _walks(s, rho[s], T, mdp.A, mdp.ends.tolist(), after)
    ]
    longest = max((len(steps) for _, (steps, _) in rows), default=0)
    if not longest:
        raise InstanceError("no episode takes a step: every start has ended already")
    shape = (len(rows), longest)
    states, actions = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    mask = np.zeros(shape, dtype=bool)
    rewards = np.full(shape, Fraction(0) if mdp.exact else 0.0, dtype=mdp.r.dtype)
    for e, (_, (steps, _)) in enumerate(rows):
        n = len(steps)
        states[e, :n], actions[e, :n], mask[e, :n] = [s for s, _ in steps], [a for _, a in steps], True
        rewards[e, :n] = mdp.r[states[e, :n], actions[e, :n]]
    return _problem(
        "MDP",
        starts=np.array([s for s, _ in rows], dtype=np.int64),
        states=states,
        actions=actions,
        rewards=rewards,
        mask=mask,
        chance=np.array([p for _, (_, p) in rows], dtype=mdp.rho.dtype),
        policy=distribution_rows("policy", mdp.policy_table(policy)),
        behaviour=None if behaviour is None else distribution_rows("behaviour", mdp.policy_table(behaviour)),
        reference=None if reference is None else distribution_rows("reference", mdp.policy_table(reference)),
        discount=discount,
        critic=None if critic is None else numbers_table("critic", critic),
        context_names=mdp.states or tuple(f"s = {s}" for s in range(mdp.S)),
        source=mdp,
    )


def sequences(vocabulary: int, length: int, end: int | None = None, prompts: int = 1) -> list[Prefix]:
    """Every (prompt, tokens) that can be generated, by prompt, then in the order of a dictionary.

    >>> sequences(2, 2, end=1)
    [(0, (0, 0)), (0, (0, 1)), (0, (1,))]
    """
    _check_tree(vocabulary, length, end, prompts)
    return [(prompt, tokens) for prompt in range(prompts) for tokens in _finished((), vocabulary, length, end)]


def contexts(vocabulary: int, length: int, end: int | None = None, prompts: int = 1) -> list[Prefix]:
    """Every (prompt, tokens so far) in which a token is drawn, by prompt, length, then dictionary: a policy's rows.

    >>> contexts(2, 2)
    [(0, ()), (0, (0,)), (0, (1,))]
    """
    _check_tree(vocabulary, length, end, prompts)
    open_: list[Tokens] = [()]
    found: list[Tokens] = []
    for _ in range(length):
        found += open_
        open_ = [(*prefix, v) for prefix in open_ for v in range(vocabulary) if v != end]
    return [(prompt, prefix) for prompt in range(prompts) for prefix in found]


def _finished(prefix: Tokens, vocabulary: int, length: int, end: int | None) -> Iterator[Tokens]:
    for v in range(vocabulary):
        tokens = (*prefix, v)
        if v == end or len(tokens) == length:
            yield tokens
        else:
            yield from _finished(tokens, vocabulary, length, end)


def _check_tree(vocabulary: int, length: int, end: int | None, prompts: int) -> None:
    for what, n in (("vocabulary", vocabulary), ("length", length), ("number of prompts", prompts)):
        if not isinstance(n, int | np.integer) or n < 1:
            raise InstanceError(f"the {what} is a positive int, not {n!r}")
    if end is not None and not 0 <= end < vocabulary:
        raise InstanceError(f"the end token {end} is none of the tokens 0 to {vocabulary - 1}")
    if (bound := prompts * vocabulary**length) * length > LARGEST:
        raise TooLarge(f"up to {shortly(bound)} sequences are too many to list: use a shorter length or fewer tokens")


def _earned(reward: Reward, e: int, prompt: int, tokens: Tokens, count: int) -> Any:
    if callable(reward):
        return reward(prompt, tokens)
    if isinstance(reward, Mapping):
        for key in ((prompt, tokens), tokens):
            if key in reward:
                return reward[key]
        raise InstanceError(f"the reward says nothing of prompt {prompt} with the tokens {tokens}")
    if not isinstance(reward, Sequence | np.ndarray):
        raise InstanceError(f"the reward is a function, a mapping or a list, not {reward!r}")
    if len(reward) != count:
        raise InstanceError(f"there are {len(reward)} rewards, but {count} sequences (see `sequences`)")
    return reward[e]


def _number(reward: Any, prompt: int, tokens: Tokens) -> Any:
    if not isinstance(reward, Number) or isinstance(reward, complex):
        raise InstanceError(f"the reward of prompt {prompt} with the tokens {tokens} is {reward!r}, which is no number")
    return reward


def _named(*policies: Any) -> list[tuple[str, Any]]:
    return list(zip(("policy", "behaviour", "reference"), policies, strict=True))


def _policy(key: str, given: Any, where: list[Prefix], vocabulary: int) -> Array:
    if given is None:
        given = [Fraction(1, vocabulary)] * vocabulary
    if callable(given):
        given = [given(prompt, prefix) for prompt, prefix in where]
    table = distribution_rows(key, _rows(given))
    if len(table) == 1:
        table = np.repeat(table, len(where), axis=0)
    if table.shape != (len(where), vocabulary):
        raise InstanceError(f"the {key} has shape {table.shape}, but (contexts, tokens) = {(len(where), vocabulary)}")
    return table


def _context_name(prefix: Prefix, prompts: int) -> str:
    prompt, tokens = prefix
    head = f"prompt {prompt}" if prompts > 1 else "prompt"
    return " ".join((head, *map(str, tokens)))


def _start_law(starts: Table | None, count: int) -> Array:
    if starts is None:
        return np.array([Fraction(1, count)] * count, dtype=object)
    rho: Array = distribution_rows("starts", _rows(starts))[0]
    if rho.shape != (count,):
        raise InstanceError(f"starts has shape {rho.shape}, but there are {count}")
    return rho


def _rows(table: Table) -> Any:
    """A table with one axis as a table with one row."""
    if isinstance(table, np.ndarray):
        return table[np.newaxis] if table.ndim == 1 else table
    if isinstance(table, list | tuple) and table and isinstance(table[0], Number | str):
        return [list(table)]
    return table


def _problem(kind: str, **parts: Any) -> Episodes:
    """The problem, in float64 unless all that it is made of is exact; episodes that cannot happen are left out."""
    tables = ("rewards", "chance", "policy", "behaviour", "reference", "critic")
    discount = parts.get("discount", 1)
    if not (isinstance(discount, int | float | Fraction) and 0 <= discount <= 1):
        raise InstanceError(f"the discount is a number from 0 to 1, not {discount!r}")
    exact = all(parts[k] is None or parts[k].dtype == object for k in tables) and not isinstance(discount, float)
    if not exact:
        parts |= {k: parts[k].astype(np.float64) for k in tables if parts[k] is not None}
        parts["discount"] = float(discount)
    possible = np.asarray(parts["chance"] != 0, dtype=bool)
    per_episode = ("starts", "states", "actions", "rewards", "mask", "chance")
    parts |= {k: parts[k][possible] for k in per_episode}
    S = parts["policy"].shape[0]
    critic = parts["critic"]
    if critic is not None and critic.shape not in ((S,), (parts["states"].shape[1], S)):
        raise InstanceError(f"the critic has shape {critic.shape}, not (states,) = ({S},), nor (steps, states)")
    return Episodes(kind, **parts)


def _moves(mdp: FiniteMDP) -> tuple[Array, ...]:
    m = mdp.transitions
    return m.state, m.action, m.successor, m.probability


def _trajectories(mdp: FiniteMDP) -> float:
    """How many trajectories there are at most, by going back from the end."""
    ends, m = mdp.ends, mdp.transitions
    count = np.where(ends, 1.0, float(mdp.A))
    for _ in range(mdp.horizon - 1):
        step = np.bincount(m.state, count[m.successor], minlength=mdp.S)
        count = np.where(ends, 1.0, step)
    return float(count[np.asarray(mdp.rho != 0, dtype=bool)].sum())


def _walks(
    state: int, mass: Any, left: int, A: int, ends: list[bool], after: dict[tuple[int, int], list[tuple[int, Any]]]
) -> Iterator[tuple[list[tuple[int, int]], Any]]:
    """Every (steps, chance) from a state on: steps as (state, action), until the end or until no step is left.

    Successors in which the episode has ended are one: their steps are the same, their chances add up.
    """
    if ends[state] or left == 0:
        yield [], mass
        return
    for a in range(A):
        if left == 1:
            yield [(state, a)], mass
            continue
        over = sum((p for s, p in after[state, a] if ends[s]), start=0 * mass)
        if over:
            yield [(state, a)], mass * over
        for successor, p in after[state, a]:
            if not ends[successor]:
                for steps, chance in _walks(successor, mass * p, left - 1, A, ends, after):
                    yield [(state, a), *steps], chance


__all__ = ["bandit", "contexts", "from_mdp", "sequences", "tree"]
