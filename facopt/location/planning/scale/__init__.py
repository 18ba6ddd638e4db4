"""Models that are too large for a solver: bounds from Hall rows and priced parts, plans from exact windows."""
