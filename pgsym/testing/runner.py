"""The run of an assertion about estimators: every batching is judged, and the smallest failure is explained."""

from __future__ import annotations

from dataclasses import replace
from textwrap import indent
from typing import Final

import numpy as np

from pgsym.errors import EstimatorError, NotFinite
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks import Check, Outcome, Samplewise
from pgsym.estimators.checks.means import not_finite
from pgsym.estimators.comparison import number
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.exact_moments import row
from pgsym.meaning.numbers.base import Array
from pgsym.testing import needs
from pgsym.testing.drawing import judge_any
from pgsym.testing.options import Result, Scope
from pgsym.testing.reproduction import Script, assertion
from pgsym.testing.smallest import smallest

SHOWN: Final = 16
"""The largest number of rows of a table that are shown."""


class _Fails(Exception):
    """A batching at which the check fails; it is explained only when the smallest has been found."""


class _Breaks(Exception):
    """A batching at which an error was raised, and the error."""


def hold(check: Check, scope: Scope, summary: str) -> Result:
    """The result of a check that passes; raises AssertionError, with the smallest problem found, if it fails.

    It also fails if a needed facet was never shown, unless the caller's options exclude that facet.
    """
    __tracebackhide__ = True
    seen: list[tuple[Batching, Outcome]] = []
    failing: list[Batching] = []
    lacking = list(scope.needs)

    def judge(batching: Batching) -> None:
        try:
            if isinstance(check, Samplewise):
                check.verify(batching)
            outcome = check.judge(batching)
        except NotFinite:
            outcome = Outcome(False)
        except Exception as error:
            raise _Breaks(batching, error) from None
        if not outcome.holds:
            failing.append(batching)
            raise _Fails(batching)
        if outcome.hidden and scope.listed:
            at = f"at {batching.problem}, {_batch(batching)}"
            raise EstimatorError(
                f"{at}, rounding hides the mean: the estimates are too long for float64 (try Fractions)"
            )
        seen.append((batching, outcome))
        if lacking and outcome.telling and not outcome.hidden:
            for name in needs.shown(batching, lacking):
                lacking.remove(name)

    with np.errstate(all="ignore"):  # NaN and infinity are judged below
        try:
            if scope.listed:
                for batching in scope.batchings():
                    judge(batching)
            else:
                from pgsym.testing import draws  # its error names the missing extra

                for draw in draws.draws(scope):
                    judge_any(draw.strategy, judge, draw.count, scope.seed)
                for draw in draws.more(scope, tuple(lacking)):
                    if not lacking:
                        break
                    judge_any(draw.strategy, judge, draw.count, scope.seed)
        except _Fails as failed:
            batching = failed.args[0] if scope.problems is not None else _smallest(check, scope, failed.args[0])
            tried = *failing, *(other for other, outcome in seen if outcome.telling)
            raise AssertionError(_failure(check, scope, batching, tried)) from None
        except _Breaks as broken:
            batching, error = broken.args
            error.add_note(f"at {batching.problem}, {_batch(batching)}")
            raise error from None
    if not seen:
        raise AssertionError("no problem was tried")
    if (check.demanding or not scope.listed) and not any(outcome.telling for _, outcome in seen):
        raise AssertionError(f"there was no evidence: {check.silent}")
    if not scope.listed and (missed := [name for name in lacking if not draws.excluded(scope, name)]):
        raise AssertionError(
            f"it is not shown that {summary}: no problem had what its arguments need\n"
            f"  not met   {needs.in_words(missed, scope.names)}\n"
            f"  to do     {draws.advice(scope, missed)}"
        )
    return Result(
        summary, scope, tuple(batching for batching, _ in seen), tuple(outcome for _, outcome in seen), tuple(lacking)
    )


