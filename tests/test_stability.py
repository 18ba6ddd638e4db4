"""Sites chosen again under other assumptions, compared with the best of all plans of every varied question."""

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from facopt.location import stability
from facopt.location.solution import Effort, Solution, Status
from facopt.location.solver import SolverSettings
from facopt.location.stability import Variant, solve_variants
from tests.cli_runner import facopt, write_table
from tests.location_cases import random_problem

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.location.problem import LocationProblem

WEST, SOUTH, STEP, REACH_KM = 113.0, 30.0, 0.02, 5.0
SCENARIO = """
name: stable
demand: {kind: table, file: demand.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84}
travel: {road: {kind: straight_line, speed_kmh: 15, detour: 1.0}}
tiers:
  centre: {serves: [urban], mode: road, standard_minutes: 20, name: 中心, name_en: centre}
  clinic: {serves: [rural], mode: road, standard_minutes: 20, name: 卫生院, name_en: clinic}
objective: [coverage, cost]
limits: {new_sites: {centre: 1, clinic: 2}}
outputs: {stability: true}
"""
POINTS = [
    (f"v{k:02d}", 100 + 37 * k % 90, WEST + STEP * k, SOUTH, "urban" if k < 15 else "rural", 10 + 7 * k % 20)
    for k in range(40)
]
SITES = [
    ("a", "centre", 3, "existing", "公立", ""), ("p", "clinic", 17, "existing", "民营", ""),
    *((f"c{k}", "centre", k, "candidate", "", 1000 + k) for k in (1, 7, 9, 13)),
    *((f"k{k}", "clinic", k, "candidate", "", 2000 + k) for k in (16, 20, 24, 30, 36)),
]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the run, with the question solved again."""
    folder = tmp_path_factory.mktemp("stable")
    write_table(folder / "demand.csv", "id people lon lat area_class people_65_plus", POINTS)
    rows = [(id_, tier, WEST + STEP * k, SOUTH, *rest) for id_, tier, k, *rest in SITES]
    write_table(folder / "sites.csv", "id tier lon lat status owner build_cost", rows)
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    called = facopt("run", folder / "scenario.yaml", "--out", folder / "maps")
    assert called.status == 0, called.err
    return folder / "maps" / "stable"


def _best(kind: str, subject: str, change: float) -> tuple[float, float]:
    """People covered and cost of the best plan, by trying all of them."""
    reach = {tier: REACH_KM for tier in ("centre", "clinic")}
    for tier in reach:
        if kind == "speed" or (kind == "standard" and subject == tier):
            reach[tier] *= 1 + change / 100
    people = {point[0]: float(point[1]) for point in POINTS}
    if kind == "segment":
        people = {point[0]: float(point[5]) for point in POINTS}
    if kind == "people":
        people = {p[0]: float(round(p[1] * (1 + change / 100))) if p[4] == subject else float(p[1]) for p in POINTS}
    standing = [one for one in SITES if one[3] == "existing" and not (kind == "without_private" and one[4] == "民营")]
    choices = [[one for one in SITES if one[1] == tier and one[3] == "candidate"] for tier in ("centre", "clinic")]
    best = (-1.0, 0.0)
    for centres in (c for n in range(2) for c in itertools.combinations(choices[0], n)):
        for clinics in (c for n in range(3) for c in itertools.combinations(choices[1], n)):
            total = sum(people[p[0]] for p in POINTS if _covered(p, [*standing, *centres, *clinics], reach))
            best = max(best, (total, -float(sum(one[5] for one in (*centres, *clinics)))))
    return best[0], -best[1]


def _covered(point: tuple, sites: list[tuple], reach: dict[str, float]) -> bool:
    tier = "centre" if point[4] == "urban" else "clinic"
    away = [111.195 * abs(point[2] - WEST - STEP * one[2]) * math.cos(math.radians(SOUTH)) for one in sites
            if one[1] == tier]  # fmt: skip
    return any(km <= reach[tier] for km in away)


def test_every_run_is_the_best_of_all_plans(run: Path) -> None:
    """Standards, speeds, fewer rural people, older people, no private facilities: people covered and cost are right."""
    table = pd.read_csv(run / "tables" / "stability_runs.csv", encoding="utf-8-sig", keep_default_na=False)
    kinds = [(row.rerun, row.rerun_subject, row.change_percent) for row in table.itertuples()]
    assert kinds[0] == ("stated", "", "")
    assert {kind for kind, _, _ in kinds} == {"stated", "standard", "speed", "people", "segment", "without_private"}
    assert sum(kind == "standard" for kind, _, _ in kinds) == 4
    for row in table.itertuples():
        covered, cost = _best(row.rerun, row.rerun_subject, float(row.change_percent or 0))
        assert (float(row.covered), float(row.build_cost)) == (covered, cost), row
        assert row.rerun_status == "optimal"
    assert len({(row.covered, row.build_cost) for row in table.itertuples()}) > 4, "the variants were meant to differ"


def test_shares_count_the_runs_that_choose_a_site(run: Path) -> None:
    """The plan's sites come first; stable from 80 percent of the runs; sites of other runs only are spare."""
    sites = pd.read_csv(run / "tables" / "stability_sites.csv", encoding="utf-8-sig")
    runs = pd.read_csv(run / "tables" / "stability_runs.csv", encoding="utf-8-sig")
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    built = {site["site_id"] for site in record["opened"] if site["action"] == "build"}
    assert set(sites["id"][sites["in_plan"]]) == built
    assert sites["in_plan"].tolist() == sorted(sites["in_plan"], reverse=True)
    assert (sites["runs_made"] == len(runs)).all()
    assert sites["runs_chosen"].sum() == runs["sites_new"].sum()
    assert sites["runs_chosen"][sites["in_plan"]].sum() == runs["same_sites"].sum()
    for row in sites.itertuples():
        assert row.runs_percent == pytest.approx(100 * row.runs_chosen / row.runs_made)
        wanted = "spare" if not row.in_plan else "stable" if row.runs_percent >= 80 else "fragile"
        assert row.steadiness == wanted


