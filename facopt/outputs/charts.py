"""Charts as inline SVG, drawn in Python: sharp in print, both languages inside, colours by the page's style."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from facopt.outputs.words import Text

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Part:
    """A part of a bar that shows a whole."""

    key: str
    """Names the class of its colour and pattern."""
    people: float


@dataclass(frozen=True)
class PairOfBars:
    """One line of a bar chart with two series; values in percent of the whole."""

    label: Text
    now: float
    plan: float | None
    now_text: str
    plan_text: str


@dataclass(frozen=True)
class StageStep:
    """Today or one stage of a plan."""

    label: Text
    percent: float
    percent_text: str
    capital: float
    capital_text: Text
    """"" for today."""


@dataclass(frozen=True)
class Swing:
    """What one assumption does to a figure when it is varied down and up."""

    label: Text
    low: float
    """When the assumption is varied down: that makes the figure worse."""
    high: float
    low_text: Text
    high_text: Text


def text(x: float, y: float, words: Text, anchor: str = "start", style: str = "") -> str:
    """Return words at a place, in both languages where they differ; everything is escaped."""
    attributes = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"' + (f' class="{style}"' if style else "")
    zh, en = (words, words) if isinstance(words, str) else words
    if zh == en:
        return f"<text {attributes}>{html.escape(zh)}</text>"
    spans = f'<tspan lang="zh">{html.escape(zh)}</tspan><tspan lang="en">{html.escape(en)}</tspan>'
    return f"<text {attributes}>{spans}</text>"


def chart(width: float, height: float, label: Text, inner: str) -> str:
    """Return a chart that fills its column, with a label for those who cannot see it."""
    spoken = label if isinstance(label, str) else " / ".join(label)
    return (
        f'<svg class="chart" viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-label="{html.escape(spoken)}">'
        f"{inner}</svg>"
    )


def share_bar(parts: Sequence[Part], target_percent: float | None, label: Text, target_label: Text = "") -> str:
    """Return one bar of everybody, split by state, with a tick at the target.

    Parameters
    ----------
    parts
        What the bar is made of, from the left; people of all parts together are its length.
    target_percent
        Where the target lies, of 100; None where there is none.
    label, target_label
        What the chart shows, for screen readers, and the words at the tick.
    """
    width, top, height = 940.0, 20.0 if target_percent is not None else 2.0, 26.0
    whole = sum(part.people for part in parts)
    drawn, left = [_STRIPES], 0.0
    for part in parts:
        length = width * part.people / whole if whole > 0 else 0.0
        drawn.append(
            f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(length)}" height="{_n(height)}" class="b-{part.key}"/>'
        )
        left += length
    if target_percent is not None:
        x = width * min(max(target_percent, 0.0), 100.0) / 100
        anchor = "end" if target_percent > 50 else "start"
        drawn.append(f'<path d="M{_n(x)} {_n(top - 6)}V{_n(top + height + 5)}" class="target"/>')
        drawn.append(text(x - 5 if anchor == "end" else x + 5, top - 7, target_label, anchor, "tgt"))
    return chart(width, top + height + 6, label, "".join(drawn))


def change_line(now: float | None, plan: float | None, reference: float | None = None, width: float = 130.0) -> str:
    """Return a line from 0 to 100 percent: today's share a ring, the plan's a dot, the reference a tick.

    It stands in a table beside the same figures, so screen readers pass over it.
    """
    start, length = 6.0, width - 12.0

    def at(value: float) -> str:
        return _n(start + length * min(max(value, 0.0), 100.0) / 100)

    drawn = [f'<path d="M{_n(start)} 7H{_n(start + length)}" class="dl"/>']
    if reference is not None:
        drawn.append(f'<path d="M{at(reference)} 1v12" class="df"/>')
    if now is not None and plan is not None:
        drawn.append(f'<path d="M{at(now)} 7H{at(plan)}" class="dg"/>')
    if now is not None:
        drawn.append(f'<circle cx="{at(now)}" cy="7" r="3.6" class="d0"/>')
    if plan is not None:
        drawn.append(f'<circle cx="{at(plan)}" cy="7" r="4.4" class="d1"/>')
    size = f'viewBox="0 0 {_n(width)} 14" width="{_n(width)}" height="14"'
    return f'<svg class="db" {size} aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'


def pairs_of_bars(
    pairs: Sequence[PairOfBars], label: Text, headings: tuple[Text, Text, Text], width: float = 940.0
) -> str:
    """Return horizontal bars from zero, today's above the plan's, each with its figure at the right edge.

    Parameters
    ----------
    pairs
        Lines from the top. Where no line has a plan, only one bar and one figure are drawn.
    label
        What the chart shows, for screen readers.
    headings
        Words under the line labels, under today's figures and under the plan's.
    width
        In pixels at full size.
    """
    planned = any(pair.plan is not None for pair in pairs)
    step, thick = (37.5, 13.5) if planned else (24.0, 14.0)
    left, right = 84.0, width - (140.0 if planned else 70.0)
    longest = max([value for pair in pairs for value in (pair.now, pair.plan or 0.0)], default=0.0)
    scale = (right - left) / longest if longest > 0 else 0.0
    drawn = []
    for i, pair in enumerate(pairs):
        drawn.append(_pair(pair, 11.0 + step * i, left, width, scale, thick, planned))
    bottom = 8.0 + step * len(pairs)
    drawn.append(f'<path d="M{_n(left)} 4V{_n(bottom)}" class="axis"/>')
    drawn.append(text(left - 10, bottom + 18, headings[0], "end", "ax"))
    drawn.append(text(width - (70 if planned else 4), bottom + 18, headings[1], "end", "ax"))
    if planned:
        drawn.append(text(width - 4, bottom + 18, headings[2], "end", "ax"))
    return chart(width, bottom + 22, label, "".join(drawn))


def _pair(pair: PairOfBars, y: float, left: float, width: float, scale: float, thick: float, planned: bool) -> str:
    middle = y + (thick + 6.3 if planned else thick - 2.6)
    drawn = [
        text(left - 10, middle, pair.label, "end"),
        f'<rect x="{_n(left)}" y="{_n(y)}" width="{_n(pair.now * scale)}" height="{_n(thick)}" class="b-now"/>',
        text(width - (70 if planned else 4), middle, pair.now_text, "end", "mut" if planned else "strong"),
    ]
    if planned:
        length, below = (pair.plan or 0.0) * scale, y + thick + 0.75
        drawn.append(f'<rect x="{_n(left)}" y="{_n(below)}" width="{_n(length)}" height="{_n(thick)}" class="b-plan"/>')
        drawn.append(text(width - 4, middle, pair.plan_text, "end", "strong"))
    return "".join(drawn)


def stage_chart(steps: Sequence[StageStep], words: tuple[Text, Text, Text], width: float = 470.0) -> str:
    """Return people covered by stage as a line, each point with its figure, over bars of each stage's capital.

    Parameters
    ----------
    steps
        Today first, then the stages.
    words
        What the chart shows, for screen readers; the words at the line and at the bars.
    width
        In pixels at full size.
    """
    label, of_line, of_bars = words
    left, top, height, low, foot = 14.0, 40.0, 56.0, 56.0, 16.0
    step = (width - 2 * left) / max(len(steps), 1)
    floor = top + height + 26.0 + low
    most = max([one.capital for one in steps], default=0.0)
    drawn = [text(left, 16, of_line, "start", "ax"), text(left, top + height + 20, of_bars, "start", "ax")]
    drawn.append(f'<path d="M{_n(left)} {_n(top + height)}H{_n(width - left)}" class="grid"/>')
    places = []
    for k, one in enumerate(steps):
        x = left + step * (k + 0.5)
        places.append((x, top + height * (1 - min(max(one.percent, 0.0), 100.0) / 100)))
        tall = (low - 18.0) * one.capital / most if most > 0 else 0.0
        drawn.append(f'<rect x="{_n(x - 26)}" y="{_n(floor - tall)}" width="52" height="{_n(tall)}" class="b-plan"/>')
        drawn.append(text(x, floor - tall - 6, one.capital_text, "middle", "ax"))
        drawn.append(text(x, floor + foot, one.label, "middle"))
    line = "L".join(f"{_n(x)} {_n(y)}" for x, y in places)
    drawn.append(f'<path d="M{line}" class="l-plan"/>' if len(places) > 1 else "")
    for k, ((x, y), one) in enumerate(zip(places, steps, strict=True)):
        drawn.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4.6" class="{"d0" if k == 0 else "d1"}"/>')
        drawn.append(text(x, y - 11, one.percent_text, "middle", "strong"))
    drawn.append(f'<path d="M{_n(left)} {_n(floor)}H{_n(width - left)}" class="axis"/>')
    return chart(width, floor + foot + 8, label, "".join(drawn))


def tornado(swings: Sequence[Swing], base: float, base_text: Text, label: Text, width: float = 940.0) -> str:
    """Return bars to both sides of a base, the widest first: worse hatched, better striped.

    Parameters
    ----------
    swings
        What is varied, with the figures that result.
    base, base_text
        The figure of which they are variations, and the words at its line.
    label
        What the chart shows, for screen readers.
    width
        In pixels at full size.
    """
    left, right, step, top = 340.0, width - 116.0, 34.0, 26.0
    values = [base, *(value for swing in swings for value in (swing.low, swing.high))]
    least, most = min(values), max(values)
    scale = (right - left - 116.0) / (most - least) if most > least else 0.0

    def at(value: float) -> float:
        return left + 116.0 + (value - least) * scale

    drawn = []
    for i, swing in enumerate(sorted(swings, key=lambda swing: -abs(swing.low - swing.high))):
        y = top + step * i
        drawn.append(text(left - 14, y + 14, swing.label, "end"))
        ends = ((swing.low, swing.low_text, "b-loses_cover"), (swing.high, swing.high_text, "b-newly_covered"))
        for value, told, style in ends:
            start, length = min(at(base), at(value)), abs(at(value) - at(base))
            drawn.append(f'<rect x="{_n(start)}" y="{_n(y)}" width="{_n(length)}" height="19" class="{style}"/>')
            left_of_base = value < base or (value == base and told is swing.low_text)
            place = at(value)
            other = swing.high if value == swing.low else swing.low
            if (value - base) * (other - base) > 0 and abs(value - base) < abs(other - base):
                left_of_base, place = not left_of_base, at(base)  # both on one side: no figure inside a bar
            shift, anchor = (-7, "end") if left_of_base else (7, "start")
            drawn.append(text(place + shift, y + 14, told, anchor, "ax"))
    bottom = top + step * len(swings) - 8
    drawn.append(f'<path d="M{_n(at(base))} {_n(top - 8)}V{_n(bottom)}" class="axis"/>')
    drawn.append(text(at(base), top - 13, base_text, "middle", "ax"))
    return chart(width, bottom + 6, label, "".join(drawn))


def lorenz_chart(
    now: tuple[FloatArray, FloatArray], plan: tuple[FloatArray, FloatArray], words: tuple[Text, Text, Text, Text]
) -> str:
    """Return Lorenz curves: today dashed, the plan solid, the diagonal where all take equally long.

    Parameters
    ----------
    now, plan
        Cumulative shares of people and of minutes, from (0, 0) to (1, 1), each of shape (n,); empty for none.
    words
        What the chart shows, the people's axis, the minutes' axis, and what the diagonal means.
    """
    label, across, upward, equal = words
    left, top, side = 40.0, 12.0, 300.0
    drawn = []
    for tick in (0, 25, 50, 75, 100):
        x, y = left + side * tick / 100, top + side * (1 - tick / 100)
        drawn.append(f'<path d="M{_n(left)} {_n(y)}H{_n(left + side)}" class="grid"/>')
        drawn.append(text(left - 8, y + 4, str(tick), "end", "ax"))
        drawn.append(text(x, top + side + 18, str(tick), "middle", "ax"))
    drawn.append(f'<path d="M{_n(left)} {_n(top + side)}L{_n(left + side)} {_n(top)}" class="eq"/>')
    drawn.append(text(left + side * 0.42, top + side * 0.42, equal, "end", "ax"))
    for curve, style in ((now, "l-now"), (plan, "l-plan")):
        if len(curve[0]):
            drawn.append(f'<path d="{_curve(curve, left, top, side)}" class="{style}"/>')
    drawn.append(f'<path d="M{_n(left)} {_n(top)}V{_n(top + side)}H{_n(left + side)}" class="axis"/>')
    drawn.append(text(left + side, top + side + 36, across, "end", "ax"))
    drawn.append(text(left + 4, top + 4, upward, "start", "ax"))
    return chart(left + side + 16, top + side + 42, label, "".join(drawn))


def _curve(curve: tuple[FloatArray, FloatArray], left: float, top: float, side: float) -> str:
    """Return a path through at most some 200 points of a curve, first and last among them."""
    step = max(1, len(curve[0]) // 200)
    kept = sorted({*range(0, len(curve[0]), step), len(curve[0]) - 1})
    points = [f"{_n(left + side * curve[0][i])} {_n(top + side * (1 - curve[1][i]))}" for i in kept]
    return "M" + "L".join(points)


def inline_bar(value: float, longest: float) -> str:
    """Return a bar for a table cell: as much of the cell's width as its value is of the longest; empty for nothing."""
    length = 100.0 * value / longest if longest > 0 and value > 0 else 0.0
    return f'<span class="hb" style="width:{_n(length)}%"></span>' if length else ""


_STRIPES = (
    '<defs><pattern id="stripes" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" class="b-newly-ground"/><path d="M0 0V7" class="b-newly-stripe"/></pattern>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect width="6" height="6" class="b-loses-ground"/><path d="M0 0V6" class="b-loses-stripe"/></pattern></defs>'
)


def _n(value: float) -> str:
    """Return a coordinate with one decimal at most, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
