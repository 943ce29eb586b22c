"""The article's figures draw what the evaluator computes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pgsym.meaning.tables import problem, value
from pgsym.problems import classification, trajectories
from pgsym.terms import grad, sum_range

pytest.importorskip("matplotlib")

from pgsym.report.figures import article, groups


def logit(p: Fraction) -> float:
    return float(np.log(float(p / (1 - p))))


@pytest.mark.parametrize(("p", "q"), [("1/2", "1/2"), ("1/3", "3/4"), ("4/5", "1/7")])
def test_fields_are_those_of_the_two_decision_problem(p: str, q: str) -> None:
    """State 2 is reached by the second action and pays for its own second action."""
    m = trajectories()
    right, then = Fraction(p), Fraction(q)
    pairwise = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * m.reward(m.t)))
    tables = {
        "ρ": [1, 0],
        "π": [[1 - right, right], [1 - then, then]],
        "p": [[[1, 0], [0, 1]], [[0, 1], [0, 1]]],
        "r": [[0, 0], [0, 1]],
    }
    instance = problem(tables, [m.objective, pairwise], m.hypotheses, T=2)
    wanted = [value(term, instance) for term in (grad(m.objective), pairwise)]
    gradient, field, curl = article.fields_at(np.array(logit(right)), np.array(logit(then)))
    for exact, drawn in zip(wanted, (gradient, field), strict=True):
        assert isinstance(exact, tuple)
        np.testing.assert_allclose(drawn, [float(exact[1]), float(exact[3])], atol=1e-12)
    step = 1e-5
    shifted = [article.fields_at(np.array(logit(right) + d), np.array(logit(then)))[1][1] for d in (step, -step)]
    assert curl == pytest.approx((shifted[0] - shifted[1]) / (2 * step), rel=1e-6)
    assert curl == pytest.approx(float(right * (1 - right) * then * (1 - then)))


def test_the_full_form_is_t_squared_plus_t_minus_one_times_the_pairwise_one() -> None:
    found = article.variances(5)
    for t, (full, to_go, pair) in enumerate(zip(*found.values(), strict=True), 1):
        assert pair == Fraction(t, 16)
        assert full == (t * t + t - 1) * pair
        assert pair <= to_go <= full


@pytest.mark.parametrize("p", ["1/2", "1/10", "9/10"])
def test_plateau_lengths_are_those_of_two_answers(p: str) -> None:
    m = classification()
    right = Fraction(p)
    terms = (grad(m.accuracy), grad(m.cross_entropy))
    instance = problem({"D": [1], "π": [[right, 1 - right]], "y(s)": [0]}, terms, m.hypotheses)
    wanted = [np.linalg.norm([float(x) for x in value(t, instance)]) for t in terms]
    np.testing.assert_allclose(article.plateau_lengths(np.array(float(right))), wanted)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_factors_of_groups_are_those_of_all_groups(size: int) -> None:
    from pgsym.derivations.grpo_binary import factor
    from sympy import Rational

    wanted = [float(factor(size, Rational(k, 7))) for k in range(1, 7)]
    np.testing.assert_allclose(groups.factor(size, np.arange(1, 7) / 7), wanted)


@pytest.mark.campaign
def test_figures_are_the_same_bytes_twice_with_words_that_fit_every_format() -> None:
    for make in (article.fields, article.plateau, groups.factors, lambda: article.variance_against_time(3)):
        first = make()
        assert first == make()
        assert first.svg.startswith(b"<?xml")
        assert b"<image" not in first.svg
        assert first.alt.endswith(".")
        assert first.alt.isascii()


def test_noise_draws_and_quotes_the_run() -> None:
    pytest.importorskip("sklearn")
    from pgsym.derivations.digits.wrong_labels import train_with_noise

    run = train_with_noise((0.0, 0.4), updates=30)
    made = article.label_noise(run)
    assert f"{run.probability[0, 1]:.2f} and {run.probability[1, 1]:.2f}" in made.caption
    assert made == article.label_noise(train_with_noise((0.0, 0.4), updates=30))


def test_wrong_labels_are_other_labels_at_the_rate_asked_for() -> None:
    pytest.importorskip("sklearn")
    from pgsym.derivations.digits.training import load
    from pgsym.derivations.digits.wrong_labels import with_wrong_labels

    data = load()
    noisy = with_wrong_labels(data, 0.5)
    assert abs(float((noisy.labels != data.labels).mean()) - 0.5) < 0.05
    assert (with_wrong_labels(data, 1.0).labels != data.labels).all()
    assert (with_wrong_labels(data, 0.0).labels == data.labels).all()
    assert (noisy.held_out_labels == data.held_out_labels).all()
    with pytest.raises(ValueError, match="rate must lie between 0 and 1"):
        with_wrong_labels(data, 1.5)
