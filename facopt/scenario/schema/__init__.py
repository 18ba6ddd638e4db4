"""What a scenario may say: frozen, unknown keys refused; the text under each key is the manual."""

from facopt.scenario.schema.demand import ControlTotals, Demand, DemandPolygons, DemandRaster, DemandTable, PeopleRules
from facopt.scenario.schema.limits import Limits
from facopt.scenario.schema.map import MapSection
from facopt.scenario.schema.scenario import ObjectiveName, Scenario
from facopt.scenario.schema.sites import (
    Candidate,
    CandidateRules,
    Candidates,
    CrossingCandidates,
    GridCandidates,
    SettlementCandidates,
    Sites,
    SiteTable,
)
from facopt.scenario.schema.solver import Solver
from facopt.scenario.schema.study_area import PLACE_FILES, PlaceSection, StudyAreaSection
from facopt.scenario.schema.tables import CrsName, TableSource
from facopt.scenario.schema.targets import CoverageTarget
from facopt.scenario.schema.tiers import Tier
from facopt.scenario.schema.travel import (
    FastestTravel,
    RoadClosure,
    RoadTravel,
    StraightLineTravel,
    TableTravel,
    Travel,
)
from facopt.statement import AreaClass, Section

__all__ = [
    "PLACE_FILES",
    "AreaClass",
    "Candidate",
    "CandidateRules",
    "Candidates",
    "ControlTotals",
    "CoverageTarget",
    "CrossingCandidates",
    "CrsName",
    "Demand",
    "DemandPolygons",
    "DemandRaster",
    "DemandTable",
    "FastestTravel",
    "GridCandidates",
    "Limits",
    "MapSection",
    "ObjectiveName",
    "PeopleRules",
    "PlaceSection",
    "RoadClosure",
    "RoadTravel",
    "Scenario",
    "Section",
    "SettlementCandidates",
    "SiteTable",
    "Sites",
    "Solver",
    "StraightLineTravel",
    "StudyAreaSection",
    "TableSource",
    "TableTravel",
    "Tier",
    "Travel",
]
