"""Printing terms: what all formats share, one line of unicode, LaTeX."""
