"""Sums of products of factors, and the order in which variables are summed out."""
