"""Signs that a term's form shows once nothing cancels any more, and those that it does not."""

from __future__ import annotations

import pytest

from pgsym.meaning.evaluator import Evaluator
from pgsym.meaning.generic import GenericInstance
from pgsym.problems import one_step, trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Definition,
    Frozen,
    Positive,
    Symbol,
    Term,
    Variable,
    absolute,
    clip,
    function,
    maximum,
    minimum,
    product_range,
)

m = one_step()
several = trajectories(horizon=2)
t, T = several.t, several.T
OLD = Variable("θ'", PARAMETER)
WIDTH, BEYOND, RATIO = Symbol("ε", ()), function("δ", STATE, ACTION), function("ρ", STATE, ACTION)
width, beyond, ratio = WIDTH(), BEYOND(m.s, m.a), RATIO(m.s, m.a)
given = (
    Positive(WIDTH),
    Positive(BEYOND),
    Positive(POLICY),
    Frozen(OLD, m.theta),
    Definition.of(ratio, 1 + width + beyond),
    several.factorisation,
)
old_ratio = m.policy / POLICY(m.a, m.s, OLD)
held, other = (POLICY(several.action(t), several.state(t), parameter) for parameter in (OLD, Variable("η", PARAMETER)))
KNOWN: dict[str, tuple[Term, int]] = {
    "what cancels": (width + beyond - width, 1),
    "nothing is left": (m.reward - m.reward, 0),
    "a definition": (ratio - 1, 1),
    "a definition, past its bound": (1 + width - ratio, -1),
    "a parameter held fixed": (old_ratio - 1 - width, -1),
    "a maximum of known order": (maximum(ratio, 1) - ratio, 0),
    "a minimum of known order": (minimum(ratio, 1) - 1, 0),
    "clipped": (clip(ratio, 1 - width, 1 + width) - 1, 1),
    "a magnitude": (absolute(1 - ratio) - width, 1),
    "a product of ratios that are one": (product_range(t, 1, T, of=several.policy(t) / held) - 1 + width, 1),
    "a fraction": ((m.policy * beyond) / (m.policy * width) - beyond / width + 1, 1),
}
UNKNOWN: dict[str, Term] = {
    "a reward": m.reward,
    "a difference of positive numbers": width - beyond,
    "a maximum of unknown order": maximum(m.reward, 1) - m.reward - 1,
    "a product of ratios to another policy": several.expectation(product_range(t, 1, T, of=several.policy(t) / other))
    - 1,
    "another parameter's policy": m.policy - POLICY(m.a, m.s, Variable("η", PARAMETER)),
}


def sign(term: Term) -> int | None:
    instance = GenericInstance({STATE: 2, ACTION: 3}, {"T": 2}, given, [2**31 - 1])
    return Evaluator.at(instance).sign_everywhere(term)


@pytest.mark.parametrize("name", KNOWN)
def test_a_sign_that_the_form_shows(name: str) -> None:
    term, expected = KNOWN[name]
    assert sign(term) == expected
    assert sign(-1 * term) == -expected


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_sign_that_it_does_not_show(name: str) -> None:
    assert sign(UNKNOWN[name]) is None
