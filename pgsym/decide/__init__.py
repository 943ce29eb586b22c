"""Is it true: identities decided exactly, and the smallest counterexample to what is not."""

from pgsym.decide.equality import counterexample, decide
from pgsym.decide.every_instance import Grid, exhaustive
from pgsym.decide.field import Potential, potential
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.order import decide_order
from pgsym.decide.sizes import Size
from pgsym.decide.verdicts import Evidence, Rung, Verdict

__all__ = [
    "Counterexample",
    "Evidence",
    "Grid",
    "Potential",
    "Rung",
    "Size",
    "Verdict",
    "counterexample",
    "decide",
    "decide_order",
    "exhaustive",
    "potential",
]
