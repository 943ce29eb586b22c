"""Policies as SymPy expressions in their parameters, and all other tables as symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from pgsym.errors import InstanceError
from pgsym.meaning.instances import Instance, Sizes
from pgsym.meaning.numbers.base import Array, Symbolic
from pgsym.meaning.signature import ascii_name, bodies, primitives
from pgsym.meaning.validation import entries_of, labels_of
from pgsym.terms.builtins import EXP
from pgsym.terms.hypotheses import Hypothesis, ThetaFree
from pgsym.terms.nodes import Apply, Symbol, Term, Variable
from pgsym.terms.sorts import PARAMETER, REAL
from pgsym.terms.structure import free, walk

if TYPE_CHECKING:
    import sympy

POLICIES = ("generic", "softmax", "sigmoid", "linear")


class PolicyInstance(Instance):
    """The instance with symbolic tables, which represents all instances of a size and a policy class.

    `order`, 0, 1 or 2, says how often the term is differentiated.  Point i (or i·d + j) of a derivative is the
    derivative by the i-th (and j-th) parameter.  Without `given`, symbols without a parameter do not depend on θ.
    """

    def __init__(
        self,
        term: Term,
        sizes: Sizes,
        lengths: Mapping[str, int],
        policy: str = "softmax",
        given: Iterable[Hypothesis] | None = None,
        labels: Mapping[str, object] | None = None,
        dimension: int | None = None,
        order: int = 0,
    ):
        hypotheses = tuple(given or ())
        super().__init__(sizes, lengths, hypotheses)
        if policy not in POLICIES:
            raise InstanceError(f"the policy must be one of {', '.join(POLICIES)}, not {policy!r}")
        self.numbers: Symbolic = Symbolic()
        self.policy, self.order, self.labels = policy, order, dict(labels or {})
        self.dimension = dimension or (2 if policy == "linear" else 1)
        self.strict = given is not None
        self.theta_free = {h.symbol for h in hypotheses if isinstance(h, ThetaFree)}
        self.wide = max((self.dimension, *self.sizes.values()), default=1) > 9
        self.symbols = primitives((term,), hypotheses)
        under_exp = {
            t.arguments[0].symbol
            for body in (term, *bodies((term,), hypotheses))
            for t in walk(body)
            if isinstance(t, Apply) and t.symbol == EXP and isinstance(t.arguments[0], Apply)
        }
        self.logits = under_exp if policy in ("softmax", "linear") else set()
        self.parametrised = [s for s in self.symbols if self._has_parameters(s)]
        names = sorted({v.name for t in (term, *bodies((term,), hypotheses)) for v in free(t) if v.sort == PARAMETER})
        self.theta = {name: self._parameters(name) for name in names or ["θ"]}
        self._tables: dict[tuple[Symbol, str | None], Array] = {}

    @property
    def dimensions(self) -> int:
        """The number of entries of the parameter."""
        return len(next(iter(self.theta.values())))

    def depends(self, symbol: Symbol) -> bool:
        """Whether a symbol depends on θ."""
        may = PARAMETER in symbol.arguments or self.strict
        return may and symbol.result == REAL and symbol not in self.theta_free

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        if (symbol, parameter) not in self._tables:
            self._tables[symbol, parameter] = self._written(symbol, parameter)
        table = self._tables[symbol, parameter]
        if not directions:
            return table[np.newaxis]
        if not self.depends(symbol):
            return None
        import sympy

        theta = self._theta_of(symbol, parameter)
        out = self.numbers.zeros((len(theta) ** self.order, table.size))
        for point, along in enumerate(product(theta, repeat=self.order)):
            by = [along[k] for k in directions]
            out[point] = [sympy.diff(entry, *by) for entry in table.flat]
        return out.reshape(-1, *table.shape)

    def choices(self, symbol: Symbol) -> Array:
        size, shape = self.size(symbol.result), self.shape(symbol)
        if symbol.name not in self.labels:
            return (np.arange(prod(shape)).reshape(shape) % size)[np.newaxis]
        table = labels_of(symbol.name, entries_of(symbol.name, self.labels[symbol.name]), symbol.result, size)
        if table.shape != shape:
            raise InstanceError(f"{symbol.name} has shape {table.shape}, but the sizes say {shape}")
        return table[np.newaxis]

    def constant(self, variable: Variable) -> Array:
        out = np.empty(1, dtype=object)
        out[0] = self._symbol(variable.name, ())
        return out

    # parameters ---------------------------------------------------------------------------------------------
    def _has_parameters(self, symbol: Symbol) -> bool:
        """Whether the policy class gives a symbol its own parameters."""
        if self.policy == "generic" or symbol in self.theta_free or PARAMETER not in symbol.arguments:
            return False
        return symbol.outcomes == 1 or symbol in self.logits

    def _parameters(self, name: str) -> tuple[sympy.Symbol, ...]:
        if not self.parametrised:
            numbers: Iterable[tuple[int, ...]] = ((j,) for j in range(self.dimension)) if self.dimension > 1 else ((),)
            return tuple(self._symbol(name, i) for i in numbers)
        return tuple(
            self._symbol(self._base(name, symbol), place)
            for symbol in self.parametrised
            for place in self._places(symbol)
        )

    def _base(self, name: str, symbol: Symbol) -> str:
        return name if len(self.parametrised) == 1 else f"{name}_{symbol.name}"

    def _places(self, symbol: Symbol) -> list[tuple[int, ...]]:
        """The indices of a parametrised symbol's parameters: (state, action), (state,) or (feature,)."""
        shape, k = self.shape(symbol), symbol.outcomes
        if self.policy == "linear":
            return [(j,) for j in range(self.dimension)]
        if self.policy == "sigmoid":
            if shape[0] != 2:
                raise InstanceError(f"a sigmoid policy has two actions, not {shape[0]}: take softmax")
            return list(product(*map(range, shape[k:])))
        return list(product(*map(range, shape[k:] + shape[:k])))

    def _theta_of(self, symbol: Symbol, parameter: str | None) -> tuple[sympy.Symbol, ...]:
        if parameter is not None:
            return self.theta[parameter]
        if len(self.theta) > 1:
            several = " or ".join(self.theta)
            raise InstanceError(
                f"{symbol.name} may depend on {several}: give the hypothesis that it does not depend on one of them"
            )
        return next(iter(self.theta.values()))

    def _symbol(self, name: str, place: tuple[int, ...]) -> sympy.Symbol:
        import sympy

        return sympy.Symbol(self._name(name, place), real=True)

    def _name(self, name: str, place: tuple[int, ...]) -> str:
        numbers = ("_" if self.wide else "").join(str(i + 1) for i in place)
        return ascii_name(name) + (f"_{numbers}" if numbers else "")

    # tables -------------------------------------------------------------------------------------------------
    def _written(self, symbol: Symbol, parameter: str | None) -> Array:
        shape, k = self.shape(symbol), symbol.outcomes
        out = np.empty(shape, dtype=object)
        if not k:
            for index in np.ndindex(shape):
                out[index] = self._leaf(symbol, parameter, index)
            return out
        write = self._row_of_class if symbol in self.parametrised else self._free_row
        for given in np.ndindex(shape[k:]):
            row = write(symbol, parameter, list(np.ndindex(shape[:k])), given)
            for outcome, mass in row.items():
                out[(*outcome, *given)] = mass
        return out

    def _leaf(self, symbol: Symbol, parameter: str | None, place: tuple[int, ...]) -> sympy.Expr:
        """An entry: a logit, an undetermined function of θ, or a symbol if it does not depend on θ."""
        if symbol in self.parametrised:
            return self._logit(symbol, parameter, place)
        if not self.depends(symbol):
            return self._symbol(symbol.name, place)
        import sympy

        return sympy.Function(self._name(symbol.name, place), real=True)(*self._theta_of(symbol, parameter))

    def _free_row(
        self, symbol: Symbol, parameter: str | None, outcomes: list[tuple[int, ...]], given: tuple[int, ...]
    ) -> dict[tuple[int, ...], sympy.Expr]:
        """Undetermined probabilities, of which the last is one minus the others."""
        import sympy

        row = {o: self._leaf(symbol, parameter, (*given, *o)) for o in outcomes[:-1]}
        return row | {outcomes[-1]: 1 - sympy.Add(*row.values())}

    def _row_of_class(
        self, symbol: Symbol, parameter: str | None, outcomes: list[tuple[int, ...]], given: tuple[int, ...]
    ) -> dict[tuple[int, ...], sympy.Expr]:
        import sympy

        if self.policy == "sigmoid":
            below = sympy.exp(-self._parameter(symbol, parameter, given))
            return {outcomes[0]: below / (1 + below), outcomes[1]: 1 / (1 + below)}
        weights = {o: sympy.exp(self._logit(symbol, parameter, (*given, *o))) for o in outcomes}
        return {o: w / sympy.Add(*weights.values()) for o, w in weights.items()}

    def _logit(self, symbol: Symbol, parameter: str | None, place: tuple[int, ...]) -> sympy.Expr:
        if self.policy != "linear":
            return self._parameter(symbol, parameter, place)
        import sympy

        feature = "φ" if len(self.parametrised) == 1 else f"φ_{symbol.name}"
        terms = (
            self._parameter(symbol, parameter, (j,)) * self._symbol(feature, (j, *place)) for j in range(self.dimension)
        )
        return sympy.Add(*terms)

    def _parameter(self, symbol: Symbol, parameter: str | None, place: tuple[int, ...]) -> sympy.Symbol:
        if parameter is None:
            raise InstanceError(f"{symbol.name} takes no parameter")
        return self._symbol(self._base(parameter, symbol), place)


__all__ = ["POLICIES", "PolicyInstance"]
