"""Audits of losses: known estimators come out as what they are, and each identity can fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from campaigns import share

from pgsym.errors import EstimatorError, TooLarge, UnusableOption
from pgsym.estimators import from_advantages, moments
from pgsym.estimators.audit import LossAudit, audit_loss
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks.samplewise import shifted
from pgsym.estimators.estimator import FromAdvantages, FromFunction
from pgsym.estimators.findings import in_members
from pgsym.estimators.objectives import kl
from pgsym.estimators.problems import Scope, cases, objective_named
from pgsym.estimators.subject import Subject

Arrays = Any
SMALL = Scope(kinds=("bandit", "tree"), batches=((1, 1), (1, 2), (1, 3), (2, 2)), length=2, vocabulary=2, budget=100)
ONE_GROUP = Scope(kinds=("bandit",), batches=((1, 2), (1, 3)))


def audited(
    function: Callable[..., Any], scope: Scope = SMALL, expected: str = "unbiased", exact: bool = True
) -> LossAudit:
    """The audit of advantages, or of estimates for a function that asks for scores."""
    asks = function.__code__.co_varnames[: function.__code__.co_argcount]
    made: Any = FromFunction if {"scores", "total_scores"} & set(asks) else FromAdvantages
    kind = "estimator" if made is FromFunction else "advantages"
    return audit_loss(Subject(made(function), kind, function.__name__, exact), scope, expected, known=())


def verdict(audit: LossAudit, identity: str) -> str:
    """What became of an identity."""
    return next(i.verdict for i in audit.identities if i.id == identity)


def reinforce(returns: Arrays, total_scores: Arrays) -> Arrays:
    return (returns[..., np.newaxis] * total_scores).mean(axis=1)


def plain_returns(returns: Arrays) -> Arrays:
    return returns


def group_mean(returns: Arrays, group_size: int) -> Arrays:
    grouped = returns.reshape(len(returns), -1, group_size)
    return (grouped - grouped.mean(axis=2, keepdims=True)).reshape(returns.shape)


def leave_one_out(returns: Arrays, group_size: int) -> Arrays:
    if group_size == 1:
        raise EstimatorError("a single member has no others")
    return group_mean(returns, group_size) * Fraction(group_size, group_size - 1)


def standardised(returns: Arrays) -> Arrays:
    return (returns - returns.mean(axis=1, keepdims=True)) / (returns.std(axis=1, keepdims=True) + 1e-6)


def upside_down(returns: Arrays) -> Arrays:
    return -returns


def over_length(returns: Arrays, lengths: Arrays) -> Arrays:
    return returns / lengths


def weighted(returns: Arrays, ratios: Arrays, mask: Arrays) -> Arrays:
    return returns * np.where(mask, ratios, 1).prod(axis=2)


def first_member(returns: Arrays) -> Arrays:
    return np.where(np.arange(returns.shape[1]) == 0, returns * returns.shape[1], 0 * returns)


def padded_mean(rewards: Arrays) -> Arrays:
    return rewards.sum(axis=2) / rewards.shape[2]


def trusting(rewards: Arrays) -> Arrays:
    return rewards.sum(axis=2)


def undefined_on_two(returns: Arrays) -> Arrays:
    return np.where(returns == 2, np.nan, returns)


def test_reinforce_is_unbiased_and_every_identity_is_told() -> None:
    audit = audited(reinforce)
    assert (audit.verdict, audit.as_expected, audit.rung, audit.worst) == ("unbiased", True, "exact", None)
    found = {i.id: i.verdict for i in audit.identities}
    assert found == {
        "unbiased": "holds",
        "scaled": "holds",
        "direction": "holds",
        "off-policy": "fails",
        "discounted": "holds",
        "single": "holds",
        "finite": "holds",
        "shift-mean": "holds",
        "shift": "fails",
        "padding": "holds",
        "padding-length": "holds",
        "order": "holds",
        "partition": "holds",
    }


def test_the_group_mean_is_scaled_by_one_less_than_the_group_over_the_group() -> None:
    audit = audited(group_mean)
    assert audit.verdict == "scaled"
    assert audit.factors == {(1, 2): Fraction(1, 2), (1, 3): Fraction(2, 3), (2, 2): Fraction(1, 2)}
    assert "times (G − 1)/G" in audit.summary
    assert (verdict(audit, "single"), verdict(audit, "shift")) == ("fails", "holds")
    assert (audit.as_expected, replace(audit, expected="scaled").as_expected) == (False, True)
    worst = audit.worst
    assert worst is not None
    assert worst.found is not None
    assert (worst.case.id, worst.found.mean.tolist()) == ("arms-2", [[Fraction(-1, 8), Fraction(1, 8)]])


def test_a_single_member_is_held_against_it_where_it_was_asked_for() -> None:
    asked = Scope(kinds=("bandit",), batches=((1, 1), (1, 2)), chosen=True)
    assert audited(group_mean, asked).verdict == "wrong"
    assert audited(leave_one_out, asked).verdict == "wrong"
    assert audited(leave_one_out, replace(asked, chosen=False)).verdict == "unbiased"


def test_a_standard_deviation_turns_the_mean_and_is_never_exact() -> None:
    audit = audited(standardised, ONE_GROUP, expected="turned", exact=False)
    assert (audit.verdict, audit.as_expected) == ("turned", True)
    assert not audited(group_mean, ONE_GROUP, expected="turned").as_expected
    assert verdict(audit, "direction") == "fails"
    at = next(r for r in audit.asked if r.case.id == "arms-3" and r.batching.group_size == 2)
    assert at.comparison is not None
    assert at.comparison.cosine == pytest.approx(0.9449113951)


@pytest.mark.parametrize(
    ("function", "identity", "problem"),
    share(
        [
            (upside_down, "direction", "arms-2"),
            (over_length, "unbiased", "tokens-2"),
            (first_member, "order", "arms-2"),
            (padded_mean, "padding-length", "tokens-2"),
            (trusting, "padding", "tokens-2"),
            (standardised, "partition", "arms-2"),
            (plain_returns, "shift", "arms-2"),
            (over_length, "shift-mean", "tokens-2"),
            (undefined_on_two, "finite", "arms-same"),
        ],
        3,
        several=True,
    ),
)
def test_each_identity_fails_where_it_should(function: Callable[..., Any], identity: str, problem: str) -> None:
    audit = audited(function, exact=False)
    found = next(i for i in audit.identities if i.id == identity)
    assert (found.verdict, found.problem) == ("fails", problem)


def test_what_is_not_finite_somewhere_is_not_unbiased() -> None:
    audit = audited(undefined_on_two, ONE_GROUP, exact=False)
    assert (audit.verdict, verdict(audit, "unbiased")) == ("wrong", "holds")
    assert re.fullmatch(r"there is no estimate to judge at \d+ of \d+ readings asked for", audit.summary)


def test_importance_weights_hold_off_policy_and_returns_alone_do_not() -> None:
    scope = Scope(kinds=("bandit", "tree"), batches=((1, 1), (1, 2)), length=2, off_policy=True)
    assert audited(weighted, scope).verdict == "unbiased"
    assert audited(plain_returns, scope).verdict != "unbiased"
    assert audited(plain_returns, Scope(kinds=("bandit",), batches=((1, 1),))).verdict == "unbiased"


def test_a_discount_that_is_asked_for_decides() -> None:
    def to_go(to_go: Arrays) -> Arrays:
        return to_go

    batches = ((1, 1),)
    assert audited(to_go, Scope(kinds=("tree",), batches=batches, length=2)).verdict == "unbiased"
    late = Scope(kinds=("tree",), batches=batches, length=2, discount=Fraction(9, 10))
    assert audited(to_go, late).verdict == "turned"
    assert {str(c.problem.discount) for c in cases(late)} == {"1", "9/10"}


def test_the_gradient_of_another_objective() -> None:
    def k1(logp: Arrays, ref_logp: Arrays, total_scores: Arrays) -> Arrays:
        return ((logp - ref_logp).sum(axis=2)[..., np.newaxis] * total_scores).mean(axis=1)

    scope = Scope(kinds=("bandit", "tree"), batches=((1, 1), (1, 2)), length=2, objective=kl)
    assert audited(k1, scope, exact=False).verdict == "unbiased"
    assert audited(plain_returns, scope).verdict == "wrong"
    mixed = objective_named("J - 1/10*kl + entropy")
    assert objective_named("1/2*J").gradient(cases(SMALL)[0].problem).tolist() == [[Fraction(-1, 8), Fraction(1, 8)]]
    assert audited(plain_returns, replace(scope, objective=objective_named("J-0.1*kl"))).verdict == "wrong"
    problem = cases(SMALL)[0].problem.floats()
    assert mixed.gradient(problem).dtype == np.float64
    parts = [objective_named(n).gradient(problem) for n in ("J", "kl", "entropy")]
    assert np.allclose(mixed.gradient(problem), parts[0] - parts[1] / 10 + parts[2])


def test_draws_are_tested_and_never_called_exact() -> None:
    scope = Scope(kinds=("bandit",), batches=((1, 2),), budget=5, draws=2000)
    audit = audited(plain_returns, scope)
    assert (audit.rung, audit.verdict) == ("tested", "unbiased")
    assert "some of them with drawn samples" in audit.summary
    assert audited(upside_down, scope).verdict == "wrong"
    assert audited(plain_returns, scope).record() == audit.record()


def test_a_batch_that_was_asked_for_and_is_too_large_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"16 samples are more than the budget of 10"):
        audited(plain_returns, Scope(kinds=("bandit",), batches=((1, 4),), budget=10, chosen=True))
    left = audited(plain_returns, Scope(kinds=("bandit",), batches=((1, 1), (1, 4)), budget=10))
    assert left.verdict == "unbiased"
    assert all(r.too_large for r in left.left_out)
    assert left.left_out


def test_an_estimator_that_never_answers_is_refused() -> None:
    def shapeless(returns: Arrays) -> Arrays:
        return returns.sum()

    with pytest.raises(EstimatorError, match="advantages of shape"):
        audited(shapeless)


def test_rivals_have_the_variances_that_they_have_by_themselves() -> None:
    from pgsym.estimators.catalogue import KNOWN

    scope = Scope(kinds=("bandit", "tree"), batches=((1, 2),), length=2)
    known = tuple(KNOWN[k] for k in ("reinforce", "importance-trajectory", "group-mean", "leave-one-out"))
    audit = audit_loss(Subject(from_advantages(plain_returns), "advantages", "f", True), scope, known=known)
    titles = [r.title for r in audit.rivals]
    assert KNOWN["importance-trajectory"].title not in titles  # the same as REINFORCE, on-policy
    for k in (known[0], known[2], known[3]):
        rival = next(r for r in audit.rivals if r.title == k.title and r.case.problem.kind == "tree")
        alone = moments(k.estimator, rival.case.problem.floats(), group_size=2)
        assert float(rival.found.variance) == pytest.approx(float(alone.variance))
    own, first = (next(r for r in audit.rivals if r.own is own) for own in (True, False))
    assert float(own.found.variance) == pytest.approx(float(first.found.variance))


def test_factors_are_read_as_functions_of_a_size() -> None:
    half, two_thirds = Fraction(1, 2), Fraction(2, 3)
    assert in_members({(1, 2): half, (1, 3): two_thirds, (2, 2): half}) == "(G − 1)/G"
    assert in_members({(1, 2): half, (1, 3): two_thirds, (2, 2): Fraction(3, 4)}) == "(R − 1)/R"
    assert in_members({(1, 2): 1, (1, 3): 1}) == "1"
    assert in_members({(1, 2): Fraction(2), (1, 3): Fraction(3)}) == "G"
    assert in_members({(1, 2): half, (1, 3): Fraction(1, 5)}) == "1/2 at G = 2, 1/5 at G = 3"


@pytest.mark.parametrize("case", cases(Scope(length=4, seed=3)), ids=lambda c: c.id)
def test_a_shift_moves_returns_alone_and_longer_padding_moves_nothing(case: Any) -> None:
    p = case.problem
    assert p.exact
    assert (shifted(p).returns - p.returns == 1).all()
    assert (p.longer().gradient == p.gradient).all()
    assert len(case.episodes) == p.E
    if p.discount == 1 or p.T == 1:
        assert (shifted(p).gradient == p.gradient).all()  # Σ over all episodes of a constant times the score is zero


def test_the_problems_are_the_seeds() -> None:
    one, two = ({c.id: c.problem for c in cases(Scope(seed=seed))} for seed in (1, 2))
    assert [k for k in one if (one[k].gradient != two[k].gradient).any()] != []
    again = {c.id: c.problem for c in cases(Scope(seed=1))}
    assert all((one[k].gradient == again[k].gradient).all() for k in one)
    differ = {k for k in one if one[k].rewards.tolist() != two[k].rewards.tolist()}
    assert differ <= {"arms-drawn", "drawn", "drawn-off", "drawn-disc"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kinds": ("maze",)}, "there is no kind of problem 'maze'"),
        ({"length": 0}, "a length of 0 is too small"),
        ({"vocabulary": 1}, "a vocabulary of 1 is too small"),
        ({"end": 2}, "the end token must be 0 or 1"),
        ({"discount": Fraction(3, 2)}, "a discount must be between 0 and 1"),
    ],
)
def test_a_scope_that_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UnusableOption, match=message):
        Scope(**options)


@pytest.mark.parametrize("text", ["", "j", "J - 2kl", "J kl", "J - 1/0*kl", "J +"])
def test_an_objective_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnusableOption):
        objective_named(text)


def test_estimates_that_are_all_zero_vanish_in_floats_too() -> None:
    def nothing(returns: Arrays) -> Arrays:
        return 0.0 * returns

    problem = next(c for c in cases(SMALL) if c.id == "arms-3").problem.floats()
    found = moments(FromAdvantages(nothing), problem)
    assert str(found.comparison) == "zero where it should not be"
    assert Batching(problem).count == 3


def test_a_known_slip_is_guessed() -> None:
    pytest.importorskip("pgsym.estimators.diagnosis")
    audit = audited(upside_down, Scope(kinds=("bandit",), batches=((1, 1),)))
    assert audit.hint is not None
    assert "sign" in audit.hint[1]
    assert audit.record()["hint"] == {"pattern": audit.hint[0], "summary": audit.hint[1]}
    assert audited(plain_returns, Scope(kinds=("bandit",), batches=((1, 1),))).hint is None
