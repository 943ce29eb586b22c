"""Parameters that are held fixed while θ is differentiated: stop-gradients, and gradients at θ = θ'."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.rules.base import Rewrite, Rule
from pgsym.terms.hypotheses import Frozen
from pgsym.terms.nodes import Gradient, Variable
from pgsym.terms.places import Place
from pgsym.terms.structure import free, substitute, walk


@dataclass(frozen=True)
class Release(Rule):
    """f(θ') → f(θ), where θ' = θ is held fixed and no ∇ reaches θ'.

    After differentiation, θ' may be replaced by θ.  Refuses a place under ∇, a term with θ' under ∇, and a term without
    θ'.
    """

    frozen: Variable
    at: Variable
    source = "the gradient is taken at θ = θ'"

    def rewrite(self, place: Place) -> Rewrite:
        if self.frozen not in free(place.term):
            raise self.refuse(place.term, f"it does not mention {self.frozen.name}")
        if place.under:
            raise self.refuse(place.term, f"it stands under ∇_{place.under[0].name}")
        for part in walk(place.term):
            if isinstance(part, Gradient) and self.frozen in free(part):
                raise self.refuse(place.term, f"{self.frozen.name} is held fixed under {part}")
        return Rewrite(substitute(place.term, {self.frozen: self.at}), frozenset({Frozen(self.frozen, self.at)}))
