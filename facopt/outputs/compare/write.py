"""The folder of a comparison: page, workbook and JSON, listed on the page of all runs beside it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from facopt.outputs.compare.as_json import comparison_json
from facopt.outputs.compare.comparison_page import comparison_html
from facopt.outputs.compare.workbook import write_comparison_workbook
from facopt.outputs.gallery import write_gallery

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.outputs.compare.model import Comparison


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write `compare.html`, `compare.xlsx` and `compare.json` into a folder; returns the page's path.

    Each file takes its place when it is whole. Where a page of all runs stands beside the folder, it is written anew
    and lists the comparison.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gallery = folder.parent / "index.html"
    pages = "../index.html" if gallery.is_file() else ""
    text = json.dumps(comparison_json(comparison), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    partial = folder / ".compare.partial"
    write_comparison_workbook(comparison, partial)
    os.replace(partial, folder / "compare.xlsx")
    for name, content in (("compare.json", text), ("compare.html", comparison_html(comparison, pages))):
        partial.write_text(content, encoding="utf-8", newline="\n")
        os.replace(partial, folder / name)
    if pages:
        write_gallery(folder.parent)
    return folder / "compare.html"
