"""Settings to derive in."""

from pgsym.problems.classification import Classification, classification
from pgsym.problems.one_step import OneStep, one_step
from pgsym.problems.trajectory import Trajectories, trajectories

__all__ = ["Classification", "OneStep", "Trajectories", "classification", "one_step", "trajectories"]
