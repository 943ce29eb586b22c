"""The rules: the steps of a derivation, one file for each family."""

from collections.abc import Mapping
from types import MappingProxyType

from pgsym.rules.algebra import Backwards, CancelFraction, DropZeros, Rearrange
from pgsym.rules.base import Rewrite, Rule
from pgsym.rules.calculus import (
    DifferentiateExp,
    DifferentiateLog,
    DifferentiatePower,
    GradientOfConstant,
    LogDerivative,
    LogDerivativeOnSupport,
    MoveGradientInside,
    MultiplyByOne,
    ProductRule,
    QuotientRule,
)
from pgsym.rules.expectation import (
    ConditionalExpectation,
    ExpectationOfConstant,
    ReadSumAsExpectation,
    WriteExpectationAsSum,
)
from pgsym.rules.frozen import Release
from pgsym.rules.indicators import (
    AbsoluteProbability,
    IndicatorOfSame,
    IndicatorPower,
    InsertIndicator,
    Sift,
    SplitSumAt,
    UseComplement,
    UseIndicator,
)
from pgsym.rules.linearity import (
    DistributeOverAddition,
    ExchangeWithSum,
    GeometricSum,
    PullOutConstant,
    SumOfEqualTerms,
)
from pgsym.rules.logarithm import ExpandLog
from pgsym.rules.moments import MeanOfSquare, ReadMoment, ScalarsOutOfOuter, WriteMoment
from pgsym.rules.probability import Fold, TotalProbability, Unfold
from pgsym.rules.products import MergeProducts
from pgsym.rules.rounds import OneRoundOfMany, TwoRoundsOfMany
from pgsym.rules.support import ChangeMeasure, ExpandLogRatio
from pgsym.rules.time import ShiftRange, SplitRange, Tower, TrajectoryOfOneStep, WriteOutRange

__all__ = [
    "AbsoluteProbability",
    "Backwards",
    "CancelFraction",
    "ChangeMeasure",
    "ConditionalExpectation",
    "DifferentiateExp",
    "DifferentiateLog",
    "DifferentiatePower",
    "DistributeOverAddition",
    "DropZeros",
    "ExchangeWithSum",
    "ExpandLog",
    "ExpandLogRatio",
    "ExpectationOfConstant",
    "Fold",
    "GeometricSum",
    "GradientOfConstant",
    "IndicatorOfSame",
    "IndicatorPower",
    "InsertIndicator",
    "LogDerivative",
    "LogDerivativeOnSupport",
    "MeanOfSquare",
    "MergeProducts",
    "MoveGradientInside",
    "MultiplyByOne",
    "OneRoundOfMany",
    "ProductRule",
    "PullOutConstant",
    "QuotientRule",
    "ReadMoment",
    "ReadSumAsExpectation",
    "Rearrange",
    "Release",
    "Rewrite",
    "Rule",
    "ScalarsOutOfOuter",
    "ShiftRange",
    "Sift",
    "SplitRange",
    "SplitSumAt",
    "SumOfEqualTerms",
    "TotalProbability",
    "Tower",
    "TrajectoryOfOneStep",
    "TwoRoundsOfMany",
    "Unfold",
    "UseComplement",
    "UseIndicator",
    "WriteExpectationAsSum",
    "WriteMoment",
    "WriteOutRange",
]

OWN: Mapping[str, type[Rule]] = MappingProxyType(
    {
        name: kind
        for name in __all__
        if isinstance(kind := globals()[name], type) and issubclass(kind, Rule) and kind is not Rule
    }
)
"""The rules of pgsym by name.  A record that names one means the class here, whatever else is called so."""
