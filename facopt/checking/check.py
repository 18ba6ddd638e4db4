"""A scenario checked as deeply as one can without solving: what was understood, what is doubtful, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facopt.checking.one_way import one_way_findings
from facopt.checking.reach import reach_findings
from facopt.checking.roads import metres_to_roads, road_findings
from facopt.checking.systems import PointLayer, SystemTest, check_systems
from facopt.checking.unfetched import Unfetched, unfetched
from facopt.errors import Finding, Severity
from facopt.pipeline import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from facopt.inputs.study_area import FloatArray
    from facopt.pipeline import Prepared
    from facopt.progress import QuietProgress
    from facopt.scenario.load import LoadedScenario

LISTED_HERE = (
    "demand points lie more than 1 km from any road",
    "demand points lie beyond the snapping limit",
    "demand points hang on a part of the network without a usable site",
    "demand points reach no site because of one-way roads",
)
"""What the travel stage counts; a check says it with people and examples."""


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    prepared: Prepared
    tests: tuple[SystemTest, ...]
    """Of the stated coordinate systems."""
    findings: tuple[Finding, ...]
    """Errors first, then warnings, each group in the order of the stages."""

    @property
    def has_errors(self) -> bool:
        """Whether something is so probably wrong that nobody should plan with it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for `check --json`."""
        prepared, problem = self.prepared, self.prepared.problem
        return {
            "scenario": prepared.loaded.scenario.name,
            "demand_points": problem.demand_count,
            "people": float(problem.people.sum()),
            "sites": problem.site_count,
            "unreachable_people": float(problem.people[problem.unreachable].sum()),
            "coordinate_tests": [test.as_dict() for test in self.tests],
            "recognised": prepared.recognised.as_dict(),
            "errors": [str(finding) for finding in self.findings if finding.severity is Severity.ERROR],
            "warnings": [str(finding) for finding in self.findings if finding.severity is Severity.WARNING],
            "findings": [finding_dict(finding) for finding in self.findings],
        }


def check_all(
    scenarios: Iterable[LoadedScenario], new_progress: Callable[[], QuietProgress]
) -> list[Checked | Unfetched]:
    """Read the files of each scenario and look at it; those whose place has not been fetched are only told so."""
    looked_at: list[Checked | Unfetched] = []
    for loaded in scenarios:
        missing = unfetched(loaded)
        if missing is None:
            with new_progress() as progress:
                looked_at.append(check(prepare(loaded, progress)))
        else:
            looked_at.append(missing)
    return looked_at


def check(prepared: Prepared) -> Checked:
    """Look at a scenario whose files have been read and whose travel times are known; solve nothing."""
    tests, system_findings = check_systems(point_layers(prepared), _to_roads(prepared), prepared.area.metric_crs)
    read = (finding for finding in prepared.findings if not any(text in finding.what for text in LISTED_HERE))
    roads = (*road_findings(prepared), *one_way_findings(prepared))
    found = (*system_findings, *read, *roads, *reach_findings(prepared))
    once = dict.fromkeys(found)
    return Checked(prepared, tests, tuple(sorted(once, key=lambda finding: finding.severity is Severity.WARNING)))


def point_layers(prepared: Prepared) -> tuple[PointLayer, ...]:
    """Return the tables of points that were read, demand first; points made by rules have no system of their own."""
    demand, sites, recognised = prepared.area.demand, prepared.area.sites, prepared.recognised
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


def _to_roads(prepared: Prepared) -> Callable[[FloatArray, FloatArray], FloatArray] | None:
    """Return how far points lie from the roads of the mode that can use the most of them."""
    networks = prepared.travelled.networks
    if not networks:
        return None
    return metres_to_roads(max(networks.values(), key=lambda network: len(network.piece_edge)))


def finding_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain values."""
    place = finding.place
    return {
        "severity": finding.severity.value,
        "what": finding.what,
        "remedy": finding.remedy,
        "file": None if place.file is None else place.file.as_posix(),
        "line": place.line,
        "key": place.key,
        "count": finding.count,
        "examples": list(finding.examples),
    }
