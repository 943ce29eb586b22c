"""Fields that are gradients, that are none, and that are gradients only locally because they turn around a pole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from attack.jets import MP, Degree, Jet
from attack.oracle import Oracle
from attack.statements import Statement
from attack.words import PI, D, R, a, b, c, f, m, pi, s, theta, w, x
from pgsym.problems import one_step, sequences, trajectories
from pgsym.terms import Positive, ThetaFree, absolute, exp, expect, grad, log, maximum, sum_over, sum_range, transpose
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term

Loop = Callable[[Any], Sequence[Any]]
"""The probabilities of a policy in one state, at a time between 0 and 2π, that return to where they began."""


@dataclass(frozen=True)
class FieldStatement:
    """That a field is a gradient: true with a potential, false by its Jacobian, or false around a loop."""

    name: str
    field: Term
    given: tuple[Hypothesis, ...] = ()
    potential: Term | None = None
    loop: Loop | None = None
    pins: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[Mapping[str, int], ...] | None = ({"S": 1, "A": 3},)

    def __str__(self) -> str:
        return self.name

    def confirmed(self) -> str:
        """Empty where the oracle finds what the statement says of itself."""
        if self.potential is not None:
            return Statement(
                self.name, self.field, grad(self.potential, theta), self.given, "true", worlds=6
            ).confirmed()
        jacobian = grad(self.field, theta)
        size = dict(self.asked[-1]) if self.asked else {}
        truth = "true" if self.loop else "false"
        symmetric = Statement(
            self.name, jacobian, transpose(jacobian), self.given, truth, pins=self.pins, size=size, worlds=6
        )
        if doubt := symmetric.confirmed():
            return doubt
        return "" if self.loop is None or abs(self.around()) > 1 else f"nothing around the loop: {self.around()}"

    def around(self, steps: int = 48) -> Any:
        """The integral of the field around the loop, by the trapezoidal rule (which converges at once)."""
        Degree.kept = 1
        loop = self.loop or (lambda t: ())
        total = MP.mpf(0)
        for n in range(steps):
            time = 2 * MP.pi * n / steps

            def row(state: int, action: int, time: Any = time) -> Jet:
                moved = MP.diff(lambda t: loop(t)[action], time)
                return Jet({(): MP.mpf(loop(time)[action]), (("θ", 0),): MP.mpf(moved)})

            size = {"S": 1, "A": len(loop(time)), "T": 1, "N": 1, "W": 1}
            reader = Statement(self.name, self.field, self.field, self.given, "true")
            world = reader.world(size, "plain", 0, {**self.pins, "π": row})
            (along,) = Oracle(world).read(self.field).of
            value = along.of.get((), 0) if isinstance(along, Jet) else along
            total += value * 2 * MP.pi / steps
        return total


def circle(p: Fraction, q: Fraction, radius: Fraction = Fraction(1, 10)) -> Loop:
    """Policies over three actions around (p, q, 1 − p − q)."""

    def at(t: Any) -> Sequence[Any]:
        first, second = p.numerator / MP.mpf(p.denominator), q.numerator / MP.mpf(q.denominator)
        r = radius.numerator / MP.mpf(radius.denominator)
        row = (first + r * MP.cos(t), second + r * MP.sin(t))
        return (*row, 1 - sum(row))

    return at


def turning(u: Term, v: Term, size: Term | None = None) -> Term:
    """(u ∇v − v ∇u) / (u² + v²), the gradient of the angle of (u, v)."""
    return (u * grad(v, theta) - v * grad(u, theta)) / (u**2 + v**2 if size is None else size)


H = (ThetaFree(R), ThetaFree(D), Positive(PI))
third, quarter, half = Fraction(1, 3), Fraction(1, 4), Fraction(1, 2)
pa, pb = PI(a, s, theta), PI(b, s, theta)
at = {"at a": 0, "at b": 1, "at s": 0}
X, Y = sum_over(a, of=pi * R(s, a)), sum_over(a, of=pi * w(a))
HW = (*H, ThetaFree(w))
fixed = {"r": [[1, 0, 0]], "w": [0, 1, 0]}
crossing = {"r": [[2, -1, -1]], "w": [-1, 2, -1], "at s": 0}
tr, sq = trajectories(), sequences()
centre = circle(third, third)

FIELDS = (
    FieldStatement("a vortex around the uniform policy", turning(pa - third, pb - third), H, loop=centre, pins=at),
    FieldStatement(
        "a vortex around another policy", turning(pa - quarter, pb - half), H, loop=circle(quarter, half), pins=at
    ),
    FieldStatement(
        "a vortex of log-odds",
        turning(log(pa) - log(PI(c, s, theta)), log(pb) - log(PI(c, s, theta))),
        H,
        loop=centre,
        pins={**at, "at c": 2},
    ),
    FieldStatement("a vortex of two objectives", turning(X, Y), HW, loop=centre, pins=crossing),
    FieldStatement("a vortex and a gradient", turning(pa - third, pb - third) + grad(X), H, loop=centre, pins=at),
    FieldStatement(
        "an elliptic vortex",
        turning(pa - third, pb - third, (pa - third) ** 2 + (pa - third) * (pb - third) + (pb - third) ** 2),
        H,
        loop=centre,
        pins=at,
    ),
    FieldStatement(
        "a vortex that is scaled", 7 * turning(pa - third, pb - third) - 3 * grad(log(pa)), H, loop=centre, pins=at
    ),
    FieldStatement(
        "two vortices of one sense",
        turning(pa - third, pb - third) + turning(pa - quarter, pb - quarter),
        H,
        loop=circle(Fraction(3, 10), Fraction(3, 10), Fraction(1, 5)),
        pins=at,
    ),
    FieldStatement(
        "a vortex of squares", turning(pa**2 - Fraction(1, 9), pb**2 - Fraction(1, 9)), H, loop=centre, pins=at
    ),
    FieldStatement(
        "a vortex of exponentials",
        turning(exp(pa) - exp(pb), exp(pb) - exp(PI(c, s, theta))),
        H,
        loop=centre,
        pins={**at, "at c": 2},
    ),
    FieldStatement(
        "a vortex under an expectation", expect(turning(pa - third, pb - third), (s, D.law())), H, loop=centre, pins=at
    ),
    # none, by their Jacobians
    FieldStatement(
        "a vortex with too high a power",
        turning(pa - third, pb - third, ((pa - third) ** 2 + (pb - third) ** 2) ** 2),
        H,
        pins=at,
    ),
    FieldStatement("a vortex in a bounded fluid", turning(pa, pb, 1 + pa**2 + pb**2), H, pins=at),
    FieldStatement("one policy's gradient by another", pa * grad(pb), H, pins=at),
    FieldStatement("an antisymmetric field", pa * grad(pb) - pb * grad(pa), H, pins=at),
    FieldStatement("a gradient weighted by its angle", X * grad(Y), HW, asked=({"S": 1, "A": 3},), pins=fixed),
    FieldStatement("only at |A| = 2 a gradient", pb * sum_over(a, of=R(s, a) * grad(pi)), H, pins=at),
    FieldStatement(
        "only for constant rewards a gradient", m.expectation(R(s, a) * pi * grad(log(PI(a, s, theta)))) * X, H
    ),
    FieldStatement(
        "a natural step without its metric",
        expect(log(pi) * R(s, a) * grad(pi) * sum_over(b, of=R(s, b) ** 2 * PI(b, s, theta)), (a, PI.law(s, theta))),
        H,
        pins={"at s": 0},
    ),
    FieldStatement(
        "two states that weigh each other",
        sum_over(s, of=X * 1 * sum_over(a, of=w(a) * grad(pi)) * f(s)) * X,
        (*HW, ThetaFree(f)),
        pins=fixed,
    ),
    FieldStatement(
        "the pairwise form",
        tr.expectation(sum_range(tr.t, 1, tr.T, of=tr.reward(tr.t) * tr.score(tr.t))),
        tr.hypotheses,
        asked=({"S": 2, "A": 2, "T": 2},),
    ),
    FieldStatement(
        "the pairwise form of sequences", sq.expectation(sq.pairwise), sq.hypotheses, asked=({"S": 2, "A": 2, "T": 2},)
    ),
    FieldStatement("a normalised gradient", grad(X) / (1 + Y**2), HW, pins={**fixed, "at s": 0}),
    FieldStatement(
        "a clipped weight of another", maximum(Y, 0) * grad(X), HW, pins={"r": [[2, -1, -1]], "w": [1, 2, 3], "at s": 0}
    ),
    # gradients
    FieldStatement(
        "the policy gradient", m.expectation(R(s, a) * m.score), (*m.hypotheses,), potential=m.objective, asked=None
    ),
    FieldStatement(
        "REINFORCE",
        tr.expectation(tr.total_reward * tr.total_score),
        tr.hypotheses,
        potential=tr.objective,
        asked=({"S": 1, "A": 2, "T": 2},),
    ),
    FieldStatement("a product's gradient", X * grad(Y) + Y * grad(X), HW, potential=X * Y),
    FieldStatement("a gradient of a square", X * grad(X), H, potential=X**2 / 2),
    FieldStatement(
        "an entropy's",
        -expect(log(pi) * grad(log(pi)), (a, PI.law(s, theta))),
        H,
        potential=-expect(log(pi), (a, PI.law(s, theta))),
    ),
    FieldStatement(
        "a quotient's gradient around a line",
        turning(X, Y, (1 + X**2) ** 2) * (1 + X**2) * 0 + grad(Y / (1 + X**2)),
        HW,
        potential=Y / (1 + X**2),
    ),
    FieldStatement("a far vortex turns around nothing", turning(pa, pb) * 0 + grad(pb / pa), H, potential=pb / pa),
    FieldStatement("a gradient that is zero", sum_over(a, of=grad(pi)), H, potential=X * 0),
    FieldStatement("a logarithm's gradient", grad(pa) / pa, H, potential=log(pa)),
    FieldStatement(
        "a field that is a gradient beside its square",
        sum_over(a, of=R(s, a) * w(a) * grad(pi)) - Y * grad(Y),
        HW,
        potential=sum_over(a, of=pi * R(s, a) * w(a)) - Y**2 / 2,
    ),
    FieldStatement("a softened logarithm", grad(X) / (1 + X**2) * X * 2, H, potential=log(1 + X**2)),
)
__all__ = ["FIELDS", "FieldStatement", "absolute", "one_step", "x"]
