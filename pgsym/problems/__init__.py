"""Settings to derive in, and finite MDPs to have numbers on."""

from pgsym.problems.autoregressive_problem import Autoregressive, autoregressive
from pgsym.problems.classification_problem import Classification, classification
from pgsym.problems.critic_problem import Critics, critics
from pgsym.problems.environments import from_gymnasium
from pgsym.problems.group_problem import Groups, groups
from pgsym.problems.mdp import FiniteMDP, from_arrays
from pgsym.problems.noisy import NoisyLabels, NoisyRewards, noisy_labels, noisy_rewards
from pgsym.problems.one_step_problem import OneStep, one_step
from pgsym.problems.sequence import Sequences, sequences
from pgsym.problems.softmax import LinearSoftmax, TabularSoftmax
from pgsym.problems.trajectory import Trajectories, trajectories
from pgsym.problems.values import gradient, hessian_vector, objective

__all__ = [
    "Autoregressive",
    "Classification",
    "Critics",
    "FiniteMDP",
    "Groups",
    "LinearSoftmax",
    "NoisyLabels",
    "NoisyRewards",
    "OneStep",
    "Sequences",
    "TabularSoftmax",
    "Trajectories",
    "autoregressive",
    "classification",
    "critics",
    "from_arrays",
    "from_gymnasium",
    "gradient",
    "groups",
    "hessian_vector",
    "noisy_labels",
    "noisy_rewards",
    "objective",
    "one_step",
    "sequences",
    "trajectories",
]