def test_page_and_workbook_tell_it(run: Path) -> None:
    """The report has sentence, tornado and both tables; the workbook a sheet of each."""
    page = (run / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="sensitivity">')[1].split("</section>")[0]
    assert "换一个假定，重新求解" in section
    assert section.count("<svg") >= 2
    assert "Private facilities not counted" in section
    names = openpyxl.load_workbook(run / "report.xlsx").sheetnames
    assert {"重新求解", "选址稳定性"} <= set(names)


def test_without_asking_nothing_is_solved_again(run: Path, tmp_path: Path) -> None:
    """Off by default: the tables are there without rows, the page says nothing of it."""
    called = facopt("run", run.parent.parent / "scenario.yaml", "--out", tmp_path, "--set", "outputs.stability=false")
    assert called.status == 0, called.err
    table = (tmp_path / "stable" / "tables" / "stability_runs.csv").read_text(encoding="utf-8-sig")
    assert len(table.splitlines()) == 1
    assert "换一个假定" not in (tmp_path / "stable" / "report.html").read_text(encoding="utf-8")


def test_variants_beyond_the_time_are_named_as_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is used up, the variants that are left stand there without a plan, and no solver runs for them."""
    problem = random_problem(1)
    clock = itertools.chain([0.0, 1.0], itertools.repeat(100.0))
    monkeypatch.setattr(stability.time, "monotonic", lambda: next(clock))
    solved: list[float] = []

    def solve(varied: LocationProblem, settings: SolverSettings, **_: object) -> Solution:
        solved.append(settings.time_limit_seconds)
        return Solution(Status.FEASIBLE, varied.existing, (), None, Effort("", "", 0.0, 0, 0, "", ""))

    monkeypatch.setattr(stability, "solve_location", solve)
    found = solve_variants([Variant("speed", problem), Variant("speed", problem)], SolverSettings(), 10.0)
    assert solved == [9.0]
    assert found[0].planned
    assert (found[1].status, found[1].planned) == (None, False)
