"""Deciding an equation: by agreement at random points, else by a search for a counterexample, else by testing."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from pgsym.decide.agreement.points import agreement, holds_at
from pgsym.decide.balls import Tested
from pgsym.decide.conditions import conditions
from pgsym.decide.cost import check_reach, searchable
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.laws import conditions_of_laws
from pgsym.decide.limits import Deadline, LimitReached
from pgsym.decide.propositions import Equal
from pgsym.decide.search.search import Progress, search, search_sizes, tested
from pgsym.decide.second_reading import read_again
from pgsym.decide.sizes import Size
from pgsym.decide.verdicts import Evidence, Rung, Verdict, refutation
from pgsym.errors import OutsideNumberSystem
from pgsym.terms.builtins import ABS, EXP, LOG, MAXIMUM, MINIMUM

DIFFER = "the sides differ at a random point"
OF_A_FIELD = f"{DIFFER} of a prime field"
FREE = {LOG: "log", EXP: "exp", ABS: "the sign in |·|", MINIMUM: "the order in min", MAXIMUM: "the order in max"}
"""The functions with no meaning in a prime field, where they may take any value."""


@dataclass(frozen=True)
class Effort:
    """How far a decision goes: its seed, how many instances a search looks at, and for how many seconds."""

    seed: int
    budget: int
    time_limit: float


def decide_equality(proposition: Equal, sizes: tuple[Size, ...] | None, effort: Effort) -> Verdict:
    """The verdict on an equation at some sizes, or at its usual ones; see `decide`."""
    started = time.perf_counter()
    read = proposition.apart
    chosen = proposition.usual_sizes if sizes is None else proposition.at(sizes)
    check_reach(proposition, chosen)
    where = (*conditions(proposition), *conditions_of_laws(proposition.relevant, chosen))
    note, evidence = "", None
    try:
        evidence = agreement(proposition, chosen, effort.seed)
        note = "" if evidence else DIFFER
    except OutsideNumberSystem as reason:
        note = str(reason)
    if evidence is not None:
        evidence = replace(evidence, conditions=(*where, *evidence.conditions))
        if evidence.primes:
            if not evidence.conditions:  # elsewhere the sides may differ
                read_again(read, evidence.sizes, (read.own_seed(effort.seed),))
            return Verdict(Rung.DECIDED, proposition, evidence.timed(started))
    progress = Progress()

    def searched() -> Verdict:
        found = search(
            read,
            effort.seed,
            search_sizes(read, chosen),
            searchable(proposition, effort.budget),
            lambda size: holds_at(proposition, size, effort.seed),
            progress,
        )
        if found.found is not None:
            return Verdict(Rung.REFUTED, proposition, refutation(found.found, found.instances, note), found.found)
        if evidence is not None:  # a sample agreed
            return Verdict(Rung.TESTED, proposition, evidence)
        words = _why_undecided(note, proposition)
        # the search compares second derivatives at softmax policies only, which says little about other policies
        telling = {LOG, EXP} & proposition.vocabulary and not proposition.is_of_matrices
        outcome = tested(read, effort.seed) if telling else Tested()
        if isinstance(outcome, Counterexample):
            return Verdict(Rung.REFUTED, proposition, refutation(outcome, found.instances + 1, words), outcome)
        if outcome.examples:
            return Verdict(Rung.TESTED, proposition, Evidence(outcome.words, examples=outcome.examples, note=words))
        reason = f"no decision procedure reached an answer: {words}; {found.outcome}"
        undecided = Evidence("none", found.sizes, examples=found.instances, note=reason)
        return Verdict(Rung.UNDECIDED, proposition, undecided)

    try:
        verdict = Deadline(effort.time_limit).run(searched)
    except LimitReached as reason:
        if evidence is not None:  # a sample agreed before the search began
            verdict = Verdict(Rung.TESTED, proposition, evidence)
        else:
            words = f"{_why_undecided(note, proposition)}; {reason}: {progress}"
            verdict = Verdict(Rung.UNDECIDED, proposition, Evidence("none", note=words))
    return replace(verdict, evidence=verdict.evidence.timed(started))


def _why_undecided(note: str, proposition: Equal) -> str:
    """The explanation of a difference at a random point if no counterexample was found."""
    if note != DIFFER:
        return note
    free = [words for symbol, words in FREE.items() if symbol in proposition.vocabulary]
    if not free:
        return f"{OF_A_FIELD}: they are different rational functions, but no instance at which they differ was found"
    return f"{OF_A_FIELD}, where {' and '.join(free)} may have any value; this alone does not refute the equation"


__all__ = ["Effort", "decide_equality"]
