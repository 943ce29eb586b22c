"""No audit shows something false as true: of what rounding hides, of padding, of what was left out."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pgsym.errors import EstimatorError, UnusableOption
from pgsym.estimators import bandit, expected_return, moments
from pgsym.estimators.audit import LossAudit, audit_loss
from pgsym.estimators.diagnosis import guess
from pgsym.estimators.estimator import as_estimator
from pgsym.estimators.problems import BATCHES, Scope
from pgsym.estimators.subject import Subject, subject
from pgsym.user_code import Loaded


def reinforce(returns: Any, total_scores: Any) -> Any:
    return (returns[..., None] * total_scores).mean(axis=1)


def drowned(total_scores: Any) -> Any:
    """No gradient at all, in much noise."""
    return 1e14 * total_scores.mean(axis=1)


def twice(returns: Any, total_scores: Any) -> Any:
    return 2 * reinforce(returns, total_scores)


def audited(function: Any, *batches: tuple[int, int]) -> LossAudit:
    scope = Scope(kinds=("bandit", "tree"), length=2, batches=batches or ((1, 1),))
    return audit_loss(Subject(as_estimator(function), "estimator", "it", False), scope, known=())


def verdicts(audit: LossAudit) -> dict[str, str]:
    return {found.id: found.verdict for found in audit.identities}


def unmasked(states: Any, actions: Any, policy: Any, returns: Any) -> Any:
    """REINFORCE that takes what is padded for actions."""
    (N, R, T), (S, A) = states.shape, policy.shape
    scores = (np.eye(S)[states][..., None] * (np.eye(A)[actions] - policy[states])[..., None, :]).reshape(
        N, R, T, S * A
    )
    return (returns[..., None, None] * scores).sum(axis=2).mean(axis=1)


def test_padding_is_also_other_states_and_actions() -> None:
    assert verdicts(audited(unmasked))["padding"] == "fails"
    assert verdicts(audited(reinforce))["padding"] == "holds"


def test_nothing_does_not_point_the_way_of_a_gradient() -> None:
    def nothing(total_scores: Any) -> Any:
        return 0 * total_scores.mean(axis=1)

    assert verdicts(audited(nothing, (1, 2)))["direction"] == "fails"


def test_an_audit_does_not_pass_what_rounding_hides_and_counts_what_it_asked_for() -> None:
    def much_noise(returns: Any, total_scores: Any) -> Any:
        return reinforce(returns, total_scores) + drowned(total_scores)

    found = audited(much_noise)
    assert found.verdict == "wrong"
    assert re.fullmatch(r"there is no estimate to judge at \d+ of 14 readings asked for", found.summary)
    scope = Scope(kinds=("bandit",), batches=((1, 2), (1, 4)), budget=50)
    some = audit_loss(Subject(as_estimator(reinforce), "estimator", "it", False), scope, known=())
    assert re.fullmatch(r"the mean is ∇\(J\) at \d+ of \d+ readings asked for \(on-policy, .*\)", some.summary)


def test_a_term_that_the_rewards_do_not_weigh_is_not_called_cut() -> None:
    def with_a_bonus(returns: Any, total_scores: Any) -> Any:
        return reinforce(returns, total_scores) + 0.1

    found = moments(with_a_bonus, bandit([0.3, 0.7], [0, 1]))
    hint = guess(as_estimator(with_a_bonus), found.batching, expected_return, found)
    assert hint is not None
    assert hint.pattern == "term-without-rewards"


def test_an_audit_takes_enough_draws_or_none() -> None:
    with pytest.raises(UnusableOption, match="5 draws are too few: there must be at least 100, or none"):
        Scope(draws=5)


def test_a_function_that_leaves_python_is_named() -> None:
    def leaving(returns: Any) -> Any:
        raise SystemExit(3)

    loaded = Loaded("it:leaving", leaving, sys.modules[__name__])
    with pytest.raises(EstimatorError, match="SystemExit"):
        subject(loaded)


def test_what_is_right_in_fractions_alone_is_audited_in_floats() -> None:
    """Which is what it will be given."""

    def by_type(returns: Any, total_scores: Any) -> Any:
        return reinforce(returns, total_scores) * (1 if returns.dtype == object else 3)

    made = subject(Loaded("it:by_type", by_type, sys.modules[__name__]))
    assert not made.exact
    found = audit_loss(made, Scope(kinds=("bandit",), batches=((1, 1),)), known=())
    assert found.summary.startswith("the mean is ∇(J) times 3 at all")
    assert subject(Loaded("it:twice", twice, sys.modules[__name__])).exact


def test_advantages_with_their_axes_exchanged_are_refused_at_once() -> None:
    def exchanged(returns: Any, mask: Any) -> Any:
        return np.swapaxes(returns[..., None] * mask, 1, 2)

    with pytest.raises(EstimatorError, match=r"exchanged returned shape \(5, 2, 3\) for N = 5 samples of R = 3 rows"):
        subject(Loaded("it:exchanged", exchanged, sys.modules[__name__]))


def only_from(size: str, at: int) -> Any:
    """Right below a size, and half from it on."""

    def estimator(returns: Any, probs: Any, mask: Any, group_size: int, total_scores: Any) -> Any:
        sizes = {"actions": probs.shape[3], "steps": mask.shape[2], "group_size": group_size}
        return reinforce(returns, total_scores) * (1.0 if sizes[size] < at else 0.5)

    return estimator


def clipped_at_ten(returns: Any, total_scores: Any) -> Any:
    return reinforce(np.clip(returns, -10, 10), total_scores)


def never_charged(returns: Any, total_scores: Any) -> Any:
    return reinforce(np.where((returns < 0).all(axis=1, keepdims=True), 0, returns), total_scores)


@pytest.mark.parametrize(
    ("function", "kind", "batch"),
    [
        (only_from("actions", 4), "bandit", (1, 1)),
        (only_from("actions", 5), "tree", (1, 1)),
        (only_from("steps", 4), "tree", (1, 1)),
        (only_from("steps", 5), "tree", (1, 1)),
        (clipped_at_ten, "bandit", (1, 1)),
        (clipped_at_ten, "tree", (1, 1)),
        (never_charged, "bandit", (1, 1)),
        (only_from("group_size", 5), "bandit", BATCHES[4]),
    ],
)
def test_what_is_wrong_only_where_it_is_large_or_far_is_not_called_exact(
    function: Any, kind: str, batch: tuple[int, int]
) -> None:
    estimator = as_estimator(function)
    found = audit_loss(Subject(estimator, "estimator", "it", False), Scope(kinds=(kind,), batches=(batch,)), known=())
    assert found.verdict != "unbiased"


def test_the_verdict_says_of_what_it_is_exact() -> None:
    def audit(**options: Any) -> LossAudit:
        scope = Scope(kinds=("bandit", "tree"), batches=((1, 1), (1, 2)), length=2, vocabulary=3, **options)
        return audit_loss(Subject(as_estimator(reinforce), "estimator", "it", False), scope, known=())

    assert audit().summary == (
        "the mean is ∇(J) at all 28 readings asked for (on-policy, |A| = 2 to 3, T = 1 to 2, groups of 1 to 2, rewards "
        "from −1000 to 1000)"
    )
    assert audit(off_policy=True).sizes.startswith("on- and off-policy, |A| = 2 to 3")
    late = Scope(kinds=("tree",), batches=((1, 1),), length=2, discount=Fraction(9, 10))
    found = audit_loss(Subject(as_estimator(reinforce), "estimator", "it", False), late, known=())
    assert found.sizes.endswith(", γ = 1 or 9/10")
