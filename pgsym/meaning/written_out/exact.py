"""The exact reading: a term at a small size, written out as a plain SymPy expression.

The parameter is θ, its entries counted from 1: `theta_12` is the logit of action 2 in state 1, `pi_12(theta)` an
undetermined probability, `r_12` a reward.  All symbols are real.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pgsym.errors import InstanceError, TooLarge, UndefinedValue
from pgsym.meaning.cost import check_cost
from pgsym.meaning.signature import ascii_name
from pgsym.meaning.tables import entries_at
from pgsym.meaning.written_out.lengths import LengthInstance
from pgsym.meaning.written_out.policies import PolicyInstance
from pgsym.terms.builtins import ABS, EXP, INDICATORS, LOG, POWER
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import (
    Add,
    Apply,
    Multiply,
    Number,
    Power,
    Product,
    Quotient,
    Range,
    Sum,
    Term,
    Variable,
)
from pgsym.terms.sorts import LETTERS, MATRIX, VECTOR, Sort
from pgsym.terms.structure import free, open_scope, sort_of

if TYPE_CHECKING:
    import sympy

LONGEST = 1_000_000
"""The limit of numbers and symbols in an expression that is written out."""


class Counts(Protocol):
    """Sizes such as `pgsym.decide.Size`."""

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Pairs of a name and a number."""


Sized: TypeAlias = "Mapping[str, int] | Counts | None"


def exact(
    term: Term,
    size: Sized = None,
    *,
    policy: str = "softmax",
    given: Iterable[Hypothesis] | None = None,
    labels: Mapping[str, object] | None = None,
    dimension: int | None = None,
    at: Mapping[str, int] | None = None,
    **sizes: int,
) -> sympy.Expr | sympy.ImmutableMatrix:
    """A term written out for S states, A actions (and N rounds): an expression in θ, r, D and its other symbols.

    A gradient is a column with an entry for each of `parameters(...)`; a second derivative is a square matrix.  The
    policy is one of

    - "softmax": π(a | s) ∝ exp θ_sa, one logit for each entry;
    - "sigmoid": two actions, one logit for each state, π(second | s) = 1 / (1 + exp −θ_s);
    - "linear": π(a | s) ∝ exp Σ_j θ_j φ_j(s, a), with `dimension` features (2 unless said otherwise);
    - "generic": undetermined functions π_sa(θ) of `dimension` parameters (1 unless said otherwise).

    The last probability of a row is one minus the others.  `given` provides definitions and says which symbols do not
    depend on θ; without it, these are the symbols that do not take θ as an argument.  `labels` are nested lists by
    name, from 0; by default the label of state s is s modulo A.  `at` gives the values of free states and actions,
    from 0.

    Raises TooLarge above 10^6 numbers and symbols, UndefinedValue if the term divides by zero, UnboundVariable for a
    free variable that is not in `at`, InstanceError for invalid sizes or labels.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> J = exact(m.objective, S=1, A=2, policy="generic")
    >>> J
    r_11*pi_11(theta) + r_12*(1 - pi_11(theta))
    >>> exact(grad(m.objective), S=1, A=2, policy="generic")[0]
    r_11*Derivative(pi_11(theta), theta) - r_12*Derivative(pi_11(theta), theta)
    >>> print(exact(m.objective, S=1, A=2, policy="sigmoid"))
    r_11*exp(-theta_1)/(1 + exp(-theta_1)) + r_12/(1 + exp(-theta_1))
    """
    order = {VECTOR: 1, MATRIX: 2}.get(sort_of(term), 0)
    given = None if given is None else tuple(given)
    instance = _instance(term, size, sizes, policy, given, labels, dimension, order)
    check_cost((term,), given or (), (instance.lengths,), "take smaller sizes, ranges and exponents")
    d = instance.dimensions
    length = float(entries_at(term, LengthInstance(instance), at)[0][0]) * d**order
    if length > LONGEST:
        written = f"{term} written out has about {length:.0e} numbers and symbols, and {LONGEST:.0e} is the limit"
        raise TooLarge(f"{written}: take smaller sizes, or decide it instead, or compute its value at a problem")
    values, undefined = entries_at(term, instance, at)
    if any(undefined):
        raise UndefinedValue(f"{term} divides by zero, or takes the logarithm of zero, at this size")
    if not order:
        return values[0]
    import sympy

    return sympy.ImmutableMatrix(d, d ** (order - 1), values * d**order if len(values) == 1 else values)


