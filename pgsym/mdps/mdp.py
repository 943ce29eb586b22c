"""Finite Markov decision processes as tables: a start, transitions, rewards and a horizon.

    s_1 ~ ρ,  a_t ~ π(· | s_t),  s_{t+1} ~ p(· | s_t, a_t),  reward r(s_t, a_t),  t = 1, …, T

States and actions count from 0.  Either all tables are float64, or all are Fractions (dtype object), and then terms are
evaluated exactly.  Only transitions of positive probability are stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import InstanceError, TooLarge
from pgsym.mdps.softmax import Softmax
from pgsym.meaning.instances import TableInstance
from pgsym.meaning.numbers.base import Array, Float64, Numbers, Rational
from pgsym.meaning.validation import ROW_TOLERANCE, Table, entries_of, numbers_of, place
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import START, TRANSITION, trajectories
from pgsym.terms.sorts import ACTION, STATE, Sort

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LARGEST_DENOMINATOR: Final = 10**6
ROUNDING: Final = 1e-12
"""How far a float may lie from the fraction that replaces it, relative to 1 or to its absolute value."""

MEMORY: Final = 2**31
"""How many bytes one table may take."""


def fits(what: str, count: int, alternative: str) -> None:
    """Raise TooLarge, with the estimate and the alternative, if `count` float64 numbers exceed the memory limit."""
    if 8 * count > MEMORY:
        gigabytes = f"{8 * count / 1e9:,.1f} GB (the limit is {MEMORY / 1e9:.1f} GB)"
        raise TooLarge(f"{what} would take {gigabytes}: {alternative}")


@dataclass(frozen=True, eq=False)
class Transitions:
    """All (s, a, s') of positive probability, once each, ordered by s, then a, then s'."""

    state: Ints  # (n,)
    action: Ints  # (n,)
    successor: Ints  # (n,)
    probability: Array  # (n,), positive

    @classmethod
    def of(cls, state: Ints, action: Ints, successor: Ints, probability: Array) -> Transitions:
        """The transitions given in any order: repeated ones are added up, those of probability 0 dropped."""
        order = np.lexsort((successor, action, state))
        triples = np.stack([state, action, successor])[:, order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (triples[:, 1:] != triples[:, :-1]).any(axis=0)
        starts = np.flatnonzero(first)
        merged = np.add.reduceat(probability[order], starts) if len(starts) else probability
        possible = np.asarray(merged != 0, dtype=bool)
        s, a, successors = triples[:, starts][:, possible]
        return cls(s, a, successors, merged[possible])

    @classmethod
    def from_dense(cls, P: Array) -> Transitions:
        """The transitions of an array of shape (S, A, S)."""
        state, action, successor = np.nonzero(P)
        return cls(state, action, successor, P[state, action, successor])

    def dense(self, S: int, A: int) -> Array:
        """The array of shape (S, A, S); raises TooLarge if it would exceed the memory limit."""
        fits(
            f"dense transitions of {S} states and {A} actions",
            S * A * S,
            "use the sparse `transitions`, or a smaller problem",
        )
        exact = self.probability.dtype == object
        out = np.full((S, A, S), Fraction(0), dtype=object) if exact else np.zeros((S, A, S))
        out[self.state, self.action, self.successor] = self.probability
        return out


@dataclass(frozen=True, eq=False)
class FiniteMDP:
    """A finite MDP of horizon T; raises InstanceError, naming the entry or the row, for tables that are not an MDP.

    `states` and `actions` are labels.  For a grid world `grid` is (rows, columns), and the first rows x columns states
    lie on it, row by row.
    """

    rho: Array  # (S,)
    transitions: Transitions
    r: Array  # (S, A): the expected reward of taking a in s
    horizon: int
    name: str = "MDP"
    states: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    grid: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        check_horizon(self.horizon)
        if self.rho.ndim != 1 or self.r.ndim != 2 or len(self.rho) != len(self.r):
            raise InstanceError(f"rho has shape {self.rho.shape} and r has shape {self.r.shape}, not (S,) and (S, A)")
        moves, S, A = self.transitions, self.S, self.A
        indexed = (("state", moves.state, S), ("action", moves.action, A), ("successor", moves.successor, S))
        for key, indices, size in indexed:
            if len(indices) and not 0 <= indices.min() <= indices.max() < size:
                wrong = next(int(i) for i in indices if not 0 <= i < size)
                raise InstanceError(f"a transition has {key} {wrong}, but there are {size}, counted from 0")
        if len({self.rho.dtype, self.r.dtype, moves.probability.dtype}) > 1:
            raise InstanceError("some tables are Fractions and some floats: give all as Fractions, or all as floats")
        _check_finite("r", self.r)
        _check_distribution("rho", self.rho, self.rho.sum())
        for i in np.flatnonzero(~np.asarray(moves.probability >= 0, dtype=bool)):
            where = place("P", tuple(int(index[i]) for index in (moves.state, moves.action, moves.successor)))
            raise InstanceError(f"{where} = {moves.probability[i]}: a probability is at least 0")
        self._check_rows()

    def _check_rows(self) -> None:
        moves = self.transitions
        exact = self.exact
        totals = np.full((self.S, self.A), Fraction(0), dtype=object) if exact else np.zeros((self.S, self.A))
        np.add.at(totals, (moves.state, moves.action), moves.probability)
        off = np.abs(totals - 1)
        wrong = np.argwhere(off > (0 if exact else ROW_TOLERANCE))
        if len(wrong):
            s, a = (int(i) for i in wrong[0])
            others = f" ({len(wrong)} rows are wrong in all)" if len(wrong) > 1 else ""
            raise InstanceError(f"P[{s}][{a}] {_sums_to(totals[s, a], exact)}: state {s}, action {a}{others}")

    @property
    def S(self) -> int:
        """The number of states."""
        return len(self.rho)

    @property
    def A(self) -> int:
        """The number of actions."""
        return int(self.r.shape[1])

    @property
    def exact(self) -> bool:
        """Whether the tables are Fractions."""
        return self.rho.dtype == object

    @property
    def P(self) -> Array:
        """p(s' | s, a) as an array of shape (S, A, S); raises TooLarge if it would exceed the memory limit."""
        return self.transitions.dense(self.S, self.A)

    @cached_property
    def ends(self) -> NDArray[np.bool_]:
        """(S,): True at absorbing states without reward, in which an episode has ended."""
        stays = np.ones(self.S, dtype=bool)
        moves = self.transitions
        stays[moves.state[moves.successor != moves.state]] = False
        return np.asarray(stays & np.asarray(self.r == 0, dtype=bool).all(axis=1))

    @cached_property
    def reachable(self) -> NDArray[np.bool_]:
        """(S,): True at states that have positive probability at some time, under some policy."""
        found = np.asarray(self.rho > 0, dtype=bool)
        moves, before = self.transitions, -1
        while found.sum() > before:
            before = int(found.sum())
            found = found.copy()
            found[moves.successor[found[moves.state]]] = True
        return found

    def backup(self, values: Floats) -> Floats:
        """Σ_{s'} p(s' | s, a) v(s'), of shape (S, A), for v of shape (S,)."""
        m = self._in_floats
        row = m.state * self.A + m.action
        weights = m.probability * values[m.successor]
        sums: Floats = np.bincount(row, weights, minlength=self.S * self.A).astype(np.float64)
        return sums.reshape(self.S, self.A)

    def propagate(self, mass: Floats) -> Floats:
        """Σ_{s, a} x(s, a) p(s' | s, a), of shape (S,), for x of shape (S, A)."""
        m = self._in_floats
        weights = m.probability * mass[m.state, m.action]
        return np.bincount(m.successor, weights, minlength=self.S).astype(np.float64)

    @cached_property
    def _in_floats(self) -> Transitions:
        return replace(self.transitions, probability=self.transitions.probability.astype(np.float64))

    def floats(self) -> FiniteMDP:
        """The same MDP in float64."""
        return replace(self, rho=self.rho.astype(np.float64), transitions=self._in_floats, r=self.r.astype(np.float64))

    def rationalised(self) -> FiniteMDP:
        """The same MDP in Fractions, each float replaced by the simple fraction it rounds.

        Raises InstanceError, naming the row, where the fractions of a row do not sum to one.

        >>> third = [0.33333333333333337, 0.3333333333333333, 0.33333333333333337]
        >>> m = from_arrays([1.0, 0.0, 0.0], [[third]] * 3, [[0.1]] * 3, horizon=2).rationalised()
        >>> m.P[0, 0].tolist() == [Fraction(1, 3)] * 3, m.r[0, 0]
        (True, Fraction(1, 10))
        """
        moves = self.transitions
        fractions = replace(moves, probability=_each(rational, moves.probability))
        return replace(self, rho=_each(rational, self.rho), transitions=fractions, r=_each(rational, self.r))

    def instance(self, policy: Softmax | Table, tangents: Table | None = None) -> TableInstance:
        """The instance at which `evaluate` gives every term about trajectories its value on this MDP, under a policy.

        The policy is a softmax policy or a table π(a | s) of shape (S, A); `tangents`, of shape (n, S, A), are its
        derivatives along n directions.  Exact if the MDP and the policy are Fractions, else float64.  Raises
        InstanceError for a policy of another shape or with a row that is not a distribution, TooLarge if the dense
        transitions would exceed the memory limit.

        >>> from pgsym.meaning.evaluator import evaluate
        >>> m = from_arrays([1], [[[1], [1]]], [[0, 1]], horizon=3)
        >>> evaluate(trajectories().objective, m.instance([[Fraction(1, 4), Fraction(3, 4)]])).array.tolist()
        [Fraction(9, 4)]
        """
        table = self.policy_table(policy)
        exact = self.exact and table.dtype == object
        numbers: Numbers = Rational() if exact else Float64()
        along = np.asarray(() if tangents is None else tangents, dtype=None if exact else np.float64)
        if tangents is not None and along.shape[1:] != table.shape:
            raise InstanceError(f"tangents have shape {along.shape}, not (n, {self.S}, {self.A})")

        def read(values: Array) -> Array:
            return values if exact else values.astype(np.float64)

        tables = {
            START: read(self.rho),
            TRANSITION: np.moveaxis(read(self.P), 2, 0),
            REWARD: read(self.r),
            POLICY: read(table).T,
        }
        moved = {} if tangents is None else {POLICY: np.swapaxes(along, 1, 2)}
        m = trajectories()
        sizes: dict[Sort, int] = {STATE: self.S, ACTION: self.A}
        return TableInstance(numbers, sizes, tables, moved, {"T": self.horizon}, m.hypotheses)

    def policy_table(self, policy: Softmax | Table) -> Array:
        """π(a | s) of shape (S, A); raises InstanceError for another shape or a row that is not a distribution."""
        table = policy.table if isinstance(policy, Softmax) else _table("π", policy)
        if table.shape != (self.S, self.A):
            raise InstanceError(f"the policy has shape {table.shape}, but {self.name} has (S, A) = {(self.S, self.A)}")
        if not isinstance(policy, Softmax):
            for s, row in enumerate(table):
                _check_distribution(f"π[{s}]", row, row.sum())
        return table


def from_arrays(rho: Table, P: Table, r: Table, horizon: int, name: str = "MDP") -> FiniteMDP:
    """The MDP with tables rho of shape (S,), P of shape (S, A, S), and r of shape (S, A) or (S, A, S).

    P[s][a][s'] is p(s' | s, a).  Rewards on transitions are replaced by their expectations given (s, a).  If all arrays
    (or nested lists) hold ints and Fractions, the MDP is exact; one float makes all tables float64.  Raises
    InstanceError, naming the table and the entry or row, for shapes that do not fit, entries that are not finite
    numbers, negative probabilities, rows that do not sum to one, and a horizon that is not a positive int.

    >>> m = from_arrays([1, 0], [[[0, 1]], [[0, 1]]], [[[0, 5]], [[0, 0]]], horizon=2)
    >>> m.r.tolist(), m.ends.tolist(), m.exact
    ([[Fraction(5, 1)], [Fraction(0, 1)]], [False, True], True)
    >>> from_arrays([1, 0], [[[0, 0.5]], [[0, 1]]], [[0], [0]], horizon=2)
    Traceback (most recent call last):
    pgsym.errors.InstanceError: P[0][0] sums to 0.5, which is 0.5 less than 1: state 0, action 0
    """
    check_horizon(horizon)
    tables = [_table(key, t) for key, t in (("rho", rho), ("P", P), ("r", r))]
    if len({t.dtype for t in tables}) > 1:
        tables = [t.astype(np.float64) for t in tables]
    start, moves, reward = tables
    if moves.ndim != 3 or moves.shape[0] != moves.shape[2]:
        raise InstanceError(f"P has shape {moves.shape}, not (S, A, S)")
    S, A, _ = moves.shape
    if start.shape != (S,):
        raise InstanceError(f"rho has shape {start.shape}, but P has shape {moves.shape}: rho has shape ({S},)")
    if reward.shape not in ((S, A), (S, A, S)):
        wanted = f"({S}, {A}), or ({S}, {A}, {S}) on transitions"
        raise InstanceError(f"r has shape {reward.shape}, but P has shape {moves.shape}: r has shape {wanted}")
    _check_finite("r", reward)
    _check_finite("P", moves)
    if reward.ndim == 3:
        reward = np.asarray((moves * reward).sum(axis=2))
    return FiniteMDP(start, Transitions.from_dense(moves), reward, int(horizon), name)


def check_horizon(horizon: object) -> None:
    """Raise InstanceError unless a horizon is a positive int."""
    if not isinstance(horizon, int | np.integer) or isinstance(horizon, bool):
        raise InstanceError(f"the horizon must be a positive int, not {horizon!r}")
    if horizon < 1:
        raise InstanceError(f"the horizon is {horizon}: an episode has at least one step")


def rational(value: Any) -> Fraction:
    """The nearest fraction of denominator at most 10^6 if within rounding of a float, else the float's exact value.

    >>> rational(0.33333333333333337), rational(-10), rational(2**-40)
    (Fraction(1, 3), Fraction(-10, 1), Fraction(1, 1099511627776))
    """
    exact = Fraction(value.item() if isinstance(value, np.generic) else value)
    near = exact.limit_denominator(LARGEST_DENOMINATOR)
    scale = max(Fraction(1), abs(exact)) if near else Fraction(0)  # a small number is not zero
    return near if abs(near - exact) <= Fraction(ROUNDING) * scale else exact


def _each(function: Callable[[Any], Fraction], values: Array) -> Array:
    out = np.empty(values.shape, dtype=object)
    for index in np.ndindex(values.shape):
        out[index] = function(values[index])
    return out


def _table(key: str, table: Table) -> Array:
    """A table as float64 or as Fractions; raises InstanceError for an entry that is not a finite number."""
    if isinstance(table, np.ndarray) and table.dtype.kind == "f":
        return table.astype(np.float64)
    if isinstance(table, np.ndarray) and table.dtype.kind not in "biuO":
        raise InstanceError(f"{key} is an array of {table.dtype}, not of numbers")
    entries = entries_of(key, table)
    exact = all(isinstance(x, int | Fraction) for x in entries.flat)
    numbers = numbers_of(key, entries, exact)
    return numbers if exact else numbers.astype(np.float64)


def _check_finite(key: str, table: Array) -> None:
    if table.dtype == object:
        return
    for index in np.argwhere(~np.isfinite(table)):
        where = place(key, tuple(int(i) for i in index))
        raise InstanceError(f"{where} is {table[tuple(index)]}: every entry must be finite")


def _check_distribution(key: str, row: Array, total: Any) -> None:
    _check_finite(key, row)
    for i, p in enumerate(row):
        if p < 0:
            raise InstanceError(f"{key}[{i}] = {p} is negative: a probability is at least 0")
    exact = row.dtype == object
    if abs(total - 1) > (0 if exact else ROW_TOLERANCE):
        raise InstanceError(f"{key} {_sums_to(total, exact)}")


def _sums_to(total: Any, exact: bool) -> str:
    """A row's sum and its distance from 1, in words."""
    shown, by = (str(x) if exact else f"{float(x):.9g}" for x in (total, abs(total - 1)))
    return f"sums to {shown}, which is {by} {'more' if total > 1 else 'less'} than 1"
