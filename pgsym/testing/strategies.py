"""Hypothesis strategies for problems: probabilities with zeros and ones, rewards, labels, and whole problems.

All shrink towards small sizes and simple numbers.  With `exact` they give Fractions, else floats; a probability is
zero or at least 10^-6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from math import prod
from typing import TypeAlias

import numpy as np

from pgsym.decide.sizes import Size, own_sorts
from pgsym.decide.subjects import About
from pgsym.extras import install
from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.meaning.signature import bodies, head, listed_axes, primitives
from pgsym.meaning.tables import Tabulated, problem
from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.terms.hypotheses import Hypothesis, Positive, Signed
from pgsym.terms.nodes import Term, Variable
from pgsym.terms.sorts import FINITE, REAL
from pgsym.terms.structure import free

try:
    from hypothesis import strategies as st
except ModuleNotFoundError:
    raise ModuleNotFoundError(f"property tests need Hypothesis: {install('testing')}", name="hypothesis") from None

Shape: TypeAlias = "int | Sequence[int]"

SMALLEST = 1e-6
"""The smallest positive probability that is drawn as a float."""
LARGEST_WEIGHT = 6
LARGEST = 10


def sizes(states: int = 3, actions: int = 3, rounds: int = 2, horizon: int = 3) -> st.SearchStrategy[Size]:
    """Sizes with at least one state, action, round and step, and at most the given numbers.

    >>> from hypothesis import find
    >>> print(find(sizes(), lambda size: str(size) >= "|S| = 1, |A| = 2"))
    |S| = 1, |A| = 2, N = 1, T = 1
    """
    each = (st.integers(1, most) for most in (states, actions, rounds, horizon))
    return st.builds(lambda s, a, n, t: Size.of(S=s, A=a, N=n, T=t), *each)


def simplex(outcomes: int, zeros: bool = True, exact: bool = False) -> st.SearchStrategy[Array]:
    """Distributions over some outcomes, of shape (outcomes,); without `zeros`, positive ones.

    >>> from hypothesis import find
    >>> print(*find(simplex(2, exact=True), lambda row: 0 < row[0] < 1))
    1/2 1/2
    """
    return _simplex(outcomes, zeros, exact)


@cache
def _simplex(outcomes: int, zeros: bool, exact: bool) -> st.SearchStrategy[Array]:
    whole = st.lists(st.integers(0 if zeros else 1, LARGEST_WEIGHT), min_size=outcomes, max_size=outcomes)
    weights: st.SearchStrategy[list[int] | list[float]] = whole
    if not exact:
        real: st.SearchStrategy[float] = st.floats(SMALLEST * outcomes, 1)
        real = st.just(0.0) | real if zeros else real
        weights = whole | st.lists(real, min_size=outcomes, max_size=outcomes)
    return weights.map(lambda row: _normalised(row, exact))


def _normalised(weights: Sequence[float], exact: bool) -> Array:
    """The weights divided by their sum; if all are zero, the first outcome has probability 1."""
    if not any(weights):
        weights = [1, *weights[1:]]
    if exact:
        return _reshaped([Fraction(w) / sum(map(Fraction, weights)) for w in weights], (len(weights),), exact)
    return np.asarray(weights, dtype=np.float64) / sum(weights)


def rewards(shape: Shape, exact: bool = False) -> st.SearchStrategy[Array]:
    """Tables of reals between −10 and 10: small integers and fractions, and any float unless `exact`.

    >>> from hypothesis import find
    >>> print(find(rewards((1, 2)), lambda r: r[0, 0] < r[0, 1]))
    [[0. 1.]]
    """
    return _filled(_extents(shape), LARGEST, exact)


def parameters(shape: Shape, exact: bool = False) -> st.SearchStrategy[Array]:
    """Tables of parameters, such as logits, between −5 and 5."""
    return _filled(_extents(shape), LARGEST // 2, exact)


def _extents(shape: Shape) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


@cache
def _filled(shape: tuple[int, ...], largest: int, exact: bool) -> st.SearchStrategy[Array]:
    whole = st.integers(-largest, largest)
    fractions = st.tuples(whole, st.integers(1, 4)).map(lambda pair: Fraction(*pair))
    reals = whole.map(float) | st.floats(-largest, largest, allow_subnormal=False)
    entry: st.SearchStrategy[Fraction] | st.SearchStrategy[float] = fractions if exact else reals
    count = prod(shape)
    return st.lists(entry, min_size=count, max_size=count).map(lambda flat: _reshaped(flat, shape, exact))


def _reshaped(flat: Sequence[object], shape: tuple[int, ...], exact: bool) -> Array:
    out = np.empty(len(flat), dtype=object if exact else np.float64)
    out[:] = flat
    return out.reshape(shape)


def labels(shape: Shape, actions: int) -> st.SearchStrategy[Array]:
    """Tables of labels: integers from 0, one of `actions` for each state.

    >>> from hypothesis import find
    >>> print(find(labels(2, actions=3), lambda y: y[1] > 0))
    [0 1]
    """
    extents = _extents(shape)
    flat = st.lists(st.integers(0, actions - 1), min_size=prod(extents), max_size=prod(extents))
    return flat.map(lambda xs: np.asarray(xs, dtype=np.int64).reshape(extents))


def rows(given: Shape, outcomes: Shape, zeros: bool = True, exact: bool = False) -> st.SearchStrategy[Array]:
    """Tables of distributions over outcomes, one for each condition; conditions come first in the shape."""
    return _rows(_extents(given), _extents(outcomes), zeros, exact)


@cache
def _rows(given: tuple[int, ...], outcomes: tuple[int, ...], zeros: bool, exact: bool) -> st.SearchStrategy[Array]:
    each = st.lists(_simplex(prod(outcomes), zeros, exact), min_size=prod(given), max_size=prod(given))
    return each.map(lambda table: np.stack(table).reshape(*given, *outcomes))


@dataclass(frozen=True, eq=False)
class DrawnProblem:
    """Tables by the head of their symbol, conditions before outcomes, and the sizes that they agree with."""

    tables: Mapping[str, Array]
    size: Size

    def instance(
        self, terms: Iterable[Term], given: Iterable[Hypothesis] = (), numbers: str | Numbers | None = None
    ) -> Tabulated:
        """The problem for some terms; raises InstanceError if it has no table for a symbol of theirs."""
        terms, given = tuple(terms), tuple(given)
        reals = {v.name for t in (*terms, *bodies(terms, given)) for v in free(t) if v.sort == REAL}
        needed = {head(s) for s in primitives(terms, given)} | reals
        tables = {name: table for name, table in self.tables.items() if name in needed}
        return problem(tables, terms, given, numbers, (), **dict(self.size.counts))

    def __str__(self) -> str:
        return "\n".join([str(self.size), *(f"{name} = {table.tolist()}" for name, table in self.tables.items())])


@dataclass(frozen=True, eq=False)
class OneStepProblem:
    """s ~ D, a ~ π(· | s), reward r(s, a), label y(s), label law y(a | s), N rounds.

    Shapes: state_law (S,), policy (S, A), reward (S, A), label (S,) from 0, label_law (S, A); Fractions or floats.
    """

    state_law: Array
    policy: Array
    reward: Array
    label: Array
    label_law: Array
    rounds: int

    @property
    def tables(self) -> dict[str, Array]:
        """The tables by the head of their symbol."""
        symbols = (STATE_LAW, POLICY, REWARD, LABEL, LABEL_LAW)
        tables = (self.state_law, self.policy, self.reward, self.label, self.label_law)
        return dict(zip(map(head, symbols), tables, strict=True))

    def instance(
        self, terms: Iterable[Term], given: Iterable[Hypothesis] = (), numbers: str | Numbers | None = None
    ) -> Tabulated:
        """The problem for some terms; raises InstanceError if they mention a symbol that it has no table for."""
        states, actions = self.policy.shape
        return DrawnProblem(self.tables, Size.of(S=states, A=actions, N=self.rounds)).instance(terms, given, numbers)


@st.composite
def one_step_problems(
    draw: st.DrawFn, exact: bool = False, zeros: bool = True, states: int = 3, actions: int = 3, rounds: int = 2
) -> OneStepProblem:
    """One-step problems; without `zeros`, the policy is positive.

    >>> from hypothesis import find
    >>> find(one_step_problems(exact=True), lambda p: p.policy.shape == (1, 2)).policy.tolist()
    [[Fraction(1, 1), Fraction(0, 1)]]
    """
    size = draw(sizes(states, actions, rounds, horizon=1))
    s, a, n, _ = (count for _, count in size.counts)
    return OneStepProblem(
        draw(simplex(s, exact=exact)),
        draw(rows(s, a, zeros, exact)),
        draw(rewards((s, a), exact)),
        draw(labels(s, a)),
        draw(rows(s, a, exact=exact)),
        n,
    )


def _signed(sign: Signed | None, table: Array) -> Array:
    """The table with the signs that a hypothesis asks for."""
    if sign is None:
        return table
    return np.where(table == 0, 1, abs(table)) if isinstance(sign, Positive) else np.asarray(abs(table))


@st.composite
def problems(
    draw: st.DrawFn,
    terms: Sequence[Term],
    given: Sequence[Hypothesis] = (),
    exact: bool = False,
    size: st.SearchStrategy[Size] | None = None,
) -> DrawnProblem:
    """Problems with a table for every symbol that the terms mention, positive if a hypothesis says so."""
    names = About(tuple(terms), tuple(given)).size_names
    further = {name: st.integers(1, 3) for name in own_sorts(names)}
    usual = st.tuples(st.fixed_dictionaries(further), sizes() if size is None else size)
    every = usual.map(lambda pair: Size.of({"W": 2, **pair[0], **dict(pair[1].counts)}))
    possible = draw(every.map(lambda s: s.instances(names, given)).filter(bool))
    chosen = draw(st.sampled_from(possible))
    positive = {h.symbol for h in given if isinstance(h, Positive)}
    signs = {h.symbol: h for h in given if isinstance(h, Signed)}
    tables: dict[str, Array] = {}
    for symbol in primitives(terms, given):
        shape = tuple(chosen.sorts[sort] for sort in listed_axes(symbol, chosen.lengths))
        conditions = len(shape) - symbol.outcomes
        if symbol.result in FINITE:
            table = labels(shape, chosen.sorts[symbol.result])
        elif symbol.outcomes:
            table = rows(shape[:conditions], shape[conditions:], symbol not in positive, exact)
        else:
            table = parameters(shape, exact).map(partial(_signed, signs.get(symbol)))
        tables[head(symbol)] = draw(table)
    for name in sorted({v.name for t in (*terms, *bodies(terms, given)) for v in free(t) if v.sort == REAL}):
        tables[name] = draw(parameters((), exact).map(partial(_signed, signs.get(Variable(name)))))
    return DrawnProblem(tables, chosen)


__all__ = [
    "DrawnProblem",
    "OneStepProblem",
    "labels",
    "one_step_problems",
    "parameters",
    "problems",
    "rewards",
    "rows",
    "simplex",
    "sizes",
]
