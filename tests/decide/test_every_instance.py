"""Every instance of a small grid: nothing smaller than a counterexample of the catalogue is one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest
from campaigns import share

from pgsym.claims import catalogue
from pgsym.decide import AtMost, Counterexample, Equal, Grid, Rung, Size, decide, exhaustive
from pgsym.decide.instances.candidates import ingredients
from pgsym.decide.propositions import Comparison
from pgsym.decide.subjects import About
from pgsym.errors import InstanceError, OutsideNumberSystem, SortError, TooLarge
from pgsym.problems import classification, one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.report.pages.derivation import verdict_on
from pgsym.terms import ACTION, HowMany, NonNegative, Positive, Variable, absolute, grad
from pgsym.terms.nodes import lift
from pgsym.terms.sorts import LETTERS

o, c = one_step(), classification()
FINE, COARSE = Grid(denominator=3), Grid()
MOST = 30_000
REFUTED = {
    i: e.claim
    for i, e in catalogue.entries().items()
    if e.claim.expected is Rung.REFUTED and e.claim.is_about_instances
}


@cache
def found_for(name: str) -> Counterexample:
    """The counterexample of a claim."""
    found = verdict_on(REFUTED[name]).counterexample
    assert found is not None
    return found


def size_of(name: str) -> Size:
    """The size of a claim's counterexample."""
    return found_for(name).size


def fitted(name: str) -> Grid:
    """A grid that has the entries of a claim's counterexample, too."""
    candidate = found_for(name).candidate
    laws = [x for s, t in candidate.tables.items() for x in t.flat if s.outcomes]
    reals = [x for s, t in candidate.tables.items() for x in t.flat if not s.outcomes and isinstance(x, Fraction)]
    return Grid(
        denominator=max([3, *(x.denominator for x in laws)]),
        reals=tuple(dict.fromkeys((*FINE.reals, *reals))),
        constants=tuple(dict.fromkeys((*FINE.constants, *candidate.constants.values()))),
    )


def smaller(found: Size) -> Iterator[Size]:
    """The sizes below one, every time within the horizon."""
    for size in found.below[:-1]:
        counted = dict(size.counts)
        last = counted.get("T", counted.get("N"))
        times = counted.keys() - {*LETTERS, "T", "N"}
        if last is None or all(counted[t] <= last for t in times):
            yield size


@pytest.mark.parametrize("name", share(REFUTED, 8))
def test_no_smaller_size_has_a_counterexample(name: str) -> None:
    """Down to one state, action and step, over a grid with the found entries, or denominators up to 3 (or 2)."""
    claim, refused = REFUTED[name], []
    for size in smaller(size_of(name)):
        for grid in (fitted(name), FINE, COARSE):
            try:
                found = exhaustive(claim.proposition, size, grid, MOST)
            except TooLarge as reason:
                refused.append(str(reason))
                continue
            except (SortError, InstanceError):
                break  # it says nothing of so few steps, or of so few answers
            assert found is None, f"{name} fails at {size}, too\n{found}"
            break
        else:
            pytest.skip(f"not every size is small enough: {refused[-1]}")


@pytest.mark.parametrize("name", share(REFUTED, 8))
def test_the_counterexamples_own_size_has_one_on_the_grid(name: str) -> None:
    """So that the grid is fine enough to say something of smaller sizes."""
    claim = REFUTED[name]
    for grid in (COARSE, FINE, fitted(name)):
        try:
            found = exhaustive(claim.proposition, size_of(name), grid, MOST)
        except TooLarge as reason:
            pytest.skip(f"the grid is too large: {reason}")
        if found is not None:
            assert found.confirmation == "confirmed by enumeration"
            return
    pytest.fail(f"{name} has no counterexample on the grid at {size_of(name)}")


