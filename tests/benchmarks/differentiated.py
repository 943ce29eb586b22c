"""The hand-written dynamic program for J, differentiated by JAX in float64: what a user would write instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Arrays:
    """ρ of shape (S,), expected rewards (S, A), and for each pair up to K successors with their probabilities.

    A transition that ends the episode has no probability of going on: what it pays is in the reward.
    """

    rho: Any
    rewards: Any
    successors: Any
    probabilities: Any

    @property
    def dense(self) -> Any:
        """The probabilities as an array of shape (S, A, S)."""
        S, A, K = self.successors.shape
        out = np.zeros((S, A, S))
        for k in range(K):
            np.add.at(out, (*np.indices((S, A)), self.successors[:, :, k]), self.probabilities[:, :, k])
        return out


def arrays_of(environment: str, **options: Any) -> Arrays:
    """The tables of a Gymnasium environment, from its `P`."""
    import gymnasium

    bare: Any = gymnasium.make(environment, **options).unwrapped
    S, A = int(bare.observation_space.n), int(bare.action_space.n)
    K = max(len(bare.P[s][a]) for s in range(S) for a in range(A))
    rewards, successors, probabilities = np.zeros((S, A)), np.zeros((S, A, K), dtype=np.int64), np.zeros((S, A, K))
    for s in range(S):
        for a in range(A):
            for k, (p, x, reward, ended) in enumerate(bare.P[s][a]):
                rewards[s, a] += p * reward
                successors[s, a, k] = x
                probabilities[s, a, k] = 0 if ended else p
    return Arrays(np.asarray(bare.initial_state_distrib, dtype=np.float64), rewards, successors, probabilities)


def jax_gradient(m: Arrays, horizon: int, sparse: bool) -> Callable[[Any], Any]:
    """∇J by logits θ of shape (S, A): backward induction over the horizon as a scan, compiled."""
    import jax
    import jax.experimental
    import jax.numpy as jnp

    # Not by jax.config: that would stay for all tests that this process runs afterwards.
    float64 = partial(jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64, True)
    with float64():
        rho, rewards, successors, probabilities = map(
            jnp.asarray, (m.rho, m.rewards, m.successors, m.probabilities if sparse else m.dense)
        )

    def objective(theta: Any) -> Any:
        policy = jax.nn.softmax(theta, axis=1)

        def step(value: Any, _: None) -> tuple[Any, None]:
            onward = (probabilities * value[successors]).sum(-1) if sparse else probabilities @ value
            return (policy * (rewards + onward)).sum(1), None

        value, _ = jax.lax.scan(step, jnp.zeros(len(rho)), None, length=horizon)
        return rho @ value

    compiled = jax.jit(jax.grad(objective))

    def gradient(theta: Any) -> Any:
        with float64():
            return np.asarray(compiled(theta).block_until_ready())

    return gradient
