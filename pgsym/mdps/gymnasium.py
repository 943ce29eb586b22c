"""Finite MDPs read from Gymnasium environments that carry their tables.

Such an environment (FrozenLake, CliffWalking, Taxi) has `P[s][a]`, a list of (probability, successor, reward,
terminated), and `initial_state_distrib`.  An episode ends with the first terminated transition, whose reward counts.
What the table says about later transitions and rewards is never used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from math import isfinite, prod
from numbers import Integral, Real
from typing import Any

import numpy as np

from pgsym.errors import InstanceError
from pgsym.extras import install
from pgsym.mdps.mdp import FiniteMDP, Transitions, check_horizon, fits, rational


def from_gymnasium(environment: Any, horizon: int, rationalise: bool = False, **options: Any) -> FiniteMDP:
    """The MDP of an environment with tables, for episodes cut after `horizon` steps.

    `environment` is an environment, or an id for `gymnasium.make(id, **options)`.  A state that is only entered by
    terminated transitions becomes absorbing without reward.  If episodes also pass through it, it gets a second,
    absorbing copy with an index after all others.  With `rationalise` each float is replaced by the fraction it rounds
    (0.33333333333333337 by 1/3).  Raises InstanceError for an environment that cannot be made, has no table, or has
    a wrong one (naming the row), and for a horizon beyond the environment's own time limit; TooLarge for too many
    states.

    >>> from pgsym.mdps import from_gymnasium
    >>> lake = from_gymnasium("FrozenLake-v1", horizon=20, rationalise=True)
    >>> lake.S, lake.A, len(lake.transitions.state), str(lake.P[0, 0, 4])
    (16, 4, 148, '1/3')
    """
    check_horizon(horizon)
    if isinstance(environment, str):
        name, environment = environment, make(environment, options)
    elif options:
        raise InstanceError(f"{', '.join(options)}: options go with an environment's id, but this one is already made")
    else:
        name = name_of(environment)
    check_time_limit(name, environment, horizon)
    bare = getattr(environment, "unwrapped", environment)
    table = getattr(bare, "P", None)
    if table is None:
        raise InstanceError(_no_table(name, environment))
    S, A = _sizes(name, bare, table)
    fits(f"the table of {S} states and {A} actions of {name}", 4 * S * A, "aggregate states, or use a smaller map")
    start = _start(name, bare, S, rationalise)
    rows = tuple(_rows(name, table, S, A, rationalise))
    ended = {row.successor for row in rows if row.terminated}
    passed = _passed_through(start, rows, S)
    copies = {s: S + i for i, s in enumerate(sorted(ended & passed))}
    absorbing = (ended - passed) | set(copies.values())
    return _assembled(name, bare, start, rows, absorbing, copies, S, A, horizon)


def make(name: str, options: Mapping[str, Any]) -> Any:
    """The environment `gymnasium.make(name, **options)`; raises InstanceError with the reason in one line."""
    try:
        import gymnasium
    except ModuleNotFoundError:
        raise InstanceError(f"{name} needs Gymnasium: {install('gym')}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return gymnasium.make(name, **options)
        except gymnasium.error.UnregisteredEnv:
            near = get_close_matches(name, list(gymnasium.registry), n=1, cutoff=0.4)
            hint = f": did you mean {near[0]}?" if near else ""
            raise InstanceError(f"Gymnasium knows no environment {name}{hint}") from None
        except Exception as reason:  # an environment's constructor may raise anything
            kind = "" if isinstance(reason, gymnasium.error.Error) else f"{type(reason).__name__}: "
            raise InstanceError(f"{name} cannot be made: {kind}{' '.join(str(reason).split())}") from None


def stray_step(environment: Any, steps: int, seed: int = 0) -> str | None:
    """The first of `steps` random steps that the environment's own table rules out, in words; None if there is none.

    The environment is reset and stepped.

    >>> stray_step(make("FrozenLake-v1", {}), steps=100) is None
    True
    """
    rng = np.random.default_rng(seed)
    table, actions = environment.unwrapped.P, int(environment.action_space.n)
    state, _ = environment.reset(seed=seed)
    for _ in range(steps):
        action = int(rng.integers(actions))
        successor, reward, terminated, truncated, _ = environment.step(action)
        entries = {(int(n), float(r), bool(t)) for p, n, r, t in table[state][action] if p > 0}
        if (int(successor), float(reward), bool(terminated)) not in entries:
            did = f"to {successor} with reward {float(reward):g}" + (" and ended" if terminated else "")
            return f"action {action} in state {state} led {did}, which P[{state}][{action}] rules out"
        state = environment.reset()[0] if terminated or truncated else successor
    return None


def name_of(environment: Any) -> str:
    """The environment's id, else the name of its class."""
    spec = getattr(environment, "spec", None)
    return str(getattr(spec, "id", None) or type(getattr(environment, "unwrapped", environment)).__name__)


