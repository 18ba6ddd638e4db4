"""The map of a run as one HTML file that opens without a network: people, facilities, ground and the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

__all__ = ["write_map"]


def write_map(report: Report, path: Path) -> None:
    """Write the map page of a report; the same report gives the same bytes."""
    from facopt.outputs.map.page import page_of

    path.write_bytes(page_of(report).encode("utf-8", "backslashreplace"))
