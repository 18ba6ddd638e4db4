"""Covering problems at scale: exact reductions, plans, bounds, fixing, the core as a model, and the frontier."""
