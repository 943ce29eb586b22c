"""Values of logarithms, exponentials and absolute values, expanded as far as their arguments allow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

import numpy as np

from pgsym.errors import OutsideNumberSystem, UndefinedValue
from pgsym.meaning.contraction.elimination import Contraction
from pgsym.meaning.contraction.factors import VALUES, ZERO, Factor, Value, is_zero
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.bounds import Bounds
from pgsym.meaning.numbers.factored import prime_powers
from pgsym.terms.builtins import ABS, EXP, LOG, POWER
from pgsym.terms.meaning import Environment, Meaning, counted
from pgsym.terms.nodes import (
    Add,
    Apply,
    Bound,
    Multiply,
    Number,
    Power,
    Product,
    Quotient,
    Range,
    Term,
    Variable,
)
from pgsym.terms.sorts import INDEX, PARAMETER
from pgsym.terms.structure import loose

AT_KINK = OutsideNumberSystem("|x| is differentiated where x is zero, or max(x, y) or min(x, y) where x is y")
"""The derivative is unknown there; it may still exist, as it does for x |x|."""


@dataclass(frozen=True, eq=False)
class Elementary(Meaning[Value]):
    """Evaluates log, exp and |·| at an instance; `levels` are the parameters of the enclosing gradients."""

    instance: Instance
    contraction: Contraction
    fresh: Iterator[int]
    levels: tuple[Variable, ...] = ()

    @classmethod
    @abstractmethod
    def at(cls, instance: Instance, fresh: Iterator[int] | None = None) -> Self:
        """The evaluator of an instance, which takes the numbers of new axes from `fresh`."""

    @abstractmethod
    def real(self, value: Any) -> Value: ...

    def log(self, argument: Term, environment: Environment, log: Callable[[Value], Value]) -> Value:
        """log of a term, expanded over products, fractions, powers, exponentials and definitions, else by `log`.

        The result is a sum of whole multiples of such logarithms, so its gradient needs only their derivatives.
        In ordered numbers, factors of unknown sign stay together: log(x y) exists if both are negative.  A prime field
        has no order, and the logarithm there is log |x|.
        """
        ordered = self.instance.numbers.ordered
        match argument:
            case Multiply(operands):
                apart, together = self._by_sign(operands)
                logs = [self.log(t, environment, log) for t in apart]
                if together:
                    logs.append(log(self.multiply(tuple([self.read(t, environment) for t in together]))))
                return self.add(tuple(logs))
            case Quotient(numerator, denominator) if len(self._by_sign((numerator, denominator))[1]) < 2:
                minus = self.contraction.constant(Fraction(-1))
                below = self.contraction.multiply(minus, self.log(denominator, environment, log))
                return self.contraction.add(self.log(numerator, environment, log), below)
            case Power(base, exponent) if exponent and (exponent % 2 or not ordered or self._is_non_negative(base)):
                return self.multiply((self.number(Fraction(exponent)), self.log(base, environment, log)))
            case Apply(symbol, (base, times)) if symbol == POWER:
                exponent = counted(self.index(times, environment), times)
                return self.log(Power(base, exponent), environment, log)
            case Product(Range() as over, scope) if not ordered or self._is_non_negative(scope.body):
                return self.add(
                    tuple(self.log(scope.body, (i, *environment), log) for i in self.read(over, environment))
                )
            case Apply(symbol, (inner,)) if symbol == EXP:
                return self.real(self.read(inner, environment))
            case Apply(symbol, (inner,)) if symbol == ABS and not ordered:
                return self.log(inner, environment, log)
            case Bound(index) if isinstance(environment[index], int):
                return self._log_of_number(Fraction(environment[index]))
            case Number(value):
                return self._log_of_number(value)
            case Variable(_, sort) if sort == INDEX:
                return self._log_of_number(Fraction(self.instance.length(argument)))
            case Apply(symbol, arguments) if symbol in self.instance.definitions:
                return self.log(*self.opened(self.instance.definitions[symbol], arguments, environment), log)
        return log(self.real(self.read(argument, environment)))

    def _by_sign(self, operands: tuple[Term, ...]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
        """The factors whose logarithms may be taken separately, and those of unknown sign, which must stay together."""
        if not self.instance.numbers.ordered:
            return operands, ()
        unknown = tuple(t for t in operands if not self._is_non_negative(t))
        if len(unknown) < 2:
            return operands, ()
        return tuple(t for t in operands if t not in unknown), unknown

    def _is_non_negative(self, term: Term) -> bool:
        return self.instance.signs.of(term).at_least_zero

    def _log_of_number(self, value: Fraction) -> Value:
        """The logarithm of a rational, from its prime factors, so that log 4 = 2 log 2 in every number system."""
        if value <= 0 and (value == 0 or self.instance.numbers.ordered):
            raise UndefinedValue(f"log({value}) does not exist")
        out: Value = ZERO
        try:
            both = ((prime_powers(abs(value.numerator)), 1), (prime_powers(value.denominator), -1))
        except OutsideNumberSystem:  # treat a huge number as prime: this can only miss identities
            return self.contraction.log(self.contraction.constant(abs(value)))
        for powers, sign in both:
            for p, k in powers:
                log_p = self.contraction.log(self.contraction.constant(Fraction(p)))
                out = self.contraction.add(out, self.multiply((self.number(Fraction(sign * k)), log_p)))
        return out

    def exp(self, argument: Term, environment: Environment) -> Value:
        """exp of a term, expanded over sums and logarithms, else exp of its value."""
        match argument:
            case Add(operands):
                return self.multiply(tuple(self.exp(t, environment) for t in operands))
            case Multiply((Number(n), *rest)) if n.denominator == 1:
                return self.contraction.power(self.exp(Multiply(tuple(rest)), environment), n.numerator)
            case Multiply((only,)):
                return self.exp(only, environment)
            case Apply(symbol, (inner,)) if symbol == LOG:
                return self.contraction.where_positive(self.real(self.read(inner, environment)))
            case Apply(symbol, arguments) if symbol in self.instance.definitions:
                return self.exp(*self.opened(self.instance.definitions[symbol], arguments, environment))
        return self.contraction.exp(self.real(self.read(argument, environment)))

    def absolute(self, argument: Term, environment: Environment) -> Value:
        """|x|: x times the sign that it has at every instance, or at this one if the numbers are ordered.

        A prime field has no order: there the sign is a separate random element for each x.  |x y| is |x| |y|.  Where x
        is zero and has a nonzero derivative, |x| has no derivative; the instance notes that this may occur.
        """
        match argument:
            case Multiply(operands):
                return self.multiply(tuple(self.absolute(t, environment) for t in operands))
            case Quotient(numerator, denominator):
                return self.quotient(self.absolute(numerator, environment), self.absolute(denominator, environment))
            case Power(base, exponent):
                inner = self.read(base, environment) if exponent % 2 == 0 else self.absolute(base, environment)
                return self.power(inner, exponent)
            case Number(number):
                return self.number(abs(number))
            case Product(Range() as over, scope):
                times = self.read(over, environment)
                return self.multiply(tuple([self.absolute(scope.body, (i, *environment)) for i in times]))
            case Apply(symbol, arguments) if symbol in self.instance.definitions:
                return self.absolute(*self.opened(self.instance.definitions[symbol], arguments, environment))
        value = self.real(self.read(argument, environment))
        if is_zero(value):
            return ZERO
        if isinstance(self.instance.numbers, Bounds) and not self.levels:
            dense = self.contraction.dense(value)
            return dense if dense.outside else Factor({0: self.instance.numbers.absolute(dense.array)}, dense.axes)
        try:
            dense = self._bounds(argument, environment)
            signs = self.instance.numbers.integers(self.instance.bounds.numbers.signs(dense.array))
        except OutsideNumberSystem:
            sign = self.sign_everywhere(argument, environment)
            if sign:
                return self.multiply((self.number(Fraction(sign)), value))
            dense = self.contraction.dense(value)
            if dense.outside:
                return dense
            if sign is None:
                self.instance.has_kinks |= self._moves(dense)
            signs = self.instance.numbers.sign(dense.array)
        size = self.contraction.multiply(Factor({0: signs}, dense.axes), value)
        return (
            self._without_derivative_at_zero(size, value)
            if self.levels and not self.instance.is_checked_again
            else size
        )

    def _bounds(self, term: Term, environment: Environment) -> Factor:
        """Interval bounds of a term over the class of the instance; raises OutsideNumberSystem if there are none.

        The term is evaluated again, in intervals.  A bound variable whose value is already a number of the instance
        has no interval.
        """
        if any(isinstance(environment[i], VALUES) for i in loose(term)):
            raise OutsideNumberSystem("a variable's value is known only at this instance, so there are no bounds")
        bounds = self.at(self.instance.bounds, self.fresh)
        dense = bounds.contraction.dense(bounds.real(bounds.read(term, environment)))
        check_inside(dense)
        return dense

    def sign_everywhere(self, term: Term, environment: Environment = ()) -> int | None:
        """1, −1 or 0: the sign of a term at every instance of the class of this one, or None if it varies."""

        def of_bounds(polynomial: Term) -> int | None:
            try:
                signs = self.instance.bounds.numbers.signs(self._bounds(polynomial, environment).array)
            except OutsideNumberSystem:
                return None
            if (signs >= 0).all():
                return 1 if signs.any() else 0
            return -1 if (signs <= 0).all() else None

        held = {Variable(v, PARAMETER): Variable(at, PARAMETER) for v, at in self.instance.frozen.items()}
        return self.instance.signs.direction(term, held, of_bounds)

    @staticmethod
    def _moves(factor: Factor) -> bool:
        return any(mask and bool(np.any(jet != 0)) for mask, jet in factor.jets.items())

    def _without_derivative_at_zero(self, size: Value, of: Value) -> Value:
        """|x|, its derivatives marked as outside the number system if x is zero somewhere with a nonzero derivative."""
        inside = self.contraction.dense(of)
        still = self.instance.numbers.is_zero(inside.array)
        if not any(mask and bool(np.any((jet != 0) & still)) for mask, jet in inside.jets.items()):
            return size
        out = self.contraction.dense(size)
        return Factor(
            out.jets, out.axes, out.poles, {**out.outside, **dict.fromkeys(filter(None, inside.jets), AT_KINK)}
        )


def check_inside(factor: Factor) -> None:
    """Raise OutsideNumberSystem if the number system cannot represent a value."""
    for reason in factor.outside.values():
        raise reason
