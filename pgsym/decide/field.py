"""Is this field a gradient?  Decided by its Jacobian; with a potential, or with two mixed derivatives that differ.

On a simply connected set of parameters a field F has a potential just where ∂_i F_j = ∂_j F_i (Poincaré 1887).  The
Jacobian is decided for every policy class at once, at random second derivatives in prime fields; a field that fails is
refuted at one instance.  Where the set has holes, since the field divides by something that may vanish, that says only
that there is a potential around every point: a potential is needed that serves everywhere, or a loop shows that there
is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pgsym.decide.domains import holes
from pgsym.decide.equality import Sizes, decide, holds_at
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.limits import TIME_LIMIT, Deadline, LimitReached
from pgsym.decide.loops import Loop, find_loop
from pgsym.decide.relevance import listed, relevant_hypotheses
from pgsym.decide.search.search import BUDGET
from pgsym.decide.sizes import Size, decision_sizes, size_names
from pgsym.decide.verdicts import Rung, Verdict
from pgsym.errors import SortError
from pgsym.terms.build import grad, log, transpose
from pgsym.terms.builtins import LOG
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Apply, Gradient, Liftable, Multiply, Range, Scope, Sum, Term, Variable, lift
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import PARAMETER, REAL, VECTOR
from pgsym.terms.structure import free, parts, rebuild, sort_of

if TYPE_CHECKING:
    import sympy

    from pgsym.meaning.written_out.exact import Sized


@dataclass(frozen=True)
class Potential:
    """Whether a field is a gradient, and of what.

    `jacobian` is the verdict on ∇F = (∇F)ᵀ.  `term` is a potential where one is known, `gradient` the verdict on its
    gradient being the field, `found` says in words where it came from.  `written` is one at the size `written_at` and
    for logits only, as a closed form.  `holes` is what the field divides by, or takes the logarithm of, that may vanish
    at policies with positive probabilities; where there is some and no potential is known, the field is a gradient
    locally, and none if there is a `loop` along which its integral is not zero.
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
        """Whether there is a potential around every point, and nothing says that one serves everywhere."""
        return self.jacobian.is_true and self.gradient is None and bool(self.holes)

    @property
    def rung(self) -> Rung:
        """The evidence that the field is a gradient, or that it is none."""
        if self.is_local:
            return Rung.UNDECIDED if self.loop is None else Rung.REFUTED
        return self.gradient.rung if self.gradient else self.jacobian.rung

    @property
    def exists(self) -> bool | None:
        """Whether there is a potential; None where nothing was decided."""
        if self.rung is Rung.REFUTED:
            return False
        return True if self.rung in (Rung.DECIDED, Rung.EXACT) else None

    @property
    def counterexample(self) -> Counterexample | None:
        """The smallest instance found at which two mixed derivatives differ."""
        return self.jacobian.counterexample

    @property
    def mixed(self) -> str:
        """The two mixed derivatives that differ, such as ∂F(2)/∂θ(1) = 1/16 and ∂F(1)/∂θ(2) = 0; nothing elsewhere."""
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
            lines.append(
                "  for policies with positive probabilities; nothing that it divides by vanishes at any of them"
            )
        if self.written_at:
            lines.append(f"  at {self.written_at}: {self.written or 'no closed form was found'}")
        return "\n".join(lines)

    def _locally(self, field: str) -> str:
        """What is known of a field with a symmetric Jacobian whose domain may have holes."""
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


