"""A small decision problem drawn as a graph by Typst: states as circles, actions as labels, probabilities on arrows.

The left column has the states, the middle column the actions with their rewards, the right column the next states.
An arrow without a number has probability 1; a dashed arrow has probability 0 under the policy or as a start;
transitions of probability 0 are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pgsym.report.clock import date_of_report
from pgsym.report.figures.files import FigureFiles
from pgsym.report.formulas.typst_math import typst
from pgsym.terms.printers.latex import LatexNotation

MOST_STATES: Final = 4
MOST_ACTIONS: Final = 4

Value = Fraction | str
"""A fraction, or the LaTeX of another number."""

PDF: Final = "1.4"  # every LaTeX can include this version

_RADIUS: Final = 8.5
_STATE, _ACTION, _NEXT = 46.0, 62.0, 56.0  # x of the states; from states to actions; from actions to next states
_LETTER: Final = 4.7  # about the width of a letter, in points
_SHEET: Final = """
#set page(width: auto, height: auto, margin: 2pt, fill: none)
#set text(font: "New Computer Modern", size: 8.5pt)
#let at(x, y, body) = place(dx: x * 1pt, dy: y * 1pt, body)
#let middle(x, y, body) = at(x, y, place(center + horizon, body))
#let tag(x, y, body) = middle(x, y, box(fill: white, inset: (x: 1.2pt, y: 1pt), body))
#let arrow(x, y, u, v, tip, strokes) = {
  place(line(start: (x * 1pt, y * 1pt), end: (u * 1pt, v * 1pt), stroke: strokes))
  place(polygon(fill: strokes.paint, ..tip.map(p => (p.at(0) * 1pt, p.at(1) * 1pt)))) }
#let ink = (paint: rgb("#1f3a5f"), thickness: 0.7pt)
#let faint = (paint: rgb("#9aa3b0"), thickness: 0.6pt, dash: "dashed")
#let quiet(body) = text(7.5pt, fill: rgb("#5b6472"), body)
"""


@dataclass(frozen=True)
class Graph:
    """The contents of a drawing: `policy[s][a]`, `moves[s][a][s']`, and further tables by name, of states or of pairs.

    `moves` is empty if no state follows an action; `start` and `policy` are empty if the problem has none.
    """

    states: int
    actions: int
    start: tuple[Value, ...] = ()
    policy: tuple[tuple[Value, ...], ...] = ()
    moves: tuple[tuple[tuple[Value, ...], ...], ...] = ()
    of_states: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    of_pairs: tuple[tuple[str, tuple[tuple[Value, ...], ...]], ...] = ()

    @property
    def is_small(self) -> bool:
        """Whether a drawing of the graph would be readable."""
        return 1 <= self.states <= MOST_STATES and 1 <= self.actions <= MOST_ACTIONS


def draw(graph: Graph, name: str) -> FigureFiles:
    """The drawing in both vector formats; its alternative text describes every arrow.

    >>> half = Fraction(1, 2)
    >>> bandit = Graph(1, 2, policy=((half, half),), of_pairs=(("r", ((Fraction(0), Fraction(1)),)),))
    >>> print(draw(bandit, "bandit").alt)
    State 1: action 1 with probability 1/2, r = 0; action 2 with probability 1/2, r = 1.
    """
    import typst as compiler

    source = (_SHEET + "\n".join(_parts(graph))).encode()
    svg = compiler.compile(source, format="svg", ignore_system_fonts=True)
    stamp = int(date_of_report().timestamp())
    pdf = compiler.compile(
        source, format="pdf", ignore_system_fonts=True, timestamp=stamp, pdf_standards=[PDF], pdf_tags=False
    )
    return FigureFiles(name, svg, pdf, words(graph), "")


def words(graph: Graph) -> str:
    """The description of the graph in words."""
    out = []
    for s in range(graph.states):
        said = [f"{name} = {values[s]}" for name, values in graph.of_states]
        said = [f"starts with probability {graph.start[s]}", *said] if graph.start and graph.states > 1 else said
        deeds = []
        for a in range(graph.actions):
            chance = f" with probability {graph.policy[s][a]}" if graph.policy else ""
            pays = "".join(f", {name} = {values[s][a]}" for name, values in graph.of_pairs)
            leads = (
                ", ".join(f"{p} to state {n + 1}" for n, p in enumerate(graph.moves[s][a]) if p) if graph.moves else ""
            )
            deeds.append(f"action {a + 1}{chance}{pays}{f', leads with {leads}' if leads else ''}")
        out.append(f"State {s + 1}{' (' + ', '.join(said) + ')' if said else ''}: {'; '.join(deeds)}.")
    return " ".join(out)


def _parts(graph: Graph) -> Iterator[str]:
    """The drawing as Typst source: a box with the arrows first, then the circles and labels that cover their ends."""
    row = 27.0 if graph.states * graph.actions <= 6 else 21.0
    gap = 7.0
    top = 22.0
    labels = [[_pill(graph, s, a) for a in range(graph.actions)] for s in range(graph.states)]
    width = max(w for line in labels for _, w in line)
    left = _STATE if graph.start and graph.states > 1 else _RADIUS + 4
    centre = left + _ACTION + width / 2
    right = left + _ACTION + width + _NEXT

    def height(s: int, a: float) -> float:
        return top + s * (graph.actions * row + gap) + a * row

    ys = [height(s, (graph.actions - 1) / 2) for s in range(graph.states)]
    notes = [", ".join(f"${_name(name)} = {_math(v[s])}$" for name, v in graph.of_states) for s in range(graph.states)]
    bottom = max(height(graph.states - 1, graph.actions - 1) + 12, ys[-1] + (24 if any(notes) else 12))
    total = right + _RADIUS + 2 if graph.moves else left + _ACTION + width + 2
    yield f"#box(width: {total:.2f}pt, height: {bottom:.2f}pt, {{"
    heads = ((left, "state"), (centre, "action"), *(((right - 6, "next state"),) if graph.moves else ()))
    yield from (f"middle({x:.2f}, 4, quiet[{word}])" for x, word in heads)
    for s in range(graph.states):
        if graph.start and graph.states > 1 and graph.start[s]:
            yield from _arrow(
                2.0 if graph.start[s] != 1 else 20.0, ys[s], left - _RADIUS, ys[s], _label_of(graph.start[s]), 0.4
            )
        for a in range(graph.actions):
            y = height(s, a)
            chance = graph.policy[s][a] if graph.policy else Fraction(1)
            angle = math.atan2(y - ys[s], _ACTION)
            x0, y0 = left + _RADIUS * math.cos(angle), ys[s] + _RADIUS * math.sin(angle)
            yield from _arrow(x0, y0, left + _ACTION, y, _label_of(chance), 0.6)
            for n, p in enumerate(graph.moves[s][a] if graph.moves else ()):
                if p:
                    angle = math.atan2(ys[n] - y, _NEXT)
                    x1, y1 = right - _RADIUS * math.cos(angle), ys[n] - _RADIUS * math.sin(angle)
                    yield from _arrow(left + _ACTION + width, y, x1, y1, _label_of(p), 0.3)
    for s in range(graph.states):
        yield _circle(left, ys[s], s)
        if graph.moves:
            yield _circle(right, ys[s], s)
        if notes[s]:
            yield f"middle({max(left, len(notes[s]) * 2.2):.2f}, {ys[s] + 16:.2f}, [{notes[s]}])"
        for a, (label, _) in enumerate(labels[s]):
            pill = f"box(width: {width:.2f}pt, height: 14pt, radius: 7pt, stroke: 0.6pt + ink.paint, fill: white"
            yield f"middle({centre:.2f}, {height(s, a):.2f}, {pill}, align(center + horizon, [{label}])))"
    yield "})"


def _pill(graph: Graph, s: int, a: int) -> tuple[str, float]:
    """The text of an action's label, and about its width."""
    said = [f"${_name(name)} = {_math(values[s][a])}$" for name, values in graph.of_pairs]
    letters = 2 + sum(len(name) + 5 + len(_plain(v[s][a])) for name, v in graph.of_pairs)
    return ", ".join([f"${a + 1}$", *said]), max(18.0, letters * _LETTER)


