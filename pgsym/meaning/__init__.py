"""The values of terms: one evaluator over several number systems."""
