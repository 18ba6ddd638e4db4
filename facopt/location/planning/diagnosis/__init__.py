"""Why there is no plan: the smallest set of statements in conflict, and ways out of it, each verified by a solve."""
