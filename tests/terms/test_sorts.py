"""Sorts and collectives of a user's own: known by name and letter, apart from all others, and looked at like them."""

from __future__ import annotations

import json
import pickle
from math import prod

import pytest

from pgsym.decide import Rung, decide
from pgsym.decide.sizes import decision_sizes, small_sizes
from pgsym.errors import RecordRefused, SortError
from pgsym.terms import (
    ACTION,
    INDEX,
    OUTCOME,
    PARAMETER,
    REAL,
    STATE,
    Before,
    Collective,
    Definition,
    Finite,
    Hypothesis,
    Positive,
    Rounds,
    Sort,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    expect,
    grad,
    indicator,
    latex,
    log,
    product_range,
    sum_over,
    sum_range,
)
from pgsym.terms.nodes import lift
from pgsym.terms.record import from_record, to_record
from pgsym.values import problem, value

TOOL, DOCUMENT = Finite("tool", letter="K"), Finite("document", letter="D")
CHAT = Collective("chat", (("k", TOOL), ("d", DOCUMENT)), length="H", letter="c")
theta, c = Variable("θ", PARAMETER), Variable("c", CHAT)
t, u, H = Variable("t", INDEX), Variable("u", INDEX), Variable("H", INDEX)
call, found = Symbol("k", (CHAT, INDEX), result=TOOL), Symbol("d", (CHAT, INDEX), result=DOCUMENT)
policy = Symbol("π", (TOOL, PARAMETER), outcomes=1)
answers = Symbol("q", (DOCUMENT, TOOL), outcomes=1)
chat = Symbol("P", (CHAT, PARAMETER), outcomes=1)
whole, worth = Symbol("R", (CHAT,)), Symbol("w", (DOCUMENT,))
law = Definition.of(
    chat(c, theta), product_range(t, 1, H, of=policy(call(c, t), theta) * answers(found(c, t), call(c, t)))
)
given: tuple[Hypothesis, ...] = (law, *map(ThetaFree, (answers, whole, worth)), Positive(policy))


def mean(body: Term) -> Term:
    """The expectation over chats."""
    return expect(body, (c, chat.law(theta)))


def score(at: Term | int) -> Term:
    """∇ log π_θ(k_t)."""
    return grad(log(policy(call(c, at), theta)))


scores = sum_range(t, 1, H, of=score(t))
gradient = grad(mean(whole(c)))


@pytest.mark.parametrize(
    ("lhs", "rhs", "more", "rung"),
    [
        (gradient, mean(whole(c) * scores), (), Rung.DECIDED),
        (gradient, mean(whole(c) * score(1)), (), Rung.REFUTED),
        (mean(worth(found(c, u)) * score(t)), lift(0), (Before(u, t),), Rung.DECIDED),
        (mean(worth(found(c, u)) * score(t)), lift(0), (), Rung.REFUTED),
        (gradient, mean(whole(c) * (score(1) + score(2) + score(3))), (Rounds(H, 3, 3),), Rung.DECIDED),
        (gradient, mean(whole(c) * (score(1) + score(2) + score(3))), (Rounds(H, 3),), Rung.REFUTED),
        (mean(lift(1)), lift(1), (), Rung.DECIDED),
    ],
    ids=["R", "one score", "causality", "at any times", "three steps", "more than three steps", "a law"],
)
def test_a_collective_of_ones_own_has_verdicts(lhs: Term, rhs: Term, more: tuple[Hypothesis, ...], rung: Rung) -> None:
    assert decide(lhs, rhs, (*given, *more)).rung is rung


def test_it_is_recorded_printed_and_written_out() -> None:
    record = json.loads(json.dumps(to_record(gradient)))
    assert from_record(record) == gradient
    assert str(gradient) == "∇_θ E_{c∼P_θ}[R(c)]"
    assert latex(sum_over(Variable("d", DOCUMENT), of=1)) == r"\lvert D \rvert"
    tables = {"π": [0.25, 0.75], "q": [[1, 0], [0.5, 0.5]], "w": [0.0, 8.0]}
    at = problem(tables, [mean(worth(found(c, 1)))], given, H=1)
    assert value(mean(worth(found(c, 1))), at) == 3.0


