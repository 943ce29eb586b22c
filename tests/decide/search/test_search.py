"""The search for counterexamples: smallest first, simple ones, a budget, and honest about where it looked."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest

from pgsym.decide import AtMost, Rung, Size, counterexample, decide
from pgsym.decide.instances.candidates import Candidate, ingredients, rows_of
from pgsym.decide.instances.counterexamples import Counterexample, verify
from pgsym.decide.instances.spaces import at_round
from pgsym.decide.propositions import Comparison, Equal, Relation
from pgsym.decide.search.screening import SpaceInstance, hits, used
from pgsym.decide.search.search import search, shrunk
from pgsym.decide.sizes import SEARCH_SIZES, up_to
from pgsym.decide.subjects import About
from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.instances import TableInstance
from pgsym.meaning.numbers.base import Float64, Rational
from pgsym.meaning.numbers.prime_field import residue
from pgsym.problems import classification, one_step, trajectories
from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.problems.trajectory import TRANSITION
from pgsym.terms import (
    ACTION,
    STATE,
    Positive,
    Symbol,
    Term,
    Variable,
    absolute,
    exp,
    expect,
    function,
    grad,
    log,
    outer,
    sum_over,
    sum_range,
    transpose,
    variance,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import lift

o, m, c = one_step(), trajectories(), classification()
states, actions = sum_over(o.s, of=1), sum_over(o.a, of=1)
total = m.expectation(m.total_reward)


def reward_after(t: int) -> Term:
    return sum_range(m.t, t, m.T, of=m.expectation(m.reward(m.t)))


b = function("b", STATE)
moved = TRANSITION.law(o.s, o.a)
after = Variable("s'", STATE)
squares, cubes = (sum_over(o.a, of=o.policy**k) for k in (2, 3))
SMALLEST: dict[str, tuple[Term, Term, tuple[Hypothesis, ...], Size]] = {
    "doubled": (o.objective, 2 * o.objective, o.hypotheses, Size.of(S=1, A=1)),
    "one state only": (states * o.objective, o.objective, o.hypotheses, Size.of(S=2, A=1)),
    "two actions only": (
        (actions - 1) * (actions - 2) * o.objective,
        0 * o.objective,
        o.hypotheses,
        Size.of(S=1, A=3),
    ),
    "two states, three actions": (
        (states - 1) * (actions - 1) * (actions - 2) * o.objective,
        0 * o.objective,
        o.hypotheses,
        Size.of(S=2, A=3),
    ),
    "up to two steps": (total, total + reward_after(3), m.hypotheses, Size.of(S=1, A=1, T=3)),
    "where actions matter": (
        grad(total),
        grad(total) + grad(reward_after(3)),
        m.hypotheses,
        Size.of(S=1, A=2, T=3),
    ),
    "up to two answers": (cubes, (3 * squares - 1) / 2, o.hypotheses, Size.of(S=1, A=3)),
    "at uniform policies": (
        grad(o.objective),
        o.over_states(sum_over(o.a, of=o.reward * o.score)) / actions,
        o.hypotheses,
        Size.of(S=1, A=2),
    ),
    "where nothing is left to chance": (
        variance(b(after), (after, moved)),
        expect(0 * b(after), (after, moved)),
        (),
        Size.of(S=2, A=1),
    ),
    "a score is not zero": (o.score, o.score * 0, o.hypotheses, Size.of(S=1, A=2)),
    "the exchange": (grad(o.objective), o.expectation(grad(o.reward)), o.hypotheses, Size.of(S=1, A=2)),
}


@pytest.mark.parametrize("name", SMALLEST)
def test_the_counterexample_is_of_the_smallest_size(name: str) -> None:
    lhs, rhs, given, size = SMALLEST[name]
    found = decide(lhs, rhs, given).counterexample
    assert found is not None
    assert found.size == size
    assert found.confirmation == "confirmed by enumeration"


@pytest.mark.parametrize("name", SMALLEST)
def test_a_size_asked_for_is_no_excuse_for_a_larger_one(name: str) -> None:
    """What fails at the sizes asked for is sought below them, too."""
    lhs, rhs, given, size = SMALLEST[name]
    asked = dict.fromkeys(dict(size.counts), 3)
    found = counterexample(lhs, rhs, given, [asked])
    assert found is not None
    assert found.size == size


def test_sizes_are_ordered_by_outcomes_and_a_part_comes_before_the_whole() -> None:
    assert list(SEARCH_SIZES) == sorted(SEARCH_SIZES, key=lambda s: s.extent)
    for size in SEARCH_SIZES:
        assert all(below.extent < size.extent for below in size.below[:-1])
        assert set(size.below) <= set(SEARCH_SIZES)
    order = ((1, 1, 4), (1, 2, 1), (2, 1, 1), (1, 3, 1), (1, 2, 2), (2, 2, 1), (1, 2, 3), (2, 2, 2))
    every = [Size.of(S=s, A=a, T=t) for s, a, t in order]
    assert [one.extent < other.extent for one, other in pairwise(every)] == [True] * (len(order) - 1)
    assert len(up_to([Size.of(S=2, A=3)])) == 6


def statement_of(
    lhs: Term, rhs: Term, given: tuple[Hypothesis, ...] = (), relation: Relation = Relation.EQUAL
) -> Comparison:
    return (Equal if relation is Relation.EQUAL else AtMost)(lhs, rhs, given)


def messy(statement: Comparison, size: Size, seed: int) -> list[Counterexample]:
    """Counterexamples with large denominators and rewards."""
    space = at_round(ingredients(statement, size), 5)
    rng = np.random.default_rng(seed)
    drawn = (space.candidate(rng.integers(2, space.pools)) for _ in range(6))
    return [found for x in drawn if (found := verify(statement, size, x)) is not None]


@pytest.mark.parametrize("seed", range(6))
def test_a_counterexample_is_shrunk_to_a_simple_one(seed: int) -> None:
    """Whatever instance is found first, what is shown has no denominator above 2 and one reward that is not 0."""
    statement = statement_of(grad(o.objective), 2 * grad(o.objective), o.hypotheses)
    every = messy(statement, Size.of(S=2, A=2), seed)
    assert len(every) >= 2
    for found in every:
        tables = shrunk(found).candidate.tables
        assert sorted(tables[REWARD].flat) == [0, 0, 0, 1]
        assert sorted(tables[STATE_LAW].flat) == [0, 1]
        assert set(tables[POLICY].flat) == {Fraction(1, 2)}


def test_two_entries_are_made_simpler_at_once() -> None:
    """(3, −3) is no counterexample with one of them changed, yet shrinks to (1, −1)."""
    f = Symbol("f", (ACTION,))
    both = sum_over(o.a, of=f(o.a))
    statement = AtMost(f(o.a) ** 2, 100 * both**2)
    found = verify(statement, Size.of(A=2), Candidate({f: np.array([Fraction(3), Fraction(-3)])}))
    assert found is not None
    assert list(shrunk(found).candidate.tables[f]) == [1, -1]


def test_an_order_is_refuted_with_the_smallest_instance_or_says_what_was_tried() -> None:
    square = o.expectation(o.reward**2)
    refuted = decide(AtMost(square, o.objective**2, o.hypotheses))
    assert refuted.rung is Rung.REFUTED
    assert refuted.counterexample is not None
    assert refuted.counterexample.size == Size.of(S=1, A=2)
    assert "confirmed by enumeration" in refuted.evidence.note
    tested = decide(AtMost(o.objective**2, square, o.hypotheses))
    assert tested.rung is Rung.TESTED
    assert tested.evidence.examples > 5000
    assert f"{tested.evidence.examples:,} instances of {len(tested.evidence.sizes)} sizes" in str(tested)
    assert "decided to hold with equality at 1 more" in str(tested)  # |S| = |A| = 1


def test_an_order_of_equal_sides_is_decided() -> None:
    equal = decide(AtMost(grad(o.objective), o.expectation(o.reward * o.score), o.hypotheses))
    assert equal.rung is Rung.DECIDED
    assert equal.relation is Relation.AT_MOST
    assert equal.evidence.log2_error is not None


def test_an_order_at_no_instance_is_not_called_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    def outside(*_: object) -> None:
        raise OutsideNumberSystem("not a number")

    monkeypatch.setattr(Comparison, "sides", outside)
    verdict = decide(AtMost(o.objective**2, o.expectation(o.reward**2), o.hypotheses))
    assert verdict.rung is Rung.UNDECIDED
    assert verdict.evidence.note == "no instance could be looked at"


def test_variances_are_compared() -> None:
    draws = (m.tau, m.law)
    larger = variance(m.total_reward, draws)
    verdict = decide(AtMost(variance(m.reward(1), draws), larger, m.hypotheses))
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.size.counts)["T"] == 2


@pytest.mark.parametrize("budget", [1, 50, 700])
def test_a_search_stays_within_its_budget(budget: int) -> None:
    true = statement_of(o.objective**2, o.expectation(o.reward**2), o.hypotheses, Relation.AT_MOST)
    found = search(true, budget=budget)
    assert found.found is None
    assert 0 < found.instances <= budget
    verdict = decide(AtMost(true.lhs, true.rhs, true.given), budget=budget)
    assert verdict.evidence.examples <= budget


def test_undecided_says_where_was_searched() -> None:
    squared = absolute(o.objective) ** 2  # true, but modulo a prime a sign may be any number
    verdict = decide(squared, o.objective**2, o.hypotheses, budget=3000)
    assert verdict.rung is Rung.UNDECIDED
    assert 2000 < verdict.evidence.examples <= 3000
    assert f"no counterexample among {verdict.evidence.examples:,} instances of 12 sizes" in verdict.evidence.note
    assert "the largest |S| = 3, |A| = 4" in verdict.evidence.note


def test_a_search_depends_on_nothing_but_its_input() -> None:
    lhs, rhs, given, _ = SMALLEST["where actions matter"]
    assert str(counterexample(lhs, rhs, given)) == str(counterexample(lhs, rhs, given))


@pytest.mark.parametrize(("outcomes", "round_", "positive"), list(product((1, 2, 3, 6, 9), range(6), (False, True))))
def test_every_row_is_a_distribution(outcomes: int, round_: int, positive: bool) -> None:
    rows = list(rows_of(outcomes, round_, positive))
    assert rows
    assert len(set(rows)) == len(rows)
    assert all(sum(row) == 1 and len(row) == outcomes for row in rows)
    assert all(mass > 0 if positive else mass >= 0 for row in rows for mass in row)


SCREENED = {
    "softmax": (grad(o.objective), o.expectation(o.reward * o.score), (Positive(POLICY), *o.hypotheses)),
    "entries": (grad(o.objective), o.expectation(grad(o.reward)), ()),
    "labels": (grad(c.accuracy), -grad(c.cross_entropy), (Positive(POLICY), *c.hypotheses)),
    "trajectories": (grad(m.objective), m.expectation(m.score(1) * m.total_reward), m.hypotheses),
    "a real variable": (Variable("c") * o.objective, o.objective, ()),
    "Hessian": (grad(grad(o.objective)), o.expectation(o.reward * outer(o.score, o.score)), ()),
    "Jacobian": (grad(m.expectation(m.score(2) * m.total_reward)), grad(grad(m.objective)), m.hypotheses),
}


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", SCREENED)
def test_instances_of_a_space_are_evaluated_as_their_tables_are(name: str, exact: bool) -> None:
    """Tables and derivatives built for thousands of instances at once are those of each of them."""
    lhs, rhs, given = SCREENED[name]
    statement = statement_of(lhs, rhs, given)
    size = Size.of(S=2, A=2, T=2)
    space = at_round(ingredients(About((lhs, rhs), tuple(given)), size), 3)
    digits = space.random(20, np.random.default_rng(0))
    every = [space.candidate(row) for row in digits]
    compared = 0
    for kind in {k.kind for k in every}:
        mine = [i for i, k in enumerate(every) if k.kind == kind]
        together: TableInstance = SpaceInstance(space, digits[mine], given, statement.prime if exact else None)
        fast = statement.sides(together.in_pairs if statement.is_of_matrices else together)
        for k, i in enumerate(mine):
            plain = statement.sides(every[i].instance(Rational() if exact else Float64(), size, given))
            for x, y in zip(fast, plain, strict=True):
                own = x.array.reshape(len(mine), -1, *x.array.shape[1:])[k]
                if exact:
                    assert (own == np.vectorize(residue, otypes=[np.int64])(y.array, statement.prime)).all()
                else:
                    np.testing.assert_allclose(own, y.array, rtol=1e-12, atol=1e-12)
                assert (x.poles is None) == (y.poles is None)
                compared += own.size
    assert compared >= 40


@pytest.mark.parametrize("name", ["Hessian", "Jacobian"])
def test_matrices_are_screened_along_two_directions_as_entry_by_entry(name: str) -> None:
    lhs, _, _ = SCREENED[name]
    rhs, given = {"Hessian": (2 * lhs, o.hypotheses), "Jacobian": (transpose(lhs), m.hypotheses)}[name]
    statement = statement_of(lhs, rhs, given)
    size = Size.of(S=2, A=2, T=2)
    space = at_round(ingredients(About((lhs, rhs), tuple(given)), size), 1)
    digits = space.random(60, np.random.default_rng(2))
    seen = hits(statement, space, digits)
    assert seen.any()
    assert not seen.all()
    for row, hit in zip(digits, seen, strict=True):
        assert (verify(statement, size, space.candidate(row)) is not None) == hit


def test_what_the_sides_never_look_up_is_not_varied() -> None:
    """With one step, no transition matters."""
    statement = statement_of(m.objective, 2 * m.objective, m.hypotheses)
    for horizon, matters in ((1, False), (2, True)):
        size = Size.of(S=2, A=2, T=horizon)
        parts = ingredients(statement, size)
        looked_up = used(statement, at_round(parts, 0))
        assert looked_up is not None
        assert any(s.name == "p" for s in looked_up) == matters
        space = at_round(parts, 1, looked_up)
        assert any(len(s.pool) > 1 for s in space.slots if s.what.name == "p") == matters


def test_screening_finds_just_what_is_exactly_so() -> None:
    """At every instance of a small space, what is flagged is verified, and nothing else would be."""
    lhs, rhs, given = SCREENED["labels"]
    statement = statement_of(lhs, rhs, given)
    size = Size.of(S=1, A=2)
    space = at_round(ingredients(About((lhs, rhs), tuple(given)), size), 2)
    digits = space.every()
    assert len(digits) == space.count > 5
    flagged = hits(statement, space, digits)
    verified = [verify(statement, size, space.candidate(row)) is not None for row in digits]
    assert flagged.tolist() == verified
    assert any(verified)


def test_labels_and_their_law_of_one_name_are_told_apart() -> None:
    found = counterexample(c.soft_cross_entropy, c.cross_entropy, c.hypotheses)
    assert found is not None
    assert {LABEL, LABEL_LAW} <= set(found.candidate.tables)
    assert found.confirmation == "confirmed by enumeration"


def test_names_of_sizes_may_be_missing() -> None:
    found = counterexample(lift(1) * 2, lift(3))
    assert found is not None
    assert found.size.counts == ()
    assert About((lift(1),), ()).size_names == ()


def test_logarithms_that_cancel_do_not_hide_those_that_do_not() -> None:
    """β log E[exp(v / β)] = E[v] wherever one state is certain, though modulo a prime it does not look so."""
    worth, beta = function("v", STATE)(o.s), Symbol("β", ())()
    soft = beta * log(o.over_states(exp(worth / beta)))
    found = counterexample(soft, o.over_states(worth), (Positive(beta.symbol),))
    assert found is not None
    assert found.size == Size.of(S=2)
    assert found.shown(found.rhs) == "1/2"


def test_logarithms_are_confirmed_in_balls() -> None:
    found = counterexample(expect(log(o.policy), (o.a, POLICY.law(o.s, o.theta))), lift(0), (Positive(POLICY),))
    assert found is not None
    assert not found.is_rational
    assert found.confirmation == "confirmed by enumeration"
    assert STATE in found.size.sorts
