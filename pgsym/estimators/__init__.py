"""The exact mean, bias and covariance of any gradient estimator, by enumeration of its samples."""

from pgsym.estimators.comparison import Comparison, Kind
from pgsym.estimators.enumeration import moments
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.estimator import Estimator, from_advantages
from pgsym.estimators.exact_moments import Moments
from pgsym.estimators.listing import bandit, contexts, from_mdp, sequences, tree
from pgsym.estimators.losses import from_jax, from_torch
from pgsym.estimators.objectives import Objective, entropy, expected_return, forward_kl, kl
from pgsym.estimators.samples import COLUMNS, SHARED, Samples

__all__ = [
    "COLUMNS",
    "SHARED",
    "Comparison",
    "Episodes",
    "Estimator",
    "Kind",
    "Moments",
    "Objective",
    "Samples",
    "bandit",
    "contexts",
    "entropy",
    "expected_return",
    "forward_kl",
    "from_advantages",
    "from_jax",
    "from_mdp",
    "from_torch",
    "kl",
    "moments",
    "sequences",
    "tree",
]
