"""Number systems: floats, fractions, SymPy expressions, balls, prime fields and intervals."""
