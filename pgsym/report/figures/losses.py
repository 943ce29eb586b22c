"""The figures of an audit of a loss: its mean compared with the gradient, and its variance with those of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pgsym.estimators.audit import LossAudit
from pgsym.estimators.batches import Batching
from pgsym.estimators.episodes import Episodes, Floats
from pgsym.estimators.measurement import Reading, read
from pgsym.estimators.peers import Rival
from pgsym.report.figures.files import WIDTH, FigureFiles, drawing, files

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE: Final = "#0072B2"
_VERMILION: Final = "#D55E00"
_PALE: Final = "#F0B48A"
_CORNERS: Final = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 3**0.5 / 2]])
_PARTS: Final = 6  # the simplex is drawn at sixths
_REACH: Final = 2.0  # the plane is drawn at logits up to this size
_ACROSS: Final = 6


@dataclass(frozen=True, eq=False)
class Field:
    """The gradient and an estimator's mean at some policies, as arrows of a plane: three arrays of shape (n, 2)."""

    reading: Reading
    at: Floats
    wanted: Floats
    found: Floats


def on_the_simplex(audit: LossAudit, reading: Reading) -> Field:
    """The changes π(a) (g(a) − Σ_b π(b) g(b)) of policies of three actions by both, all over the simplex."""
    weights = [(i, j, _PARTS - i - j) for i in range(1, _PARTS) for j in range(1, _PARTS - i)]
    policies = np.array(weights, dtype=np.float64) / _PARTS
    arrows = []
    for policy in policies:
        both = _both(audit, reading, policy[np.newaxis])
        arrows.append([policy * (g[0] - policy @ g[0]) @ _CORNERS for g in both])
    wanted, found = np.array(arrows).transpose(1, 0, 2)
    return Field(reading, policies @ _CORNERS, wanted, found)


def on_the_plane(audit: LossAudit, reading: Reading) -> Field:
    """The changes of the two differences of logits by both, in a problem with two states and two actions."""
    steps = np.linspace(-_REACH, _REACH, _ACROSS)
    at = np.array([(x, y) for x in steps for y in steps])
    arrows = []
    for logits in at:
        right = 1 / (1 + np.exp(-logits))
        arrows.append([g[:, 1] - g[:, 0] for g in _both(audit, reading, np.stack([1 - right, right], axis=1))])
    wanted, found = np.array(arrows).transpose(1, 0, 2)
    return Field(reading, at, wanted, found)


def _both(audit: LossAudit, reading: Reading, policy: Floats) -> tuple[Floats, Floats]:
    """The gradient and the mean at another policy of the same problem, on-policy."""
    problem: Episodes = replace(reading.case.problem.floats(), policy=policy, behaviour=None)  # type: ignore[arg-type]
    found = read(audit.subject, audit.scope, Batching(problem, reading.batching.groups, reading.batching.group_size))
    return found.target, found.mean


def fields(audit: LossAudit) -> Iterator[Field]:
    """The fields of the audit's problems: one with one state and three actions, one with two states and two actions."""
    batch = _batch(audit)
    here = [r for r in audit.asked if r.case.problem.on_policy and (r.batching.groups, r.batching.group_size) == batch]
    shapes = (((1, 3), on_the_simplex, ("bandit",)), ((2, 2), on_the_plane, ("tree", "MDP", "bandit")))
    for (S, A), made, kinds in shapes:
        fit = [r for r in here if (r.case.problem.S, r.case.problem.A) == (S, A) and r.case.problem.gradient.any()]
        fit.sort(key=lambda r: kinds.index(r.case.problem.kind) if r.case.problem.kind in kinds else len(kinds))
        if fit:
            yield made(audit, fit[0])


def _batch(audit: LossAudit) -> tuple[int, int]:
    """The batch of the smallest problem with a bias; without a bias, the smallest batch of the audit."""
    batching = (audit.worst or min(audit.asked, key=lambda r: r.size)).batching
    return batching.groups, batching.group_size


def arrows(audit: LossAudit, stem: str) -> FigureFiles | None:
    """Arrows of the gradient and the mean on the simplex and in the plane of two logits; None without such problems."""
    shown = list(fields(audit))
    if not shown:
        return None
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, 0.5 * WIDTH), layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, len(shown)))
        for axes, field in zip(panels, shown, strict=True):
            (_simplex if field.reading.case.problem.A == 3 else _plane)(axes, field)
            _quiver(axes, field)
        handles = [
            figure.axes[0].plot([], [], color=colour, linewidth=width)[0]
            for colour, width in ((_BLUE, 3.0), (_VERMILION, 1.2))
        ]
        of = "J" if audit.scope.objective.name == "J" else "the objective"
        labels = [f"gradient of {of}", "mean of the estimator"]
        figure.legend(handles, labels, loc="outside upper center", ncols=2, handlelength=2.5)
        caption, alt = _words(audit, shown)
        return files(figure, f"{stem}-arrows", alt, caption)


