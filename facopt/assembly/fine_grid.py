"""Who is covered on a raster's own cells, where the demand points are blocks of them: travel computed cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.assembly.travel import givers, lonlat
from facopt.measures.fine_grid import CellsCovered
from facopt.scenario.schema import FastestTravel, RoadTravel, StraightLineTravel, TableTravel
from facopt.travel.nearest import nearest_on_roads, nearest_straight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.assembly.travel import Travelled
    from facopt.inputs.study_area import FineCells, FloatArray, StudyArea
    from facopt.measures.coverage import BoolArray
    from facopt.scenario.schema import Scenario


def cells_covered(
    scenario: Scenario, area: StudyArea, travelled: Travelled, today: BoolArray, plan: BoolArray | None
) -> CellsCovered | None:
    """Return which cells have an open site of each tier within its standard; None where points are not blocks of cells.

    Parameters
    ----------
    scenario, area, travelled
        The question, the cells, and the roads that the demand points took.
    today, plan
        Open sites (J,); the plan's are None where there is none.
    """
    cells = area.fine
    if cells is None:
        return None
    if not cells.kept:
        return CellsCovered(cells, skipped="too_many_cells")
    if scenario.planning:
        return CellsCovered(cells, skipped="planning")
    if any(_needs_table(scenario, tier.mode) for tier in scenario.tiers.values()):
        return CellsCovered(cells, skipped="table")
    situations = [today] if plan is None else [today, plan]
    within: dict[str, list[BoolArray]] = {}
    for mode in dict.fromkeys(tier.mode for tier in scenario.tiers.values()):
        within |= _of_mode(scenario, area, travelled, mode, situations)
    now, *planned = ([within[name][number] for name in scenario.tiers] for number in range(len(situations)))
    return CellsCovered(cells, tuple(now), tuple(planned[0]) if planned else None)


def _needs_table(scenario: Scenario, mode: str) -> bool:
    """Return whether times are read from a table, which knows the demand points and no cells."""
    travel = scenario.travel[mode]
    if isinstance(travel, FastestTravel):
        return any(_needs_table(scenario, part) for part in travel.modes)
    return isinstance(travel, TableTravel)


def _of_mode(
    scenario: Scenario, area: StudyArea, travelled: Travelled, mode: str, situations: list[BoolArray]
) -> Mapping[str, list[BoolArray]]:
    """Return by tier of a mode, for each situation, which cells have a site of it within the standard (C,)."""
    assert area.fine is not None
    tiers = [name for name, tier in scenario.tiers.items() if tier.mode == mode]
    gives = {name: np.isin(area.sites.tier.astype(str), givers(scenario, name)) for name in tiers}
    groups = [opened & gives[name] for name in tiers for opened in situations]
    cutoff = max(scenario.tiers[name].standard_minutes for name in tiers)
    minutes = iter(_minutes(scenario, area, travelled, mode, groups, cutoff))
    return {name: [next(minutes) <= scenario.tiers[name].standard_minutes for _ in situations] for name in tiers}


def _minutes(
    scenario: Scenario, area: StudyArea, travelled: Travelled, mode: str, groups: list[BoolArray], cutoff: float
) -> list[FloatArray]:
    """Return for each group of sites the minutes to its nearest one from every cell, infinite beyond the cut-off."""
    assert area.fine is not None
    travel = scenario.travel[mode]
    if isinstance(travel, FastestTravel):
        parts = [_minutes(scenario, area, travelled, part, groups, cutoff) for part in travel.modes]
        return [np.minimum.reduce(several) for several in zip(*parts, strict=True)]
    people = _places(area.fine)
    if isinstance(travel, RoadTravel):
        return nearest_on_roads(
            travelled.networks[mode], demand_lonlat=people, site_lonlat=lonlat(area.sites), groups=groups,
            cutoff_minutes=cutoff,
        )  # fmt: skip
    assert isinstance(travel, StraightLineTravel)
    return nearest_straight(
        demand_lonlat=people, site_lonlat=lonlat(area.sites), groups=groups, speed_kmh=travel.speed_kmh,
        detour=travel.detour, cutoff_minutes=cutoff,
    )  # fmt: skip


def _places(cells: FineCells) -> FloatArray:
    return np.column_stack((cells.lon, cells.lat))
