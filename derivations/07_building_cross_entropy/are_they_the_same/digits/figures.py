"""The figures of the classification bot trained on real digits.

Every number in a caption is taken from the run that is drawn. The colours are Okabe and Ito's (2008), safe for the
colour-blind; line styles and markers tell the methods apart without colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pgsym.report.figures.files import WIDTH, FigureFiles, drawing, files

from .training import ANSWERS, Curve, DigitsRun, Floats, example_gradients

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE: Final = "#0072B2"
_VERMILION: Final = "#D55E00"
_ORANGE: Final = "#E69F00"
_DASHES: Final = (0, (5, 2))

_LINES: Final[dict[str, dict[str, Any]]] = {
    "cross entropy": {"color": _BLUE},
    "label sampled": {"color": "black", "linestyle": "none", "marker": "o", "markersize": 4.5, "fillstyle": "none"},
    "importance weighted": {"color": _ORANGE, "linewidth": 0.9, "zorder": 1.9},
    "policy gradient": {"color": _VERMILION, "linestyle": _DASHES},
    "exact policy gradient": {"color": "black", "linestyle": ":", "linewidth": 1.1},
}


def digits_figures(run: DigitsRun, stuck: DigitsRun) -> tuple[FigureFiles, ...]:
    """All four figures: `run` from a fair start, `stuck` from one where the true class is unlikely.

    Raises ModuleNotFoundError, naming the extra to install, where Matplotlib is missing.

    >>> from pgsym.derivations.digits.training import train
    >>> [figure.name for figure in digits_figures(train(updates=20), train(updates=20, prejudice=6.0))]
    ['digits-curves', 'digits-gradients', 'digits-plateau', 'digits-noise']
    """
    return learning_curves(run), gradient_lengths(stuck), plateau(stuck), noise(run)


def learning_curves(run: DigitsRun) -> FigureFiles:
    """Accuracy and mean π(y|s) over updates: cross entropy beside the three sampled methods.

    >>> from pgsym.derivations.digits.training import train
    >>> learning_curves(train(updates=20)).svg[:5]
    b'<?xml'
    """
    shown = (run.cross_entropy, run.label_sampled, run.importance_weighted, run.policy_gradient)
    with drawing():
        figure, left, right = _panels()
        for axes, quantity in ((left, "accuracy"), (right, "expected_accuracy")):
            for curve in shown:
                _draw(axes, curve, getattr(curve, quantity))
            axes.set_xscale("symlog", linthresh=1, linscale=0.3)
            decades = [10**power for power in range(int(np.log10(run.updates)) + 1)]
            axes.set_xticks([0, *decades], labels=[f"{tick}" for tick in (0, *decades)])
            axes.set_xlim(0, run.updates)
            axes.set_ylim(0, 1)
            axes.set_xlabel("updates (logarithmic)")
        left.set_ylabel("accuracy of the likeliest answer")
        right.set_ylabel(r"mean $\pi(y\,|\,s)$")
        _legend(figure, left)
        ce, pg = run.cross_entropy, run.policy_gradient
        caption = (
            f"One linear bot on {len(run.data.labels)} real digits, full batch, step {run.step:g}, one start (seed "
            f"{run.seed}): drawing the answer from the label is cross entropy (the parameters agree to "
            f"{run.label_sampled_gap.max():.1e} at every update), and so is the importance-weighted update on average. "
            f"Policy gradient with 0/1 reward is another procedure: after {run.updates} updates the mean probability "
            f"of the right answer is {pg.expected_accuracy[-1]:.2f} against {ce.expected_accuracy[-1]:.2f}, the "
            f"accuracy on held-out digits {pg.held_out_accuracy[-1]:.1%} against {ce.held_out_accuracy[-1]:.1%}."
        )
        alt = (
            "Two panels against updates: accuracy, and mean probability of the right answer. The label-sampled "
            "circles lie on the cross-entropy line, the importance-weighted line jitters about it, and the policy "
            "gradient rises much later."
        )
        return files(figure, "digits-curves", alt, caption)


def gradient_lengths(run: DigitsRun, update: int | None = None, every: int = 4) -> FigureFiles:
    """Each image's gradient length in the logits against π(y|s), at one checkpoint of the policy gradient.

    `update` in 0..run.updates chooses the checkpoint, by default the first with mean π(y|s) at least one half, else
    the last; every `every`-th image is drawn. The curves are √2(1 − π) and √2 π(1 − π), attained with two answers
    (ledger: stuck-policy); the bands reach down to the least length with K answers, √(K/(K−1)) in place of √2.
    Raises ValueError for a checkpoint that does not exist or `every` below 1.

    >>> from pgsym.derivations.digits.training import train
    >>> gradient_lengths(train(updates=5), update=6)
    Traceback (most recent call last):
    ValueError: update must lie between 0 and 5, not 6
    """
    curve = run.policy_gradient
    if update is None:
        half = _first_half(curve)
        update = run.updates if half is None else half
    if not 0 <= update <= run.updates:
        raise ValueError(f"update must lie between 0 and {run.updates}, not {update}")
    if every < 1:
        raise ValueError(f"every must be 1 or more, not {every}")
    found = example_gradients(run.data, curve.parameters[update])
    lowest = 10.0 ** np.floor(np.log10(found.probability.min()))
    with drawing():
        figure, left, right = _panels()
        for axes, p in ((left, np.linspace(0, 1, 201)), (right, np.geomspace(lowest, 0.999, 201))):
            for colour, tint, line, mark, factor, lengths in (
                (_BLUE, "#DCEAF3", "-", ".", 1 - p, found.cross_entropy),
                (_VERMILION, "#F9E4D6", _DASHES, "x", p * (1 - p), found.policy_gradient),
            ):
                least = np.sqrt(ANSWERS / (ANSWERS - 1)) * factor
                axes.fill_between(p, least, np.sqrt(2) * factor, color=tint, linewidth=0)
                axes.plot(p, np.sqrt(2) * factor, color=colour, linestyle=line, linewidth=1.0)
                axes.plot(
                    found.probability[::every],
                    lengths[::every],
                    linestyle="none",
                    color=colour,
                    marker=mark,
                    markersize=2.5,
                    markeredgewidth=0.5,
                )
            axes.set_xlabel(r"$\pi(y\,|\,s)$")
        left.set_xlim(0, 1)
        left.set_ylim(0, 1.5)
        left.set_ylabel("length of the gradient in the logits")
        left.annotate("cross entropy", (0.34, 1.02), color=_BLUE)
        left.annotate(r"$\sqrt{2}\,(1-\pi)$", (0.06, 1.38), color=_BLUE)
        left.annotate("policy gradient", (0.35, 0.12), color=_VERMILION)
        right.set_xscale("log")
        right.set_yscale("log")
        right.set_xlim(lowest, 1)
        right.set_ylim(lowest, 3)
        right.set_xlabel(r"$\pi(y\,|\,s)$ (logarithmic)")
        right.annotate(r"$\sqrt{2}\,\pi\,(1-\pi)$", (0.08, 0.46), xycoords="axes fraction", color=_VERMILION)
        quarter = np.quantile(found.probability, 0.25)
        unlikely = found.probability <= quarter
        caption = (
            f"One mark per digit (one in {every} of {len(run.data.labels)}) at the policy-gradient model after "
            f"{update} updates; bands hold all lengths possible with {ANSWERS} answers. The policy gradient is the "
            f"cross-entropy gradient times the probability of the right answer, so it fades where the bot is most "
            f"wrong: on the quarter of the digits below {quarter:.3f} its mean length is "
            f"{found.policy_gradient[unlikely].mean():.3f}, that of cross entropy "
            f"{found.cross_entropy[unlikely].mean():.3f}."
        )
        alt = (
            "Gradient length against the probability of the right answer, on linear and on logarithmic axes. The "
            "cross-entropy marks fall along a line from about 1.2 at probability 0 to 0 at 1; the policy-gradient "
            "marks form a hump that is 0 at both ends."
        )
        return files(figure, "digits-gradients", alt, caption)


def plateau(run: DigitsRun) -> FigureFiles:
    """The plateau in time, from a start where the true class is unlikely: mean π(y|s), and the length of E[g].

    >>> from pgsym.derivations.digits.training import train
    >>> "not within 20 updates" in plateau(train(updates=20, prejudice=6.0)).caption
    True
    """
    ce, pg = run.cross_entropy, run.exact_policy_gradient
    with drawing():
        figure, left, right = _panels()
        for curve in (ce, run.policy_gradient, pg):
            _draw(left, curve, curve.expected_accuracy)
        for curve in (ce, pg):
            _draw(right, curve, curve.expected_norm)
        for axes in (left, right):
            axes.set_xlim(0, run.updates)
            axes.set_xlabel("updates")
        left.set_ylim(0, 1)
        left.set_ylabel(r"mean $\pi(y\,|\,s)$")
        right.set_ylabel("length of the expected update")
        _decimal_log(right)
        _legend(figure, left)
        likely = np.median(example_gradients(run.data, ce.parameters[0]).probability)
        caption = (
            f"From a start that answers 0 to everything (median probability of the right answer {likely:.4f}) the mean "
            f"probability reaches one half {_half(ce)} with cross entropy, {_half(pg)} with the exact policy gradient "
            f"and {_half(run.policy_gradient)} with the sampled one. At that start the expected update of cross "
            f"entropy has length {ce.expected_norm[0]:.2f}, that of policy gradient {pg.expected_norm[0]:.4f}."
        )
        alt = (
            "Left: the mean probability of the right answer rises at once with cross entropy and stays near 0.1 for "
            "a long time with policy gradient. Right: the length of the expected update, which starts large and falls "
            "with cross entropy, and starts small and grows with policy gradient."
        )
        return files(figure, "digits-plateau", alt, caption)


def noise(run: DigitsRun) -> FigureFiles:
    """The exact standard deviation of one sampled update, on policy and importance weighted, plain and relative.

    >>> from pgsym.derivations.digits.training import train
    >>> noise(train(updates=20)).pdf[:5]
    b'%PDF-'
    """
    pg, weighted = run.policy_gradient, run.importance_weighted
    with drawing():
        figure, left, right = _panels()
        for curve in (weighted, pg):
            _draw(left, curve, curve.noise)
            _draw(right, curve, curve.noise / curve.expected_norm)
        for axes in (left, right):
            axes.set_xlim(0, run.updates)
            axes.set_xlabel("updates")
            _decimal_log(axes)
        left.set_ylabel("standard deviation of one update")
        right.set_ylabel("relative to the expected update")
        _legend(figure, left)
        late = [np.median((curve.noise / curve.expected_norm)[run.updates // 2 :]) for curve in (weighted, pg)]
        caption = (
            f"Importance weights buy the cross-entropy direction with variance: one full-batch update deviates by "
            f"{weighted.noise[0]:.2f} at the common start and {weighted.noise[-1]:.3f} at the last update, the policy "
            f"gradient by {pg.noise[0]:.3f} and {pg.noise[-1]:.3f}. In units of the expected update the median over "
            f"the second half is {late[0]:.1f} against {late[1]:.1f} (exact, each at its own parameters; label "
            f"sampling has 0)."
        )
        alt = (
            "Standard deviation of one update against updates, plain on the left and relative to the expected update "
            "on the right; the importance-weighted line ends well above the policy-gradient line in both."
        )
        return files(figure, "digits-noise", alt, caption)


def _panels() -> tuple[Figure, Axes, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 0.44 * WIDTH), layout="constrained")
    left, right = figure.subplots(1, 2)
    return figure, left, right


def _draw(axes: Axes, curve: Curve, values: Floats) -> None:
    at = np.arange(len(values))
    if curve.name == "label sampled":  # on top of cross entropy: a few marks, evenly spread on a logarithmic axis
        at = np.unique(np.geomspace(1, len(values), 14).astype(int)) - 1
    axes.plot(at, values[at], label=curve.name, clip_on=curve.name != "label sampled", **_LINES[curve.name])


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), handlelength=2.6)


def _decimal_log(axes: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _first_half(curve: Curve) -> int | None:
    """The first update at which mean π(y|s) is at least one half."""
    reached = np.flatnonzero(curve.expected_accuracy >= 0.5)
    return int(reached[0]) if len(reached) else None


def _half(curve: Curve) -> str:
    half, updates = _first_half(curve), len(curve.gradient_norm)
    return f"not within {updates} updates" if half is None else f"after {half} updates"
