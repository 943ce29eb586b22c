"""Small decision problems drawn: what is on the drawing is what the tables say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction

import numpy as np
import pytest

from pgsym.claims import catalogue
from pgsym.claims.catalogue import Rung
from pgsym.claims.claim import Example
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.report.figures.graph import Graph, draw
from pgsym.report.instance_graph import figure_of_counterexample, figure_of_example, graph_of, listed
from pgsym.report.pages.derivation import verdict_on
from pgsym.terms.sorts import ACTION, STATE

HALF, ONE, NIL = Fraction(1, 2), Fraction(1), Fraction(0)


def two_states() -> dict[object, np.ndarray]:
    """Action 1 leads to state 1, action 2 to either; reward 1 for the second action of the second state."""
    return {
        START: np.array([ONE, NIL]),
        POLICY: np.array([[HALF, HALF], [Fraction(1, 3), Fraction(2, 3)]]),
        TRANSITION: np.array([[[ONE, NIL], [HALF, HALF]]] * 2),
        REWARD: np.array([[NIL, NIL], [NIL, ONE]]),
    }


def test_tables_become_the_parts_of_the_graph() -> None:
    graph = graph_of(two_states(), {STATE: 2, ACTION: 2}, 2)
    assert graph is not None
    assert graph.start == (ONE, NIL)
    assert graph.policy == ((HALF, HALF), (Fraction(1, 3), Fraction(2, 3)))
    assert graph.moves[1][1] == (HALF, HALF)
    assert graph.of_pairs == (("r", ((NIL, NIL), (NIL, ONE))),)


def test_the_words_say_every_arrow() -> None:
    graph = graph_of(two_states(), {STATE: 2, ACTION: 2}, 2)
    assert graph is not None
    assert draw(graph, "x").alt == (
        "State 1 (starts with probability 1): action 1 with probability 1/2, r = 0, leads with 1 to state 1; "
        "action 2 with probability 1/2, r = 0, leads with 1/2 to state 1, 1/2 to state 2. "
        "State 2 (starts with probability 0): action 1 with probability 1/3, r = 0, leads with 1 to state 1; "
        "action 2 with probability 2/3, r = 1, leads with 1/2 to state 1, 1/2 to state 2."
    )


def test_one_step_has_nothing_that_follows() -> None:
    graph = graph_of(two_states(), {STATE: 2, ACTION: 2}, 1)
    assert graph is not None
    assert graph.moves == ()


def test_what_would_be_too_large_or_crowded_is_not_drawn() -> None:
    five = {POLICY: np.full((5, 2), HALF), STATE_LAW: np.full(5, Fraction(1, 5))}
    assert graph_of(five, {STATE: 5, ACTION: 2}) is None
    third = Fraction(1, 3)
    crowded = {POLICY: np.full((3, 2), HALF), TRANSITION: np.full((3, 2, 3), third)}
    assert graph_of(crowded, {STATE: 3, ACTION: 2}, 2) is None
    assert graph_of({STATE_LAW: np.array([ONE])}, {STATE: 1}) is None


@pytest.mark.parametrize("states", [1, 2, 3, 4])
def test_a_drawing_is_vector_graphics_the_same_bytes_twice(states: int) -> None:
    graph = Graph(states, 4, (Fraction(1, states),) * states, ((Fraction(1, 4),) * 4,) * states)
    first, second = draw(graph, "g"), draw(graph, "g")
    assert first == second
    assert ET.fromstring(first.svg).tag.endswith("svg")
    assert b"<image" not in first.svg
    assert b"<text" not in first.svg
    assert first.pdf.startswith(b"%PDF-1.4")


def test_counterexamples_of_the_catalogue_are_drawn_with_their_own_numbers() -> None:
    claim = catalogue.entry("ce-is-pg-exactly").claim
    found = verdict_on(claim).counterexample
    assert found is not None
    figure = figure_of_counterexample(found, "x")
    assert figure is not None
    assert figure.alt == "State 1 (y = 1): action 1 with probability 1/2; action 2 with probability 1/2."
    assert claim.expected is Rung.REFUTED


def test_examples_are_drawn_and_listed_with_labels_from_one() -> None:
    m = trajectories()
    tables = {"ρ": [1], "π": [["1/4", "3/4"]], "p": [[[1], [1]]], "r": [[0, "1/2"]]}
    example = Example("A bandit, twice.", tables, ((m.objective, "3/4"),), m.hypotheses, sizes={"T": 2})
    assert not example.slips()
    figure = figure_of_example(example, "x")
    assert figure is not None
    assert figure.alt == ("State 1: action 1 with probability 1/4, r = 0; action 2 with probability 3/4, r = 1/2.")
    assert listed(example)["π"] == [[Fraction(1, 4), Fraction(3, 4)]]
