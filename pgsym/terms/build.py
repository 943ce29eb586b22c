"""Writing terms: the words a derivation script uses."""

from __future__ import annotations

from pgsym.errors import SortError
from pgsym.terms.builtins import (
    ABS,
    COVARIANCE,
    COVARIANCE_MATRIX,
    EXP,
    INDICATORS,
    LOG,
    MAXIMUM,
    MINIMUM,
    OUTER,
    QUANTITY,
    TRANSPOSE,
    VARIANCE,
)
from pgsym.terms.depth import not_too_deep
from pgsym.terms.nodes import (
    All,
    Apply,
    Conditional,
    Expectation,
    Gradient,
    Law,
    Liftable,
    Product,
    Range,
    Sum,
    Symbol,
    Term,
    Variable,
    lift,
)
from pgsym.terms.sorts import ACTION, MATRIX, PARAMETER, VECTOR, Sort
from pgsym.terms.structure import free, scope, sort_of


def log(x: Liftable) -> Apply:
    """The natural logarithm."""
    return LOG(x)


def exp(x: Liftable) -> Apply:
    """The exponential."""
    return EXP(x)


def absolute(x: Liftable) -> Apply:
    """The absolute value."""
    return ABS(x)


def minimum(x: Liftable, y: Liftable) -> Apply:
    """The smaller of two numbers."""
    return MINIMUM(x, y)


def maximum(x: Liftable, y: Liftable) -> Apply:
    """The larger of two numbers."""
    return MAXIMUM(x, y)


def clip(x: Liftable, low: Liftable, high: Liftable) -> Apply:
    """x, or the nearer of low and high if x is not between them.

    >>> from pgsym.problems import one_step
    >>> print(clip(one_step().reward, 0, 1))
    min(max(r(s, a), 0), 1)
    """
    return minimum(maximum(x, low), high)


@not_too_deep
def indicator(left: Liftable, right: Liftable) -> Apply:
    """1 where two states, two actions, or two values of another finite sort are the same, else 0."""
    sort = sort_of(lift(left))
    if sort not in INDICATORS:
        raise SortError(f"an indicator compares states or actions, not {left} of sort {sort}")
    return INDICATORS[sort](left, right)


@not_too_deep
def grad(body: Liftable, parameter: Variable | None = None) -> Gradient:
    """∇ of a term, by default with respect to the one parameter that is free in it.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> print(grad(log(m.policy)))
    ∇_θ log π_θ(a | s)
    """
    body = lift(body)
    if parameter is None:
        found = sorted((v for v in free(body) if v.sort == PARAMETER), key=lambda v: v.name)
        if len(found) > 1:
            raise SortError(f"say which parameter ∇ is for: {', '.join(v.name for v in found)} are free in {body}")
        parameter = found[0] if found else Variable("θ", PARAMETER)
    return Gradient(parameter, body)


@not_too_deep
def sum_over(*variables: Variable, of: Liftable) -> Term:
    """The sum over every value of some states or actions, the first variable outermost."""
    body = lift(of)
    for v in reversed(variables):
        _check_variable(v)
        body = Sum(All(v.sort), scope(v, body))
    return body


@not_too_deep
def sum_range(index: Variable, first: Liftable, last: Liftable, of: Liftable) -> Sum:
    """The sum for index = first, …, last, both included."""
    _check_variable(index)
    return Sum(Range(lift(first), lift(last)), scope(index, lift(of)))


@not_too_deep
def product_range(index: Variable, first: Liftable, last: Liftable, of: Liftable) -> Product:
    """The product for index = first, …, last, both included."""
    _check_variable(index)
    return Product(Range(lift(first), lift(last)), scope(index, lift(of)))


@not_too_deep
def expect(body: Liftable, *draws: tuple[Variable, Law | Conditional]) -> Term:
    """The expectation of `body` under draws made one after the other, the first outermost."""
    term = lift(body)
    for draw in reversed(draws):
        if not isinstance(draw, tuple) or len(draw) != 2 or not isinstance(draw[1], Law | Conditional):
            raise SortError(f"a draw is a variable with its law, as in (a, π.law(s, θ)), not {draw}")
        variable, law = draw
        _check_variable(variable)
        term = Expectation(law, scope(variable, term))
    return term


def variance(body: Liftable, *draws: tuple[Variable, Law | Conditional]) -> Apply:
    """The variance of `body` under draws made one after the other: E[X²] − E[X]², of a gradient by coordinates.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> print(variance(m.reward, (m.s, m.state_law), (m.a, m.policy_law)))
    Var_{s∼D, a∼π_θ(· | s)}[r(s, a)]
    """
    return Apply(VARIANCE, (expect(Apply(QUANTITY, (lift(body),)), *draws),))


@not_too_deep
def covariance(left: Liftable, right: Liftable, *draws: tuple[Variable, Law | Conditional]) -> Apply:
    """The covariance of two quantities under draws: E[X Y] − E[X] E[Y], a matrix for two gradients."""
    both = (lift(left), lift(right))
    symbol = COVARIANCE_MATRIX if {sort_of(t) for t in both} == {VECTOR} else COVARIANCE
    return Apply(symbol, (expect(Apply(QUANTITY, both), *draws),))


@not_too_deep
def outer(left: Liftable, right: Liftable) -> Apply:
    """The outer product of two gradients, the matrix x yᵀ."""
    left, right = lift(left), lift(right)
    for side in (left, right):
        if sort_of(side) != VECTOR:
            raise SortError(f"an outer product is of two gradients, not of {side}")
    return Apply(OUTER, (left, right))


@not_too_deep
def transpose(matrix: Liftable) -> Apply:
    """The transposed matrix; the Jacobian of a gradient is its own transpose."""
    matrix = lift(matrix)
    if sort_of(matrix) != MATRIX:
        raise SortError(f"only a matrix has a transpose, not {matrix}")
    return Apply(TRANSPOSE, (matrix,))


def given(law: Law, outcome: Variable, event: Liftable) -> Conditional:
    """A law conditioned on an event, e.g. a ~ π(· | s) given a = y(s)."""
    if not isinstance(law, Law | Conditional):
        raise SortError(f"only a law is conditioned on an event, not {law}")
    _check_variable(outcome)
    return Conditional(law, scope(outcome, lift(event)))


def _check_variable(variable: object) -> None:
    if not isinstance(variable, Variable):
        raise SortError(f"a variable is bound here, not {variable!r:.60}")


def function(name: str, *sorts: Sort) -> Symbol:
    """A free real function, the same for every parameter value unless a sort is the parameter's."""
    return Symbol(name, sorts)


def choice(name: str, *sorts: Sort, result: Sort = ACTION) -> Symbol:
    """A free function to actions, or to another finite sort, such as a label y(s)."""
    return Symbol(name, sorts, result=result)
