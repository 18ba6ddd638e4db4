"""From a scenario to what is asked of the readers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from facopt.inputs.requests import DemandRequest, FacilitiesRequest, Source, StudyAreaRequest, TierRequest
from facopt.scenario.schema import DemandPolygons, DemandRaster, RoadTravel, Scenario, SiteTable, StraightLineTravel

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.scenario.schema import Candidate, Demand, TableSource


def study_area_request(scenario: Scenario) -> StudyAreaRequest:
    """Return the files of the scenario and how each is read."""
    ground = scenario.study_area
    return StudyAreaRequest(
        demand=_demand(scenario.demand),
        facilities=_facilities(scenario),
        tiers={name: TierRequest(tier.serves, tier.matches) for name, tier in scenario.tiers.items()},
        boundary=_outline(ground.boundary),
        zones=_outline(ground.zones),
        water=_outline(ground.water),
        exclusions=_outline(ground.exclusions),
        control_totals=_totals(scenario.demand, rescale=False),
        coordinates_required=needs_coordinates(scenario),
        more_sites_follow=any(not isinstance(part, SiteTable) for part in _tables(scenario.candidates)),
    )


def needs_coordinates(scenario: Scenario) -> bool:
    """Return whether something is computed from coordinates; with a table of times for every mode nothing is."""
    return any(isinstance(travel, RoadTravel | StraightLineTravel) for travel in scenario.travel.values())


def _demand(demand: Demand) -> DemandRequest:
    request = DemandRequest(
        demand.kind,
        Source(demand.file) if isinstance(demand, DemandRaster) else _source(demand),
        area_class=demand.area_class or "",
        totals=_totals(demand, rescale=True),
        share_rest=demand.control_totals is not None and demand.control_totals.zones_without_points == "share",
        growth=(1 + demand.growth_percent_per_year / 100) ** demand.years,
    )
    if isinstance(demand, DemandRaster):
        return replace(request, cell_metres=demand.cell_metres, total_people=demand.total_people)
    if isinstance(demand, DemandPolygons):
        return replace(request, raster=None if demand.spread_by is None else Source(demand.spread_by))
    return replace(request, place_missing=demand.place_missing)


def _totals(demand: Demand, *, rescale: bool) -> Source | None:
    """Return the control totals, where they are to be kept (or only to be compared with)."""
    totals = demand.control_totals
    if totals is None or totals.rescale != rescale:
        return None
    return Source(totals.file, columns=totals.columns, sheet=totals.sheet)


def _facilities(scenario: Scenario) -> tuple[FacilitiesRequest, ...]:
    standing = "candidate" if scenario.candidates is None else "existing"
    return (
        *(_register(table, standing) for table in _tables(scenario.facilities) if isinstance(table, SiteTable)),
        *(_register(table, "candidate") for table in _tables(scenario.candidates) if isinstance(table, SiteTable)),
    )


def _tables(tables: Candidate | tuple[Candidate, ...] | None) -> tuple[Candidate, ...]:
    if tables is None:
        return ()
    return tables if isinstance(tables, tuple) else (tables,)


def _register(table: SiteTable, default_status: str) -> FacilitiesRequest:
    return FacilitiesRequest(
        _source(table),
        default_status=table.status or default_status,
        status_stated=table.status is not None,
        merge_within_metres=table.merge_within_metres,
        tiers=table.tiers or (),
    )


def _source(table: TableSource) -> Source:
    return Source(table.file, table.crs or "", table.columns, table.layer, table.sheet)


def _outline(file: Path | None) -> Source | None:
    return None if file is None else Source(file)
