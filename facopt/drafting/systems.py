"""Which coordinate system degrees are in that nothing else tells: the roads decide, where there are some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.assembly.systems import PointLayer, check_systems, metres_to_roads
from facopt.errors import DataError
from facopt.inputs.coordinates import metric_crs_for
from facopt.inputs.findings import FindingLog
from facopt.inputs.positions import locate
from facopt.inputs.roads import read_roads
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from facopt.assembly.systems import SystemTest
    from facopt.drafting.survey import Found


def with_tested_systems(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return the files with the system of those in degrees that lie nearest to the roads in it."""
    open_ones = [one for one in found if one.crs == "wgs84" and not one.crs_note]
    roads = next((one for one in found if one.role == "roads"), None)
    if roads is None or not open_ones:
        return tuple(found)
    layers = {one.file: layer for one in open_ones if (layer := _layer(one)) is not None}
    if not layers:
        return tuple(found)
    lon = np.concatenate([layer.lon for layer in layers.values()])
    lat = np.concatenate([layer.lat for layer in layers.values()])
    try:
        network = build_network(read_roads(roads.file), load_profile("walk", {}), metric_crs=metric_crs_for(lon, lat))
    except DataError:  # said when the draft is read
        return tuple(found)
    tests, _ = check_systems(list(layers.values()), metres_to_roads(network), network.metric_crs)
    decided = {test.file: test for test in tests if test.against == "roads"}
    return tuple(_decided(one, decided) if one in open_ones else one for one in found)


def _layer(one: Found) -> PointLayer | None:
    assert one.table is not None
    (lon, lat), crs = locate(one.table, one.crs, required=False, log=FindingLog())
    if not np.isfinite(lon).any() or not crs:
        return None
    return PointLayer(one.role, one.file, crs, one.table.text("id"), lon, lat)


def _decided(one: Found, tests: dict[Path, SystemTest]) -> Found:
    test = tests.get(one.file)
    if test is None:
        return one
    best = test.better or test.stated
    told = ", ".join(f"{name} {metres:,.0f} m" for name, metres in test.median_metres.items())
    return replace(one, crs=best, crs_note=f"the roads say so: median distance read as {told}")
