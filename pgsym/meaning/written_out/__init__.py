"""Terms written out as SymPy expressions."""
