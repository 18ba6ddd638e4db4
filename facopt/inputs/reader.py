"""All files of a study area read together: one validated StudyArea, or one error with everything that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.inputs.checks import check_together
from facopt.inputs.coordinates import metric_crs_for
from facopt.inputs.demand import DemandFiles, read_demand
from facopt.inputs.facilities import FacilityFiles, read_facilities
from facopt.inputs.findings import FindingLog
from facopt.inputs.ground import GroundFiles, read_ground
from facopt.inputs.study_area import StudyArea

if TYPE_CHECKING:
    from facopt.errors import Finding
    from facopt.inputs.area_class import RuleCount
    from facopt.inputs.candidates import MadeCandidates
    from facopt.inputs.facilities import FacilityClasses
    from facopt.inputs.requests import StudyAreaRequest
    from facopt.inputs.tables import RecognisedTable


@dataclass(frozen=True)
class Recognised:
    """What was understood of the files, to be shown to the planner and kept with the run."""

    tables: tuple[RecognisedTable, ...]
    people: float
    """Sum over all demand points."""
    class_rules: tuple[RuleCount, ...] = ()
    facility_kinds: dict[str, int] = field(default_factory=dict)
    """Rows of the registers by tier or kind."""
    people_steps: tuple[str, ...] = ()
    """What was done to the people: rescaled, projected."""
    made: tuple[MadeCandidates, ...] = ()
    """Candidates that rules of the scenario made."""
    classes: tuple[FacilityClasses, ...] = ()
    """What every row of the registers was taken for."""
    site_tables: tuple[tuple[RecognisedTable, int], ...] = ()
    """The tables of facilities and how many of the sites, in this order, each of them gave."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for `run.json` and `check --json`."""
        return {
            "tables": [table.as_dict() for table in self.tables],
            "people": self.people,
            "area_class_rules": [vars(count) for count in self.class_rules],
            "people_steps": list(self.people_steps),
            "facility_kinds": self.facility_kinds,
            "candidates_made": [vars(made) for made in self.made],
        }


def read_study_area(request: StudyAreaRequest) -> tuple[StudyArea, tuple[Finding, ...], Recognised]:
    """Return the study area, the warnings, and what was understood of the files.

    Raises one DataError with all findings where anything in any of the files cannot be used.
    """
    log = FindingLog()
    ground = read_ground(request, log)
    demand = read_demand(request, ground, log)
    facilities = read_facilities(request, log)
    log.raise_errors()
    if demand is None or facilities is None:  # cannot be: whoever returns None has noted an error
        msg = "a table was not read and no finding says why"
        raise AssertionError(msg)
    area = _assemble(request, demand, facilities, ground, log)
    recognised = Recognised(
        (*demand.recognised, *facilities.recognised, *ground.recognised),
        float(area.demand.people.sum()), demand.class_rules, facilities.kinds, demand.people_steps,
        classes=facilities.classes,
        site_tables=tuple(zip(facilities.recognised, facilities.site_counts, strict=True)),
    )  # fmt: skip
    return area, log.items, recognised


def _assemble(
    request: StudyAreaRequest, demand: DemandFiles, facilities: FacilityFiles, ground: GroundFiles, log: FindingLog
) -> StudyArea:
    points, sites = demand.demand, facilities.sites
    metric_crs = metric_crs_for(np.concatenate((points.lon, sites.lon)), np.concatenate((points.lat, sites.lat)))
    check_together(request, points, sites, ground, metric_crs, log)
    log.raise_errors()
    return StudyArea(
        points, sites, facilities.context, ground.ground, metric_crs, _zone_names(demand, ground),
        _zone_names_en(demand, ground), demand.fine,
    )  # fmt: skip


def _zone_names(demand: DemandFiles, ground: GroundFiles) -> dict[str, str]:
    """Return display names by zone; those of the zones file come before those of the demand table."""
    zones = ground.zones
    outlined = {} if zones is None else dict(zip(zones.id.tolist(), zones.name.tolist(), strict=True))
    return {**demand.zone_names, **{key: name for key, name in outlined.items() if name}}


def _zone_names_en(demand: DemandFiles, ground: GroundFiles) -> dict[str, str]:
    """Return English names by zone; those of the zones file come before those of the demand table."""
    zones = ground.zones
    outlined = {} if zones is None or zones.name_en is None else dict(zip(zones.id, zones.name_en, strict=True))
    return {**demand.zone_names_en, **{str(key): str(name) for key, name in outlined.items() if name}}
