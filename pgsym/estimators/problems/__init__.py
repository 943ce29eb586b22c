"""Small problems, all made by `Shape`: those of an audit, of the catalogue's grid, and generic ones for a diagnosis."""

from pgsym.estimators.problems.audited import Case, cases
from pgsym.estimators.problems.scope import BATCHES, Scope, objective_named
from pgsym.estimators.problems.shape import KINDS, Shape

__all__ = ["BATCHES", "KINDS", "Case", "Scope", "Shape", "cases", "objective_named"]
