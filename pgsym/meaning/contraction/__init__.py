"""Sums of products of factors, and the elimination of variables from them."""
