"""Statements to attack with, and what the oracle says of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from attack.jets import Degree, Undefined, alike, widened
from attack.oracle import NotALaw, Oracle, parts
from attack.worlds import KINDS, World
from pgsym.decide import Verdict
from pgsym.terms import Collective, Rounds, ThetaFree
from pgsym.terms.hypotheses import AtLeastTwo, Before, Counted, Definition, Hypothesis
from pgsym.terms.nodes import Gradient, Liftable, Scope, Symbol, Term, lift
from pgsym.terms.sorts import INDEX, LETTERS, MATRIX, PARAMETER
from pgsym.terms.structure import Part, free, sort_of, symbols, walk
from pgsym.terms.structure import parts as parts_of

SIZES = ((1, 1), (1, 2), (2, 2), (1, 3), (2, 3), (3, 2), (3, 3), (1, 4), (1, 5), (4, 2))
LENGTHS = (1, 2, 3, 4)
OUTCOMES_AT_MOST = 90


@dataclass(frozen=True)
class Statement:
    """lhs = rhs, or lhs ≤ rhs, with what a careful reader finds.

    `truth` is "true"; "false" (at defined values; only a size that is not listed saves it); "partial" where it
    holds wherever both sides have a value, but not both do everywhere, and `says` is what the condition must mention;
    or "vacuous" where nothing satisfies the hypotheses.  A false statement has its witness among the worlds of `pins`
    and `size`.
    """

    name: str
    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    truth: str
    relation: str = "="
    says: str = ""
    pins: Mapping[str, Any] = field(default_factory=dict)
    size: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[Mapping[str, int], ...] | None = None  # the sizes that pgsym is asked for
    slack: Term | None = None
    kind: str = ""
    worlds: int = 12

    def __str__(self) -> str:
        return self.name

    @cached_property
    def vocabulary(self) -> frozenset[Symbol]:
        """Every symbol that is mentioned, also by definitions."""
        found = symbols(self.lhs) | symbols(self.rhs)
        bodies = {h.symbol: symbols(h.body) for h in self.given if isinstance(h, Definition)}
        while more := frozenset().union(*(bodies[s] for s in found if s in bodies)) - found:
            found |= more
        return found

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that something is differentiated by."""
        gradients = (t for side in (self.lhs, self.rhs) for t in walk(side) if isinstance(t, Gradient))
        bodies = (h.body for h in self.given if isinstance(h, Definition) and h.symbol in self.vocabulary)
        inner = (t for body in bodies for t in walk(body) if isinstance(t, Gradient))
        return tuple(sorted({t.parameter.name for t in (*gradients, *inner)}))

    @cached_property
    def degree(self) -> int:
        """How many derivatives are taken at most, one after the other."""
        bodies = [h.body for h in self.given if isinstance(h, Definition) and h.symbol in self.vocabulary]
        return max(map(nested, (self.lhs, self.rhs))) + max(map(nested, bodies), default=0)

    @cached_property
    def collective(self) -> frozenset[str]:
        """The lengths of the families of draws that are mentioned."""
        sorts = {s for symbol in self.vocabulary for s in symbol.arguments}
        return frozenset(s.length for s in sorts if isinstance(s, Collective))

    def world(
        self, size: Mapping[str, int], kind: str, seed: int, pins: Mapping[Any, Any], leaves_zero: bool = False
    ) -> World:
        """A world of a size, in which what is pinned is as it says."""
        matrix = MATRIX in {sort_of(self.lhs), sort_of(self.rhs)}
        return World(self.given, size, kind, seed, pins, self.parameters, 2 if matrix else 1, leaves_zero)

    def sizes(self, pinned: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Sizes with free times, the pinned one alone where one is pinned, small enough to go through."""
        times = sorted(v.name for v in free(self.lhs) | free(self.rhs) if v.sort == INDEX and v.name not in "NT")
        for (s, a), n in product(SIZES, LENGTHS):
            base: dict[str, int] = {"S": s, "A": a, "W": 1 + (s + a) % 3, "N": n, "T": n} | dict(pinned)
            n = max(base["N"], base["T"])
            branches = {"N": base["S"] * base["A"], "T": base["S"] * base["A"]}
            cost = max((branches[x] ** base[x] for x in self.collective), default=1)
            if cost > OUTCOMES_AT_MOST and not pinned:
                continue
            if not all(self._allows(h, base) for h in self.given):
                continue
            for at in product(range(1, n + 1), repeat=len(times)):
                full = base | dict(zip(times, at, strict=True)) | dict(pinned)
                orders = (h for h in self.given if isinstance(h, Before))
                if all(self._index(h.earlier, full) < self._index(h.later, full) for h in orders if self._speaks(h)):
                    yield full

    def _speaks(self, h: Before) -> bool:
        return free(h.earlier) | free(h.later) <= free(self.lhs) | free(self.rhs)

    def _index(self, term: Term, size: Mapping[str, int]) -> int:
        return Oracle(World((), size)).index(term, ())

    def _allows(self, h: Hypothesis, size: Mapping[str, int]) -> bool:
        if isinstance(h, Counted):
            letter = next(x for x, sort in LETTERS.items() if sort == h.sort)
            return size[letter] >= 2 if isinstance(h, AtLeastTwo) else h.allows(size[letter])
        return h.least <= size[h.length.name] <= (h.most or 99) if isinstance(h, Rounds) else True

    # what the oracle says ----------------------------------------------------------------------------------------
    def at(self, world: World) -> str:
        """How the sides compare: "holds", "differs", "undefined" (both), "half" (one of them), "no law"."""
        Degree.kept = self.degree
        oracle, found = Oracle(world), []
        try:
            for side in (self.lhs, self.rhs):
                try:
                    values = parts(oracle.read(side))
                    if any(not alike(x, x) for x in values):
                        return "differs"
                except Undefined:
                    values = None
                found.append(values)
        except NotALaw:
            return "no law"
        left, right = found
        if left is None or right is None:
            return "undefined" if left is right else "half"
        if len(left) != len(right):  # the number 0 is also the zero vector
            wide = max(len(left), len(right))
            left, right = (x * wide if len(x) == 1 else x for x in (left, right))
        if all(map(alike, left, right)):
            return "holds"
        if self.relation == "≤":
            return (
                "holds"
                if all(alike(x, y) or widened(x) < widened(y) for x, y in zip(left, right, strict=True))
                else "differs"
            )
        return "differs"

    def tried(self, how_many: int, pinned: bool = True) -> Iterator[tuple[World, str]]:
        """How the sides compare at some worlds, of all kinds and sizes."""
        sizes = list(self.sizes(self.size if pinned else {}))
        for k in range(how_many):
            size = sizes[(k * 7 + k // len(sizes)) % len(sizes)]
            world = self.world(size, KINDS[k % len(KINDS)], k, self.pins if pinned else {})
            yield world, self.at(world)

    def confirmed(self) -> str:
        """Empty where the oracle finds what the statement says of itself, else what it finds."""
        witness = {"false": "differs", "partial": "half"}.get(self.truth, "")
        if witness and not any(found == witness for _, found in self.tried(60)):
            return f"no witness: {sorted({found for _, found in self.tried(60)})}"
        if self.truth == "false":
            return ""
        never = {"true": {"differs", "half"}, "partial": {"differs"}, "vacuous": {"holds", "differs", "half"}}[
            self.truth
        ]
        if self.relation == "≤":
            never = never - {"half"}
        seen: set[str] = set()
        for world, found in self.tried(self.worlds, pinned=self.truth != "partial"):
            seen.add(found)
            if found in never:
                return f"{found} at {world.sizes}, {world.kind}, seed {world.seed}"
        return "" if self.truth == "vacuous" or "holds" in seen else f"never defined: {sorted(seen)}"

    def forgives(self, verdict: Verdict) -> bool:
        """Whether a verdict says the condition under which the statement is true."""
        rest = str(verdict).partition("\n")[2]
        if self.truth == "partial" or self.says:
            return re.search(rf"\bwhere\b[^\n]*(?:{self.says or '.'})", rest) is not None
        listed = [dict(s.counts) for s in verdict.evidence.sizes]
        return self.asked is None and bool(self.size) and bool(listed) and not any(self._covers(s) for s in listed)

    def _covers(self, listed: Mapping[str, int]) -> bool:
        """Whether the witness's size is listed, or is one that default sizes are to cover."""
        size = {k: v for k, v in self.size.items() if k in listed}
        usual = max(size.values(), default=1) <= 3 or size == {"A": 4} or size == {"S": 1, "A": 4}
        return size.items() <= listed.items() or usual


class Book:
    """The statements of one topic."""

    def __init__(self, topic: str):
        self.topic, self.all = topic, []  # type: str, list[Statement]

    def _add(
        self, truth: str, name: str, lhs: Liftable, rhs: Liftable, given: Sequence[Hypothesis], **more: Any
    ) -> None:
        self.all.append(Statement(f"{self.topic}: {name}", lift(lhs), lift(rhs), tuple(given), truth, **more))

    def true(self, name: str, lhs: Liftable, rhs: Liftable, given: Sequence[Hypothesis] = (), **more: Any) -> None:
        """A statement that holds everywhere."""
        self._add("true", name, lhs, rhs, given, **more)

    def false(self, name: str, lhs: Liftable, rhs: Liftable, given: Sequence[Hypothesis] = (), **more: Any) -> None:
        """A statement with a witness at which both sides have a value."""
        self._add("false", name, lhs, rhs, given, **more)

    def where(
        self, name: str, lhs: Liftable, rhs: Liftable, says: str, given: Sequence[Hypothesis] = (), **more: Any
    ) -> None:
        """A statement that holds where both sides have a value, and not both have one everywhere."""
        self._add("partial", name, lhs, rhs, given, says=says, **more)

    def vacuous(self, name: str, lhs: Liftable, rhs: Liftable, given: Sequence[Hypothesis] = (), **more: Any) -> None:
        """A statement of nothing: no world satisfies its hypotheses."""
        self._add("vacuous", name, lhs, rhs, given, **more)

    def at_most(self, name: str, lhs: Liftable, rhs: Liftable, given: Sequence[Hypothesis] = (), **more: Any) -> None:
        """A true order, with the slack that shows it."""
        self._add("true", name, lhs, rhs, given, relation="≤", **more)

    def not_at_most(
        self, name: str, lhs: Liftable, rhs: Liftable, given: Sequence[Hypothesis] = (), **more: Any
    ) -> None:
        """A false order."""
        self._add("false", name, lhs, rhs, given, relation="≤", **more)


def nested(term: Part) -> int:
    """How many gradients are nested in a term."""
    if isinstance(term, Scope):
        return nested(term.body)
    return max(map(nested, parts_of(term)), default=0) + isinstance(term, Gradient)


def still(*owners: Symbol) -> tuple[ThetaFree, ...]:
    """That symbols do not depend on θ."""
    return tuple(map(ThetaFree, owners))


__all__ = ["PARAMETER", "Book", "Callable", "Fraction", "Statement", "still"]
