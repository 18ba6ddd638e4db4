"""The frontier as a record, a table in the terminal, a CSV file and an offline page with one chart."""

from __future__ import annotations

import csv
from html import escape
from typing import TYPE_CHECKING, Any

from facopt.measures.frontier import frontier_table
from facopt.outputs.frontier_chart import frontier_chart
from facopt.outputs.plain_text import neutralised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from facopt.location.covering.curve import Frontier

COLUMNS = ("limit", "people_covered", "bound", "gap_percent", "proven", "new_sites", "cost", "knee")


def frontier_record(frontier: Frontier, scenario: str, site_ids: Sequence[str]) -> dict[str, Any]:
    """Return what `facopt frontier --json` prints; `opened` lists open sites, existing ones included."""
    points = [
        {
            **dict(zip(COLUMNS, _row(frontier, number), strict=True)),
            "opened": [site_ids[j] for j in point.open.nonzero()[0].tolist()],
        }
        for number, point in enumerate(frontier.points)
    ]
    return {"scenario": scenario, "by": frontier.by, "people": frontier.people, "points": points}


def frontier_text(frontier: Frontier, folder: Path) -> str:
    """Return the table for the terminal."""
    rows: list[tuple[str, ...]] = [("", frontier.by, "people covered", "%", "at most", "gap %", "new sites", "cost")]
    for number, point in enumerate(frontier.points):
        share = 100 * point.value / frontier.people if frontier.people else 0.0
        mark = "knee" if number == frontier.knee else ""
        rows.append(
            (mark, f"{point.limit:,.0f}", f"{point.value:,.0f}", f"{share:.1f}", f"{point.bound:,.0f}",
             "proven" if point.proven else f"{point.gap_percent:.3f}", f"{point.new_sites}", f"{point.cost:,.0f}")
        )  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([*lines, "", f"{folder / 'frontier.html'}"])


def write_frontier(frontier: Frontier, scenario: str, folder: Path, currency: str = "CNY") -> None:
    """Write `frontier.csv` and `frontier.html` into the folder; it is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "frontier.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number in range(len(frontier.points)):
            writer.writerow([neutralised(str(value)) for value in _row(frontier, number)])
    (folder / "frontier.html").write_text(_page(frontier, scenario, currency), encoding="utf-8", newline="\n")


def _row(frontier: Frontier, number: int) -> tuple[Any, ...]:
    point = frontier.points[number]
    return (
        point.limit, point.value, point.bound, point.gap_percent, point.proven, point.new_sites, point.cost,
        number == frontier.knee,
    )  # fmt: skip


def _chart(frontier: Frontier, currency: str) -> str:
    """Return the chart twice, in Chinese and in English: the page has no switch."""
    table = frontier_table(frontier)
    if table is None or table.empty:
        return ""
    drawn = frontier_chart(table, currency)
    return f'<div class="zh">{drawn}</div>\n<div class="en" lang="en">{drawn}</div>'


def _page(frontier: Frontier, scenario: str, currency: str) -> str:
    title = escape(f"{scenario}: 人口覆盖前沿 · coverage frontier")
    return (
        '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f"{_chart(frontier, currency)}\n"
        "<p>实线：方案覆盖人口；虚线：任何方案都不能超过的上界；圆点：拐点。<br>"
        "Line: people covered by the plan; dashes: no plan covers more; dot: knee.</p>\n</body>\n</html>\n"
    )


STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h1{font-size:1.2rem}svg{width:100%;height:auto}svg text{font-size:13px;fill:#333}svg .ax{font-size:12px;fill:#667}"
    ".zh tspan[lang=en],.en tspan[lang=zh]{display:none}.grid{stroke:#e6e8eb}"
    ".l-plan{fill:none;stroke:#1f3f8b;stroke-width:2.4}"
    ".l-now{fill:none;stroke:#8a5a12;stroke-width:1.6;stroke-dasharray:5 4}.axis{stroke:#222;fill:none}"
    ".d0{fill:#fff;stroke:#1f3f8b}.d1{fill:#1f3f8b}"
)
