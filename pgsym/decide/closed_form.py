"""Deciding closed forms: whether two exact expressions are the same, by normal forms that prove it.

A difference is zero if it cancels as a rational function of its logarithms, exponentials and symbols, whatever their
values; it is not zero if its value to 60 certain digits is not.  Nothing else counts.  An expression that SymPy cannot
evaluate, such as an integral that it cannot do, has no certain digits.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym.decide.by_numbers import Outcome, checked, compared
from pgsym.decide.closed_conditions import assumed, converges, divided_by
from pgsym.decide.enclosures import NUMERICAL
from pgsym.decide.limits import TIME_LIMIT, Deadline, LimitReached
from pgsym.decide.propositions import Comparison, Relation
from pgsym.decide.verdicts import Condition, Evidence, Rung, Verdict
from pgsym.decide.watched import Evaluated, watched
from pgsym.errors import PgsymError, SortError, UndefinedValue
from pgsym.terms.nodes import Add, Closed, Multiply, Number, Power, Quotient, Term
from pgsym.terms.structure import distinct

if TYPE_CHECKING:
    import sympy

DIGITS = 60


def is_closed(term: Term) -> bool:
    """Whether a term is a closed form, or arithmetic of closed forms and numbers, with one at least."""
    every = distinct(term)
    arithmetic = Closed | Number | Add | Multiply | Quotient | Power
    return any(isinstance(t, Closed) for t in every) and all(isinstance(t, arithmetic) for t in every)


def expression(term: Term) -> sympy.Expr:
    """A closed form as SymPy, integrals and sums evaluated where they can be.

    Raises SortError for any other term, or for one that is no exact number; UndefinedValue where computing it fails.
    """
    return written(term).doit()


def written(term: Term) -> sympy.Expr:
    """A closed form as SymPy, as its author wrote it: no integral or sum is evaluated, and nothing is cancelled.

    Raises like `expression`.
    """
    import sympy

    match term:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Closed():
            return _computed(term)
        case Add(operands):
            return sympy.Add(*map(written, operands), evaluate=False)
        case Multiply(operands):
            return sympy.Mul(*map(written, operands), evaluate=False)
        case Quotient(x, y):
            return sympy.Mul(written(x), sympy.Pow(written(y), -1, evaluate=False), evaluate=False)
        case Power(base, exponent):
            return sympy.Pow(written(base), exponent, evaluate=False)
    raise SortError(f"{term} is no closed form")


def _computed(term: Closed) -> sympy.Expr:
    import sympy

    try:
        found = term.compute()
    except PgsymError:
        raise
    except Exception as reason:  # the computation is the author's, and so are its errors
        raise UndefinedValue(f"{term} cannot be computed: {type(reason).__name__}: {reason}") from None
    if isinstance(found, Fraction):
        return written(Number(found))
    if isinstance(found, bool) or not isinstance(found, int | sympy.Expr) or sympy.S(found).has(sympy.Float):
        shown = " ".join(repr(found).split())
        raise SortError(f"{term} is {shown}: a closed form is an exact number, such as a Fraction or one of SymPy")
    return sympy.S(found)


def decide_closed_form(proposition: Comparison, time_limit: float = TIME_LIMIT) -> Verdict:
    """Whether two closed forms are equal, or in order: `exact`, `refuted`, or `undecided`.

    All that SymPy evaluates on the way, integrals and sums above all, is computed numerically as well, and so are the
    sides of an equation; if numbers disagree, or cannot confirm an integral, nothing is `exact`.  After `time_limit`
    seconds the verdict is `undecided`.

    >>> import sympy
    >>> from pgsym.decide.propositions import Equal
    >>> x = sympy.Symbol("x")
    >>> area = Closed("∫₀¹ x² dx", "\\\\int_0^1 x^2 dx", lambda: sympy.integrate(x**2, (x, 0, 1)))
    >>> print(decide_closed_form(Equal(area, Number(Fraction(1, 3)))).rung)
    exact
    """
    started = time.perf_counter()
    trial = _Trial(proposition.lhs, proposition.rhs, proposition.relation)
    try:
        found = Deadline(time_limit).run(trial.decide)
    except LimitReached as reason:
        found = _Found(Rung.UNDECIDED, f"{reason} while {trial.doing}")
    except Exception as reason:
        if not trial.is_written or isinstance(reason, PgsymError):
            raise  # the error is the author's, and says so
        found = _Found(Rung.UNDECIDED, f"{_in_one_line(reason)} while {trial.doing}")
    method = {
        Rung.EXACT: "closed form, by exact computation",
        Rung.REFUTED: "closed form, by exact computation: the sides differ",
    }.get(found.rung, "none")
    method = "; ".join((method, *found.confirmed))
    seconds = time.perf_counter() - started
    evidence = Evidence(method, note=found.note, conditions=found.conditions, seconds=seconds)
    return Verdict(found.rung, proposition, evidence)


@dataclass(frozen=True)
class _Found:
    """The rung with a note, the conditions, and how integrals and sums were confirmed."""

    rung: Rung
    note: str = ""
    conditions: tuple[Condition, ...] = ()
    confirmed: tuple[str, ...] = ()


@dataclass
class _Trial:
    """One decision; `doing` says at which part it is.  Once the sides are written, any failure is SymPy's."""

    lhs: Term
    rhs: Term
    relation: Relation
    doing: str = "nothing was done"
    is_written: bool = False

    def decide(self) -> _Found:
        """The result of the decision."""
        with watched() as events:
            sides = []
            for term in (self.lhs, self.rhs):
                self.doing = f"{term} was computed"
                sides.append(written(term))
            self.is_written = True
            evaluated = []
            for term, side in zip((self.lhs, self.rhs), sides, strict=True):
                self.doing = f"SymPy evaluated {term}"
                evaluated.append(side.doit())
        left, right = evaluated
        pending = [side for side in evaluated if _is_pending(side)]
        if pending:
            return _Found(Rung.UNDECIDED, f"SymPy leaves {pending[0]} as it is")
        for term, side in zip((self.lhs, self.rhs), evaluated, strict=True):
            if _is_no_number(side):
                return _Found(Rung.UNDECIDED, f"SymPy makes {term} {side}, which is no number")
        self.doing = "normal forms of the sides were compared"
        rung, note = _equal(left, right) if self.relation is Relation.EQUAL else _at_most(left, right)
        if rung is Rung.UNDECIDED:
            return _Found(rung, note)
        self.doing = "the sides were computed numerically"
        doubt, converging, confirmed = _doubt(events)
        if self.relation is Relation.EQUAL:
            by_value = compared(*sides)
            if rung is Rung.EXACT and by_value.outcome is Outcome.DIFFER:
                if by_value.rigorous:
                    return _Found(Rung.REFUTED, f"{by_value.words}; SymPy finds them equal")
                unsure = f"SymPy finds them equal, but numerically they differ: {by_value.words}"
                return _Found(Rung.UNDECIDED, unsure)
            if rung is Rung.REFUTED and by_value.outcome is Outcome.DIFFER and by_value.rigorous:
                return _Found(rung, note if not doubt else by_value.words)
        if doubt:
            return _Found(Rung.UNDECIDED, doubt)
        if rung is not Rung.EXACT:
            return _Found(rung, note)
        return _Found(rung, note, (*assumed(sides), *divided_by(sides, evaluated), *converging), confirmed)


