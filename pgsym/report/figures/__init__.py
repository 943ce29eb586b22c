"""Figures drawn from measured runs: vector files with the words that go beside them."""

from pgsym.report.figures.files import FigureFiles

__all__ = ["FigureFiles"]
