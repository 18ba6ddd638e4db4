"""A plan held against what stands by now."""

from facopt.as_built.review import review_as_built

__all__ = ["review_as_built"]