def _doubt(events: Iterable[Evaluated]) -> tuple[str, tuple[Condition, ...], tuple[str, ...]]:
    """Why SymPy's evaluation cannot be relied on (empty if it can), the conditions, and how it was confirmed."""
    import sympy

    where: dict[Condition, None] = {}
    confirmed: dict[str, None] = {}
    for event in dict.fromkeys(events):
        if _is_pending(event.value) or event.written.has(sympy.core.function.AppliedUndef):
            continue  # no verdict rests on it: it is undecided, or true of any function
        found = checked(event)
        if found.outcome is Outcome.DIFFER:
            return f"SymPy says that {event}, but numerically it is not: {found.words}", (), ()
        if isinstance(event.written, sympy.Limit):
            continue
        if found.outcome is Outcome.UNKNOWN:
            return f"SymPy says that {event}, which numbers could not confirm", (), ()
        if not found.everywhere:
            where[converges(event.written)] = None
        if not found.rigorous:
            confirmed[f"integrals and sums confirmed {NUMERICAL}"] = None
    return "", tuple(where), tuple(confirmed)


def _point(symbol: sympy.Symbol, number: int) -> sympy.Rational | None:
    """A rational that fulfils the assumptions on a symbol; None if none is found."""
    import sympy

    for n in (sympy.Rational(2 * number + 3, 7), sympy.Integer(number + 2), sympy.Integer(number + 3)):
        for point in (n, -n):
            if all(getattr(point, f"is_{name}") is value for name, value in symbol.assumptions0.items()):
                return point
    return None


