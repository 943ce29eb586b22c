"""The figures of the article: fields, variances, wrong labels and plateaus, each from exact numbers.

The colours are Okabe and Ito's (2008); line styles and markers tell the lines apart without them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from pgsym.report.figures.files import WIDTH, FigureFiles, drawing, files

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pgsym.derivations.digits.wrong_labels import NoiseRun

Floats = NDArray[np.float64]

_BLUE: Final = "#0072B2"
_VERMILION: Final = "#D55E00"
_ORANGE: Final = "#E69F00"
_DASHES: Final = (0, (5, 2))
_REACH: Final = 3.0  # the fields are drawn at logits from −3 to 3


def fields_at(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """∇J and the pairwise field G, each of shape (2, …), and the curl of G, at the logits x and y.

    The first action, right with p = σ(x), leads to a second, right with q = σ(y) and then rewarded by 1:
    J = p q, ∇J = (p′q, p q′), G = (0, p q′), and ∂G₂/∂x − ∂G₁/∂y = p(1 − p) q(1 − q).

    >>> gradient, pairwise, curl = fields_at(np.zeros(1), np.zeros(1))
    >>> gradient[:, 0].tolist(), pairwise[:, 0].tolist(), curl.tolist()
    ([0.125, 0.125], [0.0, 0.125], [0.0625])
    """
    p, q = 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(-y))
    slope_p, slope_q = p * (1 - p), q * (1 - q)
    return np.stack([slope_p * q, p * slope_q]), np.stack([np.zeros_like(p), p * slope_q]), slope_p * slope_q


def fields() -> FigureFiles:
    """The figure of the objective with its gradient, the pairwise field, and the curl of the pairwise field."""
    grid = np.linspace(-_REACH, _REACH, 11)
    x, y = np.meshgrid(grid, grid)
    fine = np.linspace(-_REACH, _REACH, 121)
    u, v = np.meshgrid(fine, fine)
    gradient, pairwise, _ = fields_at(x, y)
    curl = fields_at(u, v)[2]
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, 0.36 * WIDTH), layout="constrained")
        left, centre, right = figure.subplots(1, 3, sharey=True)
        objective = 1 / ((1 + np.exp(-u)) * (1 + np.exp(-v)))
        for axes, field, colour in ((left, gradient, _BLUE), (centre, pairwise, _VERMILION)):
            axes.contour(u, v, objective, levels=np.arange(0.1, 1, 0.1), colors="#BBBBBB", linewidths=0.5)
            axes.quiver(x, y, *field, color=colour, angles="xy", scale=2.6, width=0.008, headwidth=3.6)
        filled = right.contourf(u, v, 16 * curl, levels=np.linspace(0, 1, 9), cmap="Oranges")
        filled.set_edgecolor("face")  # no hairlines between the colours
        bar = figure.colorbar(filled, ax=right, ticks=[0, 0.5, 1], aspect=28, pad=0.03)
        bar.ax.set_yticklabels(["0", "1/32", "1/16"])
        bar.outline.set_visible(False)
        for axes, title in ((left, r"$\nabla J$"), (centre, "$G$"), (right, "curl of $G$")):
            axes.set_title(title)
            axes.set_xlabel("$x$")
            axes.set_aspect("equal")
        left.set_ylabel("$y$")
        caption = (
            "Two decisions in a row, the first right with $p = \\sigma(x)$, the second with $q = \\sigma(y)$, reward 1 "
            "for both: $J = p \\, q$ (grey level lines) and its gradient; the pairwise field $G = (0, p \\, q')$, "
            "which never moves the first logit; and its curl $p(1 - p) \\, q(1 - q)$. The curl is $\\frac{1}{16}$ in "
            "the middle and zero nowhere; so $G$ is the gradient of no objective."
        )
        alt = (
            "Three panels over the logits x and y from -3 to 3. Left: arrows of the gradient of J, pointing to the "
            "upper right. Middle: arrows of the pairwise field, all pointing straight up. Right: the curl, one hump "
            "with its top of 1/16 at the origin."
        )
        return files(figure, "article-fields", alt, caption)


def variances(longest: int = 8) -> dict[str, list[Fraction]]:
    """The variance of each estimator for T = 1, …, `longest`, computed by the evaluator in fractions.

    T independent steps with a logit each, at p = 1/2, reward 1 for one of two actions; summed over the logits.

    >>> {name: [str(v) for v in values] for name, values in variances(2).items()}
    {'full': ['1/16', '5/8'], 'reward-to-go': ['1/16', '3/8'], 'pairwise': ['1/16', '1/8']}
    """
    from pgsym.meaning.tables import problem, value
    from pgsym.problems import trajectories
    from pgsym.terms import Term, sum_range
    from pgsym.terms.build import variance

    m = trajectories()

    def summed(reward: Term) -> Term:
        """Σ_t Var(g_t · reward): each time has its own logit, so each coordinate has one score."""
        return sum_range(m.t, 1, m.T, of=variance(m.score(m.t) * reward, (m.tau, m.law)))

    estimators = {
        "full": summed(m.total_reward),
        "reward-to-go": summed(m.reward_to_go),
        "pairwise": summed(m.reward(m.t)),
    }
    out: dict[str, list[Fraction]] = {name: [] for name in estimators}
    half = Fraction(1, 2)
    tables = {"ρ": [1], "π": [[half, half]], "p": [[[1], [1]]], "r": [[0, 1]]}
    for horizon in range(1, longest + 1):
        instance = problem(tables, list(estimators.values()), m.hypotheses, T=horizon)
        for name, term in estimators.items():
            found = value(term, instance)
            out[name].append(Fraction(str(found[1] if isinstance(found, tuple) else found)))
    return out


_ESTIMATORS: Final[dict[str, dict[str, Any]]] = {
    "full": {"color": _VERMILION, "marker": "o"},
    "reward-to-go": {"color": _ORANGE, "linestyle": _DASHES, "marker": "s"},
    "pairwise": {"color": _BLUE, "linestyle": ":", "marker": "^"},
}


def variance_against_time(longest: int = 8) -> FigureFiles:
    """The figure of the three variances, and of their ratios to the smallest, against the horizon."""
    found = variances(longest)
    times = np.arange(1, longest + 1)
    with drawing():
        from matplotlib.ticker import MaxNLocator

        figure, left, right = _panels()
        for name, values in found.items():
            exact = np.array([float(v) for v in values])
            ratio = np.array([float(v / w) for v, w in zip(values, found["pairwise"], strict=True)])
            left.plot(times, exact, label=name, markersize=3.5, **_ESTIMATORS[name])
            right.plot(times, ratio, label=name, markersize=3.5, **_ESTIMATORS[name])
        left.set_ylabel("variance")
        right.set_ylabel("variance / pairwise variance")
        right.set_yscale("log")
        for axes in (left, right):
            axes.set_xlabel("$T$")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, handlelength=3)
        last = {name: values[-1] / found["pairwise"][-1] for name, values in found.items()}
        caption = (
            f"The exact variance of three estimators of the same gradient: $T$ independent steps with one "
            f"logit each at probability one half, reward 1 for one of two actions. The full form is $T^{{2}} + T - 1$ "
            f"times the pairwise one; at $T = {longest}$ that is ${last['full']}$, and ${last['reward-to-go']}$ for "
            f"the reward-to-go. If states depend on actions, the mean of the pairwise form is another one."
        )
        alt = (
            f"Left: three variances against the horizon from 1 to {longest}: the full form rises steepest, "
            f"reward-to-go about half of it, the pairwise form stays low. Right: the same in multiples of the pairwise "
            f"variance, on a logarithmic axis."
        )
        return files(figure, "article-variance", alt, caption)


def label_noise(run: NoiseRun) -> FigureFiles:
    """The figure of the results of cross entropy and policy gradient against the share of wrong labels."""
    looks: tuple[dict[str, Any], ...] = (
        {"color": _BLUE, "marker": "^", "label": "cross entropy"},
        {"color": _VERMILION, "marker": "o", "linestyle": _DASHES, "label": "policy gradient"},
    )
    with drawing():
        figure, left, right = _panels()
        for axes, values in ((left, run.probability), (right, run.accuracy)):
            for look, line in zip(looks, values, strict=True):
                axes.plot(run.rates, line, markersize=3.5, **look)
            axes.set_xlabel("share of wrong labels in training")
            axes.set_ylim(0, 1)
        left.plot(run.rates, 1 - run.rates, color="black", linestyle=":", linewidth=0.9, label=r"$1 - \eta$")
        left.set_ylabel(r"mean $\pi(y\,|\,s)$, true labels")
        right.set_ylabel("accuracy of the likeliest answer")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, handlelength=3)
        at = int(np.argmin(abs(run.rates - 0.4)))
        ce, pg = run.probability[:, at]
        caption = (
            f"A linear bot, trained on real digits of which a share $\\eta$ has wrong labels, and tested on other "
            f"digits with true labels ({run.updates} exact updates of step {run.step:g}, seed {run.seed}). Cross "
            f"entropy learns the noise too: its mean probability of the right answer stays below $1 - \\eta$. For the "
            f"expected policy gradient, wrong labels only shorten the gradient, so that training leaves its plateaus "
            f"later, or not at all in these updates. At $\\eta = {run.rates[at]:g}$ the probabilities are {ce:.2f} and "
            f"{pg:.2f}, and the accuracies "
            f"{run.accuracy[0, at]:.1%} and {run.accuracy[1, at]:.1%}."
        )
        alt = (
            "Two panels against the share of wrong labels from 0 to 0.8: mean probability of the true label, and "
            "accuracy. Cross entropy falls below the line one minus the share, policy gradient stays high for "
            "longer and then falls."
        )
        return files(figure, "article-noise", alt, caption)


def plateau_lengths(p: Floats) -> tuple[Floats, Floats]:
    """‖∇J‖ = √2 p(1 − p) and ‖∇CE‖ = √2 (1 − p) in the logits of two answers; the right answer has probability p.

    >>> [round(float(v), 4) for v in plateau_lengths(np.array(0.5))]
    [0.3536, 0.7071]
    """
    return np.sqrt(2) * p * (1 - p), np.sqrt(2) * (1 - p)


def plateau() -> FigureFiles:
    """The figure of the lengths of both gradients against the probability of the right answer."""
    with drawing():
        figure, left, right = _panels()
        for axes, p in ((left, np.linspace(0, 1, 201)), (right, np.geomspace(1e-4, 0.9999, 201))):
            pg, ce = plateau_lengths(p)
            axes.plot(p, ce, color=_BLUE, label=r"$\Vert\nabla \mathrm{CE}\Vert$")
            axes.plot(p, pg, color=_VERMILION, linestyle=_DASHES, label=r"$\Vert\nabla J\Vert$")
            axes.set_xlabel(r"$\pi(y\,|\,s)$")
        left.set_xlim(0, 1)
        left.set_ylim(0, 1.5)
        left.set_ylabel("length of the gradient in the logits")
        right.set_xscale("log")
        right.set_yscale("log")
        right.set_ylim(1e-4, 3)
        right.set_xlabel(r"$\pi(y\,|\,s)$ (logarithmic)")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2, handlelength=3)
        pg, ce = plateau_lengths(np.array(0.01))
        caption = (
            f"Two answers, 0/1 reward: $\\lVert \\nabla J \\rVert = \\sqrt{{2}} \\, \\pi (1 - \\pi)$ and "
            f"$\\lVert \\nabla \\mathrm{{CE}} \\rVert = \\sqrt{{2}} (1 - \\pi)$, where $\\pi$ is the probability of "
            f"the right answer. At $\\pi = \\frac{{1}}{{100}}$ they are {float(pg):.4f} and {float(ce):.3f}: the "
            f"policy gradient has a plateau where the bot is most wrong."
        )
        alt = (
            "Gradient lengths against the probability of the right answer. The cross-entropy line falls straight from "
            "1.41 to 0; the policy-gradient line is a hump of height 0.35 that is 0 at both ends. On logarithmic axes "
            "the first is flat and the second rises in proportion to the probability."
        )
        return files(figure, "article-plateau", alt, caption)


def _panels() -> tuple[Figure, Axes, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 0.42 * WIDTH), layout="constrained")
    left, right = figure.subplots(1, 2)
    return figure, left, right
