"""A guess in words at what is wrong with an estimator, by holding it to the estimators that known slips make."""

from pgsym.estimators.hints.guess import Hint, guess

__all__ = ["Hint", "guess"]
