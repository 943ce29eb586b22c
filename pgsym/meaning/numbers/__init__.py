"""Number systems: floats, fractions, SymPy, balls, prime fields, bounds."""
