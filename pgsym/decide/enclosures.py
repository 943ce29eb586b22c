"""Values of SymPy expressions as balls, without what SymPy says of their integrals and sums.

An expression is read part by part: finite sums term by term, integrals over finite ranges by `acb.integral`, whose
balls are proofs (Johansson 2018).  Everything else, such as an infinite range, is computed by two rules of mpmath that
have to agree; a reading that needed them is not `rigorous`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pgsym.decide.functions_of_balls import functions, of_reals
from pgsym.errors import PgsymError

if TYPE_CHECKING:
    import flint
    import sympy

BITS = 192
MOST_TERMS = 20_000
MOST_EVALUATIONS, TOLERANCE = 20_000, 2.0**-60
DIGITS, AGREED = 30, 1e-15
"""The digits that mpmath computes with, and how far apart two of its rules may be, relative to 1 and the value."""
NUMERICAL = "by two rules of quadrature or summation, to 15 digits"


class NotEnclosed(PgsymError):
    """No value is found: the expression cannot be read here, does not converge, or is undefined."""


@dataclass
class Enclosure:
    """Reads expressions at one point; it is `rigorous` as long as every ball is a proof.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> reading = Enclosure({})
    >>> reading.value(sympy.Integral(sympy.sin(x), (x, 0, sympy.pi))).contains(2), reading.rigorous
    (True, True)
    """

    point: Mapping[sympy.Symbol, sympy.Rational]
    rigorous: bool = True
    _known: dict[sympy.Symbol, flint.acb] = field(default_factory=dict)

    def value(self, of: sympy.Expr) -> flint.acb:
        """The ball around the value of an expression; raises NotEnclosed where it has none that is narrow."""
        import flint

        before, flint.ctx.prec = flint.ctx.prec, BITS
        try:
            found = self._value(of, {s: self._rational(v) for s, v in self.point.items()}, False)
            if not found.is_finite():
                raise NotEnclosed(f"{of} has no value that is found at {self.where or 'all'}")
            return found
        finally:
            flint.ctx.prec = before

    @property
    def where(self) -> str:
        """The point in words."""
        return ", ".join(f"{s} = {v}" for s, v in self.point.items())

    @staticmethod
    def _rational(value: sympy.Rational) -> flint.acb:
        import flint

        return flint.acb(flint.arb(flint.fmpq(int(value.p), int(value.q))))

    def _value(self, of: Any, at: Mapping[sympy.Symbol, flint.acb], analytic: bool) -> flint.acb:
        """The value where symbols are balls; not finite where `analytic` is asked for and is not certain."""
        import flint
        import sympy

        def part(x: Any) -> flint.acb:
            return self._value(x, at, analytic)

        match of:
            case sympy.Rational():
                return self._rational(of)
            case sympy.Symbol():
                if of not in at:
                    raise NotEnclosed(f"{of} has no value")
                return at[of]
            case sympy.Add():
                return sum(map(part, of.args), flint.acb(0))
            case sympy.Mul():
                out = flint.acb(1)
                for x in of.args:
                    out *= part(x)
                return out
            case sympy.Pow():
                return self._power(part, of.args[0], of.args[1], analytic)
            case sympy.Integral():
                return self._integral(of, at, analytic)
            case sympy.Sum() | sympy.Product():
                return self._over_range(of, at, analytic)
            case sympy.Piecewise():
                return self._piecewise(of, at, analytic)
        constants = {
            sympy.pi: flint.arb.pi,
            sympy.E: flint.arb.const_e,
            sympy.EulerGamma: flint.arb.const_euler,
            sympy.Catalan: flint.arb.const_catalan,
        }
        if of in constants:
            return flint.acb(constants[of]())
        if of is sympy.I:
            return flint.acb(0, 1)
        function = functions().get(type(of))
        if function is None:
            raise NotEnclosed(f"{of} has no reading in ball arithmetic")
        found: flint.acb = function([part(x) for x in of.args], analytic)
        return found

    def _power(self, part: Callable[[Any], flint.acb], base: Any, exponent: Any, analytic: bool) -> flint.acb:
        import sympy

        if exponent.is_Integer:
            return part(base) ** int(exponent)
        if base is sympy.E:
            return part(exponent).exp()
        if base.is_positive and not base.free_symbols:
            return (part(base).log() * part(exponent)).exp()
        if exponent is sympy.S.Half:
            return part(base).sqrt(analytic=analytic)
        if exponent is -sympy.S.Half:
            return 1 / part(base).sqrt(analytic=analytic)
        return (part(exponent) * part(base).log(analytic=analytic)).exp()

    # conditions -----------------------------------------------------------------------------------------------
    def _piecewise(self, of: sympy.Piecewise, at: Mapping[sympy.Symbol, flint.acb], analytic: bool) -> flint.acb:
        import flint

        found: flint.acb | None = None
        for value, condition in of.args:
            holds = self._holds(condition, at)
            if holds is False:
                continue
            if holds is None and analytic:
                return flint.acb("nan")
            here = self._value(value, at, analytic)
            found = here if found is None else found.union(here)
            if holds:
                return found
        raise NotEnclosed(f"no condition of {of} is known to hold")

    def _holds(self, condition: Any, at: Mapping[sympy.Symbol, flint.acb]) -> bool | None:
        """Whether a condition holds for all numbers in the balls; None where that is not known."""
        import sympy

        if condition in (True, sympy.true):
            return True
        if condition in (False, sympy.false):
            return False
        match condition:
            case sympy.And() | sympy.Or():
                inside = [self._holds(x, at) for x in condition.args]
                decisive = isinstance(condition, sympy.Or)
                return decisive if decisive in inside else None if None in inside else not decisive
            case sympy.Not():
                inner = self._holds(condition.args[0], at)
                return None if inner is None else not inner
            case sympy.core.relational.Relational():
                gap = self._value(condition.lhs - condition.rhs, at, False)
                if gap.imag != 0:
                    return None
                return _compared(condition.rel_op, gap.real)
        return None

    # integrals, sums and products -----------------------------------------------------------------------------
    def _integral(self, of: sympy.Integral, at: Mapping[sympy.Symbol, flint.acb], analytic: bool) -> flint.acb:
        import sympy

        limits = of.limits[-1]
        if len(limits) != 3:
            raise NotEnclosed(f"{of} has no range")
        variable, first, last = limits
        body = of.function if len(of.limits) == 1 else sympy.Integral(of.function, *of.limits[:-1])
        if (first.free_symbols | last.free_symbols) & _moving(at):
            raise NotEnclosed(f"the range of {of} moves")
        if sympy.oo not in (first, last) and -sympy.oo not in (first, last):
            found = self._over_segment(body, variable, [self._value(x, at, False) for x in (first, last)], at, analytic)
            if found is not None:
                return found
        return self._by_quadrature(body, variable, first, last, at)

    def _over_segment(
        self,
        body: sympy.Expr,
        variable: sympy.Symbol,
        ends: list[flint.acb],
        at: Mapping[sympy.Symbol, flint.acb],
        analytic: bool,
    ) -> flint.acb | None:
        """The ball that Arb proves an integral to be in, or None where it is wide."""
        import flint

        raised: list[BaseException] = []

        def integrand(x: flint.acb, is_analytic: bool) -> flint.acb:
            if raised:
                return flint.acb("nan")
            try:
                return self._value(body, {**at, variable: x}, is_analytic or analytic)
            except BaseException as reason:  # an exception cannot pass through compiled code
                raised.append(reason)
                return flint.acb("nan")

        first, last = ends
        if body.has(*of_reals()) and not self._is_of_reals(body, variable, first, last, at):
            raise NotEnclosed(f"{body} may take |·|, or another function of real numbers, of complex ones")
        try:
            found = flint.acb.integral(
                integrand,
                first,
                last,
                rel_tol=TOLERANCE,
                abs_tol=TOLERANCE,
                eval_limit=MOST_EVALUATIONS,
                depth_limit=2 * BITS,
            )
        except SystemError:  # the time limit, reached just outside the integrand
            raise NotEnclosed(f"the integral of {body} was interrupted") from None
        if raised and not isinstance(raised[0], NotEnclosed):
            raise raised[0]
        narrow = not raised and found.is_finite() and found.rad() < AGREED * (1 + abs(found).mid())
        return found if narrow or (_moving(at) and not raised) else None

    def _is_of_reals(
        self, body: sympy.Expr, variable: sympy.Symbol, first: Any, last: Any, at: Mapping[sympy.Symbol, flint.acb]
    ) -> bool:
        """Whether functions of real numbers are given real ones at some points of the range.

        Their arguments are analytic, and so they are real on the whole range.
        """
        import flint

        places = [first + (last - first) * flint.acb.pi() * k / 13 for k in (1, 2, 3)]
        return all(self._value(body, {**at, variable: x}, False).is_finite() for x in places)

    def _by_quadrature(
        self, body: sympy.Expr, variable: sympy.Symbol, first: Any, last: Any, at: Mapping[sympy.Symbol, flint.acb]
    ) -> flint.acb:
        import mpmath
        import sympy

        f, (low, high) = self._lambdified(body, variable, (first, last), at)
        if not low < high:
            raise NotEnclosed(f"the range of the integral of {body} runs backwards")
        self.rigorous = False
        near = 0 if mpmath.isinf(low) and mpmath.isinf(high) else high - 2 if mpmath.isinf(low) else low
        span = 2 if mpmath.isinf(high - low) else high - low

        def by(method: str, cut: float, degree: int = 8) -> tuple[Any, Any]:
            value, error = mpmath.quad(f, [low, near + cut * span, high], method=method, error=True, maxdegree=degree)
            return value, error

        def by_another() -> tuple[Any, Any]:
            value, error = by("gauss-legendre", 0.625, 6)
            return (value, error) if error < AGREED else by("tanh-sinh", 3 / 7)

        what = str(sympy.Integral(body, (variable, first, last)))
        with mpmath.workdps(DIGITS):
            return self._agreed(what, lambda: by("tanh-sinh", 0.625), by_another)

    def _lambdified(
        self, body: sympy.Expr, variable: sympy.Symbol, ends: tuple[Any, Any], at: Mapping[sympy.Symbol, flint.acb]
    ) -> tuple[Callable[[Any], Any], list[Any]]:
        """A function for mpmath, and the ends of its range; only where all symbols are numbers."""
        import mpmath
        import sympy

        if _moving(at) or body.has(sympy.Integral, sympy.Sum, sympy.Product):
            raise NotEnclosed(f"{body} is too nested to be integrated numerically")
        values = dict(self.point)
        if body.subs(values).free_symbols - {variable}:
            raise NotEnclosed(f"{body} has symbols without a value")
        with mpmath.workdps(DIGITS + 10):
            function = sympy.lambdify(variable, body.subs(values), "mpmath")
            limits = [sympy.lambdify((), x.subs(values), "mpmath")() for x in ends]
        return function, [mpmath.mpf(x) for x in limits]

    def _agreed(self, what: str, *rules: Callable[[], tuple[Any, Any]]) -> flint.acb:
        """The ball around the values that several rules find; raises NotEnclosed unless they agree."""
        import flint
        import mpmath

        values = []
        for rule in rules:
            try:
                value, error = rule()
            except (ArithmeticError, ValueError, TypeError, NameError, AttributeError, mpmath.libmp.NoConvergence):
                raise NotEnclosed(f"{what} is not found numerically") from None
            if not mpmath.isfinite(value) or not error < AGREED * max(1, abs(value)):
                raise NotEnclosed(f"{what} does not seem to converge")
            values.append(mpmath.mpc(value))
        if not all(abs(v - values[0]) < AGREED * max(1, abs(values[0])) for v in values):
            raise NotEnclosed(f"two rules find different values of {what}")
        radius = 4 * AGREED * max(1.0, float(abs(values[0])))
        return flint.acb(*(flint.arb(mpmath.nstr(x, DIGITS), radius) for x in (values[0].real, values[0].imag)))

    def _over_range(self, of: Any, at: Mapping[sympy.Symbol, flint.acb], analytic: bool) -> flint.acb:
        import flint
        import mpmath
        import sympy

        adds = isinstance(of, sympy.Sum)
        if len(of.limits) > 1:
            of = type(of)(type(of)(of.function, *of.limits[:-1]), of.limits[-1])
        index, first, last = of.limits[0]
        if last is sympy.oo and adds and first.is_finite is not False:
            f, ends = self._lambdified(of.function, index, (first, last), at)
            self.rigorous = False

            def by(method: str) -> tuple[Any, Any]:
                return mpmath.nsum(f, ends, method=method), 0

            with mpmath.workdps(DIGITS):
                return self._agreed(str(of), lambda: by("r+s"), lambda: by("e"))
        low, high = (self._value(x, at, analytic).real.unique_fmpz() for x in (first, last))
        if low is None or high is None or high - low > MOST_TERMS:
            raise NotEnclosed(f"{of} has no range of at most {MOST_TERMS:,} terms")
        if high - low < -1:
            raise NotEnclosed(f"the range of {of} runs backwards, where SymPy counts terms negatively")
        out = flint.acb(0 if adds else 1)
        for k in range(int(low), int(high) + 1):
            term = self._value(of.function, {**at, index: flint.acb(k)}, analytic)
            out = out + term if adds else out * term
        return out


def _moving(at: Mapping[sympy.Symbol, flint.acb]) -> set[sympy.Symbol]:
    """The symbols whose balls are no single numbers."""
    return {s for s, v in at.items() if v.rad() > 2.0 ** (4 - BITS) * (1 + abs(v).mid())}


def _compared(relation: str, gap: flint.arb) -> bool | None:
    """Whether a number is in a relation to 0; None if its ball does not show it."""
    above, below, zero = bool(gap > 0), bool(gap < 0), bool(gap == 0)
    if not (above or below or zero):
        if relation in (">=", "<=") and (gap >= 0 or gap <= 0):
            return bool(gap >= 0) == (relation == ">=") or None
        return None
    return {">": above, "<": below, ">=": above or zero, "<=": below or zero, "==": zero, "!=": not zero}.get(relation)


__all__ = ["NUMERICAL", "Enclosure", "NotEnclosed"]
