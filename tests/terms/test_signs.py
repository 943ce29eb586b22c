"""Random terms that are called non-negative are at no random instance negative."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from functools import partial

import pytest
from random_terms import F, G, m

from pgsym.errors import OutsideNumberSystem, PgsymError, UndefinedValue
from pgsym.meaning.tables import problem, value
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    Definition,
    NonNegative,
    Positive,
    Symbol,
    Term,
    Variable,
    absolute,
    expect,
    given,
    log,
    sum_over,
    variance,
)
from pgsym.terms.builtins import POWER
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Conditional, Law, lift
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import INDEX

SIGNED_WEIGHTS, DOUBLED, SHARE = (Symbol(n, POLICY.arguments[:2], outcomes=1) for n in ("b", "d", "q"))
c, n = Variable("c"), Variable("n", INDEX)
GIVEN: tuple[Hypothesis, ...] = (
    *m.hypotheses,
    NonNegative(F),
    Positive(c),
    Definition.of(SIGNED_WEIGHTS(m.a, m.s), 2 * m.label_mass - 1),
    Definition.of(DOUBLED(m.a, m.s), 2 * m.label_mass),
    Definition.of(SHARE(m.a, m.s), m.label_mass**2),
)
LAWS: list[Law | Conditional] = [m.policy_law, m.label_law, *(q.law(m.s) for q in (SIGNED_WEIGHTS, DOUBLED, SHARE))]
LEAVES: list[Term] = [
    m.policy,
    m.label_mass,
    m.state_mass,
    m.reward,
    F(m.s, m.a),
    G(m.s),
    c,
    m.is_right,
    *(q(m.a, m.s) for q in (SIGNED_WEIGHTS, DOUBLED, SHARE)),
    lift(1),
    lift(-1),
]


def term(rng: random.Random, depth: int) -> Term:
    """A random real term, with many of the forms that have a sign, and with what only looks like them."""
    if depth == 0:
        return rng.choice(LEAVES)
    x, y = term(rng, depth - 1), term(rng, rng.randrange(depth))
    law: Law | Conditional = rng.choice(
        [*LAWS, given(m.policy_law, m.a, m.is_right), given(m.label_law, m.a, F(m.s, m.a))]
    )
    forms: list[Callable[[], Term]] = [
        lambda: x + y,
        lambda: x * y,
        lambda: x * y * x,
        lambda: x / y,
        lambda: x - y,
        lambda: 1 - x,
        lambda: 1 - x * y,
        lambda: x - 1 - log(x),
        lambda: x - 1 - log(y),
        lambda: -log(x),
        lambda: -1 * log(x) * y,
        lambda: x ** rng.choice([2, 3, -1, -2]),
        lambda: POWER(x, n),
        lambda: absolute(x),
        lambda: expect(x, (m.a, law)),
        lambda: variance(x, (m.a, law)),
        lambda: variance(x, (m.s, m.state_law), (m.a, law)),
        lambda: sum_over(m.a, of=x),
        lambda: absolute(x) + x,
        lambda: absolute(x) - y,
        lambda: sum_over(m.a, of=absolute(x)) - absolute(sum_over(m.a, of=x)),
        lambda: expect(absolute(x), (m.a, law)) - absolute(expect(x, (m.a, law))),
        lambda: absolute(x) + absolute(y) - absolute(x + y),
        lambda: sum_over(m.a, of=1) - 1,
    ]
    return rng.choice(forms)()


def probabilities(rng: random.Random, size: int) -> list[Fraction]:
    """A row without zeros."""
    weights = [rng.randint(1, 9) for _ in range(size)]
    return [Fraction(w, sum(weights)) for w in weights]


def number(rng: random.Random, low: int = -9) -> Fraction:
    """A small fraction."""
    return Fraction(rng.randint(low, 9), rng.randint(1, 4))


def worth(t: Term, rng: random.Random) -> object:
    """What a term is worth at a random instance with two states and three actions."""
    s, a = 2, 3
    rows = partial(lambda: [probabilities(rng, a) for _ in range(s)])
    tables = {
        "D": probabilities(rng, s),
        "π": rows(),
        "y(a | s)": rows(),
        "y(s)": [rng.randrange(a) for _ in range(s)],
        "r": [[number(rng) for _ in range(a)] for _ in range(s)],
        "f": [[number(rng, 0) for _ in range(a)] for _ in range(s)],
        "g": [number(rng) for _ in range(s)],
        "c": number(rng, 1),
    }
    everything = sum((x for x in (*LEAVES, m.objective, m.state_mass, m.right_mass)), start=t)
    at = {"s": rng.randrange(s), "a": rng.randrange(a)}
    instance = problem(tables, [t, everything], GIVEN, "ball", n=rng.randint(0, 3) or 1)
    return value(t, instance, at, undefined="undefined")


@pytest.mark.parametrize("seed", range(6))
def test_what_is_called_non_negative_is(seed: int) -> None:
    rng, accepted = random.Random(seed), 0
    for _ in range(60):
        t = term(rng, rng.randint(1, 3))
        try:
            visible = is_non_negative(t, GIVEN)
        except PgsymError:
            continue
        for _ in range(3 if visible else 0):
            try:
                found = worth(t, rng)
            except (OutsideNumberSystem, UndefinedValue):
                continue  # it is not defined there, or that cannot be told
            accepted += found != "undefined"
            assert found == "undefined" or not found < 0, f"{t} is {found}"  # type: ignore[operator]
    assert accepted > 36


def test_the_terms_include_what_is_refused_for_a_reason() -> None:
    """So that a sign too many would be seen: among the refused, many are negative somewhere."""
    rng, negative = random.Random(1), 0
    for _ in range(300):
        t = term(rng, 2)
        if not is_non_negative(t, GIVEN):
            try:
                found = worth(t, rng)
            except PgsymError:
                continue
            negative += found != "undefined" and bool(found < 0)  # type: ignore[operator]
    assert negative > 40