def test_all_instances_of_a_grid_are_there() -> None:
    """1 · 3 policies of one state and two actions, 9 rewards; the positive policies are 1/2, 1/3 and 2/3."""
    parts = ingredients(About((o.objective,), o.hypotheses), Size.of(S=1, A=2))
    space = COARSE.space(parts)
    assert space.count == 3 * 9
    every = [space.candidate(row) for row in space.every()]
    policies = {tuple(x.tables[POLICY].flat) for x in every}
    half, third = Fraction(1, 2), Fraction(1, 3)
    assert len(every) == 27
    assert len({str(x.tables) for x in every}) == 27
    if Positive(POLICY) in o.hypotheses:
        assert policies == {(half, half), (third, 2 * third), (2 * third, third)}
    without = [h for h in o.hypotheses if not isinstance(h, Positive)]
    free = COARSE.space(ingredients(About((o.objective,), without), Size.of(S=1, A=2)))
    assert {tuple(free.candidate(row).tables[POLICY].flat) for row in free.every()} == {(1, 0), (0, 1), (half, half)}


def test_one_instance_among_thousands_is_found() -> None:
    """(c − 1/2)(d + 1) = 0 … fails nowhere but where neither vanishes."""
    x, y = Variable("c"), Variable("d")
    grid = Grid(constants=tuple(Fraction(n, 50) for n in range(50)))
    left = lift(1)
    for n in range(49):
        left = left * (x - Fraction(n, 50))
    found = exhaustive(Equal(left * left, left * y * 0, ()), None, grid=grid)
    assert found is not None
    assert found.candidate.constants["c"] == Fraction(49, 50)
    only = Grid(constants=grid.constants[:-1])
    assert exhaustive(Equal(left * left, left * y * 0, ()), None, grid=only) is None


def test_signs_are_kept() -> None:
    x = Variable("c")
    grid = Grid(constants=(0, 1, -1))
    assert exhaustive(Equal(absolute(x), x, ()), None, grid=grid) is not None
    assert exhaustive(Equal(absolute(x), x, (NonNegative(x),)), None, grid=grid) is None
    assert exhaustive(AtMost(x * 0, x, (NonNegative(x),)), None, grid=grid) is None
    assert exhaustive(AtMost(x, x * 0, (Positive(x),)), None, grid=grid) is not None


def test_true_statements_have_no_counterexample_on_any_grid() -> None:
    sides = (grad(o.objective), o.expectation(o.reward * o.score), o.hypotheses)
    assert decide(*sides).is_true
    for s, a in ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3)):
        assert exhaustive(Equal(*sides), {"S": s, "A": a}) is None
    entropy = (c.cross_entropy * 0, c.cross_entropy, c.hypotheses)
    assert exhaustive(AtMost(*entropy), {"S": 2, "A": 2}) is None


@pytest.mark.campaign
def test_a_grid_that_is_too_large_is_refused_with_its_number() -> None:
    sides = (grad(o.objective), o.expectation(o.reward * o.score), o.hypotheses)
    with pytest.raises(TooLarge, match=r"\|S\| = 3, \|A\| = 3: the grid has [\d,]+ instances, more than 200,000"):
        exhaustive(Equal(*sides), {"S": 3, "A": 3})
    with pytest.raises(TooLarge, match=r"the grid has more than 10\^\d+ instances"):
        exhaustive(Equal(*sides), {"S": 50, "A": 50})


def test_a_size_that_the_hypotheses_rule_out_says_nothing() -> None:
    with pytest.raises(InstanceError, match=r"leave no instance at \|S\| = 1, \|A\| = 2"):
        exhaustive(Equal(o.objective, 2 * o.objective, (*o.hypotheses, HowMany(ACTION, 3))), {"S": 1, "A": 2})


def test_what_cannot_be_evaluated_is_not_called_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """No number system holds the sides: nothing was looked at, and that is said."""

    def outside(*_: object) -> None:
        raise OutsideNumberSystem("not a number")

    monkeypatch.setattr(Comparison, "sides", outside)
    with pytest.raises(OutsideNumberSystem):
        exhaustive(Equal(o.objective, 2 * o.objective, o.hypotheses), {"S": 1, "A": 2})
