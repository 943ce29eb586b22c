"""Problems whose episodes can all be listed.

An episode starts with a prompt or first state and takes up to T steps.  At each step the policy draws an action or
token in a state or context, and there is a reward.  Episodes are rows of arrays, padded at the end to
the length of the longest; the parameters are the logits of a table of softmax rows, θ(s, a) = log π(a | s), one for
every state and action.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import EstimatorError, InstanceError
from pgsym.mdps.mdp import fits
from pgsym.meaning.numbers.base import Array
from pgsym.meaning.validation import ROW_TOLERANCE, Table, entries_of, numbers_of, place

if TYPE_CHECKING:
    from pgsym.mdps.mdp import FiniteMDP

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

LAW_TOLERANCE: Final = 1e-9
"""The tolerance in floats for the sum of all episodes' probabilities, which is 1."""


@dataclass(frozen=True, eq=False)
class Episodes:
    """E episodes of at most T steps in S states (contexts) with A actions (tokens), and three policies for them.

    `policy` is π_θ, whose gradient is wanted; `behaviour` is what the samples are drawn from, and `reference` what
    divergences are measured against, both π_θ where they are not given.  All tables are float64, or all are Fractions.
    Raises InstanceError, naming the entry, for tables that are no problem.  Made by `bandit`, `tree` and `from_mdp`.
    """

    kind: str
    starts: Ints  # (E,): which prompt or first state
    states: Ints  # (E, T)
    actions: Ints  # (E, T)
    rewards: Array  # (E, T), zero where padded
    mask: Bools  # (E, T), false where padded
    chance: Array  # (E,): the probability of all that no policy decides, the start included
    policy: Array  # (S, A)
    behaviour: Array = field(default=None)  # type: ignore[arg-type]  # (S, A)
    reference: Array = field(default=None)  # type: ignore[arg-type]  # (S, A)
    discount: Any = 1
    critic: Array | None = None  # (S,) or (T, S): a value function to be used in place of the exact one
    context_names: tuple[str, ...] = ()
    source: FiniteMDP | None = None  # what the episodes were listed from, if that was an MDP

    def __post_init__(self) -> None:
        for key in ("policy", "behaviour", "reference"):
            given = getattr(self, key)
            table = self.policy if given is None else distribution_rows(key, given)
            if table.shape != self.policy.shape:
                raise InstanceError(f"the {key} has shape {table.shape}, but the policy has {self.policy.shape}")
            object.__setattr__(self, key, table)
        exact = {t.dtype == object for t in (self.rewards, self.chance, self.policy, self.behaviour, self.reference)}
        if len(exact) > 1:
            for key in ("rewards", "chance", "policy", "behaviour", "reference"):
                object.__setattr__(self, key, getattr(self, key).astype(np.float64))
        if not self.exact and not np.isfinite(self.rewards).all():
            raise InstanceError("a reward is not a finite number")

    # sizes -----------------------------------------------------------------------------------------------------
    @property
    def E(self) -> int:
        """The number of episodes."""
        return len(self.starts)

    @property
    def T(self) -> int:
        """The length of the longest episode."""
        return int(self.states.shape[1])

    @property
    def S(self) -> int:
        """The number of states or contexts, each with a row of the policy."""
        return int(self.policy.shape[0])

    @property
    def A(self) -> int:
        """The number of actions or tokens."""
        return int(self.policy.shape[1])

    @property
    def P(self) -> int:
        """The number of parameters: S A logits."""
        return self.S * self.A

    @property
    def exact(self) -> bool:
        """Whether the tables are Fractions."""
        return self.policy.dtype == object

    @property
    def on_policy(self) -> bool:
        """Whether the samples are drawn from the policy itself."""
        return bool(np.all(self.behaviour == self.policy))

    @property
    def per_sequence(self) -> bool:
        """Whether every reward is paid at the last step of its episode."""
        last = np.arange(self.T) == self.lengths[:, np.newaxis] - 1
        return not np.asarray(self.rewards[~last] != 0, dtype=bool).any()

    # arrays over all episodes------------------------------------------------------------------------
    @cached_property
    def lengths(self) -> Ints:
        """The number of steps of every episode, of shape (E,)."""
        return np.asarray(self.mask.sum(axis=1), dtype=np.int64)

    @cached_property
    def discounts(self) -> Array:
        """γ^{t−1}, of shape (T,)."""
        one = Fraction(1) if self.exact else 1.0
        return np.array([one * self.discount**t for t in range(self.T)], dtype=self.policy.dtype)

    @cached_property
    def returns(self) -> Array:
        """Σ_t γ^{t−1} r_t, of shape (E,)."""
        return np.asarray((self.rewards * self.discounts).sum(axis=1))

    @cached_property
    def to_go(self) -> Array:
        """Σ_{u≥t} γ^{u−t} r_u, of shape (E, T)."""
        out = np.array(self.rewards, copy=True)
        for t in reversed(range(self.T - 1)):
            out[:, t] = out[:, t] + self.discount * out[:, t + 1]
        return out

    def taken(self, table: Array) -> Array:
        """The entries of a table of shape (S, A) at the actions taken, one where padded: shape (E, T)."""
        out = np.array(table[self.states, self.actions])
        out[~self.mask] = Fraction(1) if self.exact else 1.0
        return out

    @cached_property
    def weights(self) -> Array:
        """π(a_t | s_t) / behaviour of the actions taken, one where padded or never drawn, of shape (E, T)."""
        drawn = self.taken(self.behaviour)
        never = np.asarray(drawn == 0, dtype=bool)
        one: Any = Fraction(1) if self.exact else 1.0
        return np.asarray(np.where(never, one, self.taken(self.policy)) / np.where(never, one, drawn))

    def mass(self, policy: Array | None = None) -> Array:
        """The probability of every episode under a policy (π_θ unless another is given), of shape (E,)."""
        return np.asarray(self.chance * self.taken(self.policy if policy is None else policy).prod(axis=1))

    def check_law(self) -> None:
        """Raise InstanceError unless the episodes' probabilities sum to 1 under the policy and the behaviour."""
        for name, policy in (("policy", self.policy), ("behaviour", self.behaviour)):
            total = self.mass(policy).sum()
            if abs(total - 1) > (0 if self.exact else LAW_TOLERANCE):
                raise InstanceError(f"the episodes have {name} probabilities that sum to {total}, not to 1")

    @cached_property
    def scores(self) -> Array:
        """∇ log π(a_t | s_t) in the logits, zero where padded, of shape (E, T, S A).  Raises TooLarge."""
        self.check_memory(f"the scores of {self.E:,} episodes of {self.T} steps", self.E * self.T)
        zero, one = (Fraction(0), Fraction(1)) if self.exact else (0.0, 1.0)
        out = np.full((self.E, self.T, self.S, self.A), zero, dtype=self.policy.dtype)
        e, t = np.nonzero(self.mask)
        s, a = self.states[e, t], self.actions[e, t]
        out[e, t, s] = -self.policy[s]
        out[e, t, s, a] += one
        return out.reshape(self.E, self.T, self.P)

    @cached_property
    def total_scores(self) -> Array:
        """Σ_t ∇ log π(a_t | s_t), of shape (E, S A).  Raises TooLarge."""
        self.check_memory(f"the scores of {self.E:,} episodes", self.E)
        zero = Fraction(0) if self.exact else 0.0
        out = np.full((self.E, self.S, self.A), zero, dtype=self.policy.dtype)
        for t in range(self.T):
            (e,) = np.nonzero(self.mask[:, t])
            s = self.states[e, t]
            out[e, s] -= self.policy[s]
            out[e, s, self.actions[e, t]] += 1
        return out.reshape(self.E, self.P)

    def check_memory(self, what: str, rows: int) -> None:
        """Raise TooLarge if that many rows of numbers, one a parameter, would not fit."""
        fits(f"{what} in {self.P:,} parameters", rows * self.P, "fewer contexts, by a shorter length or fewer tokens")

    def logarithms(self, table: Array) -> Floats:
        """The logarithms of a policy's probabilities of the actions taken, zero where padded, of shape (E, T)."""
        if self.exact:
            raise EstimatorError(
                "the logarithm of a probability is not a fraction: use the problem in floats (floats())"
            )
        with np.errstate(divide="ignore"):
            return np.log(self.taken(table))

    @cached_property
    def exact_values(self) -> Array:
        """V_t(s_t) of the policy, of shape (E, T): the expected return from the state at time t on.

        A state may be visited at several times; states that the policy never reaches have value zero.
        """
        zero = Fraction(0) if self.exact else 0.0
        mass, out = self.mass(), np.full((self.E, self.T), zero, dtype=self.policy.dtype)
        for t in range(self.T):
            row = np.where(self.mask[:, t], self.states[:, t], self.S)
            total, weight = (np.full(self.S + 1, zero, dtype=self.policy.dtype) for _ in range(2))
            np.add.at(total, row, mass * self.to_go[:, t])
            np.add.at(weight, row, mass)
            met = np.asarray(weight != 0, dtype=bool)
            total[met] = total[met] / weight[met]
            total[self.S] = zero
            out[:, t] = total[row]
        return out

    @cached_property
    def values(self) -> Array:
        """The critic's values of s_t, or the exact values if there is no critic, of shape (E, T); zero where padded."""
        if self.critic is None:
            return self.exact_values
        found = self.critic[self.states] if self.critic.ndim == 1 else self.critic[np.arange(self.T), self.states]
        return np.asarray(found * np.where(self.mask, 1, 0))

    # the objective ---------------------------------------------------------------------------------------------
    @cached_property
    def value(self) -> Any:
        """J(θ), the expected return."""
        return (self.mass() * self.returns).sum()

    @cached_property
    def gradient(self) -> Array:
        """∇J(θ) in the logits, of shape (S, A): Σ over all episodes of probability, return and score."""
        weights = self.mass() * self.returns
        return np.asarray((weights[:, np.newaxis] * self.total_scores).sum(axis=0)).reshape(self.S, self.A)

    # other problems --------------------------------------------------------------------------------------------
    def floats(self) -> Episodes:
        """The same problem in float64."""
        keys = ("rewards", "chance", "policy", "behaviour", "reference")
        critic = None if self.critic is None else self.critic.astype(np.float64)
        tables = {key: getattr(self, key).astype(np.float64) for key in keys}
        return replace(self, **tables, discount=float(self.discount), critic=critic)

    def longer(self, steps: int = 1) -> Episodes:
        """The same problem with more steps of padding at the end of every episode."""

        def padded(table: Array) -> Array:
            zero = (0 * table[:, :1]).astype(table.dtype)
            return np.concatenate([table, zero.repeat(steps, axis=1)], axis=1)

        critic = self.critic
        if critic is not None and critic.ndim == 2:  # one row for every step
            critic = np.concatenate([critic, critic[-1:].repeat(steps, axis=0)])
        arrays = {key: padded(getattr(self, key)) for key in ("states", "actions", "rewards", "mask")}
        return replace(self, **arrays, critic=critic)  # type: ignore[arg-type]

    def with_logits(self, theta: Floats) -> Episodes:
        """The problem in float64 at a policy with other logits, of shape (S, A); the other policies stay."""
        powers = np.exp(theta - theta.max(axis=1, keepdims=True))
        return replace(self.floats(), policy=powers / powers.sum(axis=1, keepdims=True))

    def __str__(self) -> str:
        lengths = sorted(set(self.lengths.tolist()))
        span = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        starts, words = len(set(self.starts.tolist())), WORDS[self.kind]
        met = [] if words[0] == words[1] else [f"{starts} {words[0]}{'s' if starts > 1 else ''}"]
        parts = [
            *met,
            f"{self.S} {words[1]}{'s' if self.S > 1 else ''}",
            f"{self.A} {words[2]}{'s' if self.A > 1 else ''}",
            f"length {span}",
            "on-policy" if self.on_policy else "off-policy (behaviour ≠ policy)",
        ]
        if self.T > 1:
            parts.append("reward per sequence" if self.per_sequence else f"reward per {words[3]}")
        if self.discount != 1:
            parts.append(f"discount {self.discount}")
        return ", ".join(parts)


