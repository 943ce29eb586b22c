"""A second reading of the terms, by enumeration, which shares nothing with the evaluator."""
