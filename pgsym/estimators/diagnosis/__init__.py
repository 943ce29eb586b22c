"""A diagnosis of a wrong estimator, by comparison with estimators that contain known mistakes."""

from pgsym.estimators.diagnosis.guesses import Hint, guess
from pgsym.estimators.diagnosis.observations import Observation, observe_all, observed
from pgsym.estimators.diagnosis.probes import different

__all__ = ["Hint", "Observation", "different", "guess", "observe_all", "observed"]
