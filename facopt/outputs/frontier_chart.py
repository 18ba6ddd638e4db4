"""The frontier as a chart: people covered against money or sites, the proven bound above it, and where it bends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.charts import chart, text
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from facopt.outputs.words import Text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 940.0, 380.0, 64.0, 44.0, 30.0, 52.0
TICKS = 5


class _Frame:
    """Where a limit and a share of the people lie in the drawing; the share begins at a round number."""

    def __init__(self, limits: list[float], shares: list[float]) -> None:
        self.most = max([*limits, 1e-9])
        self.least = math.floor(min([*shares, 100.0]) / 10.0) * 10.0
        self.least = min(self.least, 90.0)

    def at(self, limit: float, share: float) -> tuple[float, float]:
        x = LEFT + limit / self.most * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (share - self.least) / (100.0 - self.least) * (HEIGHT - TOP - BOTTOM)
        return x, y

    def line(self, limits: list[float], shares: list[float]) -> str:
        """Return a path through some points."""
        corners = (self.at(limit, share) for limit, share in zip(limits, shares, strict=True))
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def frontier_chart(frontier: pd.DataFrame, currency: str, plan: tuple[float, float] | None = None) -> str:
    """Return the curve of a table with the columns of `Report.frontier`, at least one row.

    `plan` is the (limit used, people covered) of a plan to be marked beside the curve.
    """
    by, people = str(frontier["by"].iloc[0]), max(float(frontier["people"].iloc[0]), 1e-9)
    limits = [float(limit) for limit in frontier["limit"]]
    shares = [100.0 * float(value) / people for value in frontier["people_covered"]]
    bounds = [min(100.0 * float(value) / people, 100.0) for value in frontier["people_at_most"]]
    marked = None if plan is None else (plan[0], 100.0 * plan[1] / people)
    frame = _Frame([*limits, *([marked[0]] if marked else [])], [*shares, *([marked[1]] if marked else [])])
    drawn = [
        *_axes(frame, by, currency),
        f'<path d="{frame.line(limits, bounds)}" class="l-now"/>',
        f'<path d="{frame.line(limits, shares)}" class="l-plan"/>',
        *(_dot(frame.at(limit, share), "d0", 2.6) for limit, share in zip(limits, shares, strict=True)),
    ]
    if frontier["knee"].any():
        number = int(frontier["knee"].to_numpy().argmax())
        drawn += _marked(frame, (limits[number], shares[number]), "frontier.knee", "d1")
    if marked is not None:
        drawn += _marked(frame, marked, "frontier.plan", "d0")
    return chart(WIDTH, HEIGHT, WORDS["frontier.chart"], "".join(drawn))


def limit_text(limit: float, by: str, currency: str) -> tuple[str, str]:
    """Return a limit in words: money, or a number of facilities."""
    if by == "budget":
        return numbers.in_both(lambda lang: numbers.money_headline(limit, currency, lang))
    unit = WORDS["unit.sites"]
    return (
        numbers.with_unit(numbers.count(limit), unit[0]),
        numbers.with_unit(numbers.count(limit), unit[1]),
    )


def _axes(frame: _Frame, by: str, currency: str) -> Iterator[str]:
    for tick in range(TICKS + 1):
        share = frame.least + (100.0 - frame.least) * tick / TICKS
        left, y = frame.at(0, share)
        yield f'<path d="M{left:.1f} {y:.1f}H{WIDTH - RIGHT:.1f}" class="grid"/>'
        yield text(left - 8, y + 4, numbers.percent_stated(round(share, 1)), "end", "ax")
    step = _step(frame.most)
    for tick in range(int(frame.most / step + 1e-9) + 1):
        yield text(frame.at(tick * step, 0)[0], HEIGHT - BOTTOM + 18, _tick(tick * step, by, currency), "middle", "ax")
    yield f'<path d="M{LEFT:.1f} {TOP:.1f}V{HEIGHT - BOTTOM:.1f}H{WIDTH - RIGHT:.1f}" class="axis"/>'
    yield text(WIDTH - RIGHT, HEIGHT - BOTTOM + 40, WORDS[f"frontier.by_{by}"], "end", "ax")
    yield text(LEFT + 6, TOP - 12, WORDS["frontier.people"], "start", "ax")


def _step(most: float) -> float:
    """Return the round number, 1, 2 or 5 times a power of ten, that divides the axis into a few parts."""
    power = 10.0 ** math.floor(math.log10(most / TICKS))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power * TICKS >= most * (1 - 1e-9))


def _tick(limit: float, by: str, currency: str) -> Text:
    if by == "sites":
        return numbers.trimmed(limit)
    return numbers.in_both(lambda lang: numbers.money_headline(limit, currency, lang))


def _dot(place: tuple[float, float], style: str, radius: float) -> str:
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius:.1f}" class="{style}"/>'


def _marked(frame: _Frame, where: tuple[float, float], key: str, style: str) -> list[str]:
    """Return a dot with its name and share; the words stand below the curve, to the side that has room."""
    x, y = frame.at(*where)
    end = x > WIDTH * 0.75
    share = numbers.percent(where[1])
    words = tuple(f"{name} {share}" for name in WORDS[key])
    shown = text(x - 9 if end else x + 9, y + 20, (words[0], words[1]), "end" if end else "start")
    return [_dot((x, y), style, 5.5), shown]
