"""Figures as files: a drawing as SVG and as PDF, with the same bytes every time.

Matplotlib is used through its objects only, never through pyplot, and is imported when a figure is drawn. The
settings here start from Matplotlib's own defaults, so a reader's matplotlibrc changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pgsym.extras import install

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH: Final = 16.0 / 2.54  # inches: an A4 text column of 16 cm

_SETTINGS: Final = {
    "axes.formatter.use_mathtext": True,
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "font.family": "STIXGeneral",
    "font.size": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "mathtext.fontset": "stix",
    "pdf.fonttype": 42,  # TrueType, embedded
    "svg.fonttype": "path",  # outlines, so that the reader needs no font
    "svg.hashsalt": "pgsym",  # without it the identifiers are random
    "xtick.labelsize": 8,
    "xtick.major.width": 0.6,
    "ytick.labelsize": 8,
    "ytick.major.width": 0.6,
}


@dataclass(frozen=True)
class FigureFiles:
    """A drawing in both vector formats. `alt` describes it, `caption` explains it; both are plain ASCII."""

    name: str  # the stem of its file names
    svg: bytes
    pdf: bytes
    alt: str
    caption: str


@contextmanager
def drawing() -> Iterator[None]:
    """Apply this package's Matplotlib settings inside the block, and restore the caller's settings after it.

    Raises ModuleNotFoundError, naming the extra to install, without Matplotlib.
    """
    try:
        from matplotlib import style
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"figures need Matplotlib: {install('data')}", name="matplotlib") from None
    with style.context(["default", _SETTINGS]):
        yield


def files(figure: Figure, name: str, alt: str, caption: str) -> FigureFiles:
    """The SVG and the PDF of a Matplotlib figure, without dates; call it inside `drawing()`."""
    svg, pdf = BytesIO(), BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None, "Title": name, "Description": alt})
    figure.savefig(pdf, format="pdf", metadata={"CreationDate": None, "Title": name, "Subject": alt})
    return FigureFiles(name, svg.getvalue(), pdf.getvalue(), alt, caption)
