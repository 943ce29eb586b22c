"""The committed gallery of .tex has a file for every script; that each is current is tested where it is rendered."""

from __future__ import annotations

from pathlib import Path

from pgsym import catalogue
from pgsym.report.builders import necessity_of
from pgsym.report.document import Table

GALLERY = Path(__file__).parents[2] / "reports"


def test_gallery_has_nothing_else() -> None:
    assert {p.stem for p in GALLERY.glob("*.tex")} == set(catalogue.scripts())


def test_an_instance_in_a_table_says_its_horizon_and_its_times() -> None:
    """What fails without u < t fails at some times of some horizon."""
    (table,) = necessity_of(catalogue.theorem("causality"))
    assert isinstance(table, Table)
    (row,) = [row for row in table.rows if "u < t" in row[0]]
    assert all(f"${name} = 1$" in row[1] for name in ("T", "t", "u"))
