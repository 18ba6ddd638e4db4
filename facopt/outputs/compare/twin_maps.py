"""Two plans as two maps of the same ground, which the page's script moves together."""

from __future__ import annotations

from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from facopt.outputs import sketch
from facopt.outputs.compare.gains_map import drawn_ground, extent
from facopt.outputs.words import pair

if TYPE_CHECKING:
    import pandas as pd

    from facopt.outputs.compare.model import Change, Comparison, SiteChange

WIDTH, MARGIN = 520.0, 12.0
LOWEST, HIGHEST = 320.0, 560.0
SITE = {"build": 6.4, "extend": 5.6, "refurbish": 5.6, "keep": 4.2}
"""Half the width of a facility by what becomes of it, in pixels of the whole map."""

_COVERED = {"base": ("lose", "reassigned", "covered"), "other": ("gain", "reassigned", "covered")}
_LAYERS = (("covered", True, sketch.dots, 0.5, 1.4), ("uncovered", False, sketch.triangles, 0.8, 2.4))
"""Class, covered or not, mark, size over the square root of people / 24, and least size in pixels."""
UPON = MappingProxyType(
    {
        "build": '<path class="star" d="M0 -4.2l1.3 2.7 3 .4-2.2 2 .6 3-2.7-1.5-2.7 1.5.6-3-2.2-2 3-.4z"/>',
        "extend": '<path class="plus" d="M0 -2.6v5.2M-2.6 0h5.2"/>',
        "refurbish": '<circle class="dot" r="1.6"/>',
        "keep": "",
    }
)
"""What stands upon a facility's symbol, around its middle, as on the map of a run."""


def twin_maps(comparison: Comparison, change: Change) -> tuple[str, str] | None:
    """Return the map of the base and that of the other run; None where nothing is compared or has coordinates."""
    if change.people is None:
        return None
    points = change.people.points
    bounds = extent(points, comparison.ground)
    if bounds is None:
        return None
    frame = sketch.fit(bounds, WIDTH, 1e6, MARGIN)
    height = float(np.clip((bounds[3] - bounds[1]) * frame.down + 2 * MARGIN, LOWEST, HIGHEST))
    frame = sketch.fit(bounds, WIDTH, height, MARGIN)
    ground, key = drawn_ground(comparison.ground, frame), f"twin-{change.run}"
    shared = f'<g id="{key}">{ground}</g>', f'<use href="#{key}"/>'
    drawn = (
        below + _settlements(points, side, frame) + _facilities(comparison, change, side, frame)
        for below, side in zip(shared, ("base", "other"), strict=True)
    )
    size, label = f"0 0 {WIDTH:.0f} {height:.0f}", escape(" / ".join(pair("compare.twin_label")))
    first, second = (
        f'<svg class="map" viewBox="{size}" tabindex="0" role="img" aria-label="{label}">{one}</svg>' for one in drawn
    )
    return first, second


def _settlements(points: pd.DataFrame, side: str, frame: sketch.Frame) -> str:
    covered = points["change"].isin(_COVERED[side]).to_numpy()
    places = frame.pixels(points[["lon", "lat"]].to_numpy(float))
    known, people = np.isfinite(places).all(axis=1), points["people"].to_numpy(float)
    drawn = []
    for name, wanted, mark, grow, least in _LAYERS:
        rows = known & (covered == wanted)
        sizes = np.maximum(np.sqrt(people[rows]) / 24 * grow, least) * sketch.growth(len(points))
        marks = zip(places[rows, 0].tolist(), places[rows, 1].tolist(), sizes.tolist(), strict=True)
        drawn.append(f'<path class="p-{name}" d="{mark(marks)}"/>' if rows.any() else "")
    return "".join(drawn)


def _facilities(comparison: Comparison, change: Change, side: str, frame: sketch.Frame) -> str:
    """Return the open facilities of a run, new ones on top, each as a group that the script keeps small."""
    alone = change.only_base if side == "base" else change.only_other
    sites = [(site, site.action) for site in alone]
    sites += [(site, site.action if side == "base" else site.action_other) for site in change.both]
    ordered = sorted(sites, key=lambda one: (one[1] == "build", one[0].site_id))
    return "".join(_facility(comparison, site, action, frame) for site, action in ordered)


def _facility(comparison: Comparison, site: SiteChange, action: str, frame: sketch.Frame) -> str:
    x, y = frame.pixels(np.array([[site.lon, site.lat]]))[0].tolist()
    if not (np.isfinite(x) and np.isfinite(y)):
        return ""
    mark = sketch.site_mark(comparison.tiers.get(site.tier, ("", "", "circle"))[2], 0, 0, SITE[action], f"s-{action}")
    title = f"<title>{escape(site.name)}</title>"
    return f'<g transform="translate({x:.1f} {y:.1f})"><g class="site">{title}{mark}{UPON[action]}</g></g>'
