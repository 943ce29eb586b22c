"""Claims: a statement, the expected verdict, and the derivation that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pgsym.decide.agreement.points import differs_at
from pgsym.decide.closed_form import cancels, is_closed
from pgsym.decide.decision import Sizes, decide
from pgsym.decide.limits import TIME_LIMIT
from pgsym.decide.propositions import AtMost, Comparison, Equal, Relation
from pgsym.decide.sizes import Size, up_to
from pgsym.decide.verdicts import Rung, Verdict
from pgsym.errors import InstanceError, PgsymError, UnknownName
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term, lift
from pgsym.terms.printers.latex import latex
from pgsym.terms.sorts import LETTERS
from pgsym.user_code import shortened

if TYPE_CHECKING:
    import sympy

    from pgsym.meaning.validation import Table

Exact: TypeAlias = "Fraction | int | str | sympy.Expr"


@dataclass(frozen=True, eq=False)
class Example:
    """A worked example of a claim: an instance, and the exact values of some terms at it.

    `tables` are those of `pgsym.values.problem`, conditions before outcomes, with entries such as "1/3"; a
    policy with tied parameters is a `pgsym.values.log_linear`.  `worth` pairs terms with their exact
    values (of a gradient: one for each coordinate; of a matrix: its rows); `at` gives free states and actions their
    values from 0, `sizes` a horizon or a batch size.  Values with logarithms are SymPy expressions, and `numbers` then
    is "symbolic".
    """

    says: str
    tables: Mapping[str, Table]
    worth: tuple[tuple[Term, Exact | tuple[Exact, ...] | tuple[tuple[Exact, ...], ...]], ...]
    given: tuple[Hypothesis, ...] = ()
    at: Mapping[str, int] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    numbers: str = "rational"

    def __post_init__(self) -> None:
        if not (isinstance(self.says, str) and all(isinstance(x, Mapping) for x in (self.tables, self.at, self.sizes))):
            raise InstanceError("an example needs a sentence, tables by name, and the values of terms")
        if not isinstance(self.worth, tuple) or not all(isinstance(x, tuple) and len(x) == 2 for x in self.worth):
            raise InstanceError(f"an example pairs terms with their values, as in ((term, 1),): {self.worth!r:.60}")
        object.__setattr__(self, "worth", tuple((lift(term), said) for term, said in self.worth))

    def values(self) -> Iterator[tuple[Term, tuple[Exact, ...], tuple[Exact, ...]]]:
        """Each term with its stated value and its computed value."""
        from pgsym.meaning.tables import problem, value

        if self.numbers not in ("rational", "symbolic"):
            raise InstanceError(f'an example is exact: its numbers are "rational" or "symbolic", not {self.numbers!r}')
        terms = [t for t, _ in self.worth]
        instance = problem(self.tables, terms, self.given, self.numbers, (), **self.sizes)
        for term, said in self.worth:
            found = value(term, instance, self.at, undefined="undefined")
            yield term, _exact(said), _exact(found)

    def record(self) -> dict[str, object]:
        """The instance as JSON-ready data."""
        return {
            "says": self.says,
            "tables": {name: _strings(table) for name, table in self.tables.items()},
            "sizes": dict(self.sizes),
            "at": dict(self.at),
            "worth": [[str(term), [str(x) for x in _exact(said)]] for term, said in self.worth],
        }

    def slips(self) -> tuple[str, ...]:
        """The stated values that are wrong, in words; empty if all are right."""
        return tuple(
            f"{term} is ({', '.join(map(str, found))}), not ({', '.join(map(str, said))})"
            for term, said, found in self.values()
            if len(said) != len(found) or not all(map(_same, said, found))
        )


def _strings(table: object) -> object:
    return [_strings(row) for row in table] if isinstance(table, list | tuple) else str(table)


def _exact(values: object) -> tuple[Exact, ...]:
    entries = values if isinstance(values, tuple) else (values,)
    if any(isinstance(x, tuple) for x in entries):  # a matrix, row by row
        return tuple(x for row in entries for x in _exact(row))
    return tuple(map(_exact_entry, entries))


def _exact_entry(x: Exact) -> Exact:
    if isinstance(x, float):
        raise InstanceError(f'an example has the value {x}, a float: give a fraction such as "1/3", or an int')
    if x == "undefined" or not isinstance(x, int | str):
        return x
    try:
        return Fraction(x)
    except (ValueError, ZeroDivisionError):
        raise InstanceError(f'an example has the value {x!r}: give a fraction such as "1/3", or "undefined"') from None


def _same(x: Exact, y: Exact) -> bool:
    if isinstance(x, Fraction | str) and isinstance(y, Fraction | str):
        return x == y
    import sympy

    return not {"undefined"} & {x, y} and cancels(sympy.sympify(x) - sympy.sympify(y))


def _tuple_of(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, tuple) and all(isinstance(x, kind) for x in value)


def _of(*kinds: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


def _are_sizes(value: object) -> bool:
    return value is None or (isinstance(value, tuple | list) and all(isinstance(x, Mapping) for x in value))


FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "says": (_of(str), "a sentence"),
    "given": (_tuple_of(Hypothesis), "a tuple of hypotheses such as (Positive(π),)"),
    "expected": (_of(Rung), "a Rung"),
    "remark": (_of(str), "a text"),
    "repaired_by": (_tuple_of(str), "a tuple of ids"),
    "step": (lambda step: step is None or _of(int)(step), "the number of a step"),
    "source": (_of(str), "a text"),
    "relation": (_of(Relation), "a Relation"),
    "derivation": (_of(str), "the name of a script"),
    "examples": (_tuple_of(Example), "a tuple of Examples"),
    "sizes": (_are_sizes, 'a tuple of mappings such as ({"S": 2},)'),
}
"""The checks of a claim's fields, because claims come from users' files."""


@dataclass(frozen=True)
class Claim:
    """lhs = rhs (or lhs ≤ rhs) under some hypotheses, claimed true or claimed false.

    `says` is the statement in words (with inline $…$), and `remark` a comment on it.  `derivation` names the script
    that shows it, and `step` the line of this derivation, if the claim is a line.  `repaired_by` names the claims that
    repair a refuted claim; `examples` are worked examples.  A true order may give its `slack`: a term that equals
    rhs − lhs and whose form shows that it is never negative.
    """

    id: str
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
    derivation: str = ""
    examples: tuple[Example, ...] = ()
    slack: Term | None = None
    sizes: tuple[Mapping[str, int], ...] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.id, str):
            raise UnknownName(f"{self.id!r:.60} is not an id: use words joined by hyphens, such as my-identity")
        for side in ("lhs", "rhs"):
            object.__setattr__(self, side, lift(getattr(self, side)))
        if self.slack is not None:
            object.__setattr__(self, "slack", lift(self.slack))
        for name in ("given", "repaired_by", "examples"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        for name, (fits, what) in FIELDS.items():
            if not fits(getattr(self, name)):
                raise PgsymError(f"{self.id}: {name} is {what}, not {shortened(getattr(self, name))}")
        if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", self.id):
            raise UnknownName(f"{self.id!r} is not an id: use words joined by hyphens, such as my-identity")
        if self.expected not in (Rung.DECIDED, Rung.EXACT, Rung.TESTED, Rung.REFUTED):
            raise PgsymError(f"{self.id}: a claim is expected to be true or refuted, not {self.expected}")

    @property
    def title(self) -> str:
        """The id in words."""
        return self.id.replace("-", " ")

    @cached_property
    def proposition(self) -> Comparison:
        """The proposition that is decided."""
        if self.relation is Relation.AT_MOST:
            return AtMost(self.lhs, self.rhs, self.given, self.slack)
        return Equal(self.lhs, self.rhs, self.given)

    @property
    def is_about_instances(self) -> bool:
        """Whether it is about all instances of some sizes, and not about closed forms."""
        return not (is_closed(self.lhs) or is_closed(self.rhs))

    @property
    def statement(self) -> str:
        """The statement as LaTeX."""
        return f"{latex(self.lhs)} {self.relation.latex()} {latex(self.rhs)}"

    def decide(self, sizes: Sizes | None = None, time_limit: float = TIME_LIMIT) -> Verdict:
        """The verdict on the statement at `sizes`, by default at the claim's own sizes or else at the usual ones.

        A claim names sizes to limit the cost.  It cannot hide thereby that it is false at smaller sizes: these are
        searched too, and a restriction of sizes must be a hypothesis, such as HowMany or Rounds.  Work that cannot be
        estimated ends after `time_limit` seconds.
        """
        if sizes is not None or self.sizes is None or not self.is_about_instances:
            return decide(self.proposition, sizes=sizes, time_limit=time_limit)
        verdict = decide(self.proposition, sizes=self.sizes, time_limit=time_limit)
        return (self._refuted_elsewhere(time_limit) or verdict) if verdict.is_true else verdict

    def _refuted_elsewhere(self, time_limit: float) -> Verdict | None:
        """The verdict at the smallest size at which the claim is found to be false, or None.

        The search covers all sizes with at most two of everything, and sizes with three values of one sort and few of
        the others.
        """
        stated = self.proposition
        shown = stated.shown_by if isinstance(stated, AtMost) else None
        equation = shown or stated.as_equation
        names, given = equation.size_names, equation.relevant
        twos = dict.fromkeys(names, 2)
        threes = [Size.of({**twos, "S": 1, letter: 3}).only(names) for letter in LETTERS if letter in names]
        decided = {Size.of(s).only(names) for s in self.sizes or ()}
        for size in (*up_to([Size.of(twos)]), *threes):
            if size not in decided and size.instances(names, given) and differs_at(equation, size):
                verdict = decide(stated, sizes=(size,), time_limit=time_limit)
                if verdict.rung is Rung.REFUTED:
                    return verdict
        return None

    def slips(self) -> tuple[str, ...]:
        """The wrong values in its examples, in words."""
        return tuple(slip for example in self.examples for slip in example.slips())


__all__ = ["Claim", "Exact", "Example"]
