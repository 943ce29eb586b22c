"""Benchmarks of exact moments: samples a second, memory, a straightforward loop, Monte-Carlo to the same accuracy."""

from __future__ import annotations

import numpy as np
import pytest
from estimators_at import draws_for, gone_through, looped, problem, reinforce
from pytest_benchmark.fixture import BenchmarkFixture
from test_trajectories import once

from pgsym.estimators import moments

ACCURACIES = (1e-2, 1e-3, 1e-6)
TIMED = 1e-3
MEMBERS = (5, 6, 7)
LOOPED = 4


@pytest.mark.parametrize("group_size", MEMBERS)
def test_samples_a_second(benchmark: BenchmarkFixture, group_size: int) -> None:
    """Memory is that of a chunk: it does not grow with the number of samples."""
    benchmark.group = "exact moments of REINFORCE, batches of nine sequences"
    found = once(benchmark, "estimators_at.py", group_size if benchmark.enabled else 3)
    assert found["samples"] == 9 ** (group_size if benchmark.enabled else 3)
    assert found["peak"] < 200


@pytest.mark.benchmark(group=f"mean of REINFORCE over all batches of {LOOPED} of nine sequences")
def test_all_at_once(benchmark: BenchmarkFixture) -> None:
    found = benchmark(gone_through, LOOPED)
    benchmark.extra_info["samples"] = found.samples
    assert found.unbiased


@pytest.mark.benchmark(group=f"mean of REINFORCE over all batches of {LOOPED} of nine sequences")
def test_straightforward_loop(benchmark: BenchmarkFixture) -> None:
    group_size = LOOPED if benchmark.enabled else 2
    mean = benchmark.pedantic(looped, args=(group_size,), rounds=3, iterations=1)
    benchmark.extra_info["samples"] = 9**group_size
    assert np.allclose(mean, problem().gradient, rtol=0, atol=1e-13)


@pytest.mark.benchmark(group=f"mean of REINFORCE over all batches of {LOOPED} of nine sequences")
@pytest.mark.parametrize("accuracy", ACCURACIES)
def test_monte_carlo(benchmark: BenchmarkFixture, accuracy: float) -> None:
    """As many draws as bring the standard error down to the accuracy; what takes hours is only counted."""
    exact = gone_through(LOOPED)
    needed = draws_for(accuracy, exact)
    benchmark.extra_info["note"] = f"{needed:,} draws"
    if accuracy < TIMED:
        benchmark.extra_info["absent"] = f"needs {needed:,} draws: not timed"
        benchmark.pedantic(lambda: None)
        assert needed > 10**9
        return
    draws = needed if benchmark.enabled else 1000
    drawn = benchmark.pedantic(
        lambda: moments(reinforce, problem(), group_size=LOOPED, draws=draws, progress=False), rounds=1, iterations=1
    )
    assert np.all(np.abs(drawn.mean - exact.mean) <= drawn.margin)
