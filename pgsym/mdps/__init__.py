"""Finite MDPs with numbers: tables, Gymnasium environments, softmax policies, and the gradient computed on them."""

from pgsym.mdps.derivatives import gradient, hessian_vector, objective
from pgsym.mdps.gymnasium import from_gymnasium
from pgsym.mdps.mdp import FiniteMDP, from_arrays
from pgsym.mdps.softmax import LinearSoftmax, TabularSoftmax

__all__ = [
    "FiniteMDP",
    "LinearSoftmax",
    "TabularSoftmax",
    "from_arrays",
    "from_gymnasium",
    "gradient",
    "hessian_vector",
    "objective",
]
