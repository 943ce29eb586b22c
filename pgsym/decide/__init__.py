"""Is it true: identities decided exactly, and the smallest counterexample to what is not."""

from pgsym.decide.decision import counterexample, decide
from pgsym.decide.every_instance import Grid, exhaustive
from pgsym.decide.field import Potential
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.propositions import AtMost, Equal, IsGradient, Proposition, Relation
from pgsym.decide.sizes import Size
from pgsym.decide.verdicts import Evidence, Rung, Verdict

__all__ = [
    "AtMost",
    "Counterexample",
    "Equal",
    "Evidence",
    "Grid",
    "IsGradient",
    "Potential",
    "Proposition",
    "Relation",
    "Rung",
    "Size",
    "Verdict",
    "counterexample",
    "decide",
    "exhaustive",
]