def check_time_limit(name: str, environment: Any, horizon: int) -> None:
    """Raise InstanceError for a horizon beyond the time limit that wraps the environment."""
    wrapped = environment is not getattr(environment, "unwrapped", environment)
    limit = getattr(getattr(environment, "spec", None), "max_episode_steps", None) if wrapped else None
    if limit is not None and horizon > limit:
        raise InstanceError(
            f"{name} cuts its episodes after {limit} steps, fewer than the horizon {horizon}: "
            f"make it with max_episode_steps={horizon}, or shorten the horizon"
        )


@dataclass(frozen=True)
class _Row:
    """One entry of the table with positive probability."""

    state: int
    action: int
    successor: int
    probability: Any
    reward: Any
    terminated: bool


def _no_table(name: str, environment: Any) -> str:
    for what in ("observation", "action"):
        space: Any = getattr(environment, f"{what}_space", None)
        if type(space).__name__ == "Box" and np.issubdtype(space.dtype, np.floating):
            return f"{name} has continuous {what}s (a Box of shape {space.shape}): a finite table is needed"
    return f"{name} has no table P: give your own tables to from_arrays"


def _sizes(name: str, bare: Any, table: Any) -> tuple[int, int]:
    """The numbers of states and actions, taken from the spaces, or else from the table."""
    spaces = [getattr(bare, f"{what}_space", None) for what in ("observation", "action")]
    for what, space in zip(("states", "actions"), spaces, strict=True):
        if space is not None and (getattr(space, "n", None) is None or getattr(space, "start", 0) != 0):
            raise InstanceError(f"the {what} of {name} are {type(space).__name__}, not Discrete from 0")
    S, A = (None if space is None else int(space.n) for space in spaces)
    S = len(table) if S is None else S
    return S, len(_at(name, table, 0, "P")) if A is None else A


def _at(name: str, rows: Any, key: int, where: str) -> Any:
    try:
        return rows[key]
    except (KeyError, IndexError, TypeError):
        raise InstanceError(f"{name} has no {where}[{key}]") from None


def _start(name: str, bare: Any, S: int, rationalise: bool) -> np.ndarray[Any, Any]:
    given = getattr(bare, "initial_state_distrib", None)
    if given is None:
        raise InstanceError(f"{name} does not say where it starts (initial_state_distrib): use from_arrays")
    start = np.asarray(given, dtype=np.float64)
    if start.shape != (S,):
        raise InstanceError(f"initial_state_distrib of {name} has shape {start.shape}, but there are {S} states")
    if not np.isfinite(start).all():
        raise InstanceError(f"initial_state_distrib of {name} has an entry that is not a finite number")
    if not rationalise:
        return start
    out = np.empty(S, dtype=object)
    out[:] = [rational(p) for p in start]
    return out


