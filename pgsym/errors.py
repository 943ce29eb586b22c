"""The exceptions of pgsym; each message is one line that says what is wrong and what to do."""

from __future__ import annotations


class PgsymError(Exception):
    """The base class of all errors that pgsym raises on purpose."""


class SortError(PgsymError):
    """A term without meaning, such as a product of two vectors or a sum of a vector and a number."""


class UnboundVariable(PgsymError):
    """A free variable to which the instance gives no value."""


class PlaceNotFound(PgsymError):
    """A step at a place that does not occur in the line, or occurs more than once."""


class RuleDoesNotApply(PgsymError):
    """A rule was applied to a term that does not match its schema or fails its side condition.

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
    """Hypotheses that contradict each other; from them everything would follow."""


class StepRefuted(PgsymError):
    """A step changes the value of the line; `verdict` carries the counterexample."""

    def __init__(self, message: str, verdict: object):
        super().__init__(message)
        self.verdict = verdict


class RecordRefused(PgsymError):
    """A recorded derivation that cannot be derived again: it was altered, or made with other rules."""


class InstanceError(PgsymError):
    """Tables that are not a problem: a wrong shape, a row that is not a distribution, a NaN."""


class OutsideNumberSystem(PgsymError):
    """A value that the number system cannot represent, such as the logarithm of a rational number."""


class UndefinedValue(PgsymError):
    """An undefined value at an instance: a division by zero or the logarithm of zero."""


class ReadingsDisagree(PgsymError):
    """Two independent evaluations of a term differ: a bug in pgsym; no verdict is given."""


class TooLarge(PgsymError):
    """A computation that is refused before it starts; the message has the estimated cost and an alternative."""


class TermTooDeep(PgsymError):
    """A term that is nested too deeply for Python's stack; the message says what to do."""


class UnknownName(PgsymError):
    """An unknown name; the message suggests the most similar known one."""


class UnusableOption(PgsymError):
    """An invalid option or argument of the command line."""


class ReportError(PgsymError):
    """A report that cannot be made or written."""


class EstimatorError(PgsymError):
    """An estimator or a loss that cannot be tested: wrong shapes, integer results, its own randomness, no gradient."""


class NotFinite(EstimatorError):
    """An estimator that returns NaN or infinity for a sample."""
