"""The figures of an audit: the policy and its gradient on a map or by state, and the rewards over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pgsym.mdps.forms import Audit
from pgsym.mdps.mdp import FiniteMDP, Floats
from pgsym.report.figures.files import WIDTH, FigureFiles, drawing, files

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE: Final = "#0072B2"
_VERMILION: Final = "#D55E00"
_ROUNDING: Final = 1e-12
_DECADES: Final = 4
"""The decades of a colour scale; smaller values have its lightest colour."""


def mdp_figures(audit: Audit, stem: str) -> tuple[FigureFiles, ...]:
    """The figures of the policy and its gradient, on the map if there is one, and of the rewards over time.

    The figures' names begin with `stem`.  Raises ModuleNotFoundError, naming the extra to install, without Matplotlib.

    >>> from pgsym.mdps.forms import audit_gymnasium
    >>> [f.name for f in mdp_figures(audit_gymnasium("FrozenLake-v1", horizon=6), "lake")]
    ['lake-map', 'lake-time']
    """
    places = on_map(audit, stem) if audit.mdp.grid else by_state(audit, stem)
    return places, over_time(audit, stem)


def on_map(audit: Audit, stem: str) -> FigureFiles:
    """Two maps: the expected visits with the policy's arrows, and the gradient's length and direction."""
    rows, columns = audit.mdp.grid or (1, 1)
    visits, lengths = _visits(audit), _lengths(audit)
    ways = action_directions(audit.mdp)
    with drawing():
        from matplotlib.figure import Figure

        stacked = columns > 2 * rows
        tile = 0.86 * WIDTH / columns if stacked else 0.49 * WIDTH / columns
        height = 2 * tile * rows + 0.1 if stacked else tile * rows + 0.55
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        upper, lower = figure.subplots(*((2, 1) if stacked else (1, 2)))
        side = "right" if stacked else "bottom"
        _heat(figure, upper, audit.mdp, visits, "Blues", "expected visits", side)
        _heat(figure, lower, audit.mdp, lengths, "Oranges", "length of the gradient", side)
        going = (~audit.mdp.ends & (visits > 0))[: rows * columns]
        for a, way in enumerate(ways):
            _arrows(upper, columns, np.outer(audit.pi[: rows * columns, a], way) * 0.45 / audit.pi.max(), going)
        pushes = audit.gradient[: rows * columns] @ ways
        far = np.linalg.norm(pushes, axis=1, keepdims=True)
        unit = np.divide(pushes, far, out=np.zeros_like(pushes), where=far > _ROUNDING * far.max())
        _arrows(lower, columns, 0.42 * unit, going)
        most = int(lengths.argmax())
        caption = (
            f"{audit.mdp.name}, horizon {audit.mdp.horizon}, {audit.policy} policy. Colours: the expected number of "
            f"visits to a state, and the length of the gradient in its logits, both logarithmic over "
            f"{_DECADES} decades. Arrows: the actions, with lengths in proportion to their probabilities, and the "
            f"direction of the gradient. The directions of the actions come from the transitions. An episode ends on "
            f"grey tiles and never reaches white tiles. "
            f"The longest gradient, {lengths[most]:.3g}, is at row {most // columns + 1}, column {most % columns + 1}."
        )
        alt = (
            f"Two maps of {rows} by {columns} tiles: the expected visits with an arrow for each action, and the length "
            f"of the gradient with an arrow for its direction."
        )
        return files(figure, f"{stem}-map", alt, caption)


def by_state(audit: Audit, stem: str) -> FigureFiles:
    """The figure without a map: states ordered by visits, and the gradient's length against the visits."""
    visits, lengths = _visits(audit), _lengths(audit)
    order = np.argsort(-visits, kind="stable")
    seen = int((visits > 0).sum())
    with drawing():
        figure, left, right = _panels()
        left.plot(np.arange(1, seen + 1), visits[order[:seen]], color=_BLUE)
        left.set_yscale("log")
        left.set_xlabel("states, the most visited first")
        left.set_ylabel("expected visits")
        both = (visits > 0) & (lengths > 0)
        right.plot(visits[both], lengths[both], linestyle="none", marker=".", markersize=3.5, color=_VERMILION)
        right.set_xscale("log")
        right.set_yscale("log")
        right.set_xlabel("expected visits")
        right.set_ylabel("length of the gradient")
        top = np.argsort(-lengths, kind="stable")[:3]
        named = ", ".join(f"{s} ({lengths[s]:.3g})" for s in top)
        caption = (
            f"{audit.mdp.name}, horizon {audit.mdp.horizon}, {audit.policy} policy: {seen} of {audit.mdp.S} states "
            f"can be reached; each has a mark on the right. The longest gradients are at the states {named}."
        )
        alt = "Left: expected visits against the rank of the state. Right: length of the gradient against visits."
        return files(figure, f"{stem}-states", alt, caption)


