"""Vavuniya district from its OpenStreetMap extract, through the command line: town on foot, countryside by car."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli_runner import facopt
from tests.vavuniya_case import EXTRACT, PEOPLE, write_case

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not EXTRACT.exists(), reason=f"real data not found: {EXTRACT}"),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any]]]:
    """Run both scenarios once; return run folder and record by name."""
    folder = tmp_path_factory.mktemp("vavuniya")
    done = {}
    for name, file in write_case(folder).items():
        called = facopt("run", file, "--out", folder / "maps", "--json")
        assert called.status == 0, called.err
        done[name] = folder / "maps" / name, called.json()
    return done


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "tables" / table).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_full_coverage_at_least_cost(runs) -> None:
    """Five new sites cover everybody within reach; the figures add up and everything is proven."""
    _, record = runs["full-coverage"]
    assert record["status"] == "optimal"
    assert record["people"] == PEOPLE
    assert record["people_covered"] == PEOPLE - record["unreachable_people"]
    assert {level["name"]: level["value"] for level in record["objective"]}["cost"] == record["cost"]
    assert record["cost"] == 28_000_000
    assert sum(one["action"] == "build" for one in record["opened"]) == 5


def test_most_people_with_three_new_sites(runs) -> None:
    """Three new sites cover more than today and less than all five."""
    _, three = runs["three-sites"]
    _, full = runs["full-coverage"]
    assert three["status"] == "optimal"
    assert sum(one["action"] == "build" for one in three["opened"]) == 3
    assert three["baseline"]["people_covered"] < three["people_covered"] < full["people_covered"]


def test_unreachable_people_are_listed_with_reasons(runs) -> None:
    """Everybody whom no site can reach stands in the list, each with a reason."""
    folder, record = runs["full-coverage"]
    rows = _rows(folder, "demand_points.csv")
    unreachable = [row for row in rows if row["state"] == "unreachable"]
    assert sum(float(row["people"]) for row in unreachable) == record["unreachable_people"]
    assert {row["reason"] for row in unreachable} == {"cut_off", "no_site_within_standard"}
    assert len(rows) == 20_275
