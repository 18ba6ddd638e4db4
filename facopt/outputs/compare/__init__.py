"""Two or more runs side by side: what was assumed differently, which figures differ, who gains and who loses."""

from facopt.outputs.compare.as_json import comparison_json
from facopt.outputs.compare.comparison import compare_runs
from facopt.outputs.compare.comparison_page import write_comparison_html
from facopt.outputs.compare.model import Comparison
from facopt.outputs.compare.terminal import render_terminal
from facopt.outputs.compare.workbook import write_comparison_workbook
from facopt.outputs.compare.write import write_comparison

__all__ = [
    "Comparison",
    "compare_runs",
    "comparison_json",
    "render_terminal",
    "write_comparison",
    "write_comparison_html",
    "write_comparison_workbook",
]
