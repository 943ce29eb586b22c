"""The committed gallery of .tex is what the scripts write today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgsym import catalogue
from pgsym.report.builders import document_for, necessity_of
from pgsym.report.document import Table
from pgsym.report.render import render

GALLERY = Path(__file__).parents[2] / "reports"


def lasting(source: str) -> str:
    """The source without what depends on the machine: versions, and the figures measured on data."""
    source = re.sub(r"Made with .*", "", source)
    return re.sub(r"(?s)\\section\*\{9\. On real data\}.*?(?=\\section\*\{Sources\})", "", source)


@pytest.mark.parametrize("name", catalogue.scripts())
def test_gallery_is_current(name: str) -> None:
    """`make gallery` writes it again."""
    committed = (GALLERY / f"{name}.tex").read_text()
    assert lasting(render(document_for(name), "tex").decode()) == lasting(committed)


def test_gallery_has_nothing_else() -> None:
    assert {p.stem for p in GALLERY.glob("*.tex")} == set(catalogue.scripts())


def test_an_instance_in_a_table_says_its_horizon_and_its_times() -> None:
    """What fails without u < t fails at some times of some horizon."""
    (table,) = necessity_of(catalogue.theorem("causality"))
    assert isinstance(table, Table)
    (row,) = [row for row in table.rows if "u < t" in row[0]]
    assert all(f"${name} = 1$" in row[1] for name in ("T", "t", "u"))
