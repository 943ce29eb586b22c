"""Formulas: LaTeX cut into pieces, measured, marked, and rewritten as Typst."""
