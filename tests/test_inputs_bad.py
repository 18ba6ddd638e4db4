"""Every bad table says what is wrong with it, where, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from facopt.errors import DataError
from facopt.inputs.od import read_od
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import DemandRequest, FacilitiesRequest, Source
from tests.inputs_cases import BAD, request, texts, write

if TYPE_CHECKING:
    from pathlib import Path

MESSAGES: dict[str, list[str]] = {}
"""By file; tests/bad/messages.txt has one finding a line, each of which begins with the name of its file."""
for line in (BAD.parent / "messages.txt").read_text(encoding="utf-8").splitlines():
    MESSAGES.setdefault(line.split(":", 1)[0], []).append(line)
ELSEWHERE = {"demand_broken.geojson"}
"""Files whose message is in part that of another library."""


def read_bad(path: Path, folder: Path) -> None:
    """Read one bad file as what its name begins with, with good files for all others that a study area needs."""
    source = Source(path, "wgs84")
    role = path.stem.split("_")[0]
    if role == "od":
        demand, sites = (np.array(list(ids), dtype=object) for ids in ("ab", "st"))
        read_od(path, mode="walk", demand_ids=demand, site_ids=sites)
    elif role == "totals":
        good = write(folder, "people.csv", "id,people,zone,lon,lat,area_class\na,5,1,114.1,30.1,urban\n")
        read_study_area(request(folder, demand=DemandRequest("table", Source(good, "wgs84"), totals=Source(path))))
    elif role in ("boundary", "zones"):
        read_study_area(request(folder, **{role: Source(path)}))
    elif role == "sites":
        read_study_area(request(folder, facilities=(FacilitiesRequest(source),)))
    else:
        kind = {"demand": "table"}.get(role, role)
        stated = Source(path) if path.stem == "raster_without_crs" else source
        read_study_area(request(folder, demand=DemandRequest(kind, stated)))


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_bad_file_says_what_is_wrong_and_how_to_mend_it(name: str, tmp_path: Path) -> None:
    """Each bad file is refused with exactly these findings."""
    with pytest.raises(DataError) as caught:
        read_bad(BAD / name, tmp_path)
    assert texts(caught.value.findings, BAD) == MESSAGES[name]


def test_every_bad_file_has_its_message() -> None:
    """No bad file lies about untested."""
    assert {path.name for path in BAD.iterdir()} == set(MESSAGES) | ELSEWHERE


def test_a_broken_layer_is_refused_with_the_reason(tmp_path: Path) -> None:
    """A GeoJSON that breaks off is refused by name."""
    with pytest.raises(DataError, match=r"demand_broken\.geojson: This file cannot be opened"):
        read_bad(BAD / "demand_broken.geojson", tmp_path)


def test_all_files_are_looked_at_before_anything_is_refused(tmp_path: Path) -> None:
    """Findings of demand, facilities, boundary and zones come in one error, the warnings after them."""
    missing = Source(tmp_path / "none.geojson")
    asked = request(tmp_path, "id,people,lon,lat,area_class\na,x,114.1,30.1,urban\n", "id,tier,lon,lat\ns,clinic,,30\n",
                    boundary=missing, zones=Source(tmp_path / "zones.gpkg"))  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_study_area(asked)
    assert texts(caught.value.findings, tmp_path) == [
        "none.geojson: There is no such file. Paths are relative to the scenario file.",
        "zones.gpkg: There is no such file. Paths are relative to the scenario file.",
        "demand.csv:2: people: 'x' is not a number. Write plain digits with a point for decimals.",
        "sites.csv:2: 1 row has no coordinates. Fill them in or take the rows out.",
        "sites.csv: No row says whether the facility exists; taken as existing. "
        "Give a column status with existing or candidate.",
    ]


def test_a_missing_crs_is_an_error_that_explains_the_choice(tmp_path: Path) -> None:
    """There is no silent default for coordinates that are needed."""
    asked = request(tmp_path)
    asked = request(tmp_path, demand=DemandRequest("table", Source(asked.demand.source.file)))
    with pytest.raises(DataError) as caught:
        read_study_area(asked)
    assert texts(caught.value.findings, tmp_path) == [
        "demand.csv: The coordinate system is not stated. State crs: wgs84 (GPS, OpenStreetMap), "
        "gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 (surveying, Tianditu) or EPSG:n; "
        "the wrong one shifts points by up to 1.3 km."
    ]


def test_coordinates_are_needed_only_where_something_is_computed_from_them(tmp_path: Path) -> None:
    """With travel times from tables, demand and sites may have no coordinates, or some without a system."""
    sites = write(tmp_path, "register.csv", "id,tier,status,lon,lat\ns,clinic,existing,1,2\n")
    asked = request(
        tmp_path,
        "id,people,area_class\na,1,urban\n",
        facilities=(FacilitiesRequest(Source(sites)),),
        coordinates_required=False,
    )
    area, findings, _ = read_study_area(asked)
    assert np.isnan([*area.demand.lon, *area.sites.lon]).all()
    assert area.metric_crs == ""
    assert [item.what for item in findings] == ["The coordinate system is not stated, so these points are not drawn"]