def over_time(audit: Audit, stem: str) -> FigureFiles:
    """The figure of the expected reward of every step, and of the probability that the episode has not ended."""
    mdp = audit.mdp
    times = np.arange(1, mdp.horizon + 1)
    rewards = audit.occupancy @ (audit.pi * mdp.r.astype(np.float64)).sum(axis=1)
    alive = audit.occupancy[:, ~mdp.ends].sum(axis=1)
    with drawing():
        from matplotlib.ticker import MaxNLocator

        figure, left, right = _panels()
        mark: Any = {"marker": ".", "markersize": 4} if mdp.horizon <= 60 else {}
        left.plot(times, rewards, color=_BLUE, **mark)
        left.axhline(0, color="black", linewidth=0.4)
        left.set_ylabel("expected reward of step t")
        right.plot(times, alive, color=_VERMILION, **mark)
        right.set_ylim(0, 1.03)
        right.set_ylabel("probability of not having ended")
        for axes in (left, right):
            axes.set_xlabel("t")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        caption = (
            f"The rewards of {mdp.horizon} steps add up to J = {audit.objective:.6g}; with probability {alive[-1]:.3g} "
            f"the last step is still taken."
        )
        alt = "Left: expected reward against time. Right: probability that the episode has not ended against time."
        return files(figure, f"{stem}-time", alt, caption)


def action_directions(mdp: FiniteMDP) -> Floats:
    """The unit vector (right, down) of each action's direction on the map, of shape (A, 2); zero without a direction.

    It is the mean of the action's moves to neighbouring tiles over the reachable states.  If there are reachable states
    from which all actions lead to neighbours only, the mean is over these: a border or a cliff would bend it.

    >>> from pgsym.mdps import from_gymnasium
    >>> action_directions(from_gymnasium("FrozenLake-v1", 1)).round(9).tolist()  # left, down, right, up
    [[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]]
    """
    rows, columns = mdp.grid or (1, mdp.S)
    moves = mdp.transitions
    down = moves.successor // columns - moves.state // columns
    right = moves.successor % columns - moves.state % columns
    near = (np.abs(down) + np.abs(right) <= 1) & (np.maximum(moves.state, moves.successor) < rows * columns)
    odd = moves.state[~near | (moves.state == moves.successor)]
    inside = ~np.isin(moves.state, odd) & mdp.reachable[moves.state]

    def mean(where: Any) -> Floats:
        total = np.zeros((mdp.A, 2))
        weights = moves.probability[where].astype(np.float64)
        np.add.at(total, moves.action[where], weights[:, np.newaxis] * np.stack([right, down], axis=1)[where])
        return np.where(np.abs(total) < 1e-9, 0.0, total)

    out = mean(near & inside)
    out = np.where(out.any(axis=1, keepdims=True), out, mean(near))
    length = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(np.divide(out, length, out=np.zeros_like(out), where=length > 0))


def _visits(audit: Audit) -> Floats:
    return np.asarray(audit.occupancy.sum(axis=0))


def _lengths(audit: Audit) -> Floats:
    """The gradient's length in every state; lengths within rounding of zero are zero."""
    out = np.asarray(np.linalg.norm(audit.gradient, axis=1))
    return np.where(out > _ROUNDING * out.max(), out, 0.0)


def _heat(figure: Figure, axes: Axes, mdp: FiniteMDP, values: Floats, colours: str, label: str, side: str) -> None:
    """Draw the tiles of a map with their colours and labels."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm

    rows, columns = mdp.grid or (1, 1)
    light = ListedColormap(colormaps[colours](np.linspace(0.03, 0.62, 64)))
    shown = values[: rows * columns]
    top = float(shown.max()) or 1.0
    norm = LogNorm(top * 10.0**-_DECADES, top, clip=True)
    tiles = np.ma.masked_where(shown <= 0, shown).reshape(rows, columns)
    mesh = axes.pcolormesh(tiles, norm=norm, cmap=light, edgecolors="#BBBBBB", linewidth=0.4)
    ended = np.ma.masked_where(~mdp.ends[: rows * columns], np.ones(rows * columns)).reshape(rows, columns)
    axes.pcolormesh(ended, cmap=ListedColormap(["#D4D4D4"]), edgecolors="#BBBBBB", linewidth=0.4)
    axes.set_aspect("equal")
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.set_axis_off()
    for i, letter in enumerate(mdp.states[: rows * columns]):
        at = (i % columns + 0.06, i // columns + 0.06)
        axes.text(*at, letter, fontsize=6, color="#444444", verticalalignment="top", horizontalalignment="left")
    bar = figure.colorbar(mesh, ax=axes, location=side, shrink=0.8, pad=0.02, aspect=28, label=label)
    bar.ax.collections[-1].set_edgecolor("face")  # no hairlines between the colours
    bar.outline.set_visible(False)
    bar.minorticks_off()


def _arrows(axes: Axes, columns: int, ways: Floats, where: Any) -> None:
    """Draw an arrow from the middle of every tile in `where`; `ways` has the arrows in units of tiles."""
    i = np.flatnonzero(where & (np.abs(ways).sum(axis=1) > 1e-3))
    axes.quiver(
        i % columns + 0.5,
        i // columns + 0.5,
        ways[i, 0],
        ways[i, 1],
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.0035,
        headwidth=4,
        headlength=4.5,
        headaxislength=4,
        minlength=0,
    )


def _panels() -> tuple[Figure, Axes, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 0.4 * WIDTH), layout="constrained")
    left, right = figure.subplots(1, 2)
    return figure, left, right
