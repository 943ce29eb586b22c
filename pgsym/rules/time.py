"""Times: sums over ranges, and what is known when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from pgsym.errors import RuleDoesNotApply
from pgsym.rules.base import NOTHING, Rewrite, Rule, drawn_one_by_one, opened, replaced, union
from pgsym.terms.build import expect
from pgsym.terms.hypotheses import Before, Definition
from pgsym.terms.nodes import (
    Add,
    Apply,
    Expectation,
    Law,
    Multiply,
    Number,
    Product,
    Range,
    Sum,
    Term,
    Variable,
    factors,
)
from pgsym.terms.places import Opened, Place, places
from pgsym.terms.sign import Needs
from pgsym.terms.sorts import ACTION, INDEX, STATE
from pgsym.terms.structure import bottom_up, free, instantiate, product, scope, substitute, total

LONGEST_RANGE = 10


# the order of times ---------------------------------------------------------------------------------------------
def before(earlier: Term, later: Term, ranges: Iterable[Opened]) -> Needs | None:
    """What it takes for one time to be earlier than another: nothing where the ranges in scope say so, or None.

    Two times that are free need the hypothesis that they are in this order.
    """
    gap = _linear(earlier)
    if gap is None or (other := _linear(later)) is None:
        return None
    gap.subtract(other)
    for variable, over in reversed(tuple(ranges)):
        coefficient = gap[variable]
        if not coefficient:
            continue
        end = _linear((over.last if coefficient > 0 else over.first) if isinstance(over, Range) else over)
        if end is None:
            return None
        gap[variable] = 0
        gap.update({v: coefficient * k for v, k in end.items()})
    constant = gap.pop(None, 0)
    rest = {v: k for v, k in gap.items() if k}
    if not rest:
        return NOTHING if constant < 0 else None
    sooner, sooner_or_later = [v for v, k in rest.items() if k == 1], [v for v, k in rest.items() if k == -1]
    if len(rest) == 2 and len(sooner) == len(sooner_or_later) == 1 and constant <= 0 and None not in rest:
        return frozenset({Before(sooner[0], sooner_or_later[0])})  # type: ignore[arg-type]
    return None


def not_after(earlier: Term, later: Term, ranges: Iterable[Opened]) -> Needs | None:
    """What it takes for one time to be at most another."""
    return NOTHING if earlier == later else before(earlier, later + 1, ranges)


def _linear(term: Term) -> Counter[Variable | None] | None:
    """A time as whole multiples of times and of one, or None."""
    match term:
        case Number(value) if value.denominator == 1:
            return Counter({None: int(value)})
        case Variable(_, sort) if sort == INDEX:
            return Counter({term: 1})
        case Add(operands):
            out: Counter[Variable | None] = Counter()
            for operand in operands:
                part = _linear(operand)
                if part is None:
                    return None
                out.update(part)
            return out
        case Multiply((Number(value), *rest)) if value.denominator == 1:
            part = _linear(product(*rest))
            return None if part is None else Counter({v: int(value) * k for v, k in part.items()})
    return None


# ranges -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SplitRange(Rule):
    """Σ_{u=f}^{l} x → Σ_{u=f}^{t−1} x + Σ_{u=t}^{l} x, f ≤ t ≤ l + 1.

    Refuses a time that the ranges in scope do not place between f and l + 1.
    """

    at: Term
    source = "a sum over times is the sum over the earlier and the later ones"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(Range(first, last), bound):
                needs = union([not_after(first, self.at, place.opened), not_after(self.at, last + 1, place.opened)])
                if needs is None:
                    raise self.refuse(place.term, f"{self.at} is not known to lie between {first} and {last}")
                earlier = Sum(Range(first, _step_before(self.at)), bound)
                return Rewrite(earlier + Sum(Range(self.at, last), bound), needs)
        raise self.refuse(place.term, "it is not a sum over times")


def _step_before(time: Term) -> Term:
    """t − 1; of t + 1, t."""
    match time:
        case Add((*rest, Number(value))) if value == 1:
            return total(*rest)
    return time - 1


def _later(time: Term, by: int) -> Term:
    """A time some steps later."""
    return Number(time.value + by) if isinstance(time, Number) else time + by if by else time


@dataclass(frozen=True)
class ShiftRange(Rule):
    """Σ_{u=f}^{l} x(u) → Σ_{u=f+k}^{l+k} x(u − k), k a whole number, and Π likewise.

    Refuses what is no sum or product over times, and a k of zero.
    """

    by: int
    source = "the same terms, counted from another time"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(Range(first, last), _) | Product(Range(first, last), _) if self.by:
                u, body = opened(place.term, place)
                over = Range(_plainly(first + self.by), _plainly(last + self.by))
                moved = bottom_up(substitute(body, {u: u - self.by}), _plainly)
                return Rewrite(place.term.replace(over, scope(u, moved)))
        raise self.refuse(place.term, "it is no sum or product over times that moves")


def _plainly(term: Term) -> Term:
    """A time such as u − 1 + 1 as u; anything else as it is."""
    if not isinstance(term, Add) or (found := _linear(term)) is None:
        return term
    constant = found.pop(None, 0)
    times = [v if k == 1 else k * v for v, k in found.items() if k and v is not None]
    return total(*times, *([Number(Fraction(constant))] if constant or not times else []))


@dataclass(frozen=True)
class WriteOutRange(Rule):
    """Σ_{t=m}^{n} f(t) → f(m) + … + f(n), and Π likewise, n − m a number.

    Refuses bounds that may be any number of steps apart, and more than ten terms.
    """

    source = "notation"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(Range(first, last), _) | Product(Range(first, last), _):
                low, high = _linear(first), _linear(last)
                if low is not None and high is not None:
                    apart = Counter(high)
                    apart.subtract(low)
                    steps = apart.pop(None, 0)
                    if not any(apart.values()):
                        if steps >= LONGEST_RANGE:
                            raise self.refuse(place.term, f"it has {steps + 1} terms")
                        times = [_later(first, i) for i in range(steps + 1)]
                        terms = [instantiate(place.term.scope.body, time) for time in times]
                        return Rewrite((total if isinstance(place.term, Sum) else product)(*terms))
        raise self.refuse(place.term, "it is no sum or product over a known number of times")


# what is known when -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tower(Rule):
    """E_{τ∼p_θ}[f g(s_t, a_t)] → E_{h∼p_{θ,t}}[f E_{a∼π_θ(·|s_t)}[g(s_t, a)]], f known from the history up to t.

    A factor is known if it speaks of states up to t and of actions before t only, which is checked from the ranges in
    scope; g speaks of no draw but s_t and a_t.  Refuses everything else, and a body without the action a_t.
    """

    trajectories: Definition
    histories: Definition
    time: Term
    history: Variable
    action: Variable
    source = "tower rule: the mean is the mean of the mean given the history"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation(Law(symbol, given), _) if symbol == self.trajectories.symbol:
                tau, body = opened(place.term, place)
                return self._conditioned(place, tau, body, given)
        raise self.refuse(place.term, f"it is not an expectation over {self.trajectories.symbol.name}")

    def _conditioned(self, place: Place, tau: Variable, body: Term, given: tuple[Term, ...]) -> Rewrite:
        known, now, needs = [], [], NOTHING
        for factor in factors(body):
            draws = list(_draws(factor, tau, place.opened))
            whole = [d for d, _ in draws if len(d.arguments) == 1]
            if whole:
                raise self.refuse(place.term, f"{whole[0]} speaks of the whole trajectory")
            if any(d.symbol.result == ACTION and d.arguments[1] == self.time for d, _ in draws):
                stray = [d for d, _ in draws if d.arguments[1] != self.time]
                if stray:
                    raise self.refuse(place.term, f"{factor} speaks of {stray[0]} too")
                now.append(factor)
            else:
                known.append(factor)
                needs |= self._known(place, draws)
        if not now:
            raise self.refuse(place.term, f"it does not speak of the action at {self.time}")
        answer = self._answer(place, tau, given)
        inner = replaced(product(*now), {answer.arguments[0]: self.action})
        law = Law(answer.symbol, answer.arguments[1:])
        outer = product(*known, expect(inner, (self.action, law)))
        moved = substitute(outer, {tau: self.history})
        over = Law(self.histories.symbol, (self.time, *given))
        return Rewrite(expect(moved, (self.history, over)), needs | {self.trajectories, self.histories})

    def _known(self, place: Place, draws: Iterable[tuple[Apply, tuple[Opened, ...]]]) -> Needs:
        """What it takes for draws to be part of the history."""
        needs = NOTHING
        for draw, ranges in draws:
            order = not_after if draw.symbol.result == STATE else before
            need = order(draw.arguments[1], self.time, ranges)
            if need is None:
                raise self.refuse(place.term, f"{draw} is not known from the history up to {self.time}")
            needs |= need
        return needs

    def _answer(self, place: Place, tau: Variable, given: tuple[Term, ...]) -> Apply:
        """π(a_t | s_t), from the law of trajectories."""
        for factor in factors(self.trajectories.unfold((tau, *given))):
            if isinstance(factor, Product):
                mass = instantiate(factor.scope.body, self.time)
                if isinstance(mass, Apply) and mass.symbol.outcomes == 1 and mass.symbol.arguments[0] == ACTION:
                    return mass
        raise self.refuse(place.term, f"{self.trajectories} draws no action")


@dataclass(frozen=True)
class TrajectoryOfOneStep(Rule):
    """E_{τ∼p_θ}[f(s_1, a_1)] → E_{s∼ρ, a∼π_θ(·|s)}[f(s, a)], for the horizon 1.

    Refuses another horizon, and an f of other draws.
    """

    trajectories: Definition
    states: Variable
    actions: Variable
    source = "a trajectory of one step is a state and an action"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation(Law(symbol, given), _) if symbol == self.trajectories.symbol:
                tau, body = opened(place.term, place)
                masses = self._masses(place, self.trajectories.unfold((tau, *given)))
                separate = drawn_one_by_one(masses, {STATE: self.states, ACTION: self.actions})
                if separate is None:
                    raise self.refuse(place.term, f"{self.trajectories} is not a product of draws")
                laws, drawn = separate
                out = replaced(body, drawn)
                if tau in free(out):
                    raise self.refuse(place.term, "it speaks of more than the first step")
                return Rewrite(expect(out, *laws), frozenset({self.trajectories}))
        raise self.refuse(place.term, f"it is not an expectation over {self.trajectories.symbol.name}")

    def _masses(self, place: Place, mass: Term) -> Iterator[Apply]:
        """The probabilities that the law of trajectories is made of, its ranges written out."""
        for factor in factors(mass):
            if isinstance(factor, Product):
                here = Place(place.path, factor, place.opened, place.under)
                try:
                    written_out = WriteOutRange().rewrite(here).result
                except RuleDoesNotApply:
                    raise self.refuse(place.term, f"{factor} is not known to be one step") from None
                yield from self._masses(place, written_out)
            elif isinstance(factor, Apply):
                yield factor
            elif factor != Number(Fraction(1)):
                raise self.refuse(place.term, f"{factor} is no probability")


def _draws(term: Term, tau: Variable, opened: tuple[Opened, ...]) -> Iterator[tuple[Apply, tuple[Opened, ...]]]:
    """The draws of a trajectory that a term speaks of, with the ranges that each stands in."""
    for place in places(term, opened=opened):
        if isinstance(place.term, Apply) and place.term.arguments[:1] == (tau,):
            yield place.term, place.opened
