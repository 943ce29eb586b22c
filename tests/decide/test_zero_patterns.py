"""Label functions and patterns of zeros: all are looked at, up to renaming, or the verdict says so."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from pgsym.decide import Rung, Size, decide
from pgsym.decide import renamings as module
from pgsym.decide.renamings import Counts, Unknown, up_to_renaming
from pgsym.decide.subjects import About
from pgsym.decide.zero_patterns import strata
from pgsym.problems import classification, one_step, trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    AtLeastTwo,
    Definition,
    Positive,
    Symbol,
    Term,
    Variable,
    expect,
    function,
    grad,
    indicator,
    log,
    sum_over,
    sum_range,
)
from pgsym.terms.build import choice
from pgsym.terms.sorts import OUTCOME

m, o = classification(), one_step()
A, B, C = (Variable(name, ACTION) for name in "abc")
S, U = (Variable(name, STATE) for name in "su")
FUNCTION, LEFT, RIGHT = choice("f", ACTION), choice("f", STATE), choice("g", STATE)


def is_none_of(number: Term, values: tuple[int, ...]) -> Term:
    """What is zero unless a number is none of some values."""
    out = number - values[0]
    for value in values[1:]:
        out = out * (number - value)
    return out


fixed_points = sum_over(A, B, of=indicator(A, B) * indicator(B, FUNCTION(A)))
two_cycles = sum_over(A, B, of=indicator(B, FUNCTION(A)) * indicator(A, FUNCTION(B))) - fixed_points
three_cycles = sum_over(A, B, C, of=indicator(B, FUNCTION(A)) * indicator(C, FUNCTION(B)) * indicator(A, FUNCTION(C)))
coincide = sum_over(S, of=sum_over(A, of=indicator(A, LEFT(S)) * indicator(A, RIGHT(S))))
ONLY_AT_ONE_KIND_OF_FUNCTION = {
    "four fixed points": (is_none_of(fixed_points, (0, 1, 2, 3)), {"A": 4}),
    "three fixed points": (is_none_of(fixed_points, (0, 1, 2, 4)), {"A": 4}),
    "two cycles of two": (is_none_of(two_cycles, (0, 2)), {"A": 4}),
    "a cycle of three and a fixed point": (is_none_of(three_cycles, (0, 1, 2, 3, 5)), {"A": 4}),
    "two labels alike at one state only": (is_none_of(coincide, (0, 2, 3)), {"S": 3, "A": 3}),
    "two labels alike at all of four states": (is_none_of(coincide, (0, 1, 2, 3)), {"S": 4, "A": 3}),
    "two labels alike nowhere in four states": (is_none_of(coincide, (1, 2, 3, 4)), {"S": 4, "A": 3}),
}


@pytest.mark.parametrize("what", ONLY_AT_ONE_KIND_OF_FUNCTION)
def test_what_fails_at_one_kind_of_function_alone_is_not_decided(what: str) -> None:
    statement, size = ONLY_AT_ONE_KIND_OF_FUNCTION[what]
    assert decide(statement, 0 * statement, (), [size]).rung is Rung.REFUTED


def test_no_function_of_four_actions_with_four_fixed_points_is_refuted_at_the_usual_sizes() -> None:
    verdict = decide(is_none_of(fixed_points, (0, 1, 2, 3)), 0 * fixed_points)
    assert verdict.counterexample is not None
    assert verdict.counterexample.size == Size.of(A=4)


def test_it_is_decided_at_the_sizes_where_it_holds() -> None:
    verdict = decide(is_none_of(fixed_points, (0, 1, 2, 3)), 0 * fixed_points, (), [{"A": 2}, {"A": 3}])
    assert verdict.rung is Rung.DECIDED
    assert verdict.evidence.noted == "all label functions and zero patterns, at most 7 up to renaming"


OTHER = Variable("θ'", PARAMETER)
VALUE, WEIGHT, LAW = Symbol("v", (ACTION,)), Symbol("w", (ACTION,)), Symbol("q", (ACTION,), outcomes=1)
overlap = sum_over(A, of=POLICY(A, S, o.theta) * POLICY(A, U, o.theta))
UNDEFINED_SOMEWHERE = {
    "accuracy over accuracy": (m.accuracy / m.accuracy, 1 + 0 * m.accuracy, ()),
    "policies of two parameters have zeros of their own": (
        expect(o.policy / o.policy, (o.a, POLICY.law(o.s, OTHER))),
        expect(1, (o.a, POLICY.law(o.s, OTHER))),
        (),
    ),
    "the weights of a law that is defined may be zero": (
        expect(VALUE(A) / VALUE(A), (A, LAW.law())),
        sum_over(A, of=LAW(A) * VALUE(A) / VALUE(A)),
        (Definition.of(LAW(A), WEIGHT(A) / sum_over(B, of=WEIGHT(B))),),
    ),
    "two rows without an action in common": (overlap / overlap, 1 + 0 * overlap, ()),
}


@pytest.mark.parametrize("what", UNDEFINED_SOMEWHERE)
def test_what_is_undefined_for_some_pattern_of_zeros_is_refuted(what: str) -> None:
    lhs, rhs, given = UNDEFINED_SOMEWHERE[what]
    assert decide(lhs, rhs, given).rung is Rung.REFUTED


def orbits(unknowns: tuple[Unknown, ...], counts: Counts) -> dict[tuple[int, ...], int]:
    """The number of its orbit for every assignment, by applying all renamings to the tables as mappings."""
    places = [(k, place) for k, u in enumerate(unknowns) for place in product(*map(range, u.shape))]
    rows = [i // unknowns[k].row if unknowns[k].row else None for k, u in enumerate(unknowns) for i in range(u.entries)]
    number: dict[tuple[int, ...], int] = {}
    every = [permutations(range(n)) for _, n in counts]
    renamings = [dict(zip((s for s, _ in counts), chosen, strict=True)) for chosen in product(*every)]
    for values in product(*(range(u.values) for u in unknowns for _ in range(u.entries))):
        kept = {(k, row) for (k, _), row, v in zip(places, rows, values, strict=True) if row is not None and not v}
        if values in number or kept != {(k, r) for (k, _), r in zip(places, rows, strict=True) if r is not None}:
            continue
        own = len(set(number.values()))
        for names in renamings:
            renamed = {}
            for (k, place), value in zip(places, values, strict=True):
                u = unknowns[k]
                moved = tuple(names[s][i] for s, i in zip(u.sorts, place, strict=True))
                renamed[k, moved] = value if u.result is None else names[u.result][value]
            number[tuple(renamed[p] for p in places)] = own
    return number


OF_ACTIONS = Unknown((ACTION,), (3,), 0, 3, ACTION)
SMALL: dict[str, tuple[tuple[Unknown, ...], Counts]] = {
    "a function of actions": ((OF_ACTIONS,), ((ACTION, 3),)),
    "two functions of actions": ((OF_ACTIONS, OF_ACTIONS), ((ACTION, 3),)),
    "an action and a function": ((Unknown((), (), 0, 3, ACTION), OF_ACTIONS), ((ACTION, 3),)),
    "labels": ((Unknown((STATE,), (3,), 0, 3, ACTION),), ((ACTION, 3), (STATE, 3))),
    "labels and a policy": (
        (Unknown((STATE,), (2,), 0, 3, ACTION), Unknown((STATE, ACTION), (2, 3), 3)),
        ((ACTION, 3), (STATE, 2)),
    ),
    "transitions and a start": (
        (Unknown((STATE, ACTION, STATE), (2, 2, 2), 2), Unknown((STATE,), (2,), 2)),
        ((ACTION, 2), (STATE, 2)),
    ),
    "rewards": ((Unknown((STATE, ACTION), (3, 2)),), ((ACTION, 2), (STATE, 3))),
    "a law of pairs and an outcome": (
        (Unknown((STATE, ACTION), (2, 2), 4), Unknown((OUTCOME,), (2,), 0, 2, STATE)),
        ((ACTION, 2), (OUTCOME, 2), (STATE, 2)),
    ),
}


@pytest.mark.parametrize("what", SMALL)
@pytest.mark.parametrize("group", ["all renamings", "all of one sort", "two exchanged"])
def test_every_orbit_has_an_assignment_that_is_looked_at(
    what: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of each where all renamings are compared, and at least one where some are."""
    if group != "all renamings":
        monkeypatch.setattr(module, "MOST_RENAMINGS", 1)
    if group == "two exchanged":
        monkeypatch.setattr(module, "FEW_RENAMINGS", 1)
    unknowns, counts = SMALL[what]
    found = up_to_renaming.__wrapped__(unknowns, counts, 4096)
    assert found is not None
    number = orbits(unknowns, counts)
    reached = [number[tuple(int(v) for v in x)] for x in found]
    assert set(reached) == set(number.values())
    if group == "all renamings":
        assert len(reached) == len(set(reached))


