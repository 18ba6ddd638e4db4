"""The folder of a review: page, workbook and JSON, listed on the page of all runs beside it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from facopt.outputs.as_built.as_json import as_built_json
from facopt.outputs.as_built.page import as_built_html
from facopt.outputs.as_built.workbook import write_as_built_workbook
from facopt.outputs.gallery import write_gallery

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.outputs.as_built.model import AsBuiltReview


def write_as_built(review: AsBuiltReview, folder: Path) -> Path:
    """Write `compare.html`, `compare.xlsx` and `compare.json` into a folder; returns the page's path.

    Each file takes its place when it is whole. Where a page of all runs stands beside the folder, it is written anew
    and lists the review.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = "../index.html" if (folder.parent / "index.html").is_file() else ""
    text = json.dumps(as_built_json(review), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    partial = folder / ".compare.partial"
    write_as_built_workbook(review, partial)
    os.replace(partial, folder / "compare.xlsx")
    for name, content in (("compare.json", text), ("compare.html", as_built_html(review, pages))):
        partial.write_text(content, encoding="utf-8", newline="\n")
        os.replace(partial, folder / name)
    if pages:
        write_gallery(folder.parent)
    return folder / "compare.html"
