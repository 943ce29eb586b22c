"""The kernel: what it refuses to make, and what a record is worth."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from campaigns import SOME_SCRIPTS, share

from pgsym import rules
from pgsym.claims import catalogue
from pgsym.decide import Rung
from pgsym.errors import (
    MissingHypothesis,
    PgsymError,
    PlaceNotFound,
    RecordRefused,
    RuleDoesNotApply,
    SortError,
    StepRefuted,
)
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification, one_step
from pgsym.problems.one_step_problem import STATE_LAW
from pgsym.records import replay
from pgsym.rules.base import Rewrite, Rule
from pgsym.terms import Positive, ThetaFree, Variable, grad, log
from pgsym.terms.places import Place
from pgsym.terms.sorts import ACTION, STATE

PACKAGE = Path(__file__).parents[1] / "pgsym"
m = one_step()


@pytest.fixture
def wrong_rule() -> type[Rule]:
    @dataclass(frozen=True)
    class DropTheSign(Rule):
        """x → −x, which is wrong."""

        def rewrite(self, place: Place) -> Rewrite:
            return Rewrite(-place.term)

    return DropTheSign


@pytest.fixture
def forgetful_rule() -> type[Rule]:
    @dataclass(frozen=True)
    class ForgetTheReward(Rule):
        """∇(π r) → r ∇π, the need that r does not depend on θ forgotten."""

        def rewrite(self, place: Place) -> Rewrite:
            return Rewrite(m.reward * grad(m.policy))

    return ForgetTheReward


def test_a_wrong_step_cannot_be_made(wrong_rule: type[Rule]) -> None:
    d = Derivation(grad(m.objective), given=m.hypotheses)
    with pytest.raises(StepRefuted, match="changes the value") as refused:
        d.apply(wrong_rule, at=())
    assert refused.value.verdict.counterexample is not None  # type: ignore[attr-defined]
    assert d.steps == ()
    assert d.line == grad(m.objective)


def test_a_rule_that_forgets_a_condition_is_caught(forgetful_rule: type[Rule]) -> None:
    d = Derivation(grad(m.policy * m.reward, m.theta), given=m.hypotheses)
    with pytest.raises(
        StepRefuted, match=r"not assumed, because the rule does not return it .*: .*r does not depend on θ"
    ):
        d.apply(forgetful_rule, at=())


def test_a_step_needs_its_hypothesis() -> None:
    d = Derivation(grad(m.policy), given=[ThetaFree(m.reward.symbol)])
    with pytest.raises(MissingHypothesis, match="π > 0 everywhere"):
        d.apply(rules.MultiplyByOne)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ((0, 7), "there is no place"),
        ((9,), "there is no place"),
        ((0, 0, 0, 0, 0, 0, 0), "there is no place"),
        (log(m.policy), "stands at 0 places"),
        (("0",), "a path of integers"),
        ((True,), "a path of integers"),
    ],
)
def test_a_place_that_is_not_there(at: Any, words: str) -> None:
    d = Derivation(grad(m.objective), given=m.hypotheses)
    with pytest.raises(PlaceNotFound, match=words) as refused:
        d.apply(rules.MultiplyByOne, at=at)
    assert "\n" not in str(refused.value)


def test_an_ambiguous_place_wants_to_be_named() -> None:
    d = Derivation(grad(m.policy) + 2 * grad(m.policy), given=m.hypotheses)
    with pytest.raises(PlaceNotFound, match="applies at 2 places"):
        d.apply(rules.MultiplyByOne)
    with pytest.raises(PlaceNotFound, match="stands at 2 places"):
        d.apply(rules.MultiplyByOne, at=grad(m.policy))
    d.apply(rules.MultiplyByOne, at=(0,))
    assert d.steps[0].path == (0,)


def test_a_rule_that_fits_nowhere_says_so() -> None:
    with pytest.raises(RuleDoesNotApply, match="LogDerivative does not apply"):
        Derivation(m.objective, given=m.hypotheses).apply(rules.LogDerivative)


def test_a_conclusion_must_be_the_last_line() -> None:
    d = Derivation(grad(m.policy), given=m.hypotheses).apply(rules.MultiplyByOne)
    with pytest.raises(PgsymError, match="the last line is not the target"):
        d.conclude(m.policy * m.score)


def test_theorems_are_made_by_derivations_alone() -> None:
    theorem = catalogue.theorem("ce-pg-weight")
    values = {name: getattr(theorem, name) for name in Theorem.__slots__}
    for seal in (None, object()):
        with pytest.raises(PgsymError, match="made by concluding"):
            Theorem(seal, **values)
    with pytest.raises(PgsymError, match="immutable"):
        theorem.lhs = theorem.rhs
    with pytest.raises(PgsymError, match="immutable"):
        del theorem.lhs
    with pytest.raises(PgsymError, match="not subclassed"):
        type("Mine", (Theorem,), {})


def test_a_pickled_theorem_is_derived_again(monkeypatch: pytest.MonkeyPatch) -> None:
    theorem = catalogue.theorem("ce-pg-weight")
    assert pickle.loads(pickle.dumps(theorem)) == theorem
    dumped = pickle.dumps(theorem)
    monkeypatch.setattr(rules.LogDerivative, "rewrite", lambda self, place: Rewrite(place.term))
    with pytest.raises(RecordRefused):
        pickle.loads(dumped)


def test_a_theorem_is_a_lemma_for_any_state_and_action() -> None:
    d = Derivation(grad(m.policy), given=m.hypotheses, name="lemma")
    lemma = d.apply(rules.MultiplyByOne).apply(rules.LogDerivative).conclude()
    other = {"s": Variable("s2", STATE), "a": Variable("b", ACTION)}
    policy = m.policy.symbol(other["a"], other["s"], m.theta)
    used = Derivation(m.over_states(grad(policy)), given=m.hypotheses).apply(Lemma(lemma))
    assert used.line == m.over_states(policy * grad(log(policy)))
    back = Derivation(m.policy * m.score, given=m.hypotheses).apply(Lemma(lemma, backwards=True))
    assert back.line == grad(m.policy)
    with pytest.raises(RuleDoesNotApply, match="no instance of"):
        Derivation(grad(m.reward), given=m.hypotheses).apply(Lemma(lemma), at=())


def test_a_theorem_keeps_the_hypotheses_it_needs_and_no_other() -> None:
    theorem = catalogue.theorem("policy-gradient-one-step")
    assert {str(h) for h in theorem.given} == {
        "D does not depend on θ",
        "r does not depend on θ",
        "π > 0 everywhere",
    }
    assert all(v.rung is Rung.REFUTED for _, v in theorem.necessity())


def test_a_hypothesis_is_not_called_idle_for_small_sizes_alone() -> None:
    """With one state D is constant: that it does not depend on θ is needed from two states on."""
    known = catalogue.theorem("policy-gradient-one-step")
    d = Derivation(known.lhs, given=known.given, sizes=[{"S": 1, "A": 2}])
    theorem = d.apply(Lemma(known)).conclude(known.rhs)
    without = dict(theorem.necessity())
    assert without[ThetaFree(STATE_LAW)].rung is Rung.REFUTED


def _with_every_rule() -> list[str]:
    """Some scripts, shortest first, that together name every rule that any script names."""
    source = {name: Path(script.__file__).read_text() for name, script in catalogue.scripts().items()}
    used = {name: set(re.findall(r"\w+", source[name])) & {*rules.__all__, Lemma.__name__} for name in source}
    chosen: list[str] = []
    for name in sorted(used, key=lambda n: len(source[n])):
        if not used[name] <= set().union(*(used[n] for n in chosen)):
            chosen.append(name)
    return chosen


WITH_EVERY_RULE = _with_every_rule()


@pytest.mark.parametrize("name", share(WITH_EVERY_RULE, SOME_SCRIPTS))
def test_a_record_replays(name: str) -> None:
    theorem = catalogue.theorem(name)
    assert replay(json.loads(json.dumps(theorem.record()))) == theorem


@pytest.mark.campaign
def test_records_with_every_rule_are_replayed() -> None:
    applied = {n: {type(step.rule) for step in catalogue.theorem(n).steps} for n in catalogue.scripts()}
    assert set().union(*applied.values()) == set().union(*(applied[n] for n in WITH_EVERY_RULE))


def tamperings(record: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every record with one leaf changed or one element dropped or moved."""
    match record:
        case dict():
            for key in record:
                yield from tamperings(record[key], (*path, key))
        case list():
            for i, x in enumerate(record):
                yield from tamperings(x, (*path, i))
            if len(record) > 1:
                yield path, record[:-1]
                if record != record[::-1]:
                    yield path, record[::-1]
        case str():
            yield path, record + "x"
        case bool():
            yield path, not record
        case int():
            yield path, record + 1