@pytest.mark.parametrize(("actions", "kinds"), [(1, 1), (2, 3), (3, 7), (4, 19), (5, 47)])
def test_functions_of_actions_are_as_many_as_functional_digraphs(actions: int, kinds: int) -> None:
    found = strata(About((fixed_points,), ()), Size.of(A=actions))
    assert found.complete
    assert len(found.kinds) == kinds  # OEIS A001372


def test_a_function_of_states_to_actions_is_a_partition() -> None:
    """Ten states and five actions have 5^10 label functions, and up to renaming the partitions of ten in five parts."""
    found = strata(About((m.accuracy,), m.hypotheses), Size.of(S=10, A=5))
    assert found.complete
    parts = {tuple(sorted(next(iter(k.choices.values())).tolist().count(a) for a in range(5))) for k in found.kinds}
    assert len(parts) == 30


def test_where_there_are_too_many_the_verdict_is_tested_in_words() -> None:
    """Dividing by the law of a trajectory asks for the zeros of all transitions."""
    t = trajectories()
    score = grad(log(t.mass))
    verdict = decide(score + score, 2 * score, t.hypotheses, [{"S": 3, "A": 2, "T": 2}], budget=200)
    assert verdict.rung is Rung.TESTED
    assert verdict.evidence.note.startswith(
        "|S| = 3, |A| = 2, T = 2: a seeded sample of 500 of about 69,000 label functions and zero patterns"
    )
    assert verdict.evidence.log2_error is None
    assert "chance of error" not in f"{verdict} {verdict.evidence.brief}"


