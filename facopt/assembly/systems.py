"""Whether points lie where their stated coordinate system puts them: each system is tried, and the roads decide.

GCJ-02 and BD-09 move a point by 300 to 1,300 m. People and clinics stand beside roads and clinics stand among people,
so the right system brings points nearer to both than the wrong ones. A table is only reported where another system
brings most of its points nearer, more of them than chance explains. A run warns of it, a check calls it an error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Finding, Place, Severity
from facopt.inputs import coordinates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from facopt.assembly.travel import Travelled
    from facopt.inputs.reader import Recognised
    from facopt.inputs.study_area import FloatArray, StudyArea, TextArray
    from facopt.travel.network import Network

HYPOTHESES = ("wgs84", "gcj02", "bd09")
MOST_POINTS = 1_000
"""A regular sample of this many points decides."""
FEWEST_POINTS = 8
NEARER = 0.75
"""Another system must bring the median distance down to at most this share."""
SURE = 1.5
"""Half standard errors of a fair coin: the share of points that gain must exceed 0.5 + SURE / sqrt(n)."""
CHINA = (73.0, 135.5, 17.5, 54.0)


@dataclass(frozen=True)
class PointLayer:
    """Points of one table; arrays have shape (N,)."""

    role: str
    """`demand` or `facilities`."""
    file: Path
    crs: str
    """As stated in the scenario or the file."""
    id: TextArray
    lon: FloatArray
    """WGS-84 degrees, as the stated system gives them."""
    lat: FloatArray
    maker: str = ""
    """Who makes tables with such columns, "" where they do not tell."""
    maker_crs: str = ""


@dataclass(frozen=True)
class SystemTest:
    """How far a layer's points lie from something under each hypothesis."""

    layer: str
    file: Path
    stated: str
    against: str
    """`roads`, or `demand` for facilities tested against where people live."""
    points: int
    median_metres: dict[str, float]
    better: str = ""
    """The system that the points are in by this test; "" where nothing speaks against the stated one."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {**vars(self), "file": self.file.as_posix()}

    def __str__(self) -> str:
        told = ", ".join(f"{name} {metres:,.0f} m" for name, metres in self.median_metres.items())
        verdict = f"; {self.better} fits better" if self.better else ""
        return (
            f"{self.file.name}: median distance to the nearest of {self.against}, {self.points:,} points read as: "
            f"{told} (stated: {self.stated}{verdict})"
        )


def stated_systems(
    area: StudyArea, recognised: Recognised, travelled: Travelled
) -> tuple[tuple[SystemTest, ...], tuple[Finding, ...]]:
    """Return the tests of all tables of points, and a warning for each whose stated system is probably wrong."""
    to_roads = travelled.networks.metres if travelled.networks else None
    return check_systems(point_layers(area, recognised), to_roads, area.metric_crs)


def point_layers(area: StudyArea, recognised: Recognised) -> tuple[PointLayer, ...]:
    """Return the tables of points that were read, demand first; points made by rules have no system of their own."""
    demand, sites = area.demand, area.sites
    table = recognised.tables[0]
    layers = []
    if table.format != "raster":
        layers.append(PointLayer(
            "demand", table.path, table.crs, demand.id, demand.lon, demand.lat, table.maker, table.maker_crs,
        ))  # fmt: skip
    start = 0
    for table, count in recognised.site_tables:
        rows = slice(start, start + count)
        start += count
        if count:
            layers.append(PointLayer(
                "facilities", table.path, table.crs, sites.id[rows], sites.lon[rows], sites.lat[rows],
                table.maker, table.maker_crs,
            ))  # fmt: skip
    return tuple(layers)


def metres_to_roads(network: Network) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """Return a function from WGS-84 longitudes and latitudes to metres to the nearest road."""
    from facopt.travel.snapping import RoadIndex

    index = RoadIndex(network)
    return lambda lon, lat: index.snap(np.column_stack((lon, lat))).metres


def check_systems(
    layers: Sequence[PointLayer], to_roads: Callable[[FloatArray, FloatArray], FloatArray] | None, metric_crs: str
) -> tuple[tuple[SystemTest, ...], tuple[Finding, ...]]:
    """Return the tests made and a warning for each layer whose stated system is probably wrong.

    Parameters
    ----------
    layers
        Demand points and facilities.
    to_roads
        Gives metres from WGS-84 longitudes and latitudes to the nearest road; None where there are no roads.
    metric_crs
        Projected system in which metres between layers are measured.
    """
    testable = [layer for layer in layers if _is_testable(layer)]
    tests = [_test(layer, "roads", to_roads) for layer in testable] if to_roads else []
    wrong = {test.file for test in tests if test.better}
    if not wrong:
        tests += _tests_between(testable, layers, metric_crs)
    findings = [*_by_columns(layers), *(_finding(test) for test in tests if test.better)]
    return tuple(tests), tuple(findings)


def _is_testable(layer: PointLayer) -> bool:
    """Return whether the layer is in degrees and in China, where the shifts are."""
    known = np.isfinite(layer.lon) & np.isfinite(layer.lat)
    if known.sum() < FEWEST_POINTS or layer.crs not in coordinates.NAMED:
        return False
    lon, lat = np.median(layer.lon[known]), np.median(layer.lat[known])
    return bool(CHINA[0] <= lon <= CHINA[1] and CHINA[2] <= lat <= CHINA[3])


def _stated(layer: PointLayer) -> str:
    """Return the stated system; CGCS2000 and WGS-84 are the same for this purpose."""
    return "wgs84" if layer.crs == "cgcs2000" else layer.crs


def _raw(layer: PointLayer) -> tuple[FloatArray, FloatArray]:
    """Return a sample of the points as they stand in the file."""
    known = np.flatnonzero(np.isfinite(layer.lon) & np.isfinite(layer.lat))
    rows = known[:: -(-len(known) // MOST_POINTS)]
    lon, lat = layer.lon[rows], layer.lat[rows]
    if _stated(layer) == "wgs84":
        return lon, lat
    gcj02 = coordinates.gcj02_from_wgs84(lon, lat)
    return gcj02 if _stated(layer) == "gcj02" else coordinates.bd09_from_gcj02(*gcj02)


def _test(layer: PointLayer, against: str, metres: Callable[[FloatArray, FloatArray], FloatArray]) -> SystemTest:
    raw, stated = _raw(layer), _stated(layer)
    places = [np.column_stack(coordinates.to_wgs84(*raw, name)) for name in HYPOTHESES]
    far = dict(zip(HYPOTHESES, np.split(metres(*np.concatenate(places).T), len(HYPOTHESES)), strict=True))
    medians = {name: round(float(np.median(values)), 1) for name, values in far.items()}
    best = min(HYPOTHESES, key=lambda name: (medians[name], name != stated))
    better = best if best != stated and _is_surely_nearer(far[best], far[stated]) else ""
    return SystemTest(layer.role, layer.file, stated, against, len(raw[0]), medians, better)


def _is_surely_nearer(other: FloatArray, stated: FloatArray) -> bool:
    gains = float(np.mean(other < stated))
    return bool(np.median(other) <= NEARER * np.median(stated) and gains > 0.5 + SURE / math.sqrt(len(stated)))


def _tests_between(
    testable: Sequence[PointLayer], layers: Sequence[PointLayer], metric_crs: str
) -> Iterator[SystemTest]:
    """Test facilities against where people live."""
    from scipy.spatial import cKDTree

    people = [layer for layer in layers if layer.role == "demand" and np.isfinite(layer.lon).any()]
    if not people or not metric_crs:
        return
    known = np.isfinite(people[0].lon) & np.isfinite(people[0].lat)
    tree = cKDTree(coordinates.to_metres(people[0].lon[known], people[0].lat[known], metric_crs))
    for layer in testable:
        if layer.role != "demand":
            yield _test(layer, "demand", lambda lon, lat: tree.query(coordinates.to_metres(lon, lat, metric_crs))[0])


def _by_columns(layers: Sequence[PointLayer]) -> Iterator[Finding]:
    """Note tables whose columns tell their maker, who uses another system than the stated one."""
    for layer in layers:
        if layer.maker_crs not in {"", layer.crs} and layer.crs in coordinates.NAMED:
            yield Finding(
                f"crs {layer.crs} is probably wrong: columns like these are {layer.maker}'s, which gives "
                f"{layer.maker_crs}",
                f"State crs: {layer.maker_crs}, unless somebody has converted the coordinates",
                Place(layer.file, key="crs"), Severity.WARNING, count=len(layer.lon),
            )  # fmt: skip


def _finding(test: SystemTest) -> Finding:
    before, after = test.median_metres[test.stated], test.median_metres[test.better]
    where = "the roads" if test.against == "roads" else "where people live"
    both = "" if test.against == "roads" else ", or that of the demand points if theirs is the wrong one"
    return Finding(
        f"crs {test.stated} is probably wrong: read as {test.better} the points lie nearer to {where} "
        f"(median {after:,.0f} m instead of {before:,.0f} m)",
        f"State crs: {test.better}{both}", Place(test.file, key="crs"), Severity.WARNING, count=test.points,
    )  # fmt: skip
