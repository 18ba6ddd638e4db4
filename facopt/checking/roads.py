"""Roads under suspicion: points far from any, villages cut off, speeds that nobody drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Finding, Place, Severity
from facopt.inputs.findings import counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from facopt.inputs.study_area import DemandPoints, FloatArray
    from facopt.pipeline import Prepared
    from facopt.travel.network import Network

IntArray = np.ndarray[Any, np.dtype[np.int64]]

FAR_METRES = 1_000.0
SLOWEST_KMH, FASTEST_KMH = 1.0, 130.0
LONG_ENOUGH_METRES = 50.0
"""Times are whole milliseconds, so that shorter pieces tell no speed."""


def road_findings(prepared: Prepared) -> Iterator[Finding]:
    """Yield warnings about the roads and how people reach them; modes in which the same points suffer share one."""
    demand, travel = prepared.area.demand, prepared.loaded.scenario.travel
    far, apart = _Groups(), _Groups()
    for mode, network in prepared.travelled.networks.items():
        file = travel[mode].file  # type: ignore[union-attr]
        access = prepared.travelled.times[mode].access
        if access is not None:
            far.add(mode, file, np.flatnonzero(access.snap_metres > FAR_METRES), access.snap_metres)
            apart.add(mode, file, np.flatnonzero(~access.connected), access.snap_metres)
        yield from _speeds(mode, network, Place(file))
    yield from (_far_from_roads(demand, group) for group in far.by_rows.values())
    yield from (_cut_off(demand, group) for group in apart.by_rows.values())


@dataclass
class _Group:
    """Modes in which the same demand points suffer."""

    modes: list[str]
    file: Path
    rows: IntArray
    metres: FloatArray

    def __str__(self) -> str:
        return told_modes(self.modes)


def told_modes(modes: Sequence[str]) -> str:
    """Return "mode walk" or "modes walk, ebike and drive"."""
    *others, last = modes
    return f"modes {', '.join(others)} and {last}" if others else f"mode {last}"


class _Groups:
    """Modes by the demand points that suffer."""

    def __init__(self) -> None:
        self.by_rows: dict[bytes, _Group] = {}

    def add(self, mode: str, file: Path, rows: IntArray, metres: FloatArray) -> None:
        if len(rows):
            self.by_rows.setdefault(rows.tobytes(), _Group([], file, rows, metres)).modes.append(mode)


def _far_from_roads(demand: DemandPoints, group: _Group) -> Finding:
    rows, metres = group.rows, group.metres
    order = rows[np.lexsort((rows, -metres[rows]))]
    return Finding(
        f"{group}: {counted(len(rows), 'demand point lies', 'demand points lie')} more than 1 km from any road "
        f"({demand.people[rows].sum():,.0f} people)",
        "Check coordinates and crs, or add the missing roads", Place(group.file), Severity.WARNING, len(rows),
        shown(f"{demand.name[i]}: {metres[i]:,.0f} m" for i in order),
    )  # fmt: skip


def _cut_off(demand: DemandPoints, group: _Group) -> Finding:
    rows = group.rows
    order = rows[np.lexsort((rows, -demand.people[rows]))]
    return Finding(
        f"{group}: {counted(len(rows), 'demand point is', 'demand points are')} cut off from every facility and "
        f"candidate ({demand.people[rows].sum():,.0f} people)",
        "Add the missing road, bridge or ferry, or a candidate there", Place(group.file), Severity.WARNING, len(rows),
        shown(f"{demand.name[i]} ({demand.people[i]:,.0f} people)" for i in order),
    )  # fmt: skip


def _speeds(mode: str, network: Network, place: Place) -> Iterator[Finding]:
    """Warn of roads whose time stands for a speed outside of 1 to 130 km/h; ferries wait and do not count."""
    length = network.roads.length_m[network.piece_edge]
    classes = network.roads.column("road_class")[network.piece_edge]
    milliseconds = np.maximum(network.pieces.forward_ms, network.pieces.backward_ms)
    told = (length >= LONG_ENOUGH_METRES) & (milliseconds > 0) & (classes != "ferry")
    kmh = np.divide(length * 3600, milliseconds, out=np.full(len(length), np.nan), where=told)
    with np.errstate(invalid="ignore"):
        odd = np.flatnonzero((kmh < SLOWEST_KMH) | (kmh > FASTEST_KMH))
    if len(odd):
        by_class: dict[str, float] = {}
        for edge in odd:
            by_class.setdefault(str(classes[edge]), float(kmh[edge]))
        yield Finding(
            f"mode {mode}: {counted(len(odd), 'road piece has', 'road pieces have')} a speed outside of 1 to 130 km/h",
            "Check maxspeed in the road file and speeds_kmh in the scenario", place, Severity.WARNING, len(odd),
            shown(f"{name}: {speed:.1f} km/h" for name, speed in sorted(by_class.items())),
        )  # fmt: skip
