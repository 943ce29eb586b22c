"""Small problems for audits, for the catalogue and for the diagnosis, all made by `Shape`."""

from pgsym.estimators.problems.audited import Case, cases
from pgsym.estimators.problems.scope import BATCHES, Scope, objective_named
from pgsym.estimators.problems.shape import KINDS, Shape

__all__ = ["BATCHES", "KINDS", "Case", "Scope", "Shape", "cases", "objective_named"]
