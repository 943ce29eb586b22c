"""Checks of estimators, and their outcomes; audits and assertions use the same ones."""

from pgsym.estimators.checks.means import IsGradient, LowerVariance, SameGradient
from pgsym.estimators.checks.outcome import Change, Check, Explanation, Outcome
from pgsym.estimators.checks.padding import PaddingIgnored
from pgsym.estimators.checks.partition import Partition
from pgsym.estimators.checks.samplewise import OrderIgnored, Samplewise, ShiftIgnored

__all__ = [
    "Change",
    "Check",
    "Explanation",
    "IsGradient",
    "LowerVariance",
    "OrderIgnored",
    "Outcome",
    "PaddingIgnored",
    "Partition",
    "SameGradient",
    "Samplewise",
    "ShiftIgnored",
]
