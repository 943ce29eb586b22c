"""Choices of the log-probabilities that are differentiated: scores of shape (E, T, P) over the listed episodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from pgsym.estimators.diagnosis.choice import Choice
from pgsym.estimators.episodes import Episodes, Floats, Ints

Tokens = Callable[[Episodes], Floats]


def score(p: Episodes, states: Ints, actions: Ints, counts: Floats) -> Floats:
    """counts × ∇ log π(action | state), of shape (E, T, P)."""
    rows = np.eye(p.S)[states][..., np.newaxis]
    of_row = np.eye(p.A)[actions] - np.asarray(p.policy, dtype=np.float64)[states]
    found: Floats = rows * of_row[:, :, np.newaxis, :] * counts[:, :, np.newaxis, np.newaxis]
    return found.reshape(p.E, p.T, p.P)


def _twice(p: Episodes) -> Floats:
    """The scores if a softmax is applied to probabilities as if they were logits."""
    pi = np.asarray(p.policy, dtype=np.float64)
    again = np.exp(pi) / np.exp(pi).sum(axis=1, keepdims=True)
    outer = np.eye(p.A)[p.actions] - again[p.states]
    here = pi[p.states]
    inner = here * (outer - (outer * here).sum(axis=2, keepdims=True))
    found: Floats = np.eye(p.S)[p.states][..., np.newaxis] * inner[:, :, np.newaxis, :]
    return (found * p.mask[:, :, np.newaxis, np.newaxis]).reshape(p.E, p.T, p.P)


def _moved(by: int, what: str, wraps: bool) -> Tokens:
    """Scores with the actions (or states) of the step before or after; at the ends they are dropped or wrap around."""

    def of(p: Episodes) -> Floats:
        given = {"states": p.states, "actions": p.actions}
        given[what] = np.roll(given[what], by, axis=1)
        both = p.mask if wraps else p.mask & np.roll(p.mask, by, axis=1)
        if not wraps:
            both = both.copy()
            both[:, :by] &= by < 0
            both[:, by or p.T :] &= by > 0
        return score(p, given["states"], given["actions"], both.astype(np.float64))

    return of


def _at(which: Callable[[Episodes], Floats]) -> Tokens:
    return lambda p: np.asarray(p.scores * which(p)[:, :, np.newaxis], dtype=np.float64)


ITS_OWN: Final = "take the log-probability of every action in its own state, and leave out the padding"

TOKENS: Final[dict[str, Choice[Tokens]]] = {
    "own": Choice(
        lambda p: np.asarray(p.scores, dtype=np.float64), "every action counts once in its own state", ITS_OWN
    ),
    "mask-ignored": Choice(
        lambda p: score(p, p.states, p.actions, np.ones((p.E, p.T))),
        "padding is counted as actions",
        advice="multiply by the mask",
    ),
    "next-action": Choice(
        _moved(-1, "actions", False), "the log-probability is that of the next action", advice=ITS_OWN
    ),
    "previous-action": Choice(
        _moved(1, "actions", False), "the log-probability is that of the previous action", advice=ITS_OWN
    ),
    "next-action-around": Choice(
        _moved(-1, "actions", True), "the log-probability is that of the next action", advice=ITS_OWN
    ),
    "previous-action-around": Choice(
        _moved(1, "actions", True), "the log-probability is that of the previous action", advice=ITS_OWN
    ),
    "first-step-alone": Choice(
        _at(lambda p: (np.arange(p.T) == np.zeros((p.E, 1))).astype(np.float64)),
        "only the first step has a gradient",
        advice=ITS_OWN,
    ),
    "last-step-alone": Choice(
        _at(lambda p: (np.arange(p.T) == p.lengths[:, np.newaxis] - 1).astype(np.float64)),
        "only the last step has a gradient",
        advice="sum the log-probabilities of all steps of an episode",
    ),
    "last-step-left-out": Choice(
        _at(lambda p: (np.arange(p.T) != p.lengths[:, np.newaxis] - 1).astype(np.float64)),
        "the last step (the end token) has no gradient",
        advice="the mask covers the end token too: it was drawn by the policy",
    ),
    "first-step-left-out": Choice(
        _at(lambda p: (np.arange(p.T) != np.zeros((p.E, 1))).astype(np.float64)),
        "the first step has no gradient",
        advice=ITS_OWN,
    ),
    "softmax-twice": Choice(
        _twice, "a softmax is applied to probabilities instead of logits", advice="give logits to log_softmax, once"
    ),
}


__all__ = ["TOKENS"]
