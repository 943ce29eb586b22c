"""The committed gallery of .tex is what the scripts write today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgsym import catalogue
from pgsym.report.builders import document_for
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
