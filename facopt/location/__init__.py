"""The location stage: a problem of plain arrays becomes a plan that the referee has recomputed."""
