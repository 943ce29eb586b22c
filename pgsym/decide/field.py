"""Deciding whether a field is a gradient, with a potential or with two mixed derivatives that differ.

On a simply connected set of parameters a field F has a potential if and only if ∂_i F_j = ∂_j F_i (Poincaré 1887).  The
Jacobian is decided for every policy class at once, at random second derivatives in prime fields; a field whose Jacobian
is not symmetric is refuted at one instance.  If a divisor of the field may vanish, its domain has holes.
Then a symmetric Jacobian only gives a potential around every point: we look for one that serves everywhere, or for a
loop along which the integral of the field is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pgsym.decide.agreement.points import holds_at
from pgsym.decide.domains import holes
from pgsym.decide.equality import Effort, decide_equality
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.limits import TIME_LIMIT, Deadline, LimitReached
from pgsym.decide.loops import Loop, find_loop
from pgsym.decide.propositions import Equal, IsGradient
from pgsym.decide.sizes import Size, decision_sizes
from pgsym.decide.verdicts import Rung, Verdict
from pgsym.errors import SortError
from pgsym.terms.build import grad, log
from pgsym.terms.builtins import LOG
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Apply, Gradient, Multiply, Range, Scope, Sum, Term, Variable, lift
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import REAL
from pgsym.terms.structure import free, parts, rebuild, sort_of

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True)
class Potential:
    """Whether a field is a gradient, with its potential if one is known.

    - `jacobian`: the verdict on ∇F = (∇F)ᵀ
    - `term`: a potential; `gradient`: the verdict that its gradient is the field; `found`: how it was found, in words
    - `written`: a potential in closed form, for logits at the size `written_at` only
    - `holes`: divisors and arguments of logarithms that may vanish at policies with positive probabilities.  A field
      with holes and without a known potential is a gradient locally
    - `loop`: a loop along which the integral of the field is not zero, which shows that there is no potential
    """

    field: Term
    jacobian: Verdict
    term: Term | None = None
    gradient: Verdict | None = None
    found: str = ""
    written: sympy.Expr | None = None
    written_at: str = ""
    holes: tuple[Term, ...] = ()
    loop: Loop | None = None

    @property
    def is_local(self) -> bool:
        """Whether there is a potential around every point, but none is known that serves everywhere."""
        return self.jacobian.is_true and self.gradient is None and bool(self.holes)

    @property
    def rung(self) -> Rung:
        """The rung of evidence that the field is a gradient, or that it is not."""
        if self.is_local:
            return Rung.UNDECIDED if self.loop is None else Rung.REFUTED
        return self.gradient.rung if self.gradient else self.jacobian.rung

    @property
    def exists(self) -> bool | None:
        """Whether there is a potential; None if that was not decided."""
        if self.rung is Rung.REFUTED:
            return False
        return True if self.rung in (Rung.DECIDED, Rung.EXACT) else None

    @property
    def counterexample(self) -> Counterexample | None:
        """The smallest instance found at which two mixed derivatives differ."""
        return self.jacobian.counterexample

    @property
    def mixed(self) -> str:
        """The two mixed derivatives that differ, such as ∂F(2)/∂θ(1) = 1/16 and ∂F(1)/∂θ(2) = 0; empty if none do."""
        found = self.counterexample
        if found is None:
            return ""
        i, j = found.coordinates
        left, right = found.shown(found.lhs), found.shown(found.rhs)
        return f"∂_i F_j = {left} and ∂_j F_i = {right} for i = {i}, j = {j}"

    def __str__(self) -> str:
        field = f"F = {self.field}"
        if self.is_local:
            return self._locally(field)
        if self.exists is None:
            return f"undecided: is {field} a gradient?\n  {self.jacobian.evidence}"
        if self.counterexample is not None:
            return f"no gradient: {field}\n  {self.mixed}\n{self.counterexample}"
        lines = [f"a gradient: {field}"]
        if self.gradient is not None:
            lines += [f"  F = ∇ {self.term}", f"  {self.found}; {self.gradient.evidence}"]
        else:
            lines.append(f"  its Jacobian is symmetric; {self.jacobian.evidence}")
            lines.append("  for policies with positive probabilities; none of its divisors vanishes at any of them")
        if self.written_at:
            lines.append(f"  at {self.written_at}: {self.written or 'no closed form was found'}")
        return "\n".join(lines)

    def _locally(self, field: str) -> str:
        """The findings about a field with a symmetric Jacobian whose domain may have holes, in words."""
        known = f"its Jacobian is symmetric; {self.jacobian.evidence}"
        if self.loop is not None:
            return f"no gradient, but locally one: {field}\n  {known}\n  {self.loop}"
        lines = [f"locally a gradient: {field}", f"  {known}"]
        may = ", ".join(map(str, self.holes))
        lines.append(
            f"  around every point where {may} ≠ 0; whether one potential serves all these points is not known"
        )
        if self.written_at:
            lines.append(f"  at {self.written_at}: {self.written or 'no closed form was found'}")
        return "\n".join(lines)


def decide_field(proposition: IsGradient, sizes: tuple[Size, ...] | None, effort: Effort) -> Potential:
    """Whether a field is a gradient at some sizes, with a potential or a counterexample; see `decide`.

    The Jacobian is decided first.  Where it is symmetric, a potential is looked for among the candidates and the terms
    that leave out a score or a gradient sign; if none fits, it is integrated in closed form on request.  A field with a
    divisor that may vanish is a gradient only locally, unless its potential is found; then a loop is searched along
    which its integral is not zero.

    >>> from pgsym.decide import decide
    >>> from pgsym.problems import one_step, trajectories
    >>> from pgsym.terms import sum_range
    >>> m = one_step()
    >>> print(decide(IsGradient(m.expectation(m.reward * m.score)), m.hypotheses).term)
    E_{s∼D, a∼π_θ(· | s)}[r(s, a)]
    >>> m = trajectories()
    >>> pairwise = m.expectation(sum_range(m.t, 1, m.T, of=m.reward(m.t) * m.score(m.t)))
    >>> print(decide(IsGradient(pairwise), m.hypotheses).mixed)
    ∂_i F_j = 1/16 and ∂_j F_i = 0 for i = θ(1,1), j = θ(2,1)
    """
    field, given, theta = proposition.field, proposition.given, proposition.parameter
    jacobian = decide_equality(proposition.has_symmetric_jacobian, sizes, effort)
    if jacobian.rung is not Rung.DECIDED:
        return Potential(field, jacobian)
    doubtful = holes(field, given)
    outside = [
        h for h in doubtful if free(h) <= free(field)
    ]  # a divisor inside a sum may contain the sum's index, which is not free outside
    below = ((log(h), "the logarithm of its divisor") for h in outside if is_non_negative(h, given))
    for term, found in (*((c, "the candidate") for c in proposition.candidates), *constructed(field, theta), *below):
        gradient = _holds(Equal(grad(term, theta), field, given), sizes, effort)
        if gradient is not None:
            return Potential(field, jacobian, term, gradient, found)
    if doubtful and (loop := _loop_in_time(field, given, effort)) is not None:
        return Potential(field, jacobian, holes=doubtful, loop=loop)
    return _written(Potential(field, jacobian, holes=doubtful), proposition, effort.time_limit)


def _loop_in_time(field: Term, given: tuple[Hypothesis, ...], effort: Effort) -> Loop | None:
    """A loop around a hole of a field, or None if none was found in time."""
    try:
        return Deadline(effort.time_limit).run(lambda: find_loop(field, given, effort.seed))
    except LimitReached:
        return None


def _holds(identity: Equal, sizes: tuple[Size, ...] | None, effort: Effort) -> Verdict | None:
    """The verdict that an equation is true, or None; if it fails at the first size, the others are not tried."""
    read = identity.apart
    first = identity.at(decision_sizes(identity.size_names) if sizes is None else sizes)[0]
    if not all(holds_at(identity, size, effort.seed) for size in first.instances(read.size_names, read.given)):
        return None
    verdict = decide_equality(identity, sizes, Effort(effort.seed, 0, TIME_LIMIT))
    return verdict if verdict.is_true else None


def constructed(field: Term, theta: Variable) -> Iterator[tuple[Term, str]]:
    """Candidates for a potential, each with how it was made.

    They are the field without its scores or gradient signs: its gradient would be the field if the weights of its
    gradients were constant.  A change that leaves some summands gradients and turns others into numbers gives none.
    """
    made = [field]
    for changes, how in (
        ((_score_left_out,), "the expectation with its scores left out"),
        ((_sum_of_scores_left_out,), "the expectation with its sums of scores left out"),
        ((_sign_left_out,), "the field with its gradient signs left out"),
        ((_score_left_out, _sign_left_out), "the field with its scores and gradient signs left out"),
        ((_sum_of_scores_left_out, _sign_left_out), "the field with its sums of scores and gradient signs left out"),
    ):
        term = _outermost(field, partial(_first_of, changes, theta))
        if term not in made and _is_number(term):
            made.append(term)
            yield term, how


Change = Callable[[Term, Variable], Term | None]


def _first_of(changes: Iterable[Change], theta: Variable, term: Term) -> Term | None:
    """The term after the first change that applies to it, or None if none does."""
    return next((new for change in changes if (new := change(term, theta)) is not None), None)


def _is_number(term: Term) -> bool:
    """Whether a term is a number, and neither a gradient nor a sum of numbers and gradients."""
    try:
        return sort_of(term) == REAL
    except SortError:
        return False


def _score_left_out(term: Term, theta: Variable) -> Term | None:
    """1 in place of ∇ log π; None for any other term."""
    match term:
        case Gradient(parameter, Apply(symbol, _)) if symbol == LOG and parameter == theta:
            return lift(1)
    return None


def _sum_of_scores_left_out(term: Term, theta: Variable) -> Term | None:
    """1 in place of Σ_t ∇ log π_t; None for any other term."""
    if isinstance(term, Sum) and isinstance(term.over, Range) and _score_left_out(term.scope.body, theta):
        return lift(1)
    return None


def _sign_left_out(term: Term, theta: Variable) -> Term | None:
    """X in place of ∇X; None for any other term."""
    return term.body if isinstance(term, Gradient) and term.parameter == theta else None


def _outermost(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """A term with the change applied to its outermost parts where it applies, and without factors 1."""
    changed = change(term)
    if changed is not None:
        return changed
    new = tuple(
        replace(p, body=_outermost(p.body, change)) if isinstance(p, Scope) else _outermost(p, change)
        for p in parts(term)
    )
    out = rebuild(term, new)
    if isinstance(out, Multiply):
        rest = tuple(t for t in out.operands if t != lift(1))
        return rest[0] if len(rest) == 1 else Multiply(rest) if rest else lift(1)
    return out


def _written(known: Potential, proposition: IsGradient, time_limit: float) -> Potential:
    """The answer with a potential in closed form added, if one was asked for and found."""
    size, policy, given = proposition.write, proposition.policy, proposition.given
    if size is None:
        return known
    from pgsym.decide.line_integrals import line_integral

    counts = dict(size if isinstance(size, Mapping) else size.counts)
    where = ", ".join(f"{name} = {n}" for name, n in counts.items()) + f", {policy} policy"
    try:
        written = Deadline(time_limit).run(lambda: line_integral(known.field, counts, policy=policy, given=given))
    except LimitReached as reason:
        return replace(known, written_at=f"{where} ({reason})")
    return replace(known, written=written, written_at=where)


__all__ = ["Potential", "constructed", "decide_field"]
