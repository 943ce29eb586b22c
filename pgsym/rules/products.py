"""A rule for products over times."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.nodes import Multiply, Product, factors
from pgsym.terms.places import Place
from pgsym.terms.structure import instantiate, product, scope


@dataclass(frozen=True)
class MergeProducts(Rule):
    """Π_t f · h · Π_t g → Π_t (f g) · h, both over the same range.

    Refuses if no two factors are products over the same range.
    """

    source = "products may be taken in any order"

    def rewrite(self, place: Place) -> Rewrite:
        if isinstance(place.term, Multiply):
            xs = list(factors(place.term))
            for i, first in enumerate(xs):
                for j, second in enumerate(xs[i + 1 :], i + 1):
                    if isinstance(first, Product) and isinstance(second, Product) and first.over == second.over:
                        t, f = opened(first, place)
                        merged = Product(first.over, scope(t, product(f, instantiate(second.scope.body, t))))
                        return Rewrite(product(*xs[:i], merged, *xs[i + 1 : j], *xs[j + 1 :]))
        raise self.refuse(place.term, "no two factors are products over the same range")
