"""Figures as vector files, with captions and alternative texts."""

from pgsym.report.figures.files import FigureFiles

__all__ = ["FigureFiles"]
