"""Loops: closed curves of logits along which the integral of a field is not zero, so that the field is no gradient.

A field whose Jacobian is symmetric can still turn around a point where it has no value, as (x ∇y − y ∇x)/(x² + y²)
does.  Newton's method looks for such points, and circles around them are tried in floats.  A circle that is found is
integrated again rigorously, in balls (Johansson 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.sizes import Size
from pgsym.decide.subjects import About
from pgsym.errors import PgsymError
from pgsym.meaning.written_out.exact import exact, parameters
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term
from pgsym.terms.sorts import FINITE, Collective
from pgsym.terms.structure import free

if TYPE_CHECKING:
    import sympy

Floats = NDArray[np.float64]
SMALL = tuple(Size.of(S=s, A=a, W=2, N=n, T=t) for s, a, n, t in ((1, 2, 1, 1), (1, 3, 1, 1), (2, 2, 2, 2)))
MOST_OPERATIONS = 1_500
MOST_CHOICES = 6
"""How many choices of labels and of values of free variables are tried at a size."""
STARTS, ITERATIONS = 24, 80
RADII = (Fraction(1, 4), Fraction(1, 20), Fraction(1))
POINTS = 256
BITS = 80


@dataclass(frozen=True)
class Loop:
    """A circle of logits θ = centre + radius (cos t · across + sin t · along), and the integral of a field along it.

    `integral` is a ball around it that does not contain zero, as text; `at` gives the values of free variables (from
    1), `labels` the label functions and `values` the values of the other symbols.
    """

    size: Size
    centre: tuple[Fraction, ...]
    across: tuple[int, ...]
    along: tuple[int, ...]
    radius: Fraction
    integral: str
    at: tuple[tuple[str, int], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, Fraction], ...] = ()

    def __str__(self) -> str:
        said = [str(self.size), *(f"{name} = {value}" for name, value in (*self.at, *self.labels, *self.values))]
        centre, across, along = ("(" + ", ".join(map(str, x)) + ")" for x in (self.centre, self.across, self.along))
        return (
            f"softmax policy at {', '.join(said)}\n"
            f"  along θ = {centre} + {self.radius} (cos t · {across} + sin t · {along}), 0 ≤ t ≤ 2π\n"
            f"  the integral of F · dθ is {self.integral}, not 0"
        )


def find_loop(field: Term, given: Iterable[Hypothesis], seed: int = 0) -> Loop | None:
    """A loop along which the integral of a field is certainly not zero, or None if none is found.

    The loops are circles around points where a denominator of the field touches zero, at small sizes and for a softmax
    policy.
    """
    given = tuple(given)
    names = About((field,), given).size_names
    rng = np.random.default_rng(seed)
    for size in dict.fromkeys(s.only(names) for s in SMALL):
        for counts in size.instances(names, given):
            for at, labels in _choices(field, given, counts, rng):
                try:
                    found = _at(field, given, counts, at, labels, rng)
                except PgsymError:  # too large to write out, or undefined there
                    continue
                if found is not None:
                    return found
    return None


def _choices(
    field: Term, given: tuple[Hypothesis, ...], size: Size, rng: np.random.Generator
) -> Iterator[tuple[dict[str, int], dict[str, Any]]]:
    """Values of the free variables, with label functions: all if there are few, or else some."""
    loose = sorted((v for v in free(field) if v.sort in FINITE), key=lambda v: v.name)
    if any(isinstance(v.sort, Collective) for v in free(field)):
        return
    every = list(product(*(range(size.sorts[v.sort]) for v in loose)))
    about = About((field,), given)
    used = sorted(about.vocabulary - set(about.definitions), key=lambda s: s.name)
    functions = [s for s in used if s.result in FINITE and all(x in FINITE for x in s.arguments)]
    for i in rng.permutation(len(every))[:MOST_CHOICES]:
        labels = {
            f.name: rng.integers(size.sorts[f.result], size=[size.sorts[x] for x in f.arguments]).tolist()
            for f in functions
        }
        yield dict(zip((v.name for v in loose), map(int, every[i]), strict=True)), labels


def _at(
    field: Term,
    given: tuple[Hypothesis, ...],
    size: Size,
    at: dict[str, int],
    labels: dict[str, Any],
    rng: np.random.Generator,
) -> Loop | None:
    import sympy

    counts = dict(size.counts)
    theta = parameters(field, counts, policy="softmax", given=given)
    written = exact(field, counts, policy="softmax", given=given, labels=labels or None, at=at)
    others = sorted(written.free_symbols - set(theta), key=lambda x: x.name)
    values = {x: sympy.Rational(1, 2 * len(others) + 1 + i) for i, x in enumerate(others)}
    entries = [e.subs(values) for e in written]
    if sum(e.count_ops() for e in entries) > MOST_OPERATIONS or len(theta) < 2:
        return None
    along_circle = _Circulation(entries, theta)
    for pole in _touched(entries, theta, rng):
        for radius in RADII:
            across, along = (tuple(int(x) for x in rng.integers(-3, 4, size=len(theta))) for _ in range(2))
            centre = tuple(Fraction(float(x)).limit_denominator(100) for x in pole)
            rough = along_circle.in_floats(centre, across, along, radius)
            if rough is None or abs(rough) < 1e-6:
                continue
            ball = along_circle.in_balls(centre, across, along, radius)
            if ball is not None:
                return Loop(
                    size,
                    centre,
                    across,
                    along,
                    radius,
                    ball,
                    tuple((name, value + 1) for name, value in at.items()),
                    tuple((name, str(table)) for name, table in labels.items()),
                    tuple((x.name, Fraction(int(v.p), int(v.q))) for x, v in values.items()),
                )
    return None


def _touched(entries: list[sympy.Expr], theta: tuple[sympy.Symbol, ...], rng: np.random.Generator) -> Iterator[Floats]:
    """Logits at which a factor of the denominators is zero, and has no slope: the field may turn around them."""
    import sympy

    u = [sympy.Symbol(f"u_{i}", positive=True) for i, _ in enumerate(theta)]
    logs = {t: sympy.log(x) for t, x in zip(theta, u, strict=True)}
    factors: dict[sympy.Expr, None] = {}
    for entry in entries:
        below = sympy.fraction(sympy.together(entry.subs(logs)))[1]
        if not below.is_polynomial(*u):
            continue
        for factor, _ in sympy.factor_list(below)[1]:
            signs = {bool(c > 0) for c in sympy.Poly(factor, *u).coeffs()}
            if len(signs) > 1:  # a factor whose coefficients all have one sign is zero for no positive u
                factors[factor] = None
    for factor in factors:
        raised = factor.subs({x: sympy.exp(t) for t, x in zip(theta, u, strict=True)})
        value = sympy.lambdify(theta, raised, "numpy")
        slope = sympy.lambdify(theta, [raised.diff(t) for t in theta], "numpy")
        for start in rng.normal(size=(STARTS, len(theta))):
            point = _newton(value, slope, start)
            if point is not None:
                yield point
                break


def _newton(value: Callable[..., Any], slope: Callable[..., Any], point: Floats) -> Floats | None:
    """A point where a function and its slope are zero, from a starting point; None if none is reached."""
    with np.errstate(all="ignore"):
        scale = abs(float(value(*point))) + 1e-30
        for _ in range(ITERATIONS):
            gradient = np.asarray(slope(*point), dtype=float)
            square = float(gradient @ gradient)
            f = float(value(*point))
            if not np.isfinite(square) or abs(f) < 1e-20 * scale or square < 1e-30:
                break
            step = 2 * f / square * gradient  # a double zero: twice Newton's step
            point = point - step * min(1.0, 1.0 / (1e-30 + float(np.linalg.norm(step))))
        gradient, f = np.asarray(slope(*point), dtype=float), float(value(*point))
    settled = np.isfinite(f) and abs(f) < 1e-9 * scale and float(np.linalg.norm(gradient)) < 1e-4 * scale
    return point if settled and np.isfinite(point).all() else None


class _Circulation:
    """The integral of a field along circles of logits."""

    def __init__(self, entries: list[sympy.Expr], theta: tuple[sympy.Symbol, ...]):
        import sympy

        self.entries, self.theta = entries, theta
        self.fast = sympy.lambdify(theta, entries, "numpy")

    def in_floats(
        self, centre: tuple[Fraction, ...], across: tuple[int, ...], along: tuple[int, ...], radius: Fraction
    ) -> float | None:
        """The integral in floats, or None if it does not settle."""
        found = []
        for points in (POINTS, 2 * POINTS):
            t = np.arange(points) * (2 * np.pi / points)
            c, x, y = (np.asarray(v, dtype=float)[:, np.newaxis] for v in (centre, across, along))
            theta = c + float(radius) * (np.cos(t) * x + np.sin(t) * y)
            moving = float(radius) * (np.cos(t) * y - np.sin(t) * x)
            with np.errstate(all="ignore"):
                field = [np.broadcast_to(np.asarray(f, dtype=float), t.shape) for f in self.fast(*theta)]
            found.append(float(sum((f * d).sum() for f, d in zip(field, moving, strict=True))) * (2 * np.pi / points))
        settled = np.isfinite(found).all() and abs(found[0] - found[1]) < 1e-3 * (1 + abs(found[1]))
        return found[1] if settled else None

    def in_balls(
        self, centre: tuple[Fraction, ...], across: tuple[int, ...], along: tuple[int, ...], radius: Fraction
    ) -> str | None:
        """A ball around the integral, as text, or None if the ball contains zero."""
        import flint

        def number(x: Fraction | int) -> Any:
            x = Fraction(x)
            return flint.acb(flint.arb(flint.fmpq(x.numerator, x.denominator)))

        r, base = number(radius), [number(x) for x in centre]
        xs, ys = [number(x) for x in across], [number(y) for y in along]

        def integrand(t: Any, analytic: bool) -> Any:
            c, s = t.cos(), t.sin()
            theta = [b + r * (c * x + s * y) for b, x, y in zip(base, xs, ys, strict=True)]
            known = dict(zip(self.theta, theta, strict=True))
            out = flint.acb(0)
            for entry, x, y in zip(self.entries, xs, ys, strict=True):
                out += _ball(entry, known, analytic) * r * (c * y - s * x)
            return out

        before, flint.ctx.prec = flint.ctx.prec, BITS
        try:
            whole = flint.acb.integral(integrand, flint.acb(0), 2 * flint.acb.pi(), rel_tol=flint.arb(1e-9)).real
        except (
            NotImplementedError,
            ValueError,
            SystemError,
        ):  # compiled code turns an exception that is raised inside it into a SystemError
            return None
        finally:
            flint.ctx.prec = before
        certain = whole.is_finite() and not whole.contains(0)
        return whole.str(8, radius=False) if certain else None


def _ball(written: sympy.Expr, known: dict[Any, Any], analytic: bool) -> Any:
    """The value of an analytic expression in balls; raises NotImplementedError for any other."""
    import flint
    import sympy

    if written in known:
        return known[written]
    match written:
        case sympy.Rational():
            out = flint.acb(flint.arb(flint.fmpq(int(written.p), int(written.q))))
        case sympy.Add():
            out = flint.acb(0)
            for x in written.args:
                out += _ball(x, known, analytic)
        case sympy.Mul():
            out = flint.acb(1)
            for x in written.args:
                out *= _ball(x, known, analytic)
        case sympy.exp():
            out = _ball(written.args[0], known, analytic).exp()
        case sympy.log():
            out = _ball(written.args[0], known, analytic).log(analytic=analytic)
        case sympy.Pow() if written.args[1].is_Integer:
            base, n = _ball(written.args[0], known, analytic), int(written.args[1])
            out = base**n if n > 0 else 1 / base ** (-n)
        case _:
            raise NotImplementedError(written)
    known[written] = out
    return out


__all__ = ["Loop", "find_loop"]
