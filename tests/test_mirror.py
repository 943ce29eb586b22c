"""The tests of pgsym/a/b.py are in tests/a/test_b.py, or those of all of pgsym/a in tests/test_a.py."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    # what a test of a neighbour runs through, line by line
    "decide/agreement/test_degree.py": "decide/agreement/degree_bounds decide/agreement/coverage "
    "decide/agreement/points",
    "decide/test_zero_patterns.py": "decide/renamings",
    "decide/search/test_search.py": "decide/instances/candidates decide/instances/counterexamples "
    "decide/instances/spaces",
    "decide/test_by_numbers.py": "decide/enclosures decide/functions_of_balls decide/watched decide/closed_conditions",
    "decide/test_conditions.py": "decide/divisors",
    "decide/test_default_sizes.py": "decide/sizes",
    "decide/test_field.py": "decide/line_integrals",
    "decide/test_limits.py": "decide/cost meaning/cost",
    "decide/test_loops.py": "decide/domains",
    "estimators/losses/test_arguments.py": "estimators/losses/advantages estimators/losses/loss "
    "estimators/losses/arrays estimators/losses/output",
    "estimators/test_exact_moments.py": "estimators/batches estimators/episodes estimators/estimator "
    "estimators/groups estimators/listing estimators/enumeration",
    "estimators/test_padding.py": "estimators/samples",
    "meaning/contraction/test_arithmetic.py": "meaning/contraction/elimination meaning/contraction/factors "
    "meaning/contraction/tables "
    "meaning/generic meaning/numbers/prime_field decide/primes",
    "meaning/test_concrete.py": "meaning/parametrisations meaning/signature",
    "meaning/test_evaluator.py": "meaning/numbers/base meaning/numbers/bounds meaning/numbers/factored "
    "meaning/elementary meaning/instances meaning/places",
    "meaning/test_tables.py": "meaning/validation values",
    "meaning/written_out/test_exact.py": "meaning/written_out/policies meaning/written_out/lengths",
    "problems/test_autoregressive_problem.py": "problems/sequence problems/divergence",
    "problems/test_group_problem.py": "problems/critic_problem",
    "report/test_article_figures.py": "problems/noisy",
    "report/test_gallery.py": "report/reading_order report/contents",
    "report/formulas/test_typst_math.py": "report/formulas/vocabulary report/formulas/width",
    "report/pages/test_article.py": "report/chapters",
    "report/test_render.py": "report/document report/derivations report/writers/html report/writers/notebook "
    "report/writers/tex report/writers/typ report/versions report/pages/stories report/errors report/clock "
    "report/prose",
    "report/test_what_covers_what.py": "report/pages/derivation report/pages/claims report/evidence",
    "mdps/test_forms.py": "mdps/gymnasium report/pages/audit",
    "mdps/test_mdp.py": "mdps/derivatives mdps/softmax",
    "test_kernel.py": "records decide/standing",
    "testing/test_estimator_assertions.py": "testing/estimators testing/runner testing/options testing/needs "
    "testing/drawing testing/draws",
    "testing/test_smallest.py": "testing/settings estimators/problems/exhaustive "
    "estimators/problems/shape estimators/problems/origin estimators/problems/generic",
    "testing/test_one_judgement.py": "estimators/checks/means estimators/checks/outcome estimators/checks/padding "
    "estimators/checks/partition estimators/checks/samplewise",
    "estimators/test_catalogue.py": "report/pages/estimators",
    "estimators/test_writing.py": "python_source",
    "report/writers/test_terminal.py": "report/writers/console report/writers/markdown report/numbers",
    # a command with all that it calls
    "estimators/test_loss_audit_command.py": "cli/audit report/pages/loss_audit",
    "estimators/test_loss_audits.py": "estimators/audit estimators/asked estimators/findings estimators/measurement "
    "estimators/objectives estimators/peers estimators/subject estimators/problems/audited "
    "estimators/problems/scope",
    "cli/test_app.py": "cli/printing extras version",
    "test_streams.py": "cli/terminal files user_code",
    # what every other test says: verdicts, statements, errors, the first problems, and what imports lazily
    "decide/test_soundness.py": "decide/propositions decide/subjects decide/decision decide/verdicts "
    "problems/one_step_problem "
    "problems/classification_problem",
    "test_names.py": "namespaces hooks errors",
}
"""Tests of modules that have no test file of their own."""
LISTED = {module: test for test, modules in ELSEWHERE.items() for module in modules.split()}


def modules() -> list[Path]:
    """The modules of pgsym without their suffix, relative to it."""
    paths = (path.relative_to(ROOT / "pgsym").with_suffix("") for path in (ROOT / "pgsym").rglob("*.py"))
    return sorted(path for path in paths if not path.name.startswith("__"))


def own(module: Path) -> list[Path]:
    """The test files of a module, or of a package that it is in, that there are."""
    places = [path for path in (module, *module.parents) if path.name]
    named = [folder / f"test_{p.name}.py" for p in places for folder in {p.parent, *([p] if p != module else [])}]
    return [path for path in named if (ROOT / "tests" / path).exists()]


def test_every_module_has_its_tests_where_a_reader_looks() -> None:
    """If not: write tests/<package>/test_<module>.py, or say in ELSEWHERE which test runs through the module."""
    assert not [str(m) for m in modules() if not own(m) and str(m) not in LISTED]


def test_what_is_tested_elsewhere_is_there_and_has_no_tests_of_its_own() -> None:
    assert not [test for test in ELSEWHERE if not (ROOT / "tests" / test).exists()]
    assert set(LISTED) <= {str(m) for m in modules()}
    assert not [module for module in LISTED if own(Path(module))]
