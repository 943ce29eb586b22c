"""Whether two sides agree at random points: degrees, zero patterns, and what was covered."""
