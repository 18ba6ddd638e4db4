"""Standards, costs and workload by country as data: each value with its source and whether it was read there."""
