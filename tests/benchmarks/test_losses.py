"""Benchmarks of going through all samples: a loss in PyTorch and in JAX, against the same in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pgsym.estimators import from_jax, from_torch, moments, tree

PROBLEM = tree(lambda prompt, tokens: sum(tokens), vocabulary=3, length=2).floats()


def loss(logp: Any, row_advantages: Any, weights: Any) -> Any:
    return -(logp * row_advantages[:, None] * weights).sum(1).mean()


def in_numpy(returns: Any, total_scores: Any) -> Any:
    group_size = returns.shape[1]
    off = (returns - returns.mean(axis=1, keepdims=True)) * group_size / (group_size - 1)
    return (off[..., None] * total_scores).mean(axis=1)


@pytest.mark.benchmark(group="leave-one-out, all groups of 6 of 9 sequences: 531,441 samples")
@pytest.mark.parametrize("framework", ["numpy", "torch", "jax"])
def test_all_samples(benchmark: BenchmarkFixture, framework: str) -> None:
    group_size = 6 if benchmark.enabled else 2
    estimator: Callable[..., Any] = in_numpy
    if framework != "numpy":
        pytest.importorskip(framework)
        estimator = {"torch": from_torch, "jax": from_jax}[framework](loss, advantages="leave_one_out")
    found = benchmark.pedantic(
        lambda: moments(estimator, PROBLEM, group_size=group_size, progress=False),
        rounds=5,
        iterations=1,
        warmup_rounds=1,
    )
    assert found.unbiased
    benchmark.extra_info["samples"] = found.samples
