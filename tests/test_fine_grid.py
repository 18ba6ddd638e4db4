"""Coverage on a raster's own cells: the same figures as if every cell were a demand point of its own."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from facopt.inputs import cells as rasters
from tests.cli_runner import facopt, write_table
from tests.grid_county import SOUTH, STEP, WEST, grid_of_streets

if TYPE_CHECKING:
    from pathlib import Path

CELL = 0.001
SCENARIO = """
name: NAME
demand: {kind: raster, file: people.tif, CELLS, area_class: AREA, growth_percent_per_year: 1, years: 10}
facilities: {kind: table, file: sites.csv, crs: wgs84}
travel:
  drive: {kind: roads, file: roads.geojson, profile: drive}
  walk: {kind: straight_line, speed_kmh: 5, detour: 1.3}
  best: {kind: fastest_of, modes: [drive, walk]}
tiers:
  clinic: {mode: MODE, standard_minutes: 30, build_cost: 100}
  station: {mode: walk, standard_minutes: 120, build_cost: 10}
objective: [coverage]
limits: {new_sites: {clinic: 1, station: 1}}
"""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Write streets, sites and a raster of some 90 m cells, most of them empty; return the folder."""
    grid_of_streets(tmp_path)
    dice = np.random.default_rng(3)
    side = int(5 * STEP / CELL)
    people = np.where(dice.random((side, side)) < 0.03, dice.gamma(2.0, 3.0, (side, side)), 0.0).astype("float32")
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(
        tmp_path / "people.tif", "w", transform=Affine(CELL, 0, WEST, 0, -CELL, SOUTH + side * CELL), **profile
    ) as file:
        file.write(people, 1)
    rows = [("c1", "clinic", WEST + STEP, SOUTH + STEP, "existing"), ("t1", "station", WEST, SOUTH, "existing")]
    rows += [(f"c{k}", "clinic", WEST + k * STEP, SOUTH + 3 * STEP, "candidate") for k in (2, 3, 4)]
    rows += [(f"t{k}", "station", WEST + k * STEP, SOUTH + 2 * STEP, "candidate") for k in (2, 3, 4)]
    write_table(tmp_path / "sites.csv", "id tier lon lat status", rows)
    return tmp_path


def run(folder: Path, cells: str, mode: str = "drive", area: str = "urban") -> tuple[dict[str, Any], str]:
    """Run the scenario; return its record and what the terminal showed."""
    texts = {"NAME": "fine", "CELLS": cells, "MODE": mode, "AREA": area}
    text = SCENARIO
    for word, value in texts.items():
        text = text.replace(word, value)
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    shown = facopt("run", folder / "s.yaml", "--out", folder / "maps").out
    return json.loads((folder / "maps/fine/run.json").read_text(encoding="utf-8")), shown


