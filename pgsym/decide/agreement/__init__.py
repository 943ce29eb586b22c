"""Agreement of two sides at random points: the points, the degree that bounds the error, and the sizes covered."""