def _plain(value: Value) -> str:
    return str(value) if isinstance(value, Fraction) else value.replace("\\", "")


def _math(value: Value) -> str:
    """A fraction, written with a slash, or LaTeX, as Typst mathematics."""
    if isinstance(value, str):
        return typst(value, display=False)
    sign = "minus" if value < 0 else ""
    number = f"{abs(value.numerator)}" + (f" slash {value.denominator}" if value.denominator > 1 else "")
    return f"{sign} {number}".strip()


def _name(name: str) -> str:
    return typst(LatexNotation().name(name), display=False)


def _label_of(chance: Value) -> Value | None:
    return None if chance == 1 else chance


def _arrow(x: float, y: float, u: float, v: float, label: Value | None, where: float) -> Iterator[str]:
    """An arrow with its label on it; the arrow is dashed if the label is zero."""
    length = math.hypot(u - x, v - y)
    dx, dy = (u - x) / length, (v - y) / length
    back = (u - 5 * dx, v - 5 * dy)
    tip: Sequence[tuple[float, float]] = (
        (u, v), (back[0] - 1.9 * dy, back[1] + 1.9 * dx), (back[0] + 1.9 * dy, back[1] - 1.9 * dx),
    )  # fmt: skip
    points = ", ".join(f"({p:.2f}, {q:.2f})" for p, q in tip)
    strokes = "faint" if label == 0 else "ink"
    yield f"arrow({x:.2f}, {y:.2f}, {back[0]:.2f}, {back[1]:.2f}, ({points}), {strokes})"
    if label is not None:
        yield f"tag({x + where * (u - x):.2f}, {y + where * (v - y):.2f}, ${_math(label)}$)"


def _circle(x: float, y: float, s: int) -> str:
    disc = f"circle(radius: {_RADIUS}pt, stroke: 0.8pt + ink.paint, fill: white"
    return f"middle({x:.2f}, {y:.2f}, {disc}, align(center + horizon, [${s + 1}$])))"
