"""Arrays in, arrays out: which points are best, and how good a set of them is."""
