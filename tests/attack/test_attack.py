"""No false statement is shown as true without the condition under which it is, and what is true stays decided.

The oracle confirms every statement first: it reads terms by going through everything, and shares nothing with the
evaluator.
"""

from __future__ import annotations

import pytest
from campaigns import share

from attack.closed import ClosedStatement
from attack.fields import FIELDS, FieldStatement
from attack.integrals import CLOSED
from attack.library import EVERYTHING, FALSE, TRUE
from attack.run import complaint, complaint_about_closed_form, complaint_about_field
from attack.statements import Statement
from attack.undecided import NEVER_DECIDED

Any = Statement | FieldStatement | ClosedStatement
ALL: tuple[Any, ...] = (*EVERYTHING, *FIELDS, *CLOSED)
NAMES = [s.name for s in ALL]


def judged(s: Any, wrong: str) -> None:
    """Fail if pgsym does wrong by a statement; that a true one was never decided is known."""
    known = s.name in NEVER_DECIDED and wrong in ("undecided", "tested")
    assert not wrong or known, wrong


def test_names_differ() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert NEVER_DECIDED.keys() <= set(NAMES)


def test_there_are_many() -> None:
    assert FALSE >= 250
    assert len(set(TRUE) - NEVER_DECIDED.keys()) >= 150


@pytest.mark.parametrize("s", share(ALL, 6), ids=lambda s: s.name)
def test_the_oracle_agrees(s: Any) -> None:
    assert not s.confirmed()


@pytest.mark.parametrize("s", share(EVERYTHING, 6), ids=lambda s: s.name)
def test_statements(s: Statement) -> None:
    judged(s, complaint(s))


@pytest.mark.parametrize("s", share(FIELDS, 4), ids=lambda s: s.name)
def test_fields(s: FieldStatement) -> None:
    judged(s, complaint_about_field(s))


@pytest.mark.parametrize("s", share(CLOSED, 4), ids=lambda s: s.name)
def test_closed_forms(s: ClosedStatement) -> None:
    judged(s, complaint_about_closed_form(s))