def open_only(folder: Path, opened: set[str]) -> None:
    """Rewrite the sites so that the plan's are open and no other may be."""
    with (folder / "sites.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    fixed = ["open" if row["id"] in opened else "closed" for row in rows]
    cells = [(*row.values(), state) for row, state in zip(rows, fixed, strict=True)]
    write_table(folder / "sites.csv", f"{' '.join(rows[0])} fixed", cells)


@pytest.mark.parametrize("mode", ["drive", "walk", "best"])
def test_cells_are_covered_as_if_each_were_a_demand_point(county: Path, mode: str) -> None:
    """With the plan's sites fixed and every cell its own demand point the model finds what the fine grid said."""
    coarse, shown = run(county, "cell_metres: 1000", mode)
    told = coarse["fine_grid"]
    open_only(county, {site["site_id"] for site in coarse["opened"]})
    exact, _ = run(county, "cell_metres: 1", mode)

    assert exact["fine_grid"] is None
    assert told["cells"] > 2 * told["demand_points"]
    assert told["people_covered"] == pytest.approx(exact["people_covered"])
    assert told["model_people_covered"] == pytest.approx(coarse["people_covered"])
    assert told["error_people"] == pytest.approx(exact["people_covered"] - coarse["people_covered"])
    assert abs(told["error_people"]) > 1  # the case would prove nothing if both were the same
    assert told["error_points"] == pytest.approx(100 * told["error_people"] / exact["people"])
    assert told["people_judged_otherwise"] >= abs(told["error_people"])
    for tier in ("clinic", "station"):
        assert told["by_tier"][tier]["people_covered"] == pytest.approx(exact["by_tier"][tier]["people_covered"])
    assert told["today"]["people_covered"] == pytest.approx(exact["baseline"]["people_covered"])
    assert f"{told['cells']:,} inhabited cells are {told['demand_points']:,} demand points in the model." in shown


def test_table_and_page_say_the_error(county: Path) -> None:
    """The run folder has the table, and the report the sentence of the terminal and the table."""
    coarse, shown = run(county, "cell_metres: 1000")
    with (county / "maps/fine/tables/fine_grid.csv").open(encoding="utf-8-sig") as file:
        rows = {row["tier"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["clinic", "station", ""]
    assert float(rows[""]["cells_error"]) == pytest.approx(coarse["fine_grid"]["error_people"])
    assert float(rows[""]["cells_covered_now"]) == pytest.approx(coarse["fine_grid"]["today"]["people_covered"])
    sentence = next(line for line in shown.splitlines() if "inhabited cells are" in line)
    assert sentence in (county / "maps/fine/report.html").read_text(encoding="utf-8")


def test_too_many_cells_are_not_evaluated_and_it_is_said(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of cells only their number is kept."""
    from facopt.outputs.tables import fine_grid

    monkeypatch.setattr(rasters, "MOST_FINE_CELLS", 100)
    monkeypatch.setattr(fine_grid, "MOST_FINE_CELLS", 100)
    coarse, shown = run(county, "cell_metres: 1000")
    told = coarse["fine_grid"]
    assert told == {"cells": told["cells"], "demand_points": told["demand_points"], "skipped": "too_many_cells"}
    assert (
        f"The {told['demand_points']:,} demand points are put together from {told['cells']:,} inhabited cells; more "
        "than 100 are not checked one by one."
    ) in shown


def test_a_table_of_times_knows_no_cells_and_it_is_said(county: Path) -> None:
    """Where a tier's times are read from a table the cells are not evaluated."""
    run(county, "cell_metres: 4000")
    with (county / "maps/fine/tables/demand_points.csv").open(encoding="utf-8-sig") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    write_table(county / "od.csv", "demand_id site_id minutes", [(id_, "c1", 5) for id_ in ids])
    text = (county / "s.yaml").read_text(encoding="utf-8")
    table = text.replace("{kind: roads, file: roads.geojson, profile: drive}", "{kind: table, file: od.csv}")
    (county / "s.yaml").write_text(table, encoding="utf-8")
    shown = facopt("run", county / "s.yaml", "--out", county / "maps").out
    told = json.loads((county / "maps/fine/run.json").read_text(encoding="utf-8"))["fine_grid"]
    assert told["skipped"] == "table"
    assert (
        f"The {told['demand_points']:,} demand points are put together from {told['cells']:,} inhabited cells, which "
        "are not checked one by one: times come from a table, which does not have them."
    ) in shown


def test_where_more_than_times_decides_cells_are_not_evaluated_and_it_is_said(county: Path) -> None:
    """Stages, among others, change who counts as covered; the run goes through and says so."""
    run(county, "cell_metres: 4000")
    text = (county / "s.yaml").read_text(encoding="utf-8")
    (county / "s.yaml").write_text(f"{text}stages: {{base_year: 2026, years: [2030]}}\n", encoding="utf-8")
    called = facopt("run", county / "s.yaml", "--out", county / "maps")
    assert called.status == 0, called.err
    told = json.loads((county / "maps/fine/run.json").read_text(encoding="utf-8"))["fine_grid"]
    assert told["skipped"] == "planning"
    assert "sizes, stages or assignments decide who is covered, not times alone." in called.out
