"""One question as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from facopt.rules import rule_classes
from facopt.scenario.names import FolderName, Name
from facopt.scenario.schema.demand import Demand
from facopt.scenario.schema.finance import Finance
from facopt.scenario.schema.frontier import FrontierSection
from facopt.scenario.schema.limits import Limits
from facopt.scenario.schema.map import MapSection
from facopt.scenario.schema.objectives import Level, StatedObjective, level_of
from facopt.scenario.schema.outputs import OutputsSection
from facopt.scenario.schema.sites import Candidates, Sites
from facopt.scenario.schema.solver import Solver
from facopt.scenario.schema.stages import Stages
from facopt.scenario.schema.study_area import PlaceSection, StudyAreaSection
from facopt.scenario.schema.targets import CoverageTarget
from facopt.scenario.schema.tiers import Tier
from facopt.scenario.schema.travel import Travel
from facopt.scenario.schema.workload import Need, Workload
from facopt.statement import Section, YesNo

if TYPE_CHECKING:
    from facopt.rules.base import Rule

    StatedRule = Rule
else:  # the kinds are those whose modules are there
    StatedRule = Annotated[Union[rule_classes()], Field(discriminator="kind")]  # noqa: UP007


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
    stages: Stages | None = None
    """Dated stages; without it everything is done at once."""
    travel: Annotated[dict[Name, Travel], Field(min_length=1)]
    """Ways to travel, by a name that the tiers use."""
    workload: Workload | None = None
    """How people become load on the capacity of sites; by default each person counts one."""
    need: Need = Need()
    """Whose needs weigh more, for the objectives need_coverage and need_travel."""
    tiers: Annotated[dict[Name, Tier], Field(min_length=1)]
    """Levels of care, by name."""
    targets: tuple[CoverageTarget, ...] = ()
    """What must be reached at least."""
    rules: tuple[StatedRule, ...] = ()
    """What every plan must keep besides, each of a `kind`."""
    objective: Annotated[tuple[StatedObjective, ...], Field(min_length=1)]
    """What to optimise, most important first: coverage, cost, sites, travel, worst_travel and others.

    A name; a name of which later ones may give back some, `{name: cost, tolerance_percent: 1}`; or a weighted sum that
    is minimised, `{weighted: {cost: 1, travel: 0.02}}`.
    """
    limits: Limits = Limits()
    """What the plan may use at most."""
    finance: Finance | None = None
    """Who pays, and what later money is worth."""
    solver: Solver = Solver()
    """Which solver, for how long, and how exactly."""
    frontier: FrontierSection | None = None
    """A curve of people covered against money or sites, in the report; none by default."""
    map: MapSection = MapSection()
    """What the map page may show besides the plan."""
    outputs: OutputsSection = OutputsSection()
    """What a run writes besides what every run writes."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """The objective in its long form, most important first."""
        return tuple(level_of(stated) for stated in self.objective)

    @property
    def objective_names(self) -> tuple[str, ...]:
        """Names of the objective's levels, most important first; `weighted` for a weighted sum."""
        return tuple(level.name for level in self.levels)

    @property
    def objectives_within(self) -> tuple[str, ...]:
        """Names of all objectives, those inside weighted sums too, most important first."""
        return tuple(name for level in self.levels for name, _ in level.weights)

    @property
    def planning(self) -> bool:
        """Whether anything is stated that only the planning model can answer."""
        return (
            self.states("stages", "workload", "need", "rules", "finance")
            or self.limits.planning
            or any(tier.planning for tier in self.tiers.values())
            or any(target.planning for target in self.targets)
            or any(level.planning for level in self.levels)
        )

    def replace(self, **changes: Any) -> Scenario:
        """Return a copy with some fields changed, validated again."""
        return Scenario.model_validate({**dict(self), **changes})
