"""Claims: a statement, what is expected of it, and where it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.decide.identities import Sizes, decide
from pgsym.decide.orders import decide_order
from pgsym.decide.verdicts import Relation, Rung, Verdict
from pgsym.errors import PgsymError
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.latex import latex
from pgsym.terms.nodes import Term


@dataclass(frozen=True)
class Claim:
    """lhs = rhs (or lhs ≤ rhs) under some hypotheses, claimed true or claimed false.

    `row` places it in the ledger, `says` puts it in words (with inline $…$), `remark` adds what one should know,
    `step` is the line of the derivation that it is, and a refuted claim names the claims that repair it.
    """

    id: str
    row: float
    says: str
    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...] = ()
    expected: Rung = Rung.DECIDED
    remark: str = ""
    repaired_by: tuple[str, ...] = ()
    step: int | None = None
    source: str = ""
    relation: Relation = Relation.EQUAL

    def __post_init__(self) -> None:
        if self.expected not in (Rung.DECIDED, Rung.EXACT, Rung.TESTED, Rung.REFUTED):
            raise PgsymError(f"{self.id}: a claim is expected to be true or refuted, not {self.expected}")

    @property
    def title(self) -> str:
        """The id in words."""
        return self.id.replace("-", " ")

    @property
    def statement(self) -> str:
        """The statement as LaTeX."""
        return f"{latex(self.lhs)} {self.relation.latex()} {latex(self.rhs)}"

    def decide(self, sizes: Sizes | None = None) -> Verdict:
        """The verdict on the statement, at the usual sizes or at others."""
        if self.relation is Relation.AT_MOST:
            return decide_order(self.lhs, self.rhs, self.given, sizes)
        return decide(self.lhs, self.rhs, self.given, sizes)
