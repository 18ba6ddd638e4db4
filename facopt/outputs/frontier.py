"""The frontier as a record, a table in the terminal, a CSV file and an offline page with one chart."""

from __future__ import annotations

import csv
from html import escape
from typing import TYPE_CHECKING, Any

from facopt.outputs.charts import chart, text
from facopt.outputs.plain_text import neutralised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from facopt.location.covering.curve import Frontier, FrontierPoint

COLUMNS = ("limit", "people_covered", "bound", "gap_percent", "proven", "new_sites", "cost", "knee")
LIMIT_WORDS = {"sites": ("新建站点数上限", "new sites allowed"), "budget": ("预算上限", "money allowed")}
WIDTH, HEIGHT, MARGIN = 640.0, 360.0, 56.0


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


def write_frontier(frontier: Frontier, scenario: str, folder: Path) -> None:
    """Write `frontier.csv` and `frontier.html` into the folder; it is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "frontier.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number in range(len(frontier.points)):
            writer.writerow([neutralised(str(value)) for value in _row(frontier, number)])
    (folder / "frontier.html").write_text(_page(frontier, scenario), encoding="utf-8", newline="\n")


def _row(frontier: Frontier, number: int) -> tuple[Any, ...]:
    point = frontier.points[number]
    return (
        point.limit, point.value, point.bound, point.gap_percent, point.proven, point.new_sites, point.cost,
        number == frontier.knee,
    )  # fmt: skip


def _page(frontier: Frontier, scenario: str) -> str:
    title = escape(f"{scenario}: 人口覆盖前沿 · coverage frontier")
    return (
        '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{_chart(frontier)}\n"
        "<p>实线：方案覆盖人口；虚线：任何方案都不能超过的上界；圆点：拐点。<br>"
        "Line: people covered by the plan; dashes: no plan covers more; dot: knee.</p>\n</body>\n</html>\n"
    )


STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h1{font-size:1.2rem}svg{width:100%;height:auto}svg text{font-size:12px;fill:#444}"
    ".plan{fill:none;stroke:#1f6f8b;stroke-width:2}.bound{fill:none;stroke:#b5651d;stroke-dasharray:5 4}"
    ".axis{stroke:#999}.knee{fill:#1f6f8b}"
)


def _chart(frontier: Frontier) -> str:
    points = frontier.points
    most = max([point.limit for point in points], default=0.0) or 1.0
    people = frontier.people or 1.0

    def place(limit: float, value: float) -> tuple[float, float]:
        return MARGIN + limit / most * (WIDTH - 1.5 * MARGIN), HEIGHT - MARGIN - value / people * (
            HEIGHT - 1.5 * MARGIN
        )

    def line(style: str, values: list[float]) -> str:
        corners = (place(point.limit, value) for point, value in zip(points, values, strict=True))
        return f'<polyline class="{style}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}"/>'

    left, bottom = place(0.0, 0.0)
    right, top = place(most, people)
    inner = [
        f'<path class="axis" fill="none" d="M{left:.1f},{top:.1f}V{bottom:.1f}H{right:.1f}"/>',
        line("bound", [point.bound for point in points]),
        line("plan", [point.value for point in points]),
        text(left, bottom + 18, "0"),
        text(right, bottom + 18, f"{most:,.0f}", "end"),
        text((left + right) / 2, bottom + 36, " · ".join(LIMIT_WORDS[frontier.by]), "middle"),
        text(left - 4, top + 4, "100 %", "end"),
        text(left, top - 10, "覆盖人口 · people covered"),
        *_knee(frontier, place),
    ]
    return chart(WIDTH, HEIGHT, ("覆盖人口前沿", "Coverage frontier"), "".join(inner))


def _knee(frontier: Frontier, place: Any) -> list[str]:
    if frontier.knee is None:
        return []
    point: FrontierPoint = frontier.points[frontier.knee]
    x, y = place(point.limit, point.value)
    share = 100 * point.value / frontier.people if frontier.people else 0.0
    return [
        f'<circle class="knee" cx="{x:.1f}" cy="{y:.1f}" r="5"/>',
        text(x + 8, y + 16, f"{point.limit:,.0f}: {share:.1f} %"),
    ]
