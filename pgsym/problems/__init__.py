"""Settings to derive in: each offers its symbols, its hypotheses and its objective as attributes."""

from pgsym.problems.autoregressive_problem import Autoregressive, autoregressive
from pgsym.problems.classification_problem import Classification, classification
from pgsym.problems.critic_problem import Critics, critics
from pgsym.problems.group_problem import Groups, groups
from pgsym.problems.noisy import NoisyLabels, NoisyRewards, noisy_labels, noisy_rewards
from pgsym.problems.one_step_problem import OneStep, one_step
from pgsym.problems.sequence import Sequences, sequences
from pgsym.problems.trajectory import Trajectories, trajectories

__all__ = [
    "Autoregressive",
    "Classification",
    "Critics",
    "Groups",
    "NoisyLabels",
    "NoisyRewards",
    "OneStep",
    "Sequences",
    "Trajectories",
    "autoregressive",
    "classification",
    "critics",
    "groups",
    "noisy_labels",
    "noisy_rewards",
    "one_step",
    "sequences",
    "trajectories",
]
