"""Instances at which a statement is tried: candidates, the spaces they come from, and counterexamples."""
