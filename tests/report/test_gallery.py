"""The committed LaTeX is a dozen reports; that each is current is tested where it is rendered."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from pgsym.claims import catalogue
from pgsym.report.document import Table
from pgsym.report.pages.derivation import necessity_of
from pgsym.report.reading_order import write_index

ROOT = Path(__file__).parents[2]


def test_a_dozen_reports_are_committed_and_nothing_else() -> None:
    source = ast.parse((ROOT / "docs" / "write_pages.py").read_text())
    (shown,) = [
        ast.literal_eval(n.value)
        for n in source.body
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and n.targets[0].id == "SHOWN"
    ]
    assert {p.stem for p in (ROOT / "reports" / "golden").iterdir()} == set(shown) <= set(catalogue.scripts())
    assert len(shown) == 12


def test_a_folder_of_reports_opens_with_all_derivations_in_reading_order(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.{kind}" for name in catalogue.scripts() for kind in ("pdf", "html")]
    page = write_index(tmp_path, files).read_text()
    linked = re.findall(r'href="([\w-]+)\.pdf"', page)
    assert sorted(linked) == sorted(catalogue.scripts())
    assert linked.index("policy-gradient-one-step") < linked.index("ce-pg-weight") < linked.index("reinforce")
    assert "tex</a>" not in page


def test_an_instance_in_a_table_says_its_horizon_and_its_times() -> None:
    """What fails without u < t fails at some times of some horizon."""
    (table,) = necessity_of(catalogue.theorem("causality"))
    assert isinstance(table, Table)
    (row,) = [row for row in table.rows if "u < t" in row[0]]
    assert all(f"${name} = 1$" in row[1] for name in ("T", "t", "u"))
