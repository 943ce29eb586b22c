"""The decision against SymPy's exact answer on random pairs of terms, true and false ones."""

from __future__ import annotations

import random

import pytest
from campaigns import share
from random_terms import GIVEN, Writer, m
from reference import confirm, equal_by_sympy

from pgsym.decide import Rung, Size, decide
from pgsym.errors import UndefinedValue
from pgsym.terms import Term

PAIRS = 240
CHUNKS = 12
SIZE = Size.of(S=1, A=2)


def pair(seed: int) -> tuple[Term, Term, bool]:
    """Two terms, and whether they were made to be equal."""
    writer = Writer(random.Random(seed))
    term = writer.vector(2) if seed % 3 == 0 else writer.real(2 + seed % 2)
    anchor = m.score if seed % 3 == 0 else m.policy  # both sides speak of the same s and a
    equal = seed % 2 == 0
    return term + anchor, (writer.rewritten(term) if equal else writer.perturbed(term)) + anchor, equal


def answers(seeds: range) -> list[tuple[int, bool, bool]]:
    """For each pair the decision's answer and SymPy's, the counterexamples confirmed."""
    out = []
    for seed in seeds:
        lhs, rhs, _ = pair(seed)
        try:
            verdict = decide(lhs, rhs, GIVEN, [SIZE])
        except UndefinedValue:
            continue  # a term that divides by zero at every instance says nothing
        assert verdict.rung in (Rung.DECIDED, Rung.REFUTED), f"{seed}: {verdict}"
        if verdict.counterexample is not None and verdict.counterexample.is_rational:
            confirm(verdict.counterexample)
        out.append((seed, verdict.is_true, equal_by_sympy(lhs, rhs, GIVEN, SIZE)))
    return out


@pytest.mark.parametrize("chunk", share(range(CHUNKS), 4))
def test_decision_agrees_with_sympy(chunk: int) -> None:
    each = PAIRS // CHUNKS
    found = answers(range(chunk * each, (chunk + 1) * each))
    assert len(found) >= 17  # 12 chunks: more than 200 pairs
    for seed, decided, by_sympy in found:
        lhs, rhs, _ = pair(seed)
        assert decided == by_sympy, f"{seed}: {lhs} and {rhs}: decided {decided}, SymPy {by_sympy}"


def test_the_pairs_are_of_both_kinds() -> None:
    truths = [decide(*pair(seed)[:2], GIVEN, [SIZE]).is_true for seed in range(0, 60, 1) if seed % 7]
    assert 15 < sum(truths) < len(truths) - 10
