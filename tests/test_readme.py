"""The README is true: its code runs, its output is what is printed, its table is what `pgsym claims --md` writes."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from pgsym import catalogue
from pgsym.report.claims_table import markdown_table
from pgsym.verify import verify

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("source", BLOCKS, ids=range(len(BLOCKS)))
def test_code_runs(source: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(source, {})
    for comment in re.findall(r"print\(.*\)\s+# (\(.*\))$", source, re.MULTILINE):
        assert comment in printed.getvalue()


def test_shown_output_is_what_is_printed() -> None:
    source = next(b for b in BLOCKS if "print(decide(" in b)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(source, {})
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert printed.getvalue().strip() == shown.strip()


def test_claims_table_is_current() -> None:
    (table,) = re.findall(r"<!-- claims -->\n(.*?)\n<!-- /claims -->", README, re.DOTALL)
    assert table == markdown_table(verify(e) for e in catalogue.entries().values())


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