def _rows(name: str, table: Any, S: int, A: int, rationalise: bool) -> Iterator[_Row]:
    """The entries of positive probability; raises InstanceError for an entry of another form."""
    number = rational if rationalise else float
    for s in range(S):
        actions = _at(name, table, s, "P")
        if len(actions) != A:
            raise InstanceError(f"P[{s}] of {name} has {len(actions)} actions, but there are {A}")
        for a in range(A):
            for i, entry in enumerate(_at(name, actions, a, f"P[{s}]")):
                where = f"P[{s}][{a}][{i}] of {name}"
                if not isinstance(entry, Sequence) or len(entry) != 4:
                    raise InstanceError(f"{where} is {entry!r}, not (probability, state, reward, terminated)")
                p, successor, reward, terminated = entry
                if not (isinstance(p, Real) and isinstance(reward, Real) and isinstance(successor, Integral)):
                    raise InstanceError(f"{where} is {entry!r}: probability, state and reward must be numbers")
                if not (isfinite(p) and isfinite(reward)):
                    raise InstanceError(f"{where} has a number that is not finite: {entry!r}")
                if float(p) < 0:
                    raise InstanceError(f"{where} has the probability {p}: a probability is at least 0")
                if not 0 <= int(successor) < S:
                    raise InstanceError(f"{where} leads to state {successor}, but there are {S}, counted from 0")
                if float(p) > 0:
                    yield _Row(s, a, int(successor), number(p), number(reward), bool(terminated))


def _passed_through(start: np.ndarray[Any, Any], rows: tuple[_Row, ...], S: int) -> set[int]:
    """The states that an episode can visit before it ends."""
    onward: list[set[int]] = [set() for _ in range(S)]
    for row in rows:
        if not row.terminated:
            onward[row.state].add(row.successor)
    found = {int(s) for s in np.flatnonzero(start)}
    waiting = list(found)
    while waiting:
        new = onward[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def _assembled(
    name: str,
    bare: Any,
    start: np.ndarray[Any, Any],
    rows: tuple[_Row, ...],
    absorbing: set[int],
    copies: dict[int, int],
    S: int,
    A: int,
    horizon: int,
) -> FiniteMDP:
    zero: Any = Fraction(0) if start.dtype == object else 0.0
    more = S + len(copies)
    rho = np.full(more, zero, dtype=start.dtype)
    rho[:S] = start
    r = np.full((more, A), zero, dtype=start.dtype)
    one: Any = zero + 1
    entries = [(s, a, s, one) for s in sorted(absorbing) for a in range(A)]
    for row in rows:
        if row.state in absorbing:
            continue
        to = copies.get(row.successor, row.successor) if row.terminated else row.successor
        entries.append((row.state, row.action, to, row.probability))
        r[row.state, row.action] += row.probability * row.reward
    state, action, successor = (np.array([e[i] for e in entries], dtype=np.int64) for i in range(3))
    probability = np.empty(len(entries), dtype=start.dtype)
    probability[:] = [e[3] for e in entries]
    labels, grid = _map(bare, S)
    if copies:
        labels = labels or tuple(map(str, range(S)))
        labels += tuple(f"{labels[s]} (ended)" for s in copies)
    moves = Transitions.of(state, action, successor, probability)
    return FiniteMDP(rho, moves, r, int(horizon), name, states=labels, grid=grid)


def _map(bare: Any, S: int) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """The letters of the map and its (rows, columns), if the environment has a map with one tile for each state."""
    tiles = getattr(bare, "desc", None)
    if tiles is not None and np.ndim(tiles) == 2 and np.size(tiles) == S:
        rows, columns = np.shape(tiles)
        letters = tuple(t.decode() if isinstance(t, bytes) else str(t) for t in np.ravel(tiles).tolist())
        return letters, (rows, columns)
    shape = getattr(bare, "shape", None)
    if isinstance(shape, tuple) and len(shape) == 2 and prod(shape) == S:
        return (), (int(shape[0]), int(shape[1]))
    return (), None
