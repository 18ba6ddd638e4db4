"""A scenario checked as deeply as one can without solving: what was understood, what is doubtful, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from facopt.checking.one_way import one_way_findings
from facopt.checking.reach import reach_findings
from facopt.checking.roads import road_findings
from facopt.checking.unfetched import Unfetched, unfetched
from facopt.errors import Finding, Severity
from facopt.pipeline import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from facopt.assembly.systems import SystemTest
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
    system_findings = (replace(doubt, severity=Severity.ERROR) for doubt in prepared.system_doubts)
    told = {*prepared.system_doubts}
    read = (
        finding for finding in prepared.findings
        if finding not in told and not any(text in finding.what for text in LISTED_HERE)
    )  # fmt: skip
    roads = (*road_findings(prepared), *one_way_findings(prepared))
    found = (*system_findings, *read, *roads, *reach_findings(prepared))
    once = sorted(dict.fromkeys(found), key=lambda finding: finding.severity is Severity.WARNING)
    return Checked(prepared, prepared.system_tests, tuple(once))


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
