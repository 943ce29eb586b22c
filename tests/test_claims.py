"""The catalogue against the ledger: every row is there, and its verdict is the one claimed."""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache
from pathlib import Path

import pytest
from campaigns import SOME_SCRIPTS, share

from pgsym.claims import catalogue
from pgsym.claims.index import deriving, homes
from pgsym.claims.verify import Verification, verify
from pgsym.decide.verdicts import Rung
from pgsym.report.pages.claims import row
from pgsym.report.pages.derivation import necessity, python_for
from pgsym.testing import assert_identity_in_floats

ROOT = Path(__file__).parents[1]
LEDGER = """
objective-one-step gradient-target-form naive-exchange expectation-as-sum joint-factorisation move-gradient-inside
multiply-by-one reassemble-expectation log-derivative policy-gradient-one-step sampled-ascent cross-entropy-loss
ce-is-pg-exactly ce-pg-weight ce-from-label-sampling ce-from-importance-weights ce-from-all-actions
ce-from-log-objective ce-from-success-filter ce-per-sample-surrogate pg-is-mae
objective-trajectory trajectory-factorisation policy-gradient-trajectory dynamics-drop-out reinforce reinforce-T1
supervised-as-T1 score-zero-mean causality reward-to-go reward-to-go-lowers-variance
""".split()
FALSE_IN_THE_LEDGER = {"naive-exchange", "ce-is-pg-exactly", "reward-to-go-lowers-variance"}
ENTRIES = catalogue.entries()
TRUE = [i for i, e in ENTRIES.items() if e.claim.expected is not Rung.REFUTED]
PAGE = frozenset((ROOT / "reports" / "claims.md").read_text().splitlines())
FALSE = [i for i, e in ENTRIES.items() if e.claim.expected is Rung.REFUTED]
IDENTITIES = [i for i in TRUE if ENTRIES[i].claim.expected is Rung.DECIDED and ENTRIES[i].claim.relation == "="]


@cache
def outcome_of(name: str) -> Verification:
    """What verifying a claim says; once a process."""
    return verify(ENTRIES[name])


def test_every_row_of_the_ledger_is_claimed_with_its_verdict() -> None:
    assert set(LEDGER) <= set(ENTRIES)
    assert {i for i in LEDGER if ENTRIES[i].claim.expected is Rung.REFUTED} == FALSE_IN_THE_LEDGER


@pytest.mark.parametrize("name", share(ENTRIES, 8))
def test_verdict_is_the_ledgers(name: str) -> None:
    outcome = outcome_of(name)
    assert outcome.is_expected, str(outcome.verdict)
    assert outcome.verdict.rung is outcome.claim.expected
    evidence = outcome.verdict.evidence
    if outcome.claim.expected is Rung.DECIDED:
        assert evidence.log2_error is not None
        assert evidence.log2_error < -100
    assert row(outcome) in PAGE, "make pages writes the page of claims again"


@pytest.mark.parametrize("name", share(IDENTITIES, 8))
def test_identity_holds_in_floats(name: str) -> None:
    claim = ENTRIES[name].claim
    examples = 5 if ENTRIES[name].home in catalogue.scripts() else 2
    assert_identity_in_floats(claim.lhs, claim.rhs, claim.given, examples=examples, sizes=claim.sizes)


@pytest.mark.parametrize("name", share(FALSE, 8))
def test_counterexample_is_confirmed(name: str) -> None:
    """The two sides differ at the instance, also when a reader rebuilds it from what the report prints."""
    claim = ENTRIES[name].claim
    if not claim.is_about_instances:
        pytest.skip("a closed form, refuted by its value")
    found = outcome_of(name).verdict.counterexample
    assert found is not None
    assert found.lhs != found.rhs
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(found.python(), {})
    assert found.shown(found.lhs).replace(" ", "") in printed.getvalue().replace(" ", "")
    assert found.shown(found.rhs).replace(" ", "") in printed.getvalue().replace(" ", "")
    if found.is_rational:
        exec(python_for(claim, found), {})


@pytest.mark.parametrize("name", FALSE)
def test_a_refuted_claim_names_true_ones_that_repair_it(name: str) -> None:
    repairs = ENTRIES[name].claim.repaired_by
    assert repairs
    assert all(r in TRUE for r in repairs)


@pytest.mark.parametrize("name", share(catalogue.scripts(), SOME_SCRIPTS))
def test_script_derives_what_its_claims_say(name: str) -> None:
    """Every script proves a claim of its own, or (the refuted ones) one that repairs it, line by line."""
    theorem = catalogue.theorem(name)
    assert theorem.name in ENTRIES
    assert {theorem.lhs, theorem.rhs} == {ENTRIES[theorem.name].claim.lhs, ENTRIES[theorem.name].claim.rhs}
    for step in theorem.steps:
        assert step.why
        assert step.verdict.rung is Rung.DECIDED
        assert step.verdict.evidence.log2_error is not None
        assert step.verdict.evidence.log2_error < -100


