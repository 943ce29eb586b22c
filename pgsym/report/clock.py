"""The date of a report: SOURCE_DATE_EPOCH, or a fixed date, so that the same input gives the same bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from pgsym.errors import ReportError

FIXED = 1_704_067_200  # 2024-01-01, for tools that insist on a date


def date_of_report() -> datetime:
    """The date of SOURCE_DATE_EPOCH, or a fixed one; raises ReportError if the variable is not a number of seconds."""
    value = os.environ.get("SOURCE_DATE_EPOCH", str(FIXED))
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise ReportError(f"SOURCE_DATE_EPOCH is {value!r}, not a number of seconds") from None
