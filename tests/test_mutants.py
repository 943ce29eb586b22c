"""Mutants of every claim and every recorded step: each is refuted, and SymPy confirms it, or SymPy proves it equal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import pytest
from campaigns import SOME_SCRIPTS, share
from mutants import spread
from reference import Problem, Reading, Undefined, Undrawn, confirm, equal_by_sympy

from pgsym.claims import catalogue
from pgsym.decide import Relation, Rung, Size, decide
from pgsym.errors import SortError, UnboundVariable, UndefinedValue
from pgsym.terms import ACTION, INDEX, STATE, Term
from pgsym.terms.hypotheses import Before, Hypothesis, Rounds
from pgsym.terms.structure import free

PER_EQUATION = int(os.environ.get("PGSYM_MUTANTS", "2"))  # `make mutants` tries more
FEW = max(1, PER_EQUATION // 3)  # of steps, and of statements that take long or have many like them
STEPS = 1 if PER_EQUATION > 2 else 2  # of the steps, one in so many
MOST_TRAJECTORIES = 16
PROOF_SIZES = (Size.of(S=1, A=2, N=2), Size.of(S=2, A=2, N=1))
LEAST = 300
EVERY = 4  # of the equations, one in so many is counted


@dataclass(frozen=True)
class Equation:
    """Two sides that are equal under some hypotheses."""

    name: str
    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    sizes: tuple[Mapping[str, int], ...] | None = None
    most: int = PER_EQUATION


def claimed() -> list[Equation]:
    """Every true identity of the catalogue."""
    out = []
    for e in catalogue.entries().values():
        c = e.claim
        if c.expected is Rung.DECIDED and c.relation is Relation.EQUAL and c.is_about_instances:
            most = FEW if c.sizes or e.home not in catalogue.scripts() else PER_EQUATION
            out.append(Equation(c.id, c.lhs, c.rhs, c.given, c.sizes, most))
    return out


def steps(name: str) -> list[Equation]:
    """Steps of a derivation, under the hypotheses used so far."""
    chosen = list(enumerate(catalogue.theorem(name).steps, 1))[::STEPS]
    return [Equation(f"{name}({i})", s.before, s.after, s.verdict.given, most=FEW) for i, s in chosen]


CLAIMED = claimed()


def outcome(equation: Equation, mutant: Term) -> str:
    """What becomes of a mutant: refused, refuted (confirmed), equal (proved); anything else is an error.

    One that speaks of a step that is not drawn, such as s_{T+1}, means nothing: the reference will not read it.
    """
    try:
        verdict = decide(equation.lhs, mutant, equation.given, equation.sizes)
    except (SortError, UnboundVariable, UndefinedValue):
        return "refused"
    if verdict.rung is Rung.REFUTED:
        assert verdict.counterexample is not None
        try:
            confirm(verdict.counterexample)
        except Undrawn:
            return "meaningless"
        return "refuted"
    assert verdict.rung is Rung.DECIDED, f"slipped through: {equation.name}: {mutant}\n{verdict}"
    for size in proof_sizes(verdict.evidence.sizes, (equation.lhs, mutant), verdict.given):
        try:
            assert equal_by_sympy(equation.lhs, mutant, verdict.given, size), f"{equation.name}: {mutant} is not equal"
        except Undefined:
            assert verdict.evidence.conditions, f"{equation.name}: {mutant} does not exist, and nothing is said of it"
    return "equal"


def proof_sizes(decided: tuple[Size, ...], terms: tuple[Term, ...], given: tuple[Hypothesis, ...]) -> tuple[Size, ...]:
    """Where SymPy proves what was decided: the usual small sizes, or of those with a horizon the ones it can.

    Times that are free take every value up to the horizon that the hypotheses allow, and batches are as large as they
    say.
    """
    with_horizon = [s for s in decided if "T" in s.lengths]
    cost = {s: (s.sorts.get(STATE, 1) * s.sorts.get(ACTION, 1)) ** s.lengths["T"] for s in with_horizon}
    out = []
    for size in (s for s in with_horizon if cost[s] <= MOST_TRAJECTORIES):
        times = sorted({v.name for t in terms for v in free(t) if v.sort == INDEX} - set(size.lengths))
        for values in product(range(1, size.lengths["T"] + 1), repeat=len(times)):
            chosen = Size.of({**dict(size.counts), **dict(zip(times, values, strict=True))})
            clock = Reading(Problem(chosen.sorts, chosen.lengths, {}, []), (), {})
            if all(clock.read(h.earlier) < clock.read(h.later) for h in given if isinstance(h, Before)):
                out.append(chosen)
    rounds = [h for h in given if isinstance(h, Rounds) and h.length.name == "N"]
    usual = tuple(s for s in PROOF_SIZES if all(h.allows(s.lengths["N"]) for h in rounds))
    return tuple(out) if with_horizon else usual or (min(decided, key=lambda s: s.extent),)


@pytest.mark.parametrize("equation", share(CLAIMED, 6), ids=lambda e: e.name)
def test_no_mutant_of_a_claim_slips_through(equation: Equation) -> None:
    for kind, mutant in spread(equation.rhs, equation.most):
        assert outcome(equation, mutant) in ("refused", "refuted", "equal", "meaningless"), kind


@pytest.mark.parametrize("name", share(catalogue.scripts(), SOME_SCRIPTS))
def test_no_mutant_of_a_step_slips_through(name: str) -> None:
    for equation in steps(name):
        test_no_mutant_of_a_claim_slips_through(equation)


@pytest.mark.campaign
def test_there_are_enough_mutants_of_every_kind() -> None:
    from mutants import mutants

    some = [*CLAIMED, *(e for name in catalogue.scripts() for e in steps(name))][::EVERY]
    made = {e.name: len(spread(e.rhs, e.most)) for e in some}
    trajectories = [e for e in some if any(v.name == "T" for t in (e.lhs, e.rhs) for v in free(t))]
    assert EVERY * sum(made.values()) >= 2 * LEAST + 100  # some are refused as ill-sorted
    assert EVERY * sum(made[e.name] for e in trajectories) >= LEAST
    assert {kind for e in some for kind, _ in mutants(e.rhs)} >= {
        "sign", "constant", "factor dropped", "factor doubled", "summand dropped", "denominator dropped",
        "fraction inverted", "denominator off", "log missing", "log added", "gradient missing",
        "factor moved out of ∇", "distribution swapped", "expectation a plain sum", "variable swapped",
        "first time off by one", "last time off by one", "wrong step",
    }  # fmt: skip


def test_a_slip_would_be_noticed() -> None:
    """The proof does not believe a false equation, nor the confirmation a wrong value."""
    from dataclasses import replace

    e = next(e for e in CLAIMED if e.name == "policy-gradient-one-step")
    assert not equal_by_sympy(e.lhs, 2 * e.rhs, e.given, PROOF_SIZES[0])
    found = decide(e.lhs, 2 * e.rhs, e.given).counterexample
    assert found is not None
    with pytest.raises(AssertionError):
        confirm(replace(found, rhs=tuple(3 * v for v in found.rhs)))
