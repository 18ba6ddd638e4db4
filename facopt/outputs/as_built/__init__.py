"""A plan against what stands: which planned sites stand, who is covered, who still waits."""

from facopt.outputs.as_built.as_json import as_built_json
from facopt.outputs.as_built.model import AsBuiltReview
from facopt.outputs.as_built.terminal import as_built_text
from facopt.outputs.as_built.write import write_as_built

__all__ = ["AsBuiltReview", "as_built_json", "as_built_text", "write_as_built"]
