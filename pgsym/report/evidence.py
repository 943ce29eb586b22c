"""Evidence as prose: the rung of a statement, its sizes or instances, and its conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pgsym.decide.sizes import Size, listed
from pgsym.decide.verdicts import Condition, Verdict
from pgsym.errors import ReportError
from pgsym.kernel import Theorem
from pgsym.report.formulas.typst_math import typst
from pgsym.report.prose import quoted


def evidence(verdict: Verdict) -> str:
    """The evidence and the conditions of a verdict as prose."""
    e = verdict.evidence
    if not e.primes:
        noted = (
            e.noted and e.method != "none" and verdict.counterexample is None
        )  # a counterexample's confirmation says more
        return covered(verdict) + (f"; {_size_in_prose(e.noted)}" if noted else "")
    sizes = "; ".join(f"${size_in_latex(str(size))}$" for size in e.sizes if size.counts)
    at = f"Decided for {sizes}" if sizes else "Decided"
    said = [f"at {quoted('; '.join(e.complete))}"] * bool(e.complete) + [quoted(e.note)] * bool(e.note)
    said += _conditions(e.conditions)
    return (
        f"{at}: {e.points} random points modulo {len(e.primes)} primes near $2^{{31}}$, "
        f"degree at most {e.degree}, " + ", ".join((f"chance of error below $2^{{-{e.chance}}}$", *said))
    )


def covered(verdict: Verdict) -> str:
    """What a verdict covers, as prose in a line: the sizes or instances, what was left out, and the conditions."""
    e = verdict.evidence
    if e.primes:
        at = f"Decided at {_listed(e.sizes)}" if any(s.counts for s in e.sizes) else "Decided"
        said = [at, f"chance of error below $2^{{-{e.chance}}}$", *_gaps(verdict)]
    else:
        found = verdict.counterexample
        confirmed = f", {found.confirmation}" if found and found.confirmation else ""
        how = e.note if e.method == "none" else f"{e.method}{confirmed}"
        said = [_size_in_prose(how[:1].upper() + how[1:]), *_gaps(verdict)]
    return "; ".join((*said, *_conditions(e.conditions)))


def in_short(verdict: Verdict) -> str:
    """The rung with the number of sizes or instances, and the conditions: "decided at 4 sizes; where $c \\neq 0$"."""
    tally = verdict.evidence.tally
    return "; ".join((f"{verdict.rung}{' at ' if tally else ''}{tally}", *_conditions(verdict.evidence.conditions)))


def _gaps(verdict: Verdict) -> tuple[str, ...]:
    """The sizes that were covered only in part, or not at all, as prose."""
    return tuple(f"{words} {_listed(sizes) or 'every size'}" for words, sizes in verdict.evidence.gaps)


def _conditions(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Conditions as prose, such as "where $c \\neq 0$, $p > 0$"; an empty tuple without conditions."""
    return (f"where {', '.join(map(_in_prose, conditions))}",) if conditions else ()


def _in_prose(condition: Condition) -> str:
    """A condition as a formula, or as text if a format cannot show its LaTeX, which may come from SymPy."""
    try:
        typst(condition.drawn, display=False)
    except ReportError:
        return quoted(condition.written)
    return f"${condition.drawn}$"


def standing(theorem: Theorem) -> str:
    """The evidence of a theorem as prose: its own, that of its weakest line, and the conditions of all lines."""
    said = [evidence(theorem.verdict)]
    if theorem.standing.weaker_steps:
        k = theorem.standing.weaker_steps[0]
        weak = evidence(theorem.steps[k - 1].verdict)
        said = [f"Line ({k}) is only {theorem.rung}: {weak}", f"the first and the last line alone: {said[0]}"]
    said += map(_size_in_prose, theorem.standing.narrower_lines)
    more = [c for c in theorem.conditions if c not in theorem.verdict.evidence.conditions]
    if more:
        said.append(f"all steps are defined {_conditions(more)[0]}")
    return "; ".join(said)


def _listed(sizes: Iterable[Size]) -> str:
    """Sizes in a few words, as separate formulas, so that a line may break between them."""
    return ", ".join(f"${size_in_latex(part)}$" for part in listed(sizes))


def _size_in_prose(words: str) -> str:
    """A text as prose in which sizes such as |S| = 2 and T = 3 are formulas."""
    counted = re.sub(r"\|([A-Z])\| = (\d+)", r"$\\lvert \1 \\rvert = \2$", quoted(words))
    return re.sub(r"\b([A-Z]) = (\d+)", r"$\1 = \2$", counted)


def size_in_latex(words: str) -> str:
    """Sizes as LaTeX."""
    return re.sub(r"\|([A-Z])\|", r"\\lvert \1 \\rvert", words)
