"""Rules for independent rounds: expectations over one round, or over two different rounds."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.rules.base import Rewrite, Rule, opened, replaced, separate_draws, union
from pgsym.rules.time import before, not_after
from pgsym.terms.build import expect
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Apply, Expectation, Law, Product, Range, Term, Variable, factors
from pgsym.terms.places import Place
from pgsym.terms.sign import Needs
from pgsym.terms.structure import free, instantiate, product, walk


@dataclass(frozen=True)
class OneRoundOfMany(Rule):
    """E_{B∼P^N}[f(s_i, a_i)] → E_{s∼D, a∼π}[f(s, a)] for one of the rounds i = 1, …, N.

    Refuses a body that mentions several rounds, or an index that does not run from 1 to N.
    """

    rounds: Definition
    states: Variable
    actions: Variable
    source = "a marginal of independent draws is the law of one draw"

    def rewrite(self, place: Place) -> Rewrite:
        many = _ManyRounds.at(place, self.rounds, self)
        indices = _indices(many.body, many.batch)
        if len(indices) != 1:
            raise self.refuse(place.term, f"it mentions {len(indices)} rounds, not one")
        (index,) = indices
        if not isinstance(index, Variable) or dict(place.opened).get(index) != many.over:
            raise self.refuse(place.term, f"{index} does not run over the rounds")
        return Rewrite(many.of_one(many.body, index, self.states, self.actions), frozenset({self.rounds}))


@dataclass(frozen=True)
class TwoRoundsOfMany(Rule):
    """E_{B∼P^N}[f(s_i, a_i) g(s_j, a_j)] → E_{s∼D, a∼π}[f(s, a)] E_{s∼D, a∼π}[g(s, a)], i ≠ j.

    Refuses a body that does not mention exactly two rounds, a factor that mentions both, and indices that the ranges in
    scope do not show to be different and among 1, …, N.
    """

    rounds: Definition
    states: Variable
    actions: Variable
    source = "the mean of a product of independent quantities is the product of their means"

    def rewrite(self, place: Place) -> Rewrite:
        many = _ManyRounds.at(place, self.rounds, self)
        indices = sorted(_indices(many.body, many.batch), key=str)
        if len(indices) != 2:
            raise self.refuse(place.term, f"it mentions {len(indices)} rounds, not two")
        needs = self._different(place, many.over, *indices)
        shares: dict[Term, list[Term]] = {index: [] for index in indices}
        outside: list[Term] = []
        for factor in factors(many.body):
            found = _indices(factor, many.batch)
            if len(found) > 1:
                raise self.refuse(place.term, f"{factor} mentions both rounds")
            (shares[found.pop()] if found else outside).append(factor)
        means = [many.of_one(product(*share), index, self.states, self.actions) for index, share in shares.items()]
        return Rewrite(product(*outside, *means), needs | {self.rounds})

    def _different(self, place: Place, over: Range, i: Term, j: Term) -> Needs:
        """The hypotheses under which two indices are different rounds among all."""
        apart = before(i, j, place.opened)
        if apart is None:
            apart = before(j, i, place.opened)
        if apart is None:
            raise self.refuse(place.term, f"{i} and {j} are not known to be different rounds")
        within = union(not_after(*pair, place.opened) for k in (i, j) for pair in ((over.first, k), (k, over.last)))
        if within is None:
            raise self.refuse(place.term, f"{i} and {j} are not known to be among the rounds")
        return apart | within


def _indices(term: Term, batch: Variable) -> set[Term]:
    """The indices of the rounds that a term mentions."""
    return {t.arguments[1] for t in walk(term) if isinstance(t, Apply) and t.arguments[:1] == (batch,)}


@dataclass(frozen=True)
class _ManyRounds:
    """An expectation over many rounds: the batch, the averaged term, and the law, which is a product over rounds."""

    place: Place
    rule: Rule
    batch: Variable
    body: Term
    mass: Product
    over: Range

    @classmethod
    def at(cls, place: Place, rounds: Definition, rule: Rule) -> _ManyRounds:
        match place.term:
            case Expectation(Law(symbol, given), _) if symbol == rounds.symbol:
                batch, body = opened(place.term, place)
                mass = rounds.unfold((batch, *given))
                if isinstance(mass, Product) and isinstance(mass.over, Range):
                    return cls(place, rule, batch, body, mass, mass.over)
                raise rule.refuse(place.term, f"{rounds} is not a product over rounds")
        raise rule.refuse(place.term, f"it is not an expectation over {rounds.symbol.name}")

    def of_one(self, body: Term, index: Term, *names: Variable) -> Term:
        """The expectation over one round of a term that mentions no other round."""
        separate = separate_draws(factors(instantiate(self.mass.scope.body, index)), *names)
        if separate is None:
            raise self.rule.refuse(self.place.term, "its law is not a product of independent draws")
        laws, drawn = separate
        out = replaced(body, drawn)
        if self.batch in free(out):
            raise self.rule.refuse(self.place.term, "it mentions more of the batch than one round")
        return expect(out, *laws)
