"""What pgsym says today of a statement, within a time limit."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from attack.closed import ClosedStatement
from attack.fields import FieldStatement
from attack.statements import Statement
from pgsym.decide import AtMost, Equal, IsGradient, Verdict, decide
from pgsym.errors import PgsymError, ReadingsDisagree
from pgsym.terms import Closed

R = TypeVar("R")
SECONDS = 6  # of this process, however busy the machine is
FEW = 120  # instances among which a counterexample is looked for: to refute is not what is asked here


class Hangs(Exception):
    """No answer within the time limit."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise Hangs when what is done inside takes too long."""

    def stop(number: int, frame: object) -> None:
        raise Hangs(f"no answer within {seconds} s of work")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def answer(ask: Callable[[], R]) -> R | PgsymError:
    """The answer, or the one-line refusal; a crash, a hang or a disagreement of readings is raised."""
    with limited():
        try:
            return ask()
        except ReadingsDisagree:
            raise
        except PgsymError as refusal:
            return refusal


def verdict_on(s: Statement) -> Verdict | PgsymError:
    """What pgsym says of a statement, or why it does not."""
    budget = 20_000 if s.collective or s.parameters else FEW
    if s.relation == "≤":
        return answer(lambda: decide(AtMost(s.lhs, s.rhs, s.given, slack=s.slack), sizes=s.asked, budget=budget))
    return answer(lambda: decide(s.lhs, s.rhs, s.given, s.asked, budget=budget))


def complaint(s: Statement) -> str:
    """Empty where pgsym does right by a statement, else what is wrong."""
    try:
        found = verdict_on(s)
    except Exception as e:
        return f"{type(e).__name__}: {e}".splitlines()[0]
    if isinstance(found, PgsymError):
        return f"{type(found).__name__}: {found}" if s.truth == "true" else ""
    if s.truth == "true":
        return "" if found.is_true else str(found.rung)
    if not found.is_true or s.forgives(found):
        return ""
    return f"{found.rung}, and nothing is said of where it fails"


def complaint_about_field(s: FieldStatement) -> str:
    """Empty where pgsym does right by a field, else what is wrong."""
    try:
        found = answer(lambda: decide(IsGradient(s.field, s.given), sizes=s.asked))
    except Exception as e:
        return f"{type(e).__name__}: {e}".splitlines()[0]
    if isinstance(found, PgsymError):
        return f"{type(found).__name__}: {found}"
    if s.potential is not None:
        return "" if found.exists else f"exists: {found.exists}"
    text = " ".join(map(str, (found, found.found, found.jacobian, found.gradient)))
    if found.exists and not (s.loop and "local" in text):
        return "called a gradient"
    return ""


def complaint_about_closed_form(s: ClosedStatement) -> str:
    """Empty where pgsym does right by two closed forms, else what is wrong."""
    left, right = Closed("left", "left", s.lhs), Closed("right", "right", s.rhs)
    try:
        found = answer(lambda: decide((AtMost if s.relation == "≤" else Equal)(left, right)))
    except Exception as e:
        return f"{type(e).__name__}: {e}".splitlines()[0]
    if isinstance(found, PgsymError):
        return f"{type(found).__name__}: {found}" if s.truth else ""
    if s.truth:
        return "" if found.is_true else str(found.rung)
    rest = str(found).partition("\n")[2]
    says = bool(s.says) and re.search(rf"\bwhere\b[^\n]*{s.says}", rest) is not None
    return f"{found.rung}" if found.is_true and not says else ""
