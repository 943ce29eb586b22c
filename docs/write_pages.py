"""Write every generated page again: `make pages`.

These are the index of the derivations, the pages of claims, estimators and seeded bugs, the table and the picture in
the README, the failure in the guide, and the golden LaTeX that the tests compare with.  `make bench` and `make audits`
write their own pages, because they need further packages and take long.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import typst
from rich.progress import track

from pgsym.claims import catalogue
from pgsym.claims.verify import verify
from pgsym.files import write_atomically
from pgsym.report.derivations import document_for
from pgsym.report.pages.claims import claims_page, summary
from pgsym.report.pages.estimators import page as estimators_page
from pgsym.report.render import render

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "reports" / "golden"
SHOWN = (
    "policy-gradient-one-step",
    "cross-entropy-gradient",
    "ce-pg-weight",
    "pg-is-mae",
    "mse-is-gaussian-mle",
    "reinforce",
    "discounted-reward-to-go",
    "stuck-policy",
    "ppo-clip",
    "kl-max-entropy",
    "noisy-label-pg",
    "kl-token-gap",
)
"""The derivations whose LaTeX is committed: one step and many, definitions, orders, wide formulas, long tables."""

PATIENCE = 120.0
"""Seconds that deciding a claim may take: more than usual, for a busy machine."""


def main() -> None:
    """Write all pages, the index first: claims are found by it."""
    catalogue.write_index()
    sys.path[:0] = [str(ROOT / "tests" / "estimators"), str(ROOT / "tests" / "testing")]
    pages: tuple[Callable[[], None], ...] = (golden, picture, of_claims, of_estimators, of_bugs, of_the_guide)
    for write in track(pages, "pages", disable=not sys.stderr.isatty()):
        write()


def golden() -> None:
    """The LaTeX of a dozen reports."""
    for name in SHOWN:
        write_atomically(GOLDEN / f"{name}.tex", render(document_for(name), "tex"))


def picture() -> None:
    """The picture of a report's page in the README."""
    source = render(document_for(SHOWN[0]), "typ")
    first, *_ = typst.compile(source, format="png", ppi=100, ignore_system_fonts=True)
    write_atomically(ROOT / "reports" / f"{SHOWN[0]}.png", first)


def of_claims() -> None:
    """The page of claims, and the table of their numbers in the README; neither where a claim is not as claimed."""
    outcomes = [verify(e, time_limit=PATIENCE) for e in catalogue.entries().values()]
    if wrong := [o.why_not for o in outcomes if not o.is_expected]:
        sys.exit("\n".join(wrong))
    write_atomically(ROOT / "reports" / "claims.md", f"{claims_page(outcomes)}\n".encode())
    readme = ROOT / "README.md"
    table = f"<!-- claims -->\n{summary(outcomes)}\n<!-- /claims -->"
    text = re.sub(
        r"<!-- claims -->\n.*?\n<!-- /claims -->", lambda _: table, readme.read_text("utf-8"), flags=re.DOTALL
    )
    write_atomically(readme, text.encode())


def of_estimators() -> None:
    """The page of the estimators of the literature."""
    write_atomically(ROOT / "docs" / "estimators.md", f"{estimators_page()}\n".encode())


def of_bugs() -> None:
    """The page of seeded bugs and what is said of them."""
    from seeded_bugs import page

    write_atomically(ROOT / "docs" / "seeded-bugs.md", page().encode())


def of_the_guide() -> None:
    """The failure that the guide shows."""
    from test_guide import FILE, written_anew

    write_atomically(FILE, written_anew().encode())


if __name__ == "__main__":
    main()
