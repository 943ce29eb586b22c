"""Signs at random: whatever the analysis says of a random term under random hypotheses holds at random instances."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import pytest
from random_terms import F, G, m

from pgsym.decide.domains import holes
from pgsym.errors import ContradictoryHypotheses, PgsymError
from pgsym.meaning.tables import problem, value
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    AtLeastTwo,
    Definition,
    NonNegative,
    Positive,
    Rounds,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    absolute,
    exp,
    expect,
    function,
    indicator,
    log,
    maximum,
    minimum,
    product_range,
    sum_over,
    sum_range,
)
from pgsym.terms.along_theta import AlongTheta
from pgsym.terms.assumed import defined, positive
from pgsym.terms.builtins import POWER
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import lift
from pgsym.terms.sign import Zeros
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import INDEX, REAL
from pgsym.terms.structure import symbols

c, N, u = Variable("c"), Variable("N", INDEX), Variable("u", INDEX)
MIXED = Symbol("q", POLICY.arguments[:2], outcomes=1)
CLIPPED = Symbol("k", (REAL,))
x = Variable("x")
DEFINITIONS: tuple[Hypothesis, ...] = (
    Definition.of(MIXED(m.a, m.s), (m.label_mass + m.label_mass**2) / 2),
    Definition.of(CLIPPED(x), maximum(x, 1) - 1),
)
LEAVES: list[Term] = [
    m.policy,
    m.label_mass,
    m.state_mass,
    m.reward,
    F(m.s, m.a),
    G(m.s),
    c,
    1 * N,
    m.is_right,
    indicator(m.a, m.label),
    MIXED(m.a, m.s),
    CLIPPED(G(m.s)),
    CLIPPED(m.policy),
    *map(lift, (0, 1, -1, 2)),
]
SIGNABLE = (F, G, m.reward.symbol, c, POLICY, m.label_mass.symbol)


def term(rng: random.Random, depth: int) -> Term:
    """A random real term."""
    if depth == 0:
        return rng.choice(LEAVES)
    p, q = term(rng, depth - 1), term(rng, rng.randrange(depth))
    first, last = rng.choice([0, 1, 2]), rng.choice([N, lift(1), lift(2)])
    law = rng.choice([m.policy_law, m.label_law, MIXED.law(m.s)])
    forms: list[Callable[[], Term]] = [
        lambda: p + q,
        lambda: p - q,
        lambda: p * q,
        lambda: p * q * p,
        lambda: p / q,
        lambda: p - p,
        lambda: 1 - p,
        lambda: p ** rng.choice([2, 3, 4, -1, -2]),
        lambda: POWER(p, N),
        lambda: absolute(p),
        lambda: absolute(p) * absolute(p),
        lambda: absolute(p) - p,
        lambda: maximum(p, q),
        lambda: minimum(p, q),
        lambda: maximum(p, 0) - p,
        lambda: exp(minimum(p, 2)),
        lambda: log(p),
        lambda: -log(p),
        lambda: p - 1 - log(p),
        lambda: sum_over(m.a, of=1) - 1,
        lambda: 1 * (N - 1),
        lambda: CLIPPED(p),
        lambda: sum_over(m.a, of=p),
        lambda: expect(p, (m.a, law)),
        lambda: sum_over(m.a, of=absolute(p)) - absolute(sum_over(m.a, of=p)),
        lambda: sum_range(u, first, last, of=p * u),
        lambda: sum_range(u, first, last, of=p),
        lambda: product_range(u, first, last, of=p + 1 * u),
    ]
    return rng.choice(forms)()


def tables(rng: random.Random, given: Iterable[Hypothesis], actions: int) -> dict[str, Any]:
    """Random tables for two states that keep what is assumed, with many zeros elsewhere."""
    given = tuple(given)
    above = {h.symbol for h in given if isinstance(h, Positive)}
    least = above | {h.symbol for h in given if isinstance(h, NonNegative)}

    def entry(symbol: Symbol | Variable) -> Fraction:
        low = 1 if symbol in above else 0 if symbol in least else -3
        return Fraction(rng.randint(low, 3), rng.randint(1, 3))

    def row(symbol: Symbol, n: int) -> list[Fraction]:
        weights = [rng.randint(symbol in above, 3) for _ in range(n)]
        weights[rng.randrange(n)] += 1
        return [Fraction(w, sum(weights)) for w in weights]

    return {
        "D": row(m.state_mass.symbol, 2),
        "π": [row(POLICY, actions) for _ in range(2)],
        "y(a | s)": [row(m.label_mass.symbol, actions) for _ in range(2)],
        "y(s)": [rng.randrange(actions) for _ in range(2)],
        "r": [[entry(m.reward.symbol) for _ in range(actions)] for _ in range(2)],
        "f": [[entry(F) for _ in range(actions)] for _ in range(2)],
        "g": [entry(G) for _ in range(2)],
        "c": entry(c),
    }


def worth(t: Term, given: tuple[Hypothesis, ...], at: dict[str, Any], place: dict[str, int], n: int) -> Any:
    """The value of a term; None where it is undefined, or where that cannot be told."""
    everything = sum(LEAVES, start=t)
    try:
        found = value(t, problem(at, [t, everything], given, "ball", N=n), place, undefined="undefined")
    except PgsymError:
        return None
    return None if isinstance(found, str) else found


def an_instance(rng: random.Random, given: tuple[Hypothesis, ...]) -> tuple[dict[str, Any], dict[str, int], int]:
    """Tables that keep the hypotheses, a state and an action, and a length."""
    actions = rng.randint(2, 3) if any(isinstance(h, AtLeastTwo) for h in given) else rng.randint(1, 3)
    length = max([rng.randint(1, 2), *(h.least for h in given if isinstance(h, Rounds))])
    return tables(rng, given, actions), {"s": rng.randrange(2), "a": rng.randrange(actions)}, length


@pytest.mark.parametrize("seed", range(4))
def test_a_sign_holds_at_random_instances(seed: int) -> None:
    rng, seen = random.Random(seed), 0
    for _ in range(90):
        chosen = [rng.choice([Positive, NonNegative])(s) for s in rng.sample(SIGNABLE, rng.randint(0, 4))]
        given = (*DEFINITIONS, *chosen, *rng.sample([AtLeastTwo(ACTION), Rounds(N, 2)], rng.randint(0, 2)))
        t = term(rng, rng.randint(1, 3))
        sign = Signs.under(given).of(t)
        cancelled = Signs.under(given).direction(t)
        if sign.direction is cancelled is None and sign.zeros is not Zeros.NEVER:
            continue
        assert sign.needs <= {*given}
        for _ in range(2):
            found = worth(t, given, *an_instance(rng, given))
            if found is None:
                continue
            seen += 1
            words = f"{t} = {found}, given {'; '.join(map(str, given))}"
            assert not (sign.at_least_zero and found < 0), words
            assert not (sign.at_most_zero and found > 0), words
            assert not (sign.zeros is Zeros.NEVER and found == 0), words
            assert cancelled is None or not (found < 0 if cancelled > 0 else found > 0 if cancelled else found != 0), (
                words
            )
    assert seen > 40


@pytest.mark.parametrize("seed", range(4))
def test_what_is_asked_for_makes_a_term_positive_or_defined(seed: int) -> None:
    rng, seen = random.Random(seed), 0
    for _ in range(60):
        t = term(rng, rng.randint(1, 3))
        for needs, is_positive in ((positive(t), True), (defined(t), False)):
            if needs is None:
                continue
            given = (*(d for d in DEFINITIONS if Positive(d.symbol) not in needs), *needs)  # type: ignore[attr-defined]
            if {d.symbol for d in DEFINITIONS} & symbols(t):  # type: ignore[attr-defined]
                continue  # the kernel looks through definitions
            at, place, n = an_instance(rng, given)
            found = worth(t, given, at, place, n)
            seen += 1
            if is_positive:
                assert found is None or not found <= 0, f"{t} = {found}, given {'; '.join(map(str, needs))}"
            elif not any(symbol.name in ("log", "exp") for symbol in symbols(t)):
                assert found is not None, f"{t} is undefined, given {'; '.join(map(str, needs))}"
    assert seen > 30


@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_hole_vanishes_at_all_policies_or_at_none(seed: int) -> None:
    rng, seen = random.Random(seed), 0
    for _ in range(60):
        given = (
            *DEFINITIONS,
            *(ThetaFree(s) for s in (m.label_mass.symbol, m.state_mass.symbol, m.reward.symbol, F, G)),
            *(NonNegative(s) for s in rng.sample((F, G, m.reward.symbol), rng.randint(0, 3))),
            Positive(POLICY),
        )
        t = term(rng, rng.randint(1, 3))
        if t in holes(1 / t, given):
            continue
        at, place, n = an_instance(rng, given)
        actions = len(at["r"][0])
        at2 = at | {"π": tables(rng, given, actions)["π"]}
        first, second = (worth(t, given, tables, place, n) for tables in (at, at2))
        if first is not None and second is not None:
            seen += 1
            assert (first == 0) == (second == 0), f"{t} is {first} and {second}"
    assert seen > 12
    assert AlongTheta.under(given).of(m.policy - lift(Fraction(1, 3))).zeros is Zeros.ANYWHERE


def test_zero_times_anything_is_zero() -> None:
    sign = Signs.under().of(0 * G(m.s))
    assert (sign.direction, sign.zeros) == (0, Zeros.BY_PATTERN)


def test_counts_have_the_sign_that_a_hypothesis_gives() -> None:
    others = sum_over(m.a, of=1) - 1
    assert not Signs.under().of(others).is_positive
    assert Signs.under([AtLeastTwo(ACTION)]).of(others).is_positive
    assert positive(others) == {AtLeastTwo(ACTION)}
    assert positive(N - 1) == {Rounds(N, 2)}
    assert Signs.under([Rounds(N, 3)]).of(N - 2).is_positive
    assert not Signs.under([Rounds(N, 3)]).of(N - 3).is_positive


def test_an_index_is_positive_only_if_its_range_begins_there() -> None:
    assert defined(sum_range(u, 1, N, of=1 / u)) == frozenset()
    assert defined(sum_range(u, 0, N, of=1 / u)) is None


def test_what_cancels_to_zero_is_not_positive() -> None:
    twice = function("h", *F.arguments)
    zero = Definition.of(twice(m.s, m.a), F(m.s, m.a) - F(m.s, m.a))
    with pytest.raises(ContradictoryHypotheses, match="is never positive"):
        Signs.under([zero, Positive(twice)])
    assert Signs.under([zero, NonNegative(twice)])
