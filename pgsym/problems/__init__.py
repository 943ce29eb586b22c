"""Settings to derive in."""

from pgsym.problems.classification import Classification, classification
from pgsym.problems.one_step import OneStep, one_step

__all__ = ["Classification", "OneStep", "classification", "one_step"]