def with_change(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    out = copy.deepcopy(record)
    *parents, last = path
    here: Any = out
    for key in parents:
        here = here[key]
    here[last] = value
    return out


IMMATERIAL = ("why", "name")


def test_a_tampered_record_is_refused() -> None:
    """Refused with one kind of error; what is only words, or the hint of a bound name, may differ."""
    theorem = catalogue.theorem("ce-pg-weight")
    record = theorem.record()
    refused = kept = 0
    for path, value in list(tamperings(record))[::5]:
        if path[-1] in IMMATERIAL:
            continue
        changed = with_change(record, path, value)
        try:
            again = replay(changed)
        except RecordRefused:
            refused += 1
        else:
            kept += 1
            assert (again.lhs, again.rhs, set(again.given)) == (theorem.lhs, theorem.rhs, set(theorem.given)), path
    assert refused > 60
    assert kept < refused / 3


@pytest.mark.parametrize("record", [{}, {"format": 99}, {"format": 1, "steps": 3}, {"format": 1}])
def test_what_is_no_record_is_refused(record: dict[str, Any]) -> None:
    with pytest.raises(RecordRefused):
        replay(record)


def test_a_line_that_says_nothing_is_no_start() -> None:
    with pytest.raises(SortError):
        Derivation(m.score * m.score)


def test_trusted_code_raises_and_never_asserts() -> None:
    for folder in ("terms", "meaning", "decide", "rules"):
        for path in (PACKAGE / folder).rglob("*.py"):
            asserts = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Assert)]
            assert not asserts, path
    assert "assert " not in (PACKAGE / "kernel.py").read_text()


def test_notebooks_show_formulas() -> None:
    c = classification()
    theorem = catalogue.theorem("ce-pg-weight")
    d = Derivation(grad(c.accuracy), given=c.hypotheses)
    for thing in (c.objective, theorem, d, theorem.verdict):
        shown = thing._repr_latex_()
        assert shown.startswith("$")
        assert shown.endswith("$")
        assert "\\nabla" in shown or "\\mathbb{E}" in shown


def test_only_positivity_is_missing_without_it() -> None:
    """The derivation cannot even be written without π > 0."""
    given = [h for h in m.hypotheses if not isinstance(h, Positive)]
    with pytest.raises(MissingHypothesis):
        Derivation(grad(m.policy), given=given).apply(rules.MultiplyByOne)