def parameters(
    term: Term,
    size: Sized = None,
    *,
    policy: str = "softmax",
    given: Iterable[Hypothesis] | None = None,
    dimension: int | None = None,
    **sizes: int,
) -> tuple[sympy.Symbol, ...]:
    """The entries of the parameter θ, in the order of a gradient's entries; of several parameters, the first by name.

    >>> from pgsym.problems import one_step
    >>> parameters(one_step().objective, S=1, A=2)
    (theta_11, theta_12)
    """
    return next(iter(_instance(term, size, sizes, policy, given, None, dimension, 0).theta.values()))


def _instance(
    term: Term,
    size: Sized,
    named: Mapping[str, int],
    policy: str,
    given: Iterable[Hypothesis] | None,
    labels: Mapping[str, object] | None,
    dimension: int | None,
    order: int,
) -> PolicyInstance:
    sizes = {**(size if isinstance(size, Mapping) else dict(size.counts) if size else {}), **named}
    for name, n in sizes.items():
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            raise InstanceError(f"the size {name} = {n!r} is not a positive integer")
    sorts: dict[Sort, int] = {LETTERS[name]: n for name, n in sizes.items() if name in LETTERS}
    lengths = {name: n for name, n in sizes.items() if name not in LETTERS}
    return PolicyInstance(term, sorts, lengths, policy, given, labels, dimension, order)


def to_sympy(term: Term) -> sympy.Expr:
    """A term as a SymPy expression; expectations, gradients and sums over states and actions have none.

    Names become plain SymPy symbols and functions (π is `pi`).  Raises SympifyError, as `sympy.sympify` does, for a
    term that SymPy cannot express; `exact` writes it out instead.

    >>> from pgsym.terms import INDEX, Variable, function, log, sum_range
    >>> i, N = Variable("i", INDEX), Variable("N", INDEX)
    >>> to_sympy(sum_range(i, 1, N, of=log(Variable("c")) * function("r", INDEX)(i)))
    Sum(r(i)*log(c), (i, 1, N))
    """
    import sympy

    def written(t: Term, scopes: frozenset[Variable]) -> sympy.Expr:
        def part(x: Term) -> sympy.Expr:
            return written(x, scopes)

        match t:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Variable(name, _):
                return sympy.Symbol(ascii_name(name))
            case Add(operands):
                return sympy.Add(*map(part, operands))
            case Multiply(operands):
                return sympy.Mul(*map(part, operands))
            case Quotient(numerator, denominator):
                return part(numerator) / part(denominator)
            case Power(base, exponent):
                return part(base) ** exponent
            case Apply(symbol, arguments):
                named = {LOG: sympy.log, EXP: sympy.exp, ABS: sympy.Abs, POWER: sympy.Pow}
                named |= dict.fromkeys(INDICATORS.values(), sympy.KroneckerDelta)
                function = named.get(symbol) or sympy.Function(ascii_name(symbol.name))
                return function(*map(part, arguments))
            case Sum(Range(first, last), scope) | Product(Range(first, last), scope):
                variable, body = open_scope(scope, scopes)
                lower, upper = part(first), part(last)
                if (upper - lower).is_negative:  # an empty range, where SymPy would count backwards
                    return sympy.Integer(0 if isinstance(t, Sum) else 1)
                kind = sympy.Sum if isinstance(t, Sum) else sympy.Product
                return kind(written(body, scopes | {variable}), (part(variable), lower, upper))
        raise sympy.SympifyError(f"SymPy cannot express {t}; pgsym.values.exact writes it out at a size")

    return written(term, free(term))
