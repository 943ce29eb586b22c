"""Python that rebuilds a counterexample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from pgsym.decide.instances.candidates import Candidate
from pgsym.decide.sizes import Size
from pgsym.meaning.instances import axes_of
from pgsym.meaning.numbers.base import Array
from pgsym.meaning.signature import head
from pgsym.python_source import broken, identifier, literal, string
from pgsym.terms.builtins import INDICATORS
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Gradient, Symbol, Term, Variable
from pgsym.terms.record import to_record
from pgsym.terms.sorts import LETTERS, MATRIX, PARAMETER, PREDEFINED, SORTS, VECTOR
from pgsym.terms.structure import sort_of

WIDTH = 112
RESERVED = {"F", "given", "instance", "left", "right", "problem", "value", "printed", "print"}
RESERVED |= {"from_record", "hypothesis_from_record", "Collective", "Finite"}
SCRIPT = """\
# {size}, an instance at which the two sides differ.  Tables have conditions before outcomes: π[s][a].
from fractions import Fraction as F

{imports}from pgsym.terms.record import from_record{hypotheses}
from pgsym.values import printed, problem, value

{sorts}{symbols}

{left}
{right}
{given}
instance = problem(
    tables={tables},
    terms=[left, right],{options}
)
print("left ", printed(value(left, instance{at}){entry}))
print("right", printed(value(right, instance{at}){entry}))
"""


class Instance(Protocol):
    """A counterexample, as a script reads it; see `pgsym.decide.instances.counterexamples.Counterexample`."""

    @property
    def size(self) -> Size: ...
    @property
    def candidate(self) -> Candidate: ...
    @property
    def at(self) -> tuple[tuple[str, int], ...]: ...
    @property
    def lhs(self) -> tuple[Any, ...]: ...
    @property
    def rhs(self) -> tuple[Any, ...]: ...
    @property
    def entry(self) -> tuple[int, int] | None: ...
    @property
    def lhs_term(self) -> Term: ...
    @property
    def rhs_term(self) -> Term: ...
    @property
    def given(self) -> tuple[Hypothesis, ...]: ...
    @property
    def is_rational(self) -> bool: ...


def python_of(found: Instance) -> str:
    """A short script that rebuilds the counterexample and prints the value of both sides, as it states them.

    >>> from pgsym.decide import counterexample
    >>> from pgsym.problems import classification
    >>> m = classification()
    >>> exec(python_of(counterexample(m.accuracy, m.cross_entropy, m.hypotheses)))
    left  1
    right 0
    """
    names = _Names()
    left = _as_gradient(found.lhs_term, found.rhs_term)
    right = _as_gradient(found.rhs_term, found.lhs_term)
    named = (("left", left), ("right", right))
    records: dict[Term | Hypothesis, list[Any]] = {left: to_record(left), right: to_record(right)}
    records |= {h: to_record(h) for h in found.given}
    sides = [_wrapped(f"{name} = from_record(", records[term], ")", term, names) for name, term in named]
    assumed = [_wrapped("    hypothesis_from_record(", records[h], "),", h, names) for h in found.given]
    own = sorted({s for r in records.values() for s in _strings(r) if s in SORTS} - PREDEFINED)
    tables, logarithmic = found.candidate.tables, found.candidate.logarithmic
    inferred = {
        name for name, sort in LETTERS.items() if any(sort in axes_of(symbol, found.size.lengths) for symbol in tables)
    }
    options = [
        "given=given" if assumed else "",
        "" if found.is_rational else 'numbers="symbolic"',
        _logarithmic(tables, logarithmic),
        *(f"{name}={n}" for name, n in found.size.counts if name not in inferred),
    ]
    return SCRIPT.format(
        size=found.size if found.size.counts else "Numbers",
        imports="from pgsym.terms import Collective, Finite\n" if own else "",
        hypotheses=", hypothesis_from_record" if assumed else "",
        sorts="".join("\n".join(broken(repr(SORTS[name]), "", WIDTH)) + "\n" for name in own) + "\n" * bool(own),
        symbols="\n".join(f"{name} = {record}" for name, record in names.definitions.items()) or "# no symbols",
        left=sides[0],
        right=sides[1],
        given="given = [\n" + "\n".join(assumed) + "\n]\n" if assumed else "",
        tables=_tables(tables, logarithmic, found.candidate.constants),
        options="".join(f"\n    {option}," for option in options if option),
        at=_arguments(found),
        entry=f"[{found.entry[0]}][{found.entry[1]}]" if found.entry else "",
    )


def _strings(record: object) -> Iterator[str]:
    """Every string of a record."""
    if isinstance(record, str):
        yield record
    for part in record if isinstance(record, list) else ():
        yield from _strings(part)


def _wrapped(before: str, record: object, after: str, said: object, names: _Names) -> str:
    """A call on a record, over as many lines as it needs, below a comment that prints the term."""
    indent = before[: len(before) - len(before.lstrip())]
    text = before.lstrip() + names.shown(record) + after
    return "\n".join([f"{indent}# {' '.join(str(said).splitlines())}", *broken(text, indent, WIDTH)])


def _as_gradient(term: Term, other: Term) -> Term:
    """The number 0 beside a gradient or a matrix as ∇0 or ∇∇0, which has as many entries."""
    orders = [{VECTOR: 1, MATRIX: 2}.get(sort_of(t), 0) for t in (term, other)]
    for _ in range(orders[0], orders[1]):
        term = Gradient(Variable("θ", PARAMETER), term)
    return term


class _Names:
    """Python names for the records of symbols, so that a term is written with them."""

    def __init__(self) -> None:
        self.definitions: dict[str, str] = {}

    def shown(self, record: object) -> str:
        """A record as Python, its symbols by name."""
        match record:
            case ["symbol", str(name), [*sorts], str(result), int(outcomes)]:
                return f"['symbol', *{self.shown([name, sorts, result, outcomes])}]"
            case [str(name), [*sorts], str(result), int(outcomes)] if all(isinstance(s, str) for s in sorts):
                return self._name(name, repr([name, sorts, result, outcomes]))
            case [*entries]:
                return f"[{', '.join(map(self.shown, entries))}]"
        return repr(record)

    def _name(self, name: str, record: str) -> str:
        known = {text: python for python, text in self.definitions.items()}
        if record not in known:
            stem = "same" if name in {s.name for s in INDICATORS.values()} else name
            known[record] = identifier(stem, lambda tried: tried not in self.definitions and tried not in RESERVED)
            self.definitions[known[record]] = record
        return known[record]


def _keys(tables: Mapping[Symbol, Array]) -> dict[Symbol, str]:
    """What each table is called: its name, or its head where two share one."""
    names = [s.name for s in tables]
    return {s: s.name if names.count(s.name) == 1 else head(s) for s in tables}


def _tables(tables: Mapping[Symbol, Array], logarithmic: Iterable[Symbol], constants: Mapping[str, Fraction]) -> str:
    """The tables as a Python dictionary."""
    lines = []
    for symbol, key in _keys(tables).items():
        listed = np.moveaxis(tables[symbol], range(symbol.outcomes), range(-symbol.outcomes, 0)).tolist()
        note = "  # labels count from 0" if np.issubdtype(tables[symbol].dtype, np.integer) else ""
        note = "  # each entry stands for its logarithm" if symbol in set(logarithmic) else note
        lines.append(f"        {string(key)}: {literal(listed, 'F')},{note}")
    lines += [f"        {string(name)}: {literal(x, 'F')}," for name, x in constants.items()]
    return "{\n" + "\n".join(lines) + "\n    }" if lines else "{}"


def _logarithmic(tables: Mapping[Symbol, Array], logarithmic: Iterable[Symbol]) -> str:
    keys = [string(key) for symbol, key in _keys(tables).items() if symbol in set(logarithmic)]
    return f"logarithmic=[{', '.join(keys)}]" if keys else ""


def _arguments(found: Instance) -> str:
    """The arguments of `value` besides the term and the instance: places from 0, and a word for undefined values."""
    at = ", ".join(f"{string(name)}: {i - 1}" for name, i in found.at)
    undefined = any(isinstance(x, str) for x in (*found.lhs, *found.rhs))
    return (f", at={{{at}}}" if at else "") + (', undefined="undefined"' if undefined else "")
