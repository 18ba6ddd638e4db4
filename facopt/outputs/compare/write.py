"""The folder of a comparison: page, workbook and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from facopt.outputs.compare.as_json import comparison_json
from facopt.outputs.compare.comparison_page import write_comparison_html
from facopt.outputs.compare.workbook import write_comparison_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.outputs.compare.model import Comparison


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write `compare.html`, `compare.xlsx` and `compare.json` into a folder, made where it is missing; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "compare.html"
    write_comparison_html(comparison, page)
    write_comparison_workbook(comparison, folder / "compare.xlsx")
    text = json.dumps(comparison_json(comparison), ensure_ascii=False, indent=2) + "\n"
    (folder / "compare.json").write_text(text, encoding="utf-8", newline="\n")
    return page
