"""What a term means: one evaluator over several number systems."""
