"""pgsym: derive, decide, refute and teach policy gradients, exactly.

This package has the names that derivations need; the other public names are one level down:

- `pgsym.terms`: terms; `pgsym.problems`: settings in which to write them
- `pgsym.rules`: the steps of a derivation
- `pgsym.mdps`: finite MDPs with numbers, from arrays or from Gymnasium
- `pgsym.decide`: `decide` and `counterexample`
- `pgsym.values`: the values of terms at your own tables, and terms written out in SymPy
- `pgsym.claims`, `pgsym.derivations`: all claims and derivations
- `pgsym.testing`: assertions and Hypothesis strategies for your own tests
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgsym import hooks
from pgsym.errors import PgsymError
from pgsym.namespaces import lazily
from pgsym.version import __version__

if TYPE_CHECKING:
    import sympy

    from pgsym.cli.printing import show
    from pgsym.kernel import Derivation, Lemma, Step, Theorem
    from pgsym.records import replay
    from pgsym.rules.base import Rule
    from pgsym.terms.nodes import Term

__all__ = ["Derivation", "Lemma", "PgsymError", "Step", "Theorem", "__version__", "replay", "show"]


__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("Derivation", "Lemma", "Step", "Theorem"), "pgsym.kernel"),
        "replay": "pgsym.records",
        "show": "pgsym.cli.printing",
    },
)


def _to_sympy(term: Term) -> sympy.Expr:
    from pgsym.meaning.written_out.exact import to_sympy

    return to_sympy(term)


def _replay(record: dict[str, Any], custom: tuple[type[Rule], ...]) -> Theorem:
    from pgsym.records import replay

    return replay(record, custom)


hooks.fill(to_sympy=_to_sympy, replay=_replay)
