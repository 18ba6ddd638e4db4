"""Charts: lengths in proportion, both languages, well-formed SVG, nothing hostile gets through."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from facopt.outputs import charts


def parsed(svg: str) -> ET.Element:
    """Return a chart as XML; malformed text is an error."""
    return ET.fromstring(svg)


def rects(svg: str, style: str) -> list[dict[str, str]]:
    """Return the attributes of the bars of a class."""
    return [dict(node.attrib) for node in parsed(svg).iter("rect") if node.get("class") == style]


def test_the_bar_of_everybody_is_split_in_proportion() -> None:
    """Parts stand side by side, as long as their people, and fill the bar."""
    svg = charts.share_bar([charts.Part("covered", 750), charts.Part("uncovered", 250)], None, "people")
    (covered,), (uncovered,) = rects(svg, "b-covered"), rects(svg, "b-uncovered")
    assert (float(covered["x"]), float(covered["width"])) == (0, 705)
    assert (float(uncovered["x"]), float(uncovered["width"])) == (705, 235)


def test_the_target_stands_at_its_share_of_the_bar() -> None:
    """A target of 90 % is a tick at nine tenths of the bar, with its words beside it."""
    svg = charts.share_bar([charts.Part("covered", 1)], 90.0, "people", ("目标 90%", "target 90%"))
    assert re.search(r'd="M846 [\d.]+V[\d.]+" class="target"', svg)
    assert '<tspan lang="en">target 90%</tspan>' in svg


def test_nobody_gives_an_empty_bar() -> None:
    """A report without people draws nothing and fails nowhere."""
    assert float(rects(charts.share_bar([charts.Part("covered", 0)], 50.0, "people"), "b-covered")[0]["width"]) == 0


def test_the_change_line_goes_from_now_to_plan() -> None:
    """Ring and dot lie on a line from 0 to 100 percent, the tick at the reference."""
    nodes = parsed(charts.change_line(0.0, 100.0, 50.0, width=112.0))
    rings = {node.get("class"): float(node.get("cx", "nan")) for node in nodes.iter("circle")}
    assert rings == {"d0": 6, "d1": 106}
    assert 'd="M56 1v12" class="df"' in charts.change_line(0.0, 100.0, 50.0, width=112.0)


def test_the_change_line_without_a_plan_shows_today_only() -> None:
    """No dot is drawn for a plan that does not exist, and nothing at all for nobody."""
    assert "d1" not in charts.change_line(40.0, None)
    assert "dg" not in charts.change_line(40.0, None)
    assert "<circle" not in charts.change_line(None, None)


def test_pairs_of_bars_start_at_zero_and_share_one_scale() -> None:
    """The longest bar fills the room; the others are in proportion to it, in both series."""
    pairs = [
        charts.PairOfBars("0–15", 20.0, 40.0, "20.0%", "40.0%"),
        charts.PairOfBars("15+", 80.0, 60.0, "80.0%", "60.0%"),
    ]
    svg = charts.pairs_of_bars(pairs, "bands", ("min", "now", "plan"))
    now = [float(bar["width"]) for bar in rects(svg, "b-now")]
    plan = [float(bar["width"]) for bar in rects(svg, "b-plan")]
    assert now[0] / now[1] == pytest.approx(0.25)
    assert plan[1] / now[1] == pytest.approx(0.75)
    assert {bar["x"] for bar in rects(svg, "b-now") + rects(svg, "b-plan")} == {"84"}


def test_bars_without_a_plan_have_one_series() -> None:
    """Today alone is drawn where no plan exists."""
    svg = charts.pairs_of_bars([charts.PairOfBars("0–15", 20.0, None, "20.0%", "–")], "bands", ("min", "now", "plan"))
    assert rects(svg, "b-plan") == []
    assert "–</text>" not in svg.replace("0–15</text>", "")
    assert parsed(charts.pairs_of_bars([], "bands", ("min", "now", "plan"))).tag == "svg"


def test_the_lorenz_curve_is_thinned_but_keeps_its_ends() -> None:
    """A curve of many thousand points stays small, and ends where it ends."""
    people = np.linspace(0, 1, 10_001)
    words = ("Lorenz", "people", "minutes", "equal")
    svg = charts.lorenz_chart((people, people**2), (np.empty(0), np.empty(0)), words)
    path = next(node.get("d", "") for node in parsed(svg).iter("path") if node.get("class") == "l-now")
    assert path.startswith("M40 312L")
    assert path.endswith("L340 12")
    assert len(path.split("L")) < 250
    assert "l-plan" not in svg


def test_inline_bars_are_in_proportion_and_vanish_for_nothing() -> None:
    """A bar is as long as its value is of the longest."""
    assert "width:50%" in charts.inline_bar(50, 100)
    assert charts.inline_bar(0, 100) == ""
    assert charts.inline_bar(5, 0) == ""


def test_words_in_charts_are_escaped() -> None:
    """A hostile name is text in the chart and in its label."""
    svg = charts.pairs_of_bars(
        [charts.PairOfBars(("<b>", "</svg>"), 1.0, None, "&", "")], '"><script>', ("<i>", "now", "plan")
    )
    assert "<b>" not in svg
    assert "<script>" not in svg
    assert svg.count("</svg>") == 1
    parsed(svg)


def test_a_tornado_puts_the_widest_swing_first_and_lengths_in_proportion() -> None:
    """Bars begin at the base: worse to the left, better to the right, as long as the difference they show."""
    swings = [
        charts.Swing("narrow", 88.0, 91.0, "88.0%", "91.0%"),
        charts.Swing(("<b>", "wide"), 80.0, 95.0, "80.0%", "95.0%"),
    ]
    svg = charts.tornado(swings, 90.0, "as stated", "chart")
    worse, better = rects(svg, "b-loses_cover"), rects(svg, "b-newly_covered")
    widths = [float(bar["width"]) for bar in (*worse, *better)]
    assert np.allclose(np.array(widths) / widths[0], [1.0, 0.2, 0.5, 0.1], atol=0.01)
    base = float(better[0]["x"])
    assert [float(bar["x"]) + float(bar["width"]) for bar in worse] == pytest.approx([base, base], abs=0.11)
    assert [float(bar["x"]) for bar in better] == [base, base]
    assert svg.index("&lt;b&gt;") < svg.index("narrow")


def test_a_tornado_writes_no_figure_inside_a_bar() -> None:
    """Where both variations are worse, the figure of the lesser stands on the other side of the base."""
    svg = charts.tornado([charts.Swing("both", 80.0, 89.9, "80.0%", "89.9%")], 90.0, "base", "chart")
    (worse,) = rects(svg, "b-loses_cover")
    end = float(worse["x"]) + float(worse["width"])
    place = re.search(r'<text x="([\d.]+)"[^>]*>89.9%', svg)
    assert place is not None
    assert float(place[1]) > end


def test_a_tornado_of_nothing_has_no_length() -> None:
    """Where no variation changes anything the bars are empty and nothing is divided by zero."""
    svg = charts.tornado([charts.Swing("same", 90.0, 90.0, "90.0%", "90.0%")], 90.0, "base", "chart")
    assert {float(bar["width"]) for bar in (*rects(svg, "b-loses_cover"), *rects(svg, "b-newly_covered"))} == {0.0}
