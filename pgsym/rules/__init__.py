"""What may be done: the rules, one file a family."""

from pgsym.rules.algebra import Backwards, CancelFraction, Rearrange
from pgsym.rules.base import Rewrite, Rule
from pgsym.rules.calculus import (
    DifferentiateExp,
    DifferentiateLog,
    GradientOfConstant,
    LogDerivative,
    MoveGradientInside,
    MultiplyByOne,
    ProductRule,
)
from pgsym.rules.expectation import (
    ConditionalExpectation,
    ExpectationOfConstant,
    OneRoundOfMany,
    ReadSumAsExpectation,
    WriteExpectationAsSum,
)
from pgsym.rules.indicators import (
    AbsoluteProbability,
    IndicatorOfSame,
    InsertIndicator,
    Sift,
    SplitSumAt,
    UseComplement,
    UseIndicator,
)
from pgsym.rules.linearity import DistributeOverAddition, ExchangeWithSum, PullOutConstant, SumOfEqualTerms
from pgsym.rules.logarithm import ExpandLog
from pgsym.rules.probability import TotalProbability, Unfold

__all__ = [
    "AbsoluteProbability",
    "Backwards",
    "CancelFraction",
    "ConditionalExpectation",
    "DifferentiateExp",
    "DifferentiateLog",
    "DistributeOverAddition",
    "ExchangeWithSum",
    "ExpandLog",
    "ExpectationOfConstant",
    "GradientOfConstant",
    "IndicatorOfSame",
    "InsertIndicator",
    "LogDerivative",
    "MoveGradientInside",
    "MultiplyByOne",
    "OneRoundOfMany",
    "ProductRule",
    "PullOutConstant",
    "ReadSumAsExpectation",
    "Rearrange",
    "Rewrite",
    "Rule",
    "Sift",
    "SplitSumAt",
    "SumOfEqualTerms",
    "TotalProbability",
    "Unfold",
    "UseComplement",
    "UseIndicator",
    "WriteExpectationAsSum",
]
