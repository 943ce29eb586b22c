"""The figures: what they draw is what was measured, and the files are valid, self-contained, always the same."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from pgsym.derivations.digits.figures import digits_figures, gradient_lengths, learning_curves, noise, plateau
from pgsym.derivations.digits.training import ANSWERS, example_gradients, train

from pgsym.extras import install
from pgsym.report.figures import FigureFiles

matplotlib = pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def run():
    return train(updates=15)


@pytest.fixture(scope="module")
def stuck():
    return train(updates=45, prejudice=6.0)


@pytest.fixture(scope="module")
def figures(run, stuck):
    return digits_figures(run, stuck)


@pytest.fixture
def drawn(monkeypatch):
    """Draw, and look at the Matplotlib figure in place of its files."""
    seen = []

    def keep(figure, name, alt, caption):
        seen.append(figure)
        return FigureFiles(name, b"", b"", alt, caption)

    monkeypatch.setattr("pgsym.derivations.digits.figures.files", keep)

    def draw(function, *arguments, **options):
        files = function(*arguments, **options)
        return seen[-1], files

    return draw


def lines(axes):
    return {line.get_label(): np.asarray(line.get_ydata()) for line in axes.get_lines()}


def test_svg_is_a_drawing_16_cm_wide_that_asks_for_no_font(figures):
    for figure in figures:
        root = ET.fromstring(figure.svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("width") == f"{16 / 2.54 * 72:.6f}".rstrip("0") + "pt"
        assert root.find(f".//{SVG}path") is not None
        assert root.find(f".//{SVG}text") is None
        assert b"<image" not in figure.svg


def test_pdf_is_whole_with_embedded_truetype_fonts(figures):
    for figure in figures:
        assert figure.pdf.startswith(b"%PDF-")
        assert figure.pdf.rstrip().endswith(b"%%EOF")
        assert b"/Type3" not in figure.pdf
        assert b"/FontFile2" in figure.pdf


def test_files_carry_no_date(figures):
    for figure in figures:
        assert b"<dc:date>" not in figure.svg
        assert b"Date" not in figure.pdf


@pytest.mark.campaign
def test_the_same_run_gives_the_same_bytes_whatever_the_reader_has_set(figures, run, stuck):
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "none", "svg.hashsalt": None, "axes.grid": True}):
        assert digits_figures(run, stuck) == figures
        assert matplotlib.rcParams["font.size"] == 30


def test_another_run_gives_other_drawings(figures, run):
    assert learning_curves(train(updates=15, seed=1)).svg != figures[0].svg


def test_words_are_plain_and_present(figures):
    for figure in figures:
        for words in (figure.alt, figure.caption):
            assert words.isascii()
            assert words.endswith(".")
            assert len(words) > 80
            assert "\n" not in words


def test_learning_curves_draw_and_quote_the_run(drawn, run):
    figure, files = drawn(learning_curves, run)
    left, right = figure.axes
    for curve in (run.cross_entropy, run.policy_gradient, run.importance_weighted):
        np.testing.assert_array_equal(lines(left)[curve.name], curve.accuracy)
        np.testing.assert_array_equal(lines(right)[curve.name], curve.expected_accuracy)
    assert set(lines(right)["label sampled"]) <= set(run.label_sampled.expected_accuracy)
    ce, pg = run.cross_entropy, run.policy_gradient
    assert f"{pg.expected_accuracy[-1]:.2f} against {ce.expected_accuracy[-1]:.2f}" in files.caption
    assert f"{pg.held_out_accuracy[-1]:.1%} against {ce.held_out_accuracy[-1]:.1%}" in files.caption


def test_methods_are_told_apart_without_colour(drawn, run):
    figure, _ = drawn(learning_curves, run)
    looks = {(line.get_linestyle(), line.get_linewidth(), line.get_marker()) for line in figure.axes[0].get_lines()}
    assert len(looks) == 4


def test_gradient_lengths_lie_in_the_bands_drawn(drawn, stuck):
    figure, files = drawn(gradient_lengths, stuck, update=30, every=1)
    found = example_gradients(stuck.data, stuck.policy_gradient.parameters[30])
    for axes in figure.axes:
        bound_ce, marks_ce, bound_pg, marks_pg = axes.get_lines()
        np.testing.assert_array_equal(marks_ce.get_xdata(), found.probability)
        np.testing.assert_array_equal(marks_ce.get_ydata(), found.cross_entropy)
        np.testing.assert_array_equal(marks_pg.get_ydata(), found.policy_gradient)
        p = bound_pg.get_xdata()
        np.testing.assert_allclose(bound_pg.get_ydata(), np.sqrt(2) * p * (1 - p), atol=1e-12)
        np.testing.assert_allclose(bound_ce.get_ydata(), np.sqrt(2) * (1 - p), atol=1e-12)
        assert found.probability.min() >= axes.get_xlim()[0]
        for band, bound, lengths in zip(
            axes.collections, (bound_ce, bound_pg), (found.cross_entropy, found.policy_gradient), strict=True
        ):
            # The band's outline runs from its lower edge to its upper one: √(10/9) and √2 times the same factor.
            heights = band.get_paths()[0].vertices[:, 1]
            lower, upper = np.sort(np.unique(heights[np.isclose(band.get_paths()[0].vertices[:, 0], p[100])]))
            assert upper == pytest.approx(bound.get_ydata()[100])
            assert lower == pytest.approx(upper * np.sqrt(ANSWERS / (ANSWERS - 1) / 2))
            top = np.interp(found.probability, p, bound.get_ydata())
            assert np.all(lengths <= top * 1.01)
            assert np.all(lengths >= top * np.sqrt(ANSWERS / (ANSWERS - 1) / 2) * 0.99)
    assert "after 30 updates" in files.caption


def test_plateau_says_when_one_half_is_reached(drawn, stuck):
    figure, files = drawn(plateau, stuck)
    ce = stuck.cross_entropy.expected_accuracy
    half = next(u for u in range(len(ce)) if ce[u] >= 0.5)
    assert f"after {half} updates with cross entropy" in files.caption
    assert "not within 45 updates with the exact policy gradient" in files.caption
    left, right = figure.axes
    np.testing.assert_array_equal(lines(left)["policy gradient"], stuck.policy_gradient.expected_accuracy)
    np.testing.assert_array_equal(lines(right)["exact policy gradient"], stuck.exact_policy_gradient.expected_norm)


def test_noise_draws_the_exact_deviations(drawn, run):
    figure, _ = drawn(noise, run)
    left, right = figure.axes
    for curve in (run.policy_gradient, run.importance_weighted):
        np.testing.assert_array_equal(lines(left)[curve.name], curve.noise)
        np.testing.assert_array_equal(lines(right)[curve.name], curve.noise / curve.expected_norm)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"update": -1}, "update must lie between 0 and 45, not -1"),
        ({"update": 46}, "update must lie between 0 and 45, not 46"),
        ({"every": 0}, "every must be 1 or more, not 0"),
    ],
)
def test_a_checkpoint_that_does_not_exist_is_refused(stuck, options, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        gradient_lengths(stuck, **options)


def test_missing_matplotlib_names_the_extra(monkeypatch, run):
    for name in [name for name in sys.modules if name == "matplotlib" or name.startswith("matplotlib.")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=f"^figures need Matplotlib: {re.escape(install('data'))}$"):
        learning_curves(run)


def test_no_global_state_of_pyplot_is_touched():
    code = (
        "import sys, pgsym.derivations.digits.figures as f; assert 'matplotlib' not in sys.modules\n"
        "from pgsym.derivations.digits.training import train; f.plateau(train(updates=2))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
