"""The README is true: its code runs, its output is what is printed, its table is what `pgsym claims --md` writes."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from pgsym.claims import catalogue
from pgsym.claims.verify import Verification
from pgsym.decide import Evidence, Verdict
from pgsym.report.pages.claims import claims_page, summary

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


@pytest.fixture(scope="module")
def outcomes() -> list[Verification]:
    """What is claimed; that it is so is tested claim by claim (test_verdict_is_the_ledgers)."""
    claims = (e.claim for e in catalogue.entries().values())
    verdicts = [Verdict(c.expected, c.proposition, Evidence("claimed")) for c in claims]
    return [Verification(e, v, None) for e, v in zip(catalogue.entries().values(), verdicts, strict=True)]


def test_summary_of_the_claims_is_current(outcomes: list[Verification]) -> None:
    (table,) = re.findall(r"<!-- claims -->\n(.*?)\n<!-- /claims -->", README, re.DOTALL)
    assert table == summary(outcomes)


def test_page_of_the_claims_has_every_claim(outcomes: list[Verification]) -> None:
    """That a row says what its verdict covers is tested where the claim is decided (test_verdict_is_the_ledgers)."""
    page = ROOT / "reports" / "claims.md"
    shown = [line for line in page.read_text().splitlines() if not line.startswith("| `")]
    assert shown == [line for line in claims_page(outcomes).splitlines() if not line.startswith("| `")]
    assert re.findall(r"^\| `([\w-]+)`", page.read_text(), re.MULTILINE) == [o.claim.id for o in outcomes]
    for target in set(re.findall(r"\]\(([^)#]+)\)", page.read_text())):
        assert (page.parent / target).exists(), target


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
