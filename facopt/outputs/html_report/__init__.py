"""report.html: one offline page in two languages, in the order in which planning reports are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs.html_report.page import html_report

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

__all__ = ["html_report", "write_html_report"]


def write_html_report(report: Report, path: Path, beside: tuple[str, ...] = ()) -> None:
    """Write the report as a single file that needs no network.

    Parameters
    ----------
    report
        Results of one run; with or without a plan.
    path
        File to write; its folder must exist.
    beside
        Relative paths of other results that exist and that the page shall link to: map.html, report.xlsx,
        ../index.html. Without any, nothing in the file points outside it.
    """
    path.write_text(html_report(report, beside), encoding="utf-8", newline="\n")
