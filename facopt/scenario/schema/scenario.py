"""One question as a whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from facopt.scenario.names import LONGEST_FOLDER_NAME, checked_folder_name, checked_name
from facopt.scenario.schema.demand import Demand
from facopt.scenario.schema.limits import Limits
from facopt.scenario.schema.map import MapSection
from facopt.scenario.schema.sites import Candidates, Sites
from facopt.scenario.schema.solver import Solver
from facopt.scenario.schema.study_area import PlaceSection, StudyAreaSection
from facopt.scenario.schema.targets import CoverageTarget
from facopt.scenario.schema.tiers import Tier
from facopt.scenario.schema.travel import Travel
from facopt.statement import Section, YesNo

ObjectiveName = Literal["coverage", "cost", "sites", "travel", "worst_travel"]

FolderName = Annotated[
    str, AfterValidator(checked_folder_name), Field(json_schema_extra={"maxLength": LONGEST_FOLDER_NAME})
]
Name = Annotated[str, AfterValidator(checked_name)]


class Scenario(Section):
    """One question: people, facilities, travel, standards, targets, limits and what to optimise."""

    name: FolderName
    """Name of the scenario and of its folder of results."""
    title: str | None = None
    """Title in Chinese for map and report; the name by default."""
    title_en: str | None = None
    """Title in English for map and report."""
    question: str | None = None
    """The question this scenario answers, in a sentence in Chinese."""
    question_en: str | None = None
    """The question in English; `question` where it is missing."""
    data_note: str | None = None
    """Shown on map and report, such as the year of the data, in Chinese."""
    data_note_en: str | None = None
    """The note in English; `data_note` where it is missing."""
    synthetic: YesNo = False
    """True marks map and report as made from invented data."""
    currency: str = "CNY"
    """Currency of all money."""
    place: PlaceSection | None = None
    """A named place whose boundary, roads, facilities and settlements are taken from OpenStreetMap."""
    study_area: StudyAreaSection = StudyAreaSection()
    """Outlines of county, zones and water."""
    demand: Demand
    """Where people live."""
    facilities: Sites
    """What stands, and candidates unless `candidates` names them."""
    candidates: Candidates | None = None
    """Where something may be built: tables, or places made by rules (settlements, grid, crossings)."""
    travel: Annotated[dict[Name, Travel], Field(min_length=1)]
    """Ways to travel, by a name that the tiers use."""
    tiers: Annotated[dict[Name, Tier], Field(min_length=1)]
    """Levels of care, by name."""
    targets: tuple[CoverageTarget, ...] = ()
    """What must be reached at least."""
    objective: Annotated[tuple[ObjectiveName, ...], Field(min_length=1)]
    """What to optimise, most important first: coverage, cost, sites, travel, worst_travel."""
    limits: Limits = Limits()
    """What the plan may use at most."""
    solver: Solver = Solver()
    """Which solver, for how long, and how exactly."""
    map: MapSection = MapSection()
    """What the map page may show besides the plan."""

    def replace(self, **changes: Any) -> Scenario:
        """Return a copy with some fields changed, validated again."""
        return Scenario.model_validate({**dict(self), **changes})
