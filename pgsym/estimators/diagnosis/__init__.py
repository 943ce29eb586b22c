"""A guess in words at what is wrong with an estimator, by holding it to the estimators that known slips make."""

from pgsym.estimators.diagnosis.guesses import Hint, guess
from pgsym.estimators.diagnosis.observations import Observation, observe_all, observed
from pgsym.estimators.diagnosis.probes import different

__all__ = ["Hint", "Observation", "different", "guess", "observe_all", "observed"]
