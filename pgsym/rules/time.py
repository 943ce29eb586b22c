"""Rules for times: sums over ranges, and expectations given a history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from pgsym.errors import RuleDoesNotApply
from pgsym.rules.base import NOTHING, Rewrite, Rule, opened, replaced, separate_draws, union
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
from pgsym.terms.sorts import INDEX, Collective
from pgsym.terms.structure import bottom_up, free, instantiate, product, scope, substitute, total

LONGEST_RANGE = 10


# the order of times ---------------------------------------------------------------------------------------------
def before(earlier: Term, later: Term, ranges: Iterable[Opened]) -> Needs | None:
    """The hypotheses under which one time is earlier than another, or None if that is not known.

    The set is empty if the ranges in scope show it; two free times need the hypothesis that they are in this order.
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
    """The hypotheses under which one time is at most another, or None if that is not known."""
    return NOTHING if earlier == later else before(earlier, later + 1, ranges)


def _linear(term: Term) -> Counter[Variable | None] | None:
    """A time as an integer combination of index variables and 1 (key None), or None if it is not one."""
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

    Refuses a time that the ranges in scope do not show to be between f and l + 1.
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
    """The time t − 1, simplified to u if t is u + 1."""
    match time:
        case Add((*rest, Number(value))) if value == 1:
            return total(*rest)
    return time - 1


def _later(time: Term, by: int) -> Term:
    """The time `by` steps later."""
    return Number(time.value + by) if isinstance(time, Number) else time + by if by else time


@dataclass(frozen=True)
class ShiftRange(Rule):
    """Σ_{u=f}^{l} x(u) → Σ_{u=f+k}^{l+k} x(u − k), k a whole number, and Π likewise.

    Refuses anything but a sum or product over times, and k = 0.
    """

    by: int
    source = "the same terms, counted from another time"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(Range(first, last), _) | Product(Range(first, last), _) if self.by:
                u, body = opened(place.term, place)
                over = Range(_simplified(first + self.by), _simplified(last + self.by))
                moved = bottom_up(substitute(body, {u: u - self.by}), _simplified)
                return Rewrite(place.term.replace(over, scope(u, moved)))
        raise self.refuse(place.term, "it is not a sum or product over times, or the shift is zero")


def _simplified(term: Term) -> Term:
    """A time with its numbers added up, such as u for u − 1 + 1; any other term unchanged."""
    if not isinstance(term, Add) or (found := _linear(term)) is None:
        return term
    constant = found.pop(None, 0)
    times = [v if k == 1 else k * v for v, k in found.items() if k and v is not None]
    return total(*times, *([Number(Fraction(constant))] if constant or not times else []))


@dataclass(frozen=True)
class WriteOutRange(Rule):
    """Σ_{t=m}^{n} f(t) → f(m) + … + f(n), and Π likewise, n − m a number.

    Refuses bounds whose difference is not a number, and more than ten terms.
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
        raise self.refuse(place.term, "it is not a sum or product over a known number of times")


# histories and futures --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tower(Rule):
    """E_{τ∼p_θ}[f g(s_t, a_t)] → E_{h∼p_{θ,t}}[f E_{a∼π_θ(·|s_t)}[g(s_t, a)]], f known from the history up to t.

    A factor is known if it mentions only draws made before a_t: actions before t, and states (and whatever else the
    trajectory draws before its action) up to t.  The ranges in scope must show this.  g mentions only draws at t, up to
    a_t.  Refuses everything else, and a body without the action a_t.
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
        answer = self._answer(place, tau, given)
        action = answer.arguments[0]
        known, now, needs = [], [], NOTHING
        for factor in factors(body):
            draws = list(_draws(factor, tau, place.opened))
            whole = [d for d, _ in draws if len(d.arguments) == 1]
            if whole:
                raise self.refuse(place.term, f"{whole[0]} depends on the whole trajectory")
            if any(d == action for d, _ in draws):
                stray = [d for d, _ in draws if d != action and not self._is_before(d, action)]
                if stray:
                    raise self.refuse(place.term, f"{factor} also mentions {stray[0]}")
                now.append(factor)
            else:
                known.append(factor)
                needs |= self._known(place, draws, action)
        if not now:
            raise self.refuse(place.term, f"it does not mention the action at {self.time}")
        inner = replaced(product(*now), {action: self.action})
        law = Law(answer.symbol, answer.arguments[1:])
        outer = product(*known, expect(inner, (self.action, law)))
        moved = substitute(outer, {tau: self.history})
        over = Law(self.histories.symbol, (self.time, *given))
        return Rewrite(expect(moved, (self.history, over)), needs | {self.trajectories, self.histories})

    def _is_before(self, draw: Apply, action: Term) -> bool:
        """Whether a draw at the same time as the action is made before it: the collective says in which order."""
        return draw.arguments[1] == self.time and _order(draw) < _order(action)

    def _known(self, place: Place, draws: Iterable[tuple[Apply, tuple[Opened, ...]]], action: Term) -> Needs:
        """The hypotheses under which draws are part of the history."""
        needs = NOTHING
        for draw, ranges in draws:
            order = not_after if _order(draw) < _order(action) else before
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
                if isinstance(mass, Apply) and mass.symbol.outcomes == 1:
                    drawn = mass.arguments[0]
                    if isinstance(drawn, Apply) and drawn.symbol.result == self.action.sort and _order(drawn) >= 0:
                        return mass
        raise self.refuse(place.term, f"{self.trajectories} draws no {self.action.sort}")


def _order(draw: Term) -> int:
    """Where a draw stands among those of one step, as the collective lists them; −1 for what is no draw."""
    match draw:
        case Apply(symbol, (Variable(_, Collective(components=components)), *_)):
            return next((i for i, (name, _) in enumerate(components) if name == symbol.name), -1)
    return -1


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
                separate = separate_draws(masses, self.states, self.actions)
                if separate is None:
                    raise self.refuse(place.term, f"{self.trajectories} is not a product of draws")
                laws, drawn = separate
                out = replaced(body, drawn)
                if tau in free(out):
                    raise self.refuse(place.term, "it mentions more than the first step")
                return Rewrite(expect(out, *laws), frozenset({self.trajectories}))
        raise self.refuse(place.term, f"it is not an expectation over {self.trajectories.symbol.name}")

    def _masses(self, place: Place, mass: Term) -> Iterator[Apply]:
        """The factors of the law of trajectories, with its ranges written out."""
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
                raise self.refuse(place.term, f"{factor} is not a probability")


def _draws(term: Term, tau: Variable, opened: tuple[Opened, ...]) -> Iterator[tuple[Apply, tuple[Opened, ...]]]:
    """The draws of a trajectory that a term mentions, with the ranges in scope at each."""
    for place in places(term, opened=opened):
        if isinstance(place.term, Apply) and place.term.arguments[:1] == (tau,):
            yield place.term, place.opened