WORDS: Final = {
    "bandit": ("state", "state", "action", "step"),
    "MDP": ("first state", "state", "action", "step"),
    "tree": ("prompt", "context", "token", "token"),
}


def distribution_rows(key: str, table: Table) -> Array:
    """A table of shape (S, A) whose rows are distributions, as floats or Fractions; else raises InstanceError."""
    out = numbers_table(key, table)
    if out.ndim != 2 or 0 in out.shape:
        raise InstanceError(f"the {key} has shape {out.shape}, not (states, actions)")
    negative = np.argwhere(np.asarray(out < 0, dtype=bool))
    if len(negative):
        at = tuple(int(i) for i in negative[0])
        raise InstanceError(f"{place(key, at)} = {out[at]} is negative: a probability is at least 0")
    sums = out.sum(axis=1)
    off = np.flatnonzero(np.asarray(np.abs(sums - 1) > (0 if out.dtype == object else ROW_TOLERANCE), dtype=bool))
    if len(off):
        raise InstanceError(f"{key}[{off[0]}] sums to {sums[off[0]]}, not to 1")
    return out if out.dtype == object else normalised(out)


def normalised(rows: Array) -> Array:
    """Rows of floats, each divided by its sum, which is 1 up to the digits that were given."""
    sums = rows.sum(axis=-1, keepdims=True)
    return np.where(np.abs(sums - 1) > 1e-14, rows / sums, rows)


def numbers_table(key: str, table: Table | Sequence[Any]) -> Array:
    """Numbers as Fractions where all are ints and Fractions, else as float64; raises InstanceError for NaN and such."""
    if isinstance(table, np.ndarray) and table.dtype.kind == "f":
        if not np.isfinite(table).all():
            raise InstanceError(f"an entry of the {key} is not a finite number")
        return table.astype(np.float64)
    entries = entries_of(key, table)
    exact = all(isinstance(x, int | Fraction | np.integer) for x in entries.flat)
    numbers = numbers_of(key, entries, exact)
    return numbers if exact else numbers.astype(np.float64)


__all__ = ["Episodes"]