def _words(audit: LossAudit, shown: list[Field]) -> tuple[str, str]:
    batching = shown[0].reading.batching
    batch = f"{batching.groups} group{'s' if batching.groups > 1 else ''} of {batching.group_size}"
    said, seen = [], []
    for field in shown:
        simplex = field.reading.case.problem.A == 3
        where = (
            "on the simplex of three actions, as changes of the policy"
            if simplex
            else ("in the plane of the logit differences (action 1 minus action 0) at two states or contexts")
        )
        longest = np.linalg.norm(field.wanted, axis=1).max()
        off = np.linalg.norm(field.found - field.wanted, axis=1).max() / longest if longest else 0.0
        off = 0.0 if off < 1e-12 else off
        said.append(
            f"{where} (problem {field.reading.case.id}, largest difference {100 * off:.3g} % of the longest gradient)"
        )
        seen.append("arrows all over a triangle" if simplex else "arrows on a grid of two logits")
    caption = (
        f"The gradient (broad) and the mean of the estimator (narrow), {batch}, at several policies: {'; '.join(said)}."
    )
    alt = f"{' and '.join(seen).capitalize()}: broad arrows for the gradient, narrow arrows for the mean."
    return caption, alt


def _quiver(axes: Axes, field: Field) -> None:
    longest = max(np.linalg.norm(field.wanted, axis=1).max(), np.linalg.norm(field.found, axis=1).max()) or 1.0
    simplex = field.reading.case.problem.A == 3
    unit = (0.2 if simplex else 0.9 * 2 * _REACH / (_ACROSS - 1)) / longest
    for ways, colour, width, order in ((field.wanted, _BLUE, 0.013, 2), (field.found, _VERMILION, 0.005, 3)):
        far = np.linalg.norm(ways, axis=1) > 1e-9 * longest
        axes.quiver(
            *field.at[far].T,
            *(unit * ways[far]).T,
            angles="xy",
            scale_units="xy",
            scale=1,
            color=colour,
            width=width,
            headwidth=2.4 if order == 2 else 3.6,
            headlength=2.6 if order == 2 else 4.0,
            headaxislength=2.4 if order == 2 else 3.6,
            minlength=0,
            zorder=order,
        )


def _simplex(axes: Axes, field: Field) -> None:
    axes.fill(*_CORNERS.T, facecolor="none", edgecolor="#888888", linewidth=0.6)
    rewards = field.reading.case.problem.rewards[:, 0]
    for corner, a, (x, y), side in zip(
        _CORNERS, range(3), ((0, -0.05), (0, -0.05), (0, 0.04)), ("top", "top", "bottom"), strict=True
    ):
        corner_label = f"$a = {a}$, reward {rewards[a]}"
        axes.text(
            corner[0] + x, corner[1] + y, corner_label, horizontalalignment="center", verticalalignment=side, fontsize=8
        )
    axes.set_xlim(-0.2, 1.2)
    axes.set_ylim(-0.16, 1.0)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _plane(axes: Axes, field: Field) -> None:
    names = field.reading.case.problem.context_names
    edge = _REACH + 0.6
    axes.set_xlim(-edge, edge)
    axes.set_ylim(-edge, edge)
    axes.set_aspect("equal")
    axes.set_xlabel(f"logit of 1 minus logit of 0 at {names[0]}")
    axes.set_ylabel(f"the same at {names[1]}")


def variances(audit: LossAudit, stem: str) -> FigureFiles | None:
    """Bars of the variance and of the squared bias, for the estimator and the known estimators; None without any."""
    cases = list(dict.fromkeys(r.case for r in audit.rivals))
    titles = list(dict.fromkeys((r.title, r.own) for r in audit.rivals))
    if len(titles) < 2:
        return None
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, 0.62 + 0.185 * len(titles)), layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, len(cases), sharey=True))
        for axes, case in zip(panels, cases, strict=True):
            here = {(r.title, r.own): r for r in audit.rivals if r.case is case}
            for k, key in enumerate(titles):
                if key in here:
                    _bar(axes, k, here[key])
            axes.set_xlabel(case.id)
            axes.tick_params(axis="y", length=0)
        panels[0].set_yticks(range(len(titles)), [title for title, _ in titles])
        panels[0].get_yticklabels()[0].set_fontweight("bold")
        panels[0].invert_yaxis()
        marks = [panels[0].barh([0], [0], color=c) for c in (_BLUE, _PALE)]
        figure.legend(marks, ["variance", "squared bias"], loc="outside upper center", ncols=2)
        batchings = {(r.found.batching.groups, r.found.batching.group_size) for r in audit.rivals}
        batch = " and ".join(f"{n} x {m}" for n, m in sorted(batchings))
        caption = (
            f"Variance (trace of the covariance) and squared length of the bias, which add up to the mean squared "
            f"error, with {batch} episodes (groups x group size): {audit.name} and the estimators of the catalogue at "
            f"the largest problem of each kind. A scaled-down gradient also has a small variance."
        )
        alt = f"Horizontal bars for {len(titles)} estimators at {len(cases)} problems: variance, then squared bias."
        return files(figure, f"{stem}-variances", alt, caption)


def _bar(axes: Axes, k: int, rival: Rival) -> None:
    variance = float(rival.found.variance)
    bias = max(0.0, float(rival.found.mean_squared_error) - variance)
    axes.barh([k], [variance], color="#004C78" if rival.own else _BLUE, height=0.66)
    axes.barh([k], [0.0 if rival.unbiased else bias], left=[variance], color=_PALE, height=0.66)


__all__ = ["Field", "arrows", "fields", "on_the_plane", "on_the_simplex", "variances"]
