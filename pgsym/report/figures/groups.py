"""The effect on the gradient of dividing 0/1 rewards by their group's standard deviation."""

from __future__ import annotations

from math import comb
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pgsym.report.figures.files import WIDTH, FigureFiles, drawing, files

Floats = NDArray[np.float64]

SIZES: Final[dict[int, dict[str, Any]]] = {
    2: {"color": "#0072B2", "linestyle": "-"},
    3: {"color": "#009E73", "linestyle": (0, (1, 1))},
    4: {"color": "#E69F00", "linestyle": (0, (5, 2))},
    16: {"color": "#D55E00", "linestyle": (0, (5, 1, 1, 1))},
}


def factor(size: int, p: Floats) -> Floats:
    """The factor on the gradient of p in groups of size N: E[√(k(N − k))] / (N p (1 − p)), with k right answers.

    >>> factor(2, np.array([0.25, 0.5])).tolist()
    [1.0, 1.0]
    """
    found = np.zeros_like(p)
    for k in range(1, size):
        found += comb(size, k) * np.sqrt(k * (size - k)) * p ** (k - 1) * (1 - p) ** (size - k - 1)
    return found / size


def factors() -> FigureFiles:
    """The figure of the factor, and of the factor times p (1 − p), against the probability of a right answer."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, 0.42 * WIDTH), layout="constrained")
        left, right = figure.subplots(1, 2)
        p = np.linspace(0, 1, 401)
        inner = p[1:-1]
        for size, look in SIZES.items():
            left.plot(p, factor(size, p), label=f"$N = {size}$", **look)
            right.plot(p, p * (1 - p) * factor(size, p), **look)
        left.plot(inner, 1 / np.sqrt(inner * (1 - inner)), color="black", linewidth=0.8, label=r"$N \to \infty$")
        right.plot(p, np.sqrt(p * (1 - p)), color="black", linewidth=0.8)
        left.set_ylim(0, 4.5)
        left.set_ylabel(r"$c_N(p)$")
        right.set_ylim(0, 0.55)
        right.set_ylabel(r"$c_N(p)\, p (1 - p)$")
        for axes in (left, right):
            axes.set_xlim(0, 1)
            axes.set_xlabel("$p$, the probability of a right answer")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=5, handlelength=3)
        hard = factor(16, np.array([0.02, 0.5]))
        caption = (
            "Rewards 1 and 0, divided by the standard deviation of their group of $N$. Left: the mean of the estimate "
            "is $c_N(p)$ times the gradient of $p$. Right: in the logit of the right answer of two, the gradient of "
            "$p$ is $p (1 - p)$, so the mean is $c_N(p) \\, p (1 - p)$; for $N = 2$ it is the policy gradient. From "
            "$N = 4$ on, questions with nearly always the same result have larger factors: the factor of groups of "
            f"16 is ${hard[0]:.2f}$ at $p = \\frac{{1}}{{50}}$ "
            f"and ${hard[1]:.2f}$ at $p = \\frac{{1}}{{2}}$."
        )
        alt = (
            "Left: the factor against p. It is 1 for groups of two and 1.41 for groups of three, flat; for four and "
            "sixteen it is lowest in the middle and rises to both sides. Right: the factor times p(1 - p), humps that "
            "are higher and broader for larger groups, up to a half circle."
        )
        return files(figure, "article-groups", alt, caption)