def test_a_sort_is_known_from_when_it_is_made() -> None:
    assert Finite("tool", letter="K") == TOOL  # a file that is run twice makes the same sorts
    assert pickle.loads(pickle.dumps(CHAT)) == CHAT
    with pytest.raises(RecordRefused, match="there is no sort 'nowhere' here: import the file that makes it"):
        from_record(["all", "nowhere"])
    assert to_record(sum_over(Variable("k", TOOL), of=1).over) == ["all", "tool"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Finite("tool", letter="X"), "there is another sort"),
        (lambda: Finite("instrument", letter="K"), "K stands for tool already"),
        (lambda: Finite("turn", letter="H"), "H stands for a length already"),
        (lambda: Finite("x", letter="XS"), "one of A, …, Z"),
        (lambda: Finite("x", letter="Ω"), "one of A, …, Z"),
        (lambda: Finite("", letter="X"), "no name"),
        (lambda: Sort("state"), "there is another sort"),
        (lambda: Collective("trajectory", (("s", STATE),), "T"), "there is another sort"),
        (lambda: Collective("y", (("r", REAL),), "T"), "finite sorts"),
        (lambda: Collective("y", (), "T"), "one draw at least"),
        (lambda: Collective("y", (("s", STATE), ("s", ACTION)), "T"), "no two of one name"),
        (lambda: Collective("y", (("s", STATE),), "K"), "cannot name the length"),
        (lambda: type("Mine", (Finite,), {})("mine", "M"), "a sort of your own is"),
        (lambda: indicator(Variable("k", TOOL), Variable("d", DOCUMENT)), "wants an argument of sort tool"),
        (lambda: decide(mean(worth(Symbol("k", (CHAT, INDEX), result=DOCUMENT)(c, 1))), lift(0), given), "no draw"),
    ],
)
def test_what_would_be_mistaken_for_another_is_refused(make: object, words: str) -> None:
    with pytest.raises(SortError, match=words):
        make()  # type: ignore[operator]


def test_sorts_have_different_numbers_of_values() -> None:
    """Or a statement that is true only where there are as many of both would be decided."""
    sorts = [STATE, ACTION, OUTCOME, TOOL, DOCUMENT, *(Finite(f"sort {x}", letter=x) for x in "BCEFGI")]
    names = [s.letter for s in sorts]
    for horizon in ((), ("T",)):
        columns = [tuple(size.letters[x] for size in decision_sizes((*names, *horizon))) for x in names]
        assert len(set(columns)) == len(columns)
    for one, other in ((TOOL, DOCUMENT), (TOOL, STATE), (DOCUMENT, OUTCOME), (TOOL, ACTION)):
        assert decide(*(sum_over(Variable("x", s), of=1) for s in (one, other))).rung is Rung.REFUTED
    assert {size.letters["K"] for size in small_sizes(("S", "K"))} == {1, 2}


def test_a_sort_has_one_value_at_some_size_and_all_have_several_at_another() -> None:
    """Or what fails for one value only, or only for several of every sort, would be decided."""
    mine = [TOOL, DOCUMENT, *(Finite(f"sort {x}", letter=x) for x in "BCEFGI")]
    for names in (("S", "A", "W"), ("S", "A", "W", *(x.letter for x in mine))):
        for horizon in ((), ("T",)):
            sizes = decision_sizes((*names, *horizon))
            assert all(1 in {size.letters[x] for size in sizes} for x in names)
            assert any(all(size.letters[x] > 1 for x in names) for size in sizes)
    others = [sum_over(Variable("x", s), of=1) - 1 for s in (TOOL, DOCUMENT, *mine[2:5])]
    assert decide(others[0] / others[0], lift(1)).rung is Rung.REFUTED
    assert decide(prod(others, start=lift(1)), lift(0)).rung is Rung.REFUTED


def test_a_length_is_no_letter() -> None:
    with pytest.raises(SortError, match=r"K is a length here, and \|K\| the number of tools"):
        decide(sum_range(t, 1, Variable("K", INDEX), of=1), lift(1))