def _equal(left: sympy.Expr, right: sympy.Expr) -> tuple[Rung, str]:
    difference = left - right
    if cancels(difference):
        return Rung.EXACT, ""
    if _sign(difference):
        return Rung.REFUTED, f"{left} against {right}"
    return Rung.UNDECIDED, f"no normal form says whether {difference} is zero"


def _at_most(left: sympy.Expr, right: sympy.Expr) -> tuple[Rung, str]:
    slack = right - left
    if slack.free_symbols and not slack.is_nonnegative:
        return Rung.UNDECIDED, f"nothing says whether {slack} is at least 0"
    sign = 1 if slack.free_symbols or cancels(slack) else _sign(slack)
    if sign is None:
        return Rung.UNDECIDED, f"nothing says whether {left} is at most {right}"
    return (Rung.EXACT if sign > 0 else Rung.REFUTED), f"{left} against {right}"


def cancels(difference: sympy.Expr) -> bool:
    """Whether an expression is zero as a rational function of its generators: then it is zero."""
    import sympy

    if difference.is_Rational:
        return bool(difference == 0)
    apart = sympy.expand_log(difference, factor=True)
    forms = (difference, apart, difference.rewrite(sympy.exp), sympy.expand(difference))
    for form in forms:
        try:
            if sympy.cancel(sympy.powsimp(sympy.together(sympy.expand(form, power_exp=True)))) == 0:
                return True
        except sympy.PolynomialError:
            continue
    if difference.is_algebraic and not difference.free_symbols:
        x = sympy.Dummy("x")
        return bool(sympy.minimal_polynomial(difference, x) == x)
    return False


def _is_pending(value: sympy.Expr) -> bool:
    """Whether a limit was left unevaluated; then it need not exist."""
    import sympy

    return bool(value.has(sympy.Integral, sympy.Sum, sympy.Product, sympy.Limit))


def _is_no_number(value: sympy.Expr) -> bool:
    """Whether a value is infinite, undefined, or a whole range."""
    import sympy

    return bool(value.is_infinite or value.has(sympy.nan, sympy.zoo) or isinstance(value, sympy.AccumBounds))


def _in_one_line(reason: Exception) -> str:
    """An error of SymPy's in one line."""
    words = " ".join(str(reason).split())
    return f"SymPy raised {type(reason).__name__}" + (f" ({words[:200]})" if words else "")


def _sign(value: sympy.Expr) -> int | None:
    """1 or -1, the sign of a value (with symbols: at one rational point), or None if it is zero or unknown."""
    import sympy

    if value.has(sympy.Derivative, sympy.Subs, sympy.core.function.AppliedUndef):
        return None  # of an unknown function
    points = {s: _point(s, k) for k, s in enumerate(sorted(value.free_symbols, key=str))}
    if None in points.values():
        return None
    value = value.subs(points)
    try:
        digits = value.evalf(DIGITS, strict=True)
    except (sympy.core.evalf.PrecisionExhausted, ValueError):
        return None
    if not digits.is_Float and not digits.is_Rational:
        return None
    return int(sympy.sign(digits)) or None
