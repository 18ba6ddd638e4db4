"""What a scenario may say: frozen, unknown keys refused; the text under each key is the manual."""

from facopt.scenario.names import CrsName
from facopt.scenario.schema.actions import Actions, Build, Close, Extend, Merge, Refurbish, Relocate
from facopt.scenario.schema.assignment import Assignment, Gradual, Referral
from facopt.scenario.schema.demand import ControlTotals, Demand, DemandPolygons, DemandRaster, DemandTable, PeopleRules
from facopt.scenario.schema.finance import Finance
from facopt.scenario.schema.frontier import FrontierSection
from facopt.scenario.schema.limits import Limits
from facopt.scenario.schema.map import MapSection
from facopt.scenario.schema.objectives import PLAIN_OBJECTIVES, Level, ObjectiveLevel, ObjectiveName, WeightedObjective
from facopt.scenario.schema.outputs import OutputsSection
from facopt.scenario.schema.scenario import Scenario
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
from facopt.scenario.schema.sizes import Size
from facopt.scenario.schema.solver import Solver
from facopt.scenario.schema.stages import Growth, Stages
from facopt.scenario.schema.study_area import PLACE_FILES, PlaceSection, StudyAreaSection
from facopt.scenario.schema.tables import TableSource
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
from facopt.scenario.schema.workload import Need, Workload
from facopt.statement import AreaClass, Section

__all__ = [
    "PLACE_FILES",
    "PLAIN_OBJECTIVES",
    "Actions",
    "AreaClass",
    "Assignment",
    "Build",
    "Candidate",
    "CandidateRules",
    "Candidates",
    "Close",
    "ControlTotals",
    "CoverageTarget",
    "CrossingCandidates",
    "CrsName",
    "Demand",
    "DemandPolygons",
    "DemandRaster",
    "DemandTable",
    "Extend",
    "FastestTravel",
    "Finance",
    "FrontierSection",
    "Gradual",
    "GridCandidates",
    "Growth",
    "Level",
    "Limits",
    "MapSection",
    "Merge",
    "Need",
    "ObjectiveLevel",
    "ObjectiveName",
    "OutputsSection",
    "PeopleRules",
    "PlaceSection",
    "Referral",
    "Refurbish",
    "Relocate",
    "RoadClosure",
    "RoadTravel",
    "Scenario",
    "Section",
    "SettlementCandidates",
    "SiteTable",
    "Sites",
    "Size",
    "Solver",
    "Stages",
    "StraightLineTravel",
    "StudyAreaSection",
    "TableSource",
    "TableTravel",
    "Tier",
    "Travel",
    "WeightedObjective",
    "Workload",
]
