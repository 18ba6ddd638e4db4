"""Small files and requests that the tests of the readers share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facopt.inputs.reader import Recognised, read_study_area
from facopt.inputs.requests import DemandRequest, FacilitiesRequest, Source, StudyAreaRequest, TierRequest

if TYPE_CHECKING:
    from facopt.errors import Finding
    from facopt.inputs.study_area import StudyArea

SHARED = Path(__file__).parents[1] / "../shared/data"
BAD = Path(__file__).parent / "bad" / "tables"

DEMAND = "id,people,lon,lat,area_class\na,100,114.1,30.1,urban\nb,5,114.2,30.2,rural\n"
SITES = "id,tier,lon,lat,status\ns,clinic,114.1,30.1,existing\n"
TIERS = {"clinic": TierRequest(("urban", "rural")), "hospital": TierRequest(("urban",))}
ONE_TIER = {"community_health_centre": TierRequest(("urban",))}


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write a text file and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def request(folder: Path, demand_text: str = DEMAND, sites_text: str = SITES, **changes: Any) -> StudyAreaRequest:
    """Return a request for two small CSV files in WGS-84, with some fields changed."""
    whole = StudyAreaRequest(
        DemandRequest("table", Source(write(folder, "demand.csv", demand_text), "wgs84")),
        (FacilitiesRequest(Source(write(folder, "sites.csv", sites_text), "wgs84")),),
        TIERS,
    )
    return replace(whole, **changes)


def read(folder: Path, demand_text: str = DEMAND, sites_text: str = SITES, **changes: Any) -> StudyArea:
    """Return the study area of two small CSV files."""
    return read_study_area(request(folder, demand_text, sites_text, **changes))[0]


def warnings_of(
    folder: Path, demand_text: str = DEMAND, sites_text: str = SITES, **changes: Any
) -> tuple[list[str], Recognised]:
    """Return the warnings of two small CSV files as text without the folder, and what was recognised."""
    _, findings, recognised = read_study_area(request(folder, demand_text, sites_text, **changes))
    return texts(findings, folder), recognised


def texts(findings: tuple[Finding, ...], folder: Path) -> list[str]:
    """Return findings as text, without the folder in front of their files."""
    return [str(finding).replace(f"{folder}/", "").replace(f"{folder}\\", "") for finding in findings]
