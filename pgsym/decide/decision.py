"""The one verb: deciding a proposition, or finding an instance at which it fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, overload

from pgsym.decide.agreement.points import holds_at
from pgsym.decide.closed_form import decide_closed_form, is_closed
from pgsym.decide.cost import check_reach, searchable
from pgsym.decide.equality import Effort, decide_equality
from pgsym.decide.field import Potential, decide_field
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.laws import conditions_of_laws
from pgsym.decide.limits import TIME_LIMIT, Deadline, LimitReached
from pgsym.decide.order import decide_order
from pgsym.decide.propositions import AtMost, Comparison, Equal, IsGradient
from pgsym.decide.search.search import BUDGET, TIME_TO_SEARCH, Progress, search
from pgsym.decide.sizes import Size, decision_sizes, small_sizes
from pgsym.decide.subjects import as_hypotheses
from pgsym.decide.verdicts import Verdict
from pgsym.errors import SortError, TooLarge, UnusableOption
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Liftable, Term, exact

Sizes: TypeAlias = Iterable[Size | Mapping[str, int]]


@overload
def decide(
    proposition: IsGradient,
    given: Iterable[Hypothesis] = (),
    /,
    *,
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Potential: ...


@overload
def decide(
    proposition: Comparison,
    given: Iterable[Hypothesis] = (),
    /,
    *,
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Verdict: ...


@overload
def decide(
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Verdict: ...


@not_too_deep
def decide(
    lhs: Comparison | IsGradient | Liftable,
    rhs: Liftable | Iterable[Hypothesis] = (),
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Verdict | Potential:
    """Whether a proposition is true at every instance of some sizes that satisfies its hypotheses.

    The forms are `decide(Equal(lhs, rhs), given)`, `decide(AtMost(lhs, rhs), given)`, `decide(IsGradient(field),
    given)`, and `decide(lhs, rhs, given)` for an equation.  Free states and actions are open: a proposition must hold
    for all their values.  `sizes` are mappings such as {"S": 2, "A": 3, "N": 2}, by default a few small ones; a
    counterexample is searched among at most `budget` instances.

    An equation is `decided`; `exact` between closed forms; `refuted` with the smallest counterexample found; `tested`
    if logarithms are compared in ball arithmetic; or `undecided`, with the reason and the extent of the search.  An
    order is `decided` if it has a slack that equals rhs − lhs, or if the sides are equal; otherwise it is `refuted` or
    `tested`.  A field gets a `Potential`.  The search, and all other work that cannot be estimated, ends after
    `time_limit` seconds.

    Raises SortError or UnboundVariable for terms that cannot be compared, UndefinedValue if one of them is
    defined nowhere, TooLarge if evaluating them would take too long, UnusableOption unless the seed is a whole number
    from 0.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> print(decide(grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses).rung)
    decided
    >>> square = m.policy * m.policy
    >>> print(decide(AtMost(m.policy, square)).rung, decide(AtMost(square, m.policy)).rung)
    refuted tested
    >>> print(decide(AtMost(square, m.policy, slack=m.policy * (1 - m.policy))).rung)
    decided
    """
    proposition = stated(lhs, rhs, given)
    chosen = None if sizes is None else _sizes(sizes)
    effort = Effort(_checked_seed(seed), budget, time_limit)
    match proposition:
        case IsGradient():
            return decide_field(proposition, chosen, effort)
        case Equal() | AtMost() if any(map(is_closed, proposition.terms)):
            return decide_closed_form(proposition, time_limit)
        case AtMost():
            return decide_order(proposition, chosen, effort)
        case Equal():
            return decide_equality(proposition, chosen, effort)
    raise SortError(f"{proposition} cannot be decided: state an Equal, an AtMost or an IsGradient")


@overload
def counterexample(
    proposition: Comparison,
    given: Iterable[Hypothesis] = (),
    /,
    *,
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_TO_SEARCH,
) -> Counterexample | None: ...


@overload
def counterexample(
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_TO_SEARCH,
) -> Counterexample | None: ...


@not_too_deep
def counterexample(
    lhs: Comparison | Liftable,
    rhs: Liftable | Iterable[Hypothesis] = (),
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_TO_SEARCH,
) -> Counterexample | None:
    """The smallest exact instance found at which an equation or an order fails, or None.

    The smallest sizes come first (by default from one state and one action up), at each the simplest tables; the
    instance found is then shrunk and verified, in exact arithmetic and by enumeration.  At most `budget` instances are
    looked at, for `time_limit` seconds.  Raises TooLarge if the time runs out, or at once if evaluating the terms would
    take too long.

    >>> from pgsym.problems import classification
    >>> from pgsym.terms import grad
    >>> m = classification()
    >>> found = counterexample(grad(m.accuracy), -grad(m.cross_entropy), m.hypotheses)
    >>> found.shown(found.lhs), found.shown(found.rhs)
    ('(1/4, -1/4)', '(1/2, -1/2)')
    """
    proposition = stated(lhs, rhs, given)
    if not isinstance(proposition, Comparison):
        raise SortError("counterexample takes an Equal or an AtMost; for an IsGradient use decide")
    seed, read = _checked_seed(seed), proposition.apart
    chosen = small_sizes(proposition.size_names) if sizes is None else _sizes(sizes)
    check_reach(proposition, chosen)
    if not searchable(proposition, budget):
        raise TooLarge("exact values have too many bits for a search: take smaller numbers and exponents")
    conditions_of_laws(proposition.relevant, decision_sizes(proposition.size_names) if sizes is None else chosen)
    equation, progress = proposition.as_equation, Progress()
    try:
        return (
            Deadline(time_limit)
            .run(lambda: search(read, seed, chosen, budget, lambda size: holds_at(equation, size, seed), progress))
            .found
        )
    except LimitReached as reason:
        raise TooLarge(f"{reason}: {progress}; give more time, or smaller sizes") from None


def stated(
    lhs: Comparison | IsGradient | Liftable,
    rhs: Liftable | Iterable[Hypothesis] = (),
    given: Iterable[Hypothesis] = (),
) -> Comparison | IsGradient:
    """The proposition that the arguments of `decide` state: (proposition, given) or (lhs, rhs, given)."""
    if isinstance(lhs, Comparison | IsGradient):
        return lhs.under(as_hypotheses(rhs)).under(given)
    if rhs == ():
        raise SortError(f"an equation has two sides, as in decide(lhs, rhs, given); only {lhs!s:.60} is given")
    return Equal(lhs, rhs if isinstance(rhs, Term) else exact(rhs), given)


def _sizes(sizes: Sizes) -> tuple[Size, ...]:
    return tuple(dict.fromkeys(s if isinstance(s, Size) else Size.of(s) for s in sizes))


def _checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UnusableOption(f"a seed is a whole number from 0, not {seed!r:.60}")
    return seed


__all__ = ["Sizes", "counterexample", "decide", "stated"]