@not_too_deep
def potential(
    field: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    *,
    candidates: Iterable[Term] = (),
    write: Sized = None,
    policy: str = "softmax",
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Potential:
    """Whether a field is a gradient for every policy and problem of some sizes, with a potential or a counterexample.

    The Jacobian is decided first.  Where it is symmetric, a potential is looked for among the `candidates` and those
    that leave out a score or a gradient sign; failing these, it is integrated in closed form if `write` names a size,
    such as {"S": 1, "A": 2}, for a "softmax" or "sigmoid" `policy`.  A field with two unequal mixed derivatives is
    refuted by the smallest instance found; where the search finds none, nothing is said.  A field that divides by
    something that may vanish is a gradient only locally, unless its potential is found; a loop is looked for along
    which its integral is not zero.  What a Frozen hypothesis holds fixed stays fixed: the question is then about one
    slice.  The search for a counterexample and for a closed form end after `time_limit` seconds each.  Raises SortError
    for a term that is no field, TooLarge where reading it would take too long.

    >>> from pgsym.problems import one_step, trajectories
    >>> from pgsym.terms import sum_range
    >>> m = one_step()
    >>> print(potential(m.expectation(m.reward * m.score), m.hypotheses).term)
    E_{s∼D, a∼π_θ(· | s)}[r(s, a)]
    >>> m = trajectories()
    >>> pairwise = m.expectation(sum_range(m.t, 1, m.T, of=m.reward(m.t) * m.score(m.t)))
    >>> print(potential(pairwise, m.hypotheses).mixed)
    ∂_i F_j = 1/16 and ∂_j F_i = 0 for i = θ(1,1), j = θ(2,1)
    """
    field = lift(field)
    if sort_of(field) != VECTOR:
        raise SortError(f"only a field may be a gradient, not {field}")
    given, theta = listed(given, seed), _parameter(field)
    sizes = None if sizes is None else tuple(sizes)
    jacobian = decide(grad(field, theta), transpose(grad(field, theta)), given, sizes, seed, budget, time_limit)
    if jacobian.rung is not Rung.DECIDED:
        return Potential(field, jacobian)
    doubtful = holes(field, given)
    outside = [h for h in doubtful if free(h) <= free(field)]  # not what is divided by under a sum, for its index only
    below = ((log(h), "the logarithm of what it divides by") for h in outside if is_non_negative(h, given))
    for term, found in (*((c, "the candidate") for c in candidates), *constructed(field, theta), *below):
        gradient = _holds(grad(term, theta), field, given, sizes, seed)
        if gradient is not None:
            return Potential(field, jacobian, term, gradient, found)
    if doubtful and (loop := _loop_in_time(field, given, seed, time_limit)) is not None:
        return Potential(field, jacobian, holes=doubtful, loop=loop)
    return _written(Potential(field, jacobian, holes=doubtful), given, write, policy, time_limit)


def _loop_in_time(field: Term, given: tuple[Hypothesis, ...], seed: int, time_limit: float) -> Loop | None:
    """A loop around a hole of a field, or None where none was found in so many seconds."""
    try:
        return Deadline(time_limit).run(lambda: find_loop(field, given, seed))
    except LimitReached:
        return None


def _parameter(field: Term) -> Variable:
    """The parameter that the field is differentiated by."""
    found = sorted({t.parameter for t in _gradients(field)}, key=lambda v: v.name)
    found = found or sorted((v for v in free(field) if v.sort == PARAMETER), key=lambda v: v.name)
    if len(found) != 1:
        raise SortError(f"a field has one parameter, {field} has {len(found)}")
    return found[0]


def _gradients(term: Term) -> Iterator[Gradient]:
    if isinstance(term, Gradient):
        yield term
    for part in parts(term):
        yield from _gradients(part.body if isinstance(part, Scope) else part)


def _holds(lhs: Term, rhs: Term, given: tuple[Hypothesis, ...], sizes: Sizes | None, seed: int) -> Verdict | None:
    """The verdict that two terms are equal, or None; what fails at the first size is not looked at further."""
    names = size_names((lhs, rhs), given)
    first = next(iter(decision_sizes(names) if sizes is None else sizes))
    first = first if isinstance(first, Size) else Size.of(first)
    some = holds_at(lhs, rhs, relevant_hypotheses((lhs, rhs), given), seed)
    if not all(map(some, first.instances(names, given))):
        return None
    verdict = decide(lhs, rhs, given, sizes, seed, budget=0)
    return verdict if verdict.is_true else None


def constructed(field: Term, theta: Variable) -> Iterator[tuple[Term, str]]:
    """Terms whose gradient a field would be if what weights its gradients did not move, with how they are made.

    Where a way leaves some summands gradients and makes numbers of others, it has made nothing.
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
    """What the first change that applies makes of a term."""
    return next((new for change in changes if (new := change(term, theta)) is not None), None)


def _is_number(term: Term) -> bool:
    """Whether a term is a number, and not a gradient or a sum of both, which says nothing."""
    try:
        return sort_of(term) == REAL
    except SortError:
        return False


def _score_left_out(term: Term, theta: Variable) -> Term | None:
    """1 for ∇ log π."""
    match term:
        case Gradient(parameter, Apply(symbol, _)) if symbol == LOG and parameter == theta:
            return lift(1)
    return None


def _sum_of_scores_left_out(term: Term, theta: Variable) -> Term | None:
    """1 for Σ_t ∇ log π_t."""
    if isinstance(term, Sum) and isinstance(term.over, Range) and _score_left_out(term.scope.body, theta):
        return lift(1)
    return None


def _sign_left_out(term: Term, theta: Variable) -> Term | None:
    """X for ∇X."""
    return term.body if isinstance(term, Gradient) and term.parameter == theta else None


def _outermost(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """A term with its outermost parts changed where there is something to change, and no factors 1."""
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


def _written(known: Potential, given: tuple[Hypothesis, ...], size: Sized, policy: str, time_limit: float) -> Potential:
    """With a closed form at a size, where one is asked for and found."""
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


__all__ = ["Potential", "constructed", "potential"]