def _smallest(check: Check, scope: Scope, batching: Batching) -> Batching:
    """A smallest batching, cut from one that fails, that fails too; its size is one of the scope's."""

    def fails(other: Batching) -> bool:
        try:
            return not check.judge(other).holds
        except NotFinite:
            return True
        except Exception:  # the user's code may raise at a problem that was not drawn
            return False

    return smallest(batching, fails, scope.sizes())


def _failure(check: Check, scope: Scope, batching: Batching, tried: tuple[Batching, ...]) -> str:
    """The message of an AssertionError: what is wrong, at which problem, by which numbers, and how to reproduce it."""
    try:
        why = check.explain(batching, tried)
    except NotFinite as error:
        why = not_finite(batching, error, scope.group_size)
    how = "as given" if scope.listed else f"the smallest that Hypothesis found (seed {scope.seed})"
    script = Script()
    text = script.text(batching, assertion(check, batching, script))
    shown = why.shown | _on_policy(check, scope, batching)
    parts = [
        [why.headline],
        [f"The problem, {how}:", *aligned(described(batching))],
        aligned(shown),
        ["To reproduce it" + (", once the missing parts are filled in" if script.missing else "") + ":"],
        [indent(text, "    ").rstrip()],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _on_policy(check: Check, scope: Scope, batching: Batching) -> dict[str, str]:
    """A note that the check passes on-policy, if off-policy samples were drawn by default; else nothing."""
    if batching.problem.on_policy or scope.problems is not None or "off_policy" in scope.specified:
        return {}
    only = replace(scope, drawn={**scope.drawn, "off_policy": False}, specified=scope.specified | {"off_policy"})
    try:
        held = hold(check, only, "")
    except Exception:  # the check may fail there, and the user's code may raise anything
        return {}
    many = len(held.batchings)
    return {"on-policy": f"it holds at {many} on-policy problems; if you mean only those, say off_policy=False"}


def _batch(batching: Batching) -> str:
    return f"{batching.groups} group{'s' if batching.groups > 1 else ''} of {batching.group_size}"


def described(batching: Batching) -> dict[str, str]:
    """A problem and the size of its samples in words, by topic."""
    p = batching.problem
    out = {"sizes": str(p), "a sample": _batch(batching), "policy": _rows(p, p.policy)}
    if not p.on_policy:
        out["behaviour"] = _rows(p, p.behaviour)
    if not np.array_equal(p.reference, p.policy):
        out["reference"] = _rows(p, p.reference)
    if p.critic is not None:
        out["critic"] = row(p.critic)
    paid = [f"{_taken(p, e)} pays {_paid(p, e)}" for e in range(min(p.E, SHOWN))]
    out["episodes"] = "; ".join(paid) + ("; …" if p.E > SHOWN else "")
    return out


def _rows(p: Episodes, table: Array) -> str:
    """A policy's rows with the contexts' names; a single row if all are the same."""
    if len({tuple(r) for r in table.tolist()}) == 1:
        return f"{row(table[0])}" + (" everywhere" if p.S > 1 else "")
    each = [f"{name}: {row(r)}" for name, r in zip(p.context_names, table[:SHOWN], strict=False)]
    return "; ".join(each) + ("; …" if p.S > SHOWN else "")


def _taken(p: Episodes, e: int) -> str:
    steps = p.actions[e, : p.lengths[e]].tolist()
    head = "" if len(set(p.starts.tolist())) == 1 and p.kind != "MDP" else f"{p.starts[e]}: "
    if p.kind == "MDP":
        return " ".join(f"s{s} a{a}" for s, a in zip(p.states[e].tolist(), steps, strict=False))
    return head + " ".join(map(str, steps))


def _paid(p: Episodes, e: int) -> str:
    return ", ".join(map(number, p.rewards[e, : p.lengths[e]]))


def aligned(shown: dict[str, str]) -> list[str]:
    """Lines of names and values, with the values aligned."""
    width = max(map(len, shown), default=0)
    under = "\n" + " " * (width + 4)
    return [f"  {name:<{width}}  {value}".replace("\n", under) for name, value in shown.items()]


__all__ = ["hold"]