NOT_NECESSARY = {
    # θ may move the examples' law: both sides are gradients of the same function
    ("ce-from-log-objective", "D does not depend on θ"),
    # where the label is never sampled, both sides are undefined
    ("ce-from-success-filter", "π > 0 everywhere"),
    # at a uniform policy what is averaged is the same for every example
    ("ce-pg-uniform-init", "D does not depend on θ"),
    # where a policy is zero, both sides are undefined
    ("dynamics-drop-out", "π > 0 everywhere"),
    # where a probability is zero, both sides are undefined, or nothing is averaged
    *(("kl-fixed-target", f"{law} > 0 everywhere") for law in "πρp"),
    ("kl-max-entropy-objective", "β > 0 everywhere"),
    ("ce-pg-importance-weighted", "π > 0 everywhere"),
    ("ce-pg-uniform-init", "π > 0 everywhere"),
    # θ may move the examples' law: both sides are gradients of multiples of the same function
    ("noisy-label-pg", "D does not depend on θ"),
    # of one answer both sides are zero
    ("group-mean", "N ≥ 2"),
    # with one class alone there are no others, and both sides divide by zero
    ("noisy-label-pg", "|A| ≥ 2"),
    ("noisy-label-ce-gradient", "|A| ≥ 2"),
    # where a probability is zero, both sides are undefined, or the answer is never drawn
    ("noisy-label-ce-gradient", "π > 0 everywhere"),
    ("rlhf-objective", "π_ref > 0 everywhere"),
    # where the reference is zero, or a policy that is differentiated is, both sides are undefined
    *(
        (f"kl-{name}", "π_ref > 0 everywhere")
        for name in (
            *("estimators-k1-as-reward", "estimators-k2-loss", "in-the-reward"),
            *("of-sequences-gradient", "of-sequences-k2-of-the-whole", "of-sequences-to-go"),
        )
    ),
    ("kl-log-ratio", "π > 0 everywhere"),
    # the divergence and its slope are zero at θ', so a D that moves changes nothing of second order
    ("trpo", "D does not depend on θ"),
    # the identity holds for a negative "variance", too; where it is zero, or Z is, both sides are undefined
    ("mse-is-gaussian-mle", "v > 0"),
    ("mse-is-gaussian-mle", "Z > 0"),
}


NO_INSTANCE = {
    # without it the sides differ at a random point, but for no policy of the search, which bend as softmaxes or not at
    # all: it takes a probability that bends where it is zero, or a policy that is no exponential family
    ("fisher-is-minus-expected-hessian", "π > 0 everywhere"),
    ("trpo", "π > 0 everywhere"),
    ("trpo", "θ' = θ, held fixed"),
}


@pytest.mark.parametrize("name", share(catalogue.scripts(), SOME_SCRIPTS))
def test_every_hypothesis_of_a_theorem_is_needed(name: str) -> None:
    """Without it the statement is refuted; the exceptions are decided, or no instance tells, and known."""
    for hypothesis, verdict in necessity(catalogue.theorem(name)):
        left_out = (catalogue.theorem(name).name, str(hypothesis))
        expected = Rung.DECIDED if left_out in NOT_NECESSARY else Rung.REFUTED
        if left_out in NO_INSTANCE:
            expected = Rung.UNDECIDED
            assert "the sides differ at a random point" in verdict.evidence.note
        assert verdict.rung is expected, f"{name} without: {hypothesis}"


def test_the_tests_that_a_claim_names_exist() -> None:
    here = Path(__file__).read_text()
    for entry in ENTRIES.values():
        for node in entry.tests:
            path, _, rest = node.partition("::")
            assert (ROOT / path).samefile(__file__)
            assert f"def {rest.partition('[')[0]}(" in here
            assert rest.partition("[")[2] == f"{entry.claim.id}]"


def test_claims_are_quoted_in_our_own_words_with_sound_mathematics() -> None:
    for entry in ENTRIES.values():
        for text in (entry.claim.says, entry.claim.remark):
            assert text.count("$") % 2 == 0
            assert not re.search(r"\\[a-z]+", re.sub(r"\$[^$]*\$", "", text)), text


SCRIPTS = [homes()[name] for name in deriving()]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)
def test_a_script_shows_its_derivation(path: Path) -> None:
    assert path.read_text().endswith('\n\n\nif __name__ == "__main__":\n    show(derive())\n')


@pytest.mark.parametrize("path", share(SCRIPTS[::10], 4), ids=lambda p: p.stem)
def test_script_runs_from_a_checkout(path: Path) -> None:
    """`python derivations/…/NAME.py` prints the derivation, as all of them end alike."""
    import runpy

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(path), run_name="__main__")
    assert "decided" in printed.getvalue()
