"""Samples of a problem as named arrays, from which estimators get their arguments.

A sample is a batch: `groups` groups of `group_size` episodes each, R = groups × group_size rows, all members of a group
from one start.  Arrays hold N samples at once: N first, then the row R, then the step T, then what belongs to a step.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Episodes, Ints
from pgsym.meaning.numbers.base import Array

COLUMNS: Final[dict[str, tuple[str, Callable[[Episodes], Array]]]] = {
    "starts": ("(N, R) the prompt or first state", lambda p: p.starts),
    "states": ("(N, R, T) the state or context of every step, an int", lambda p: p.states),
    "actions": ("(N, R, T) the action or token taken, an int", lambda p: p.actions),
    "rewards": ("(N, R, T) the reward of every step, zero where padded", lambda p: p.rewards),
    "mask": ("(N, R, T) whether the step belongs to the episode", lambda p: p.mask),
    "lengths": ("(N, R) how many steps the episode takes", lambda p: p.lengths),
    "returns": ("(N, R) the discounted sum of the rewards", lambda p: p.returns),
    "to_go": ("(N, R, T) the discounted sum of the rewards from the step on", lambda p: p.to_go),
    "scores": ("(N, R, T, P) ∇ log π(a|s) in the logits, zero where padded", lambda p: p.scores),
    "total_scores": ("(N, R, P) the sum of the scores of an episode", lambda p: p.total_scores),
    "logp": ("(N, R, T) log π(a|s), zero where padded", lambda p: p.logarithms(p.policy)),
    "old_logp": ("(N, R, T) the same of the behaviour policy", lambda p: p.logarithms(p.behaviour)),
    "ref_logp": ("(N, R, T) the same of the reference policy", lambda p: p.logarithms(p.reference)),
    "ratios": ("(N, R, T) π(a|s) / behaviour, one where padded", lambda p: p.weights),
    "values": ("(N, R, T) the critic's V(s), the exact one without a critic, zero where padded", lambda p: p.values),
    "probs": ("(N, R, T, A) π(·|s)", lambda p: p.policy[p.states]),
    "old_probs": ("(N, R, T, A) the same of the behaviour policy", lambda p: p.behaviour[p.states]),
    "ref_probs": ("(N, R, T, A) the same of the reference policy", lambda p: p.reference[p.states]),
}
"""The arrays of samples by name: shape and meaning, and a function that computes the array over all episodes."""

SHARED: Final = {
    "group_ids": "(R,) which group a row belongs to",
    "group_size": "how many members a group has, an int",
    "discount": "γ",
    "policy": "(S, A) the table π(a|s)",
    "behaviour": "(S, A) the table of the behaviour policy",
    "reference": "(S, A) the table of the reference policy",
    "samples": "all of it, as a Samples object",
}
"""The values that are the same for all samples, by name."""


class Power(Fraction):
    """A Fraction that has powers by arrays, entry by entry: before Python 3.12 those of a Fraction are floats.

    >>> (Power(1, 2) ** np.arange(3)).tolist()
    [Fraction(1, 1), Fraction(1, 2), Fraction(1, 4)]
    """

    def __pow__(self, exponent: Any) -> Any:
        if isinstance(exponent, np.ndarray):
            return np.array(Fraction(self), dtype=object) ** exponent.astype(object)
        return super().__pow__(int(exponent) if isinstance(exponent, np.integer) else exponent)

    def __repr__(self) -> str:
        return repr(Fraction(self))


FILLED: Final = tuple(n for n, (says, _) in COLUMNS.items() if "(N, R, T" in says and n not in ("mask", "scores"))
"""The columns whose padding may be filled; masks and scores keep their zeros in the padding."""


@dataclass(frozen=True)
class Padding:
    """Contents of the padding: a number for arrays of numbers, a state and an action.

    `columns` are those of `FILLED` that are changed; NaN and infinity need a problem in float64.
    """

    number: float
    state: int = 0
    action: int = 0
    columns: tuple[str, ...] = FILLED

    def fill(self, name: str, column: Array, mask: Array) -> Array:
        """A column, of shape (N, R, T, …), with its padding filled."""
        if name not in self.columns:
            return column
        given = {"states": self.state, "actions": self.action}.get(name, self.number)
        return np.where(mask.reshape(mask.shape + (1,) * (column.ndim - 3)), column, given)


@dataclass(frozen=True, eq=False)
class Samples:
    """N samples of a problem: the indices of their episodes, of shape (N, R), and the contents of their padding.

    >>> from pgsym.estimators import bandit
    >>> Samples(bandit([0.5, 0.5], [0, 1]), np.array([[1], [0]]))["returns"].tolist()
    [[1.0], [0.0]]
    """

    problem: Episodes
    episodes: Ints  # (N, R)
    groups: int = 1
    padding: Padding | None = None

    def __len__(self) -> int:
        return len(self.episodes)

    @property
    def R(self) -> int:
        """The number of episodes of a sample."""
        return int(self.episodes.shape[1])

    @property
    def group_size(self) -> int:
        """The number of episodes of a group."""
        return self.R // self.groups

    @cached_property
    def group_ids(self) -> Ints:
        """The group of each row, of shape (R,)."""
        return np.repeat(np.arange(self.groups), self.group_size)

    def __getitem__(self, name: str) -> Any:
        """The array of a name; raises EstimatorError for an unknown name."""
        if name in COLUMNS:
            return self.taken(name, column(self.problem, name))
        if name == "samples":
            return self
        if name == "group_ids":
            return self.group_ids.copy()
        if name == "group_size":
            return self.group_size
        if name in SHARED:
            shared = getattr(self.problem, name)
            if type(shared) is Fraction:
                return Power(shared)
            return shared.copy() if isinstance(shared, np.ndarray) else shared  # an estimator may write into it
        raise unknown(name)

    def taken(self, name: str, known: Array) -> Array:
        """An array over all episodes, taken at the episodes of the samples, with the padding of the named column."""
        found = known.take(self.episodes, axis=0)
        return found if self.padding is None else self.padding.fill(name, found, self.problem.mask[self.episodes])

    def at(self, which: Any) -> Samples:
        """Some of the samples, by a slice or indices."""
        return replace(self, episodes=self.episodes[which])

    def line(self, i: int) -> str:
        """One sample in words: the actions and rewards of every row."""
        rows = []
        for e in self.episodes[i].tolist():
            n = int(self.problem.lengths[e])
            taken, paid = self.problem.actions[e, :n].tolist(), self.problem.rewards[e, :n].tolist()
            rows.append(f"actions {taken} with rewards {[str(x) if self.problem.exact else x for x in paid]}")
        return "; ".join(rows)


def column(problem: Episodes, name: str) -> Array:
    """A column over all episodes; computed once for each problem."""
    kept: dict[str, Array] = problem.__dict__.setdefault("_columns", {})
    if name not in kept:
        kept[name] = COLUMNS[name][1](problem)
    return kept[name]


def unknown(name: str, known: Iterable[str] = (*COLUMNS, *SHARED)) -> EstimatorError:
    """The error for an unknown name, with the nearest known one."""
    known = tuple(known)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return EstimatorError(f"nothing is called {name!r}: {hint}an argument is one of {', '.join(known)}")


def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a function, or of the `forward` of a module that takes any; raises EstimatorError for none."""
    try:
        found = inspect.signature(function).parameters
        anything = all(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found.values())
        forward = getattr(function, "forward", None) if anything else None
        return found if forward is None else inspect.signature(forward).parameters
    except (TypeError, ValueError):
        raise EstimatorError(f"the arguments of {function!r} cannot be read: wrap it in a function") from None


def arguments(function: Callable[..., Any], names: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """The meaning of each argument of a function, from `names` or its own name; unknown ones with defaults are omitted.

    Raises EstimatorError for an unknown argument without a default, and for a name that the function does not have.
    """
    known = tuple(known)
    parameters = parameters_of(function)
    kinds = {p.kind for p in parameters.values()}
    for name in names:
        if name not in parameters and inspect.Parameter.VAR_KEYWORD not in kinds:
            raise EstimatorError(f"the function has no argument {name!r}: it has {', '.join(parameters)}")
    out = dict(names)
    for name, parameter in parameters.items():
        if parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL) or name in out:
            continue
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise EstimatorError(f"the argument {name!r} is positional only: arguments are given by name")
        if name in known:
            out[name] = name
        elif parameter.default is inspect.Parameter.empty:
            raise unknown(name, known)
    for meaning in out.values():
        if meaning not in known:
            raise unknown(meaning, known)
    return out


__all__ = ["COLUMNS", "FILLED", "SHARED", "Padding", "Samples"]
