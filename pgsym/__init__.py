"""pgsym: derive, decide, refute and teach policy gradients, exactly.

The words of a derivation are here; what else there is lies one level down:

- `pgsym.terms`: writing terms; `pgsym.problems`: settings to write them in
- `pgsym.rules`: what may be done to a line
- `pgsym.decide`: `decide` and `counterexample`
- `pgsym.meaning.tables` and `pgsym.meaning.exact`: a term's value at your tables, or written out in SymPy
- `pgsym.catalogue`, `pgsym.derivations`: every claim and derivation there is
- `pgsym.testing`: assertions and Hypothesis strategies for your own tests
"""

from typing import TYPE_CHECKING, Any

from pgsym.errors import PgsymError
from pgsym.show import show

if TYPE_CHECKING:
    from pgsym.kernel import Derivation, Lemma, Step, Theorem
    from pgsym.records import replay

__version__ = "0.1.0"
__all__ = ["Derivation", "Lemma", "PgsymError", "Step", "Theorem", "__version__", "replay", "show"]


def __getattr__(name: str) -> Any:
    """What the kernel gives, imported when it is asked for: NumPy and SymPy take a while."""
    if name in __all__:
        from pgsym import kernel, records

        return getattr(records if name == "replay" else kernel, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