def test_at_one_step_no_transition_is_looked_up() -> None:
    t = trajectories()
    assert strata(About((log(t.mass),), t.hypotheses), Size.of(S=3, A=2, T=1)).complete
    assert not strata(About((log(t.mass),), t.hypotheses), Size.of(S=3, A=2, T=2)).complete


def test_the_usual_sizes_are_small_enough_to_look_at_all() -> None:
    t = trajectories()
    verdict = decide(t.expectation(grad(log(t.mass))), 0 * t.expectation(grad(log(t.mass))), t.hypotheses)
    assert verdict.rung is Rung.DECIDED
    assert "sample" not in verdict.evidence.note
    assert {Size.of(S=2, A=2, T=3), Size.of(S=1, A=3, T=2)} <= {*verdict.evidence.sizes}


def test_samples_are_told_from_what_is_decided() -> None:
    t = trajectories()
    score = grad(log(t.mass))
    verdict = decide(score + score, 2 * score, t.hypotheses, [{"S": 2, "A": 2, "T": 2}, {"S": 3, "A": 3, "T": 2}])
    assert verdict.rung is Rung.DECIDED
    assert verdict.evidence.sizes == (Size.of(S=2, A=2, T=2),)
    assert "not decided at |S| = 3, |A| = 3, T = 2: a seeded sample of 500 of about" in verdict.evidence.note


def test_samples_are_the_same_every_time_and_begin_with_the_simplest() -> None:
    t = trajectories()
    once, again = (strata(About((log(t.mass),), t.hypotheses), Size.of(S=3, A=2, T=2)) for _ in range(2))
    first = once.kinds[0]
    assert all(pattern.all() for pattern in first.supports.values())
    for x, y in zip(once.kinds, again.kinds, strict=True):
        assert all((x.supports[s] == y.supports[s]).all() for s in x.supports)


def test_real_tables_that_are_divided_by_have_their_zeros() -> None:
    r = function("r", ACTION)
    found = strata(About((1 / r(A),), ()), Size.of(A=4))
    assert len(found.kinds) == 5
    assert found.words == "all label functions and zero patterns, 5 up to renaming"


def test_zeros_of_two_policies_are_counted_apart_where_sizes_are_chosen() -> None:
    """A policy of θ and one of θ' have 49² patterns at two states and three actions, and 27² at three and two."""
    other = POLICY(o.a, o.s, OTHER)
    ratio = o.policy / other
    verdict = decide(ratio + ratio, 2 * ratio)
    assert verdict.rung is Rung.DECIDED
    assert "sample" not in verdict.evidence.note
    assert verdict.evidence.strata > 20


def test_what_divides_by_an_indicator_is_defined_for_some_patterns_of_zeros() -> None:
    """Both sides divide by zero where no probability is; where the answer is b for sure, one is twice the other."""
    inverse = expect(1 / indicator(o.a, B), (o.a, o.policy_law))
    verdict = decide(inverse, 2 * inverse, (AtLeastTwo(ACTION),))
    assert verdict.rung is Rung.REFUTED
    conditioned = expect(1 / indicator(o.a, o.a), (o.a, o.policy_law))  # never zero: no pattern matters
    assert decide(conditioned, 1 + 0 * conditioned).evidence.strata == 1


def test_more_states_and_labels_than_can_be_renamed_are_sampled() -> None:
    found = strata(About((m.accuracy,), m.hypotheses), Size.of(S=20, A=10))
    assert found.words == "a seeded sample of 500 of more than 4,096 label functions and zero patterns"


def test_weights_that_nothing_is_divided_by_are_looked_at_only_where_they_can_hide_a_pole() -> None:
    """Where the policy's own zeros skip all its poles, those of the transitions and of the first state add nothing."""
    w = trajectories()
    skipped = w.expectation(sum_range(w.t, 1, w.T, of=w.score(w.t)))
    size = Size.of(S=2, A=2, T=2)
    found = strata(About((skipped,), tuple([h for h in w.hypotheses if not isinstance(h, Positive)])), size)
    assert {s.name for kind in found.kinds for s in kind.supports} == {"π"}
    behaviour = Symbol("μ", (ACTION, STATE), outcomes=1)
    unskipped = expect(1 / o.policy, (o.a, behaviour.law(o.s)))
    hidden = strata(About((unskipped,), ()), Size.of(S=2, A=3))
    assert {s.name for kind in hidden.kinds for s in kind.supports} == {"π", "μ"}
