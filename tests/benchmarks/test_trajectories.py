"""Benchmarks over trajectories: deciding against computer algebra, growth with the horizon, gradients against JAX."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from differentiated import arrays_of, jax_gradient
from pgsym_at import decided
from pytest_benchmark.fixture import BenchmarkFixture
from written_out import METHODS, MODULES

HERE = Path(__file__).parent
LIMIT = 60
LADDER = ((2, 2, 2), (3, 3, 2), (2, 2, 4), (3, 3, 3), (3, 3, 4), (4, 4, 4))
LARGE = ((10, 5, 20), (10, 5, 100), (50, 5, 20))
HORIZONS = (25, 50, 100, 200)
FORMS = ("REINFORCE", "reward to go")
ENVIRONMENTS: dict[str, tuple[dict[str, Any], int]] = {
    "FrozenLake-v1": ({"map_name": "8x8", "max_episode_steps": 100}, 100),
    "Taxi-v4": ({"max_episode_steps": 50}, 50),
}
gave_up: set[str] = set()
pytestmark = pytest.mark.campaign


def in_process(script: str, *arguments: object, limit: int = LIMIT) -> dict[str, Any]:
    """What a script prints, or that it gave up after the limit."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit + 2, check=True)
    except subprocess.TimeoutExpired:
        return {"seconds": limit, "gave_up": True, "equal": True}
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def once(benchmark: BenchmarkFixture, script: str, *arguments: object) -> dict[str, Any]:
    """One round in a process of its own, its own figures kept."""
    found: dict[str, Any] = benchmark.pedantic(in_process, args=(script, *arguments), rounds=1, iterations=1)
    benchmark.extra_info.update(found)
    assert found["equal"]
    return found


def by_size(size: tuple[int, ...]) -> str:
    """A size as S×A×T."""
    return "×".join(map(str, size))


@pytest.mark.parametrize("size", LADDER, ids=by_size)
def test_reinforce_pgsym(benchmark: BenchmarkFixture, size: tuple[int, int, int]) -> None:
    benchmark.group = f"REINFORCE decided at {by_size(size)}"
    assert benchmark(decided, "REINFORCE", *size)


@pytest.mark.parametrize("size", LADDER, ids=by_size)
@pytest.mark.parametrize("method", METHODS)
def test_reinforce_peer(benchmark: BenchmarkFixture, method: str, size: tuple[int, int, int]) -> None:
    """What gave up at one size is not asked again at the next."""
    if not benchmark.enabled or method in gave_up:
        pytest.skip("only in make bench, up to the size at which the method gives up")
    benchmark.group = f"REINFORCE decided at {by_size(size)}"
    benchmark.extra_info["method"], benchmark.extra_info["size"] = method, by_size(size)
    if find_spec(MODULES.get(method, "sympy")) is None:
        benchmark.extra_info["absent"] = f"{MODULES[method]} is not installed"
        benchmark.pedantic(lambda: None)
    elif once(benchmark, "written_out.py", method, *size).get("gave_up"):
        gave_up.add(method)


@pytest.mark.parametrize("method", METHODS)
def test_the_peers_decide(method: str) -> None:
    """They tell the true statement from a false one."""
    pytest.importorskip(MODULES.get(method, "sympy"))
    assert METHODS[method](2, 2, 1, 1)
    assert METHODS[method](1, 2, 2, 1)
    assert not METHODS[method](1, 2, 2, 2)


@pytest.mark.parametrize("size", LARGE, ids=by_size)
@pytest.mark.parametrize("form", FORMS)
def test_decide(benchmark: BenchmarkFixture, form: str, size: tuple[int, int, int]) -> None:
    benchmark.group = "pgsym decides at sizes nobody can enumerate"
    if not benchmark.enabled and size != LARGE[0]:
        pytest.skip("sizes differ only in make bench")
    once(benchmark, "pgsym_at.py", form, *(size if benchmark.enabled else (2, 2, 3)))


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("form", FORMS)
def test_growth(benchmark: BenchmarkFixture, form: str, horizon: int) -> None:
    benchmark.group = f"growth with the horizon: {form} at 3×3×T"
    if not benchmark.enabled and horizon != HORIZONS[0]:
        pytest.skip("horizons differ only in make bench")
    horizon = horizon if benchmark.enabled else 3
    once(benchmark, "pgsym_at.py", form, 3, 3, horizon)
    memory = in_process("pgsym_at.py", form, 3, 3, horizon, "memory", limit=10 * LIMIT)["peak"]
    benchmark.extra_info.update({"growth": form, "T": horizon, "peak": memory})


def pgsym_gradient(name: str, theta: Any) -> Any:
    """pgsym's gradient at logits of the environment's own states (a copied terminal state is answered uniformly)."""
    problems = pytest.importorskip("pgsym.mdps.derivatives", reason="pgsym has no gradients on MDPs yet")
    from pgsym.mdps import from_gymnasium
    from pgsym.mdps.softmax import TabularSoftmax

    options, horizon = ENVIRONMENTS[name]
    mdp = from_gymnasium(name, horizon=horizon, **options)
    padded = np.zeros((mdp.S, mdp.A))
    padded[: len(theta)] = theta
    policy = TabularSoftmax(padded)
    return lambda: problems.gradient(mdp, policy)[: len(theta)]


def logits(name: str) -> Any:
    """Random logits."""
    arrays = arrays_of(name, **ENVIRONMENTS[name][0])
    return np.random.default_rng(0).normal(size=arrays.rewards.shape)


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("method", ["pgsym", "JAX, sparse", "JAX, dense"])
def test_gradient(benchmark: BenchmarkFixture, name: str, method: str) -> None:
    pytest.importorskip("gymnasium")
    options, horizon = ENVIRONMENTS[name]
    benchmark.group = f"∇J in float64, {name.removesuffix('-v1')} {options.get('map_name', '')}, T = {horizon}"
    if method != "pgsym" and find_spec("jax") is None:
        benchmark.extra_info["absent"] = "jax is not installed"
        benchmark.pedantic(lambda: None)
        return
    theta = logits(name)
    if method == "pgsym":
        benchmark(pgsym_gradient(name, theta))
    else:
        compiled = jax_gradient(arrays_of(name, **options), horizon, sparse=method.endswith("sparse"))
        compiled(theta)  # compile
        benchmark(compiled, theta)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_gradients_agree(name: str) -> None:
    pytest.importorskip("gymnasium")
    pytest.importorskip("jax")
    options, horizon = ENVIRONMENTS[name]
    arrays, theta = arrays_of(name, **options), logits(name)
    sparse, dense = (jax_gradient(arrays, horizon, sparse=s)(theta) for s in (True, False))
    scale = np.abs(sparse).max()
    assert scale > 0
    assert np.abs(sparse - dense).max() <= 1e-9 * scale
    assert np.abs(sparse - pgsym_gradient(name, theta)()).max() <= 1e-9 * scale
