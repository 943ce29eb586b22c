"""What can go wrong, each with one line for the person who reads it."""

from __future__ import annotations


class PgsymError(Exception):
    """The root of every error that pgsym raises on purpose."""


class SortError(PgsymError):
    """A term that says nothing, such as a product of two vectors or a sum of a vector and a number."""


class UnboundVariable(PgsymError):
    """A variable that nothing binds and no instance gives a value."""


class PlaceNotFound(PgsymError):
    """A step was asked for at a place that the line does not have, or has more than once."""


class RuleDoesNotApply(PgsymError):
    """A rule met a term that is not of its form, or whose side condition fails.

    >>> raise RuleDoesNotApply("MultiplyByOne", "r(s, a)", "it is not a gradient")
    Traceback (most recent call last):
    pgsym.errors.RuleDoesNotApply: MultiplyByOne does not apply to r(s, a): it is not a gradient
    """

    def __init__(self, rule: str, term: object, reason: str):
        super().__init__(f"{rule} does not apply to {term}: {reason}")
        self.rule, self.term, self.reason = rule, term, reason


class MissingHypothesis(PgsymError):
    """A step needs a hypothesis that the derivation does not assume."""


class ContradictoryHypotheses(PgsymError):
    """Hypotheses that cannot hold at once: of nothing, everything is true."""


class StepRefuted(PgsymError):
    """A step changes the value of the line; `verdict` carries the counterexample."""

    def __init__(self, message: str, verdict: object):
        super().__init__(message)
        self.verdict = verdict


class RecordRefused(PgsymError):
    """A recorded derivation that does not replay: it was tampered with, or made by other rules."""


class InstanceError(PgsymError):
    """Tables that are not a problem: a wrong shape, a row that is not a distribution, a NaN."""


class OutsideNumberSystem(PgsymError):
    """A value that the number system cannot hold, such as the logarithm of a rational."""


class UndefinedValue(PgsymError):
    """A value that does not exist at an instance: a division by zero or the logarithm of zero."""


class ReadingsDisagree(PgsymError):
    """Two independent readings of a term find different values: a fault of pgsym, and nothing is claimed."""


class TooLarge(PgsymError):
    """Work refused before it starts, with its estimate and the alternative."""


class TermTooDeep(PgsymError):
    """A term that is nested more deeply than Python's stack reaches; the message says what to do."""


class UnknownName(PgsymError):
    """A name that nothing bears; the message suggests the nearest one that exists."""


class UnusableOption(PgsymError):
    """An option of the command line that cannot be read."""


class ReportError(PgsymError):
    """A report that could not be made or written."""


class EstimatorError(PgsymError):
    """An estimator or a loss that cannot be judged: wrong shapes, integers, randomness of its own, no gradient."""


class NotFinite(EstimatorError):
    """An estimator that says NaN or infinity of a sample."""
