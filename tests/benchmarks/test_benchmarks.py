"""Benchmarks: `make bench` runs them and writes reports/benchmarks.md.  In the campaigns each runs once, untimed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pgsym.claims import catalogue
from pgsym.decide import Rung, decide
from pgsym.problems import one_step
from pgsym.report.derivations import document_for
from pgsym.report.pages.article import article
from pgsym.report.render import render
from pgsym.terms import grad

sys.path.insert(0, str(Path(__file__).parent))

from peers import simplify_all

m = one_step()
pytestmark = pytest.mark.campaign


@pytest.mark.benchmark(group="one-step theorem at |S| = 4, |A| = 4")
def test_decide_pgsym(benchmark: BenchmarkFixture) -> None:
    verdict = benchmark(
        lambda: decide(grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses, [{"S": 4, "A": 4}])
    )
    assert verdict.rung is Rung.DECIDED


@pytest.mark.benchmark(group="one-step theorem at |S| = 4, |A| = 4")
def test_decide_sympy_simplify(benchmark: BenchmarkFixture) -> None:
    size = 4 if benchmark.enabled else 2
    assert benchmark.pedantic(simplify_all, args=(size, size), rounds=1, iterations=1)


@pytest.mark.benchmark(group="start-up")
@pytest.mark.parametrize("module", ["sympy", "pgsym"])
def test_import(benchmark: BenchmarkFixture, module: str) -> None:
    benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True), rounds=7, iterations=1
    )


COMMANDS = ["--version", "--help", "list", "show policy-gradient-one-step", "verify reinforce", "claims --json"]


@pytest.mark.benchmark(group="the command line, beside `import sympy`")
@pytest.mark.parametrize("command", ["import sympy", *COMMANDS])
def test_command(benchmark: BenchmarkFixture, command: str) -> None:
    some = [] if benchmark.enabled or not command.startswith("claims") else ["log-derivative"]
    program = ["-m", "pgsym", *command.split(), *some] if command in COMMANDS else ["-c", command]
    run = [sys.executable, *program]
    rounds = 1 if command.startswith("claims") else 5
    benchmark.pedantic(lambda: subprocess.run(run, check=True, capture_output=True), rounds=rounds, iterations=1)


@pytest.mark.benchmark(group="one report, after start-up")
@pytest.mark.parametrize("target", ["pdf", "tex", "html"])
def test_report(benchmark: BenchmarkFixture, target: str) -> None:
    document = document_for("policy-gradient-one-step")
    assert benchmark.pedantic(lambda: render(document, target), rounds=3, iterations=1)


@pytest.mark.benchmark(group="the article's report, its claims decided before")
@pytest.mark.parametrize("target", ["pdf", "html"])
def test_article(benchmark: BenchmarkFixture, target: str) -> None:
    if not benchmark.enabled:
        pytest.skip("only in make bench: the report has tests of its own")
    article()  # decides the claims
    assert benchmark.pedantic(lambda: render(article(), target), rounds=3, iterations=1)


@pytest.mark.benchmark(group="all derivations, every step decided")
def test_derivations(benchmark: BenchmarkFixture) -> None:
    if not benchmark.enabled:
        pytest.skip("only in make bench: the catalogue's own tests make them all")

    def derive_all() -> int:
        catalogue.derived.cache_clear()
        return sum(len(catalogue.theorem(name).steps) for name in catalogue.scripts())

    assert benchmark.pedantic(derive_all, rounds=1, iterations=1) > 50
