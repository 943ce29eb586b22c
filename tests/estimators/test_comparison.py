"""Angles between gradients: small ones are told, and none is out of range."""

from fractions import Fraction
from math import degrees

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pgsym.cli.app import app
from pgsym.estimators import from_advantages, moments, tree
from pgsym.estimators.comparison import Kind, compare, direction
from pgsym.testing import assert_direction

entry = st.floats(-1e6, 1e6, allow_subnormal=False)
SOURCE = """
import numpy as np

def nearly(returns, total_scores):
    return (returns[..., None] * total_scores).mean(axis=1) * (1 + {} * np.arange(total_scores.shape[2]))
"""


@given(st.lists(st.tuples(entry, entry), min_size=2, max_size=5), st.sampled_from([0.0, 1e-15, 1e-11, 1e-8, 1.0]))
def test_the_cosine_of_any_two_gradients_is_in_range(pairs, apart):
    m, w = np.array(pairs).T
    w = m + apart * w
    if not (np.linalg.norm(m) > 1e-150 and np.linalg.norm(w) > 1e-150):
        return
    cosine, sine = direction(m, w)
    assert -1 <= cosine <= 1
    assert 0 <= sine <= 1
    found = compare(m, w)
    assert found.angle is None or 0 <= found.angle <= 180
    assert "turned by 0°" not in str(found)


@pytest.mark.parametrize("angle", [1e-11, 3e-10, 1e-8, 1e-5, 1e-3, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("exact", [False, True])
def test_an_angle_is_known_however_small_it_is(angle, exact):
    w = np.array([1.0, 2.0, -2.0]) / 3
    across = np.array([2.0, 1.0, 2.0]) / 3
    m = 5 * (np.cos(angle) * w + np.sin(angle) * across)
    if exact:
        m, w = (np.array([Fraction(x) for x in v], dtype=object) for v in (m, w))
    found = compare(m, w)
    assert found.kind is Kind.BIASED_DIRECTION
    assert found.angle == pytest.approx(degrees(angle), rel=1e-4)
    assert str(compare(m, w)).startswith(f"turned by {degrees(angle):.4g}°"[:14])


def test_what_is_all_but_opposite_says_so():
    assert str(compare(np.array([-1.0, 1e-9]), np.array([1.0, 0.0]))) == "turned by 180° less 5.73e-08°"


@pytest.mark.parametrize("size", [1e-11, 1e-9, 3e-9, 1e-8, 1e-3])
def test_an_audit_of_what_is_turned_a_little_ends_and_says_by_how_much(tmp_path, monkeypatch, size):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(SOURCE.format(size))
    done = CliRunner().invoke(app, ["audit", "mine.py:nearly", "--problem", "bandit", "--group-size", "1,2"])
    assert done.exit_code == 1, done.output
    assert "turned by 0°" not in done.output
    assert " 0°" not in done.output
    assert "turned by up to" in done.output


def test_a_headline_names_a_small_angle():
    def whitened(returns, mask):
        a = returns[..., None] * mask
        n = mask.sum((1, 2))[:, None, None]
        mean = a.sum((1, 2), keepdims=True) / (n + 1e-8)
        var = (((a - mean) * mask) ** 2).sum((1, 2), keepdims=True) / np.maximum(n - 1, 1)
        return (a - mean) / np.sqrt(var + 1e-8) * mask

    with pytest.raises(AssertionError) as caught:
        assert_direction(from_advantages(whitened), group_size=2, kinds=["bandit"])
    headline = str(caught.value).splitlines()[0]
    assert headline.startswith("whitened does not point along ∇(J): turned by ")
    assert "turned by 0°" not in headline
    assert "cosine 1)" not in headline


def test_the_angle_of_draws_is_in_range():
    def bent(returns, total_scores):
        return (returns[..., None] * total_scores).mean(axis=1) * np.array([1.0, 3.0, 1.0, 1.0, 1.0, 1.0])

    found = moments(bent, tree([0, 1, 2, 4]).floats(), draws=4000).comparison
    assert found.drawn
    assert found.cosine is not None
    assert -1 <= found.cosine <= 1
