"""What planners' files and outside checks rely on: the commands, the small scenario, and what each figure means."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_runner import facopt, run_record, write_table

ROADS = Path(__file__).parents[1] / "data/roads/county.osm.pbf"

TWO_TIERS = """\
name: two-tiers
demand:     {kind: table, file: demand.csv, crs: wgs84}          # kinds also: polygons, raster
facilities: {kind: table, file: sites.csv, crs: wgs84}           # existing and candidate sites
travel:
  walk:  {kind: roads, file: county.osm.pbf, profile: walk}
  drive: {kind: table, file: od.csv}          # or roads, or {kind: straight_line, speed_kmh: 25, detour: 1.4}
tiers:
  community_health_centre: {serves: [urban], mode: walk, standard_minutes: 15}
  township_clinic:         {serves: [town, rural], mode: drive, standard_minutes: 30}
targets:
  - {kind: coverage, tier: township_clinic, at_least_percent: 100}
objective: [coverage, cost, travel]     # lexicographic; from: coverage, cost, sites, travel, worst_travel
limits: {budget: 60000000, new_sites: {township_clinic: 12}}       # also sites (all open ones), per tier
solver: {name: auto, time_limit_seconds: 300, gap_percent: 0.01, seed: 1}
"""

# A line of villages with a time table, solved by hand:
#   A(100) B(60) C(40) D(10)   sites p (stands, at A), q (cost 5), r (cost 3), s (cost 9)
#   minutes   p   q   r   s
#   A         0  20
#   B        40  30        5
#   C            35  30
#   D                         50      <- beyond 30 of everything: unreachable
TABLES = {
    "demand.csv": ("id people", [("A", 100), ("B", 60), ("C", 40), ("D", 10)]),
    "sites.csv": (
        "id tier status build_cost",
        [("p", "clinic", "existing", ""), ("q", "clinic", "candidate", 5), ("r", "clinic", "candidate", 3),
         ("s", "clinic", "candidate", 9)],
    ),
    "od.csv": (
        "demand_id site_id minutes",
        [("A", "p", 0), ("A", "q", 20), ("B", "p", 40), ("B", "q", 30), ("B", "s", 5), ("C", "q", 35), ("C", "r", 30),
         ("D", "s", 50)],
    ),
}  # fmt: skip
HAND = """\
name: hand
demand: {kind: table, file: demand.csv}
facilities: {kind: table, file: sites.csv}
travel: {any: {kind: table, file: od.csv}}
tiers: {clinic: {mode: any, standard_minutes: 30}}
"""


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    """Return a folder with the tables of the hand-solved line of villages."""
    for name, (headings, rows) in TABLES.items():
        write_table(tmp_path / name, headings, rows)
    return tmp_path


def levels(record) -> list[tuple[str, float]]:
    return [(level["name"], level["value"]) for level in record["objective"]]


def test_the_small_scenario_runs_as_it_is(tmp_path: Path) -> None:
    """The scenario of the contract runs unchanged on a few villages, and writes the whole run folder."""
    write_table(
        tmp_path / "demand.csv", "id name people lon lat area_class zone",
        [("v1", "一村", 300, 113.0973, 30.6754, "urban", "Z1"), ("v2", "二村", 200, 113.0916, 30.6746, "rural", "Z2")],
    )  # fmt: skip
    write_table(
        tmp_path / "sites.csv", "id tier status lon lat build_cost",
        [("c1", "community_health_centre", "candidate", 113.0950, 30.6750, 4e6),
         ("t1", "township_clinic", "candidate", 113.08, 30.67, 3e6)],
    )  # fmt: skip
    write_table(tmp_path / "od.csv", "demand_id site_id minutes", [("v2", "t1", 12.5), ("v1", "t1", 10)])
    shutil.copy(ROADS, tmp_path / "county.osm.pbf")
    record = run_record(tmp_path, TWO_TIERS)
    assert record["status"] == "optimal"
    assert levels(record) == [("coverage", 500), ("cost", 7_000_000), ("travel", pytest.approx(200 * 12.5, abs=5000))]
    folder = tmp_path / "maps/two-tiers"
    wanted = {"map.html", "report.html", "report.xlsx", "plan.gpkg", "tables", "scenario.yaml", "run.json"}
    assert wanted <= {path.name for path in folder.iterdir()}
    assert (tmp_path / "maps/index.html").exists()


def test_least_cost_for_everybody_who_can_be_reached(hand: Path) -> None:
    """A 100 % target leaves out whom nobody can reach: q covers B at exactly 30 minutes, r covers C at exactly 30."""
    record = run_record(
        hand, HAND + "targets: [{kind: coverage, tier: clinic, at_least_percent: 100}]\nobjective: [cost]\n"
    )
    assert record["status"] == "optimal"
    assert levels(record) == [("cost", 8)]
    assert [(one["site_id"], one["action"], one["people_assigned"]) for one in record["opened"]] == [
        ("p", "keep", 100), ("q", "build", 60), ("r", "build", 40),
    ]  # fmt: skip
    assert (record["people"], record["people_covered"], record["unreachable_people"]) == (210, 200, 10)
    assert record["people_covered_percent"] == pytest.approx(100 * 200 / 210)
    assert record["cost"] == 8


def test_most_people_within_a_budget_or_a_number_of_sites(hand: Path) -> None:
    """Maximal covering: 5 buys q (60 people) rather than r (40); one new site likewise."""
    record = run_record(hand, HAND + "objective: [coverage, cost]\nlimits: {budget: 5}\n")
    assert levels(record) == [("coverage", 160), ("cost", 5)]
    record = run_record(hand, HAND + "objective: [coverage, travel]\nlimits: {new_sites: {clinic: 1}}\n")
    # s reaches B in 5 minutes, q in 30: both cover 160, and s travels less.
    assert levels(record) == [("coverage", 160), ("travel", 60 * 5)]


def test_p_median_and_p_center_assign_everybody(hand: Path) -> None:
    """Travel alone assigns all who have any pair, beyond the standard too; worst travel does not weigh people."""
    record = run_record(hand, HAND + "objective: [travel]\nlimits: {sites: {clinic: 3}}\n")
    # D needs s; C needs q or r; p stays. With r: 0 + 60x5 + 40x30 + 10x50 = 2000; with q: 0 + 300 + 1400 + 500.
    assert levels(record) == [("travel", 2000)]
    assert sum(one["people_assigned"] for one in record["opened"]) == 210
    record = run_record(hand, HAND + "objective: [worst_travel, sites]\n")
    assert levels(record) == [("worst_travel", 50), ("sites", 3)]


def test_a_lower_percentage_is_of_everybody(hand: Path) -> None:
    """90 % of 210 people is 189: A and B are 160, so C is needed as well."""
    record = run_record(
        hand, HAND + "targets: [{kind: coverage, tier: clinic, at_least_percent: 90}]\nobjective: [cost]\n"
    )
    assert record["people_covered"] == 200
    record = run_record(
        hand, HAND + "targets: [{kind: coverage, tier: clinic, at_least_percent: 75}]\nobjective: [cost]\n"
    )
    assert (record["people_covered"], record["cost"]) == (160, 5)


def test_targets_that_cannot_hold_end_with_status_1_and_reasons(hand: Path) -> None:
    """Full coverage for 6 is impossible: the budget must be 8, or the target 78 % or less of 210 people."""
    file = hand / "scenario.yaml"
    file.write_text(
        HAND
        + "targets: [{kind: coverage, tier: clinic, at_least_percent: 100}]\nobjective: [cost]\nlimits: {budget: 6}\n",
        encoding="utf-8",
    )
    called = facopt("run", file, "--out", hand / "maps", "--json")
    record = called.json()
    assert called.status == 1
    assert record["status"] == "infeasible"
    assert record["opened"] == []
    assert record["people_covered"] is None
    ways = {conflict["key"]: conflict["needed"] for conflict in record["conflicts"]}
    assert ways == {"limits.budget": 8, "targets.0.at_least_percent": 76.1}
    assert [clash["key"] for clash in record["clashes"]] == ["targets.0", "limits.budget"]
    assert record["clashes"][1]["place"] == "scenario.yaml:8:18"
    assert (hand / "maps/hand/report.html").exists()
    assert (hand / "maps/hand/map.html").exists()


def test_fixed_sites_are_obeyed(hand: Path) -> None:
    """A site fixed open stands and costs; one fixed closed is neither used nor counted as within reach."""
    rows = [("p", "clinic", "existing", "", "closed"), ("q", "clinic", "candidate", 5, ""),
            ("r", "clinic", "candidate", 3, "closed"), ("s", "clinic", "candidate", 9, "open")]  # fmt: skip
    write_table(hand / "sites.csv", "id tier status build_cost fixed", rows)
    record = run_record(hand, HAND + "targets: [{kind: coverage, at_least_percent: 100}]\nobjective: [cost]\n")
    assert levels(record) == [("cost", 14)]
    assert record["unreachable_people"] == 50
    assert {one["site_id"]: one["action"] for one in record["opened"]} == {"q": "build", "s": "build"}


def test_every_tier_that_serves_a_point_must_cover_it(hand: Path) -> None:
    """people_covered counts those covered by all their tiers; by_tier counts each tier alone."""
    write_table(
        hand / "sites.csv", "id tier status",
        [("p", "clinic", "existing"), ("q", "clinic", "existing"),
         ("r", "hospital", "existing"), ("s", "hospital", "existing")],
    )  # fmt: skip
    hospital = ", hospital: {mode: any, standard_minutes: 30}}\n"
    two = HAND.removesuffix("}\n") + hospital + "objective: [coverage]\n"
    record = run_record(hand, two)
    # clinic covers A and B; hospital covers B (s, 5) and C (r, 30); only B has both.
    assert record["people_covered"] == 60
    assert record["by_tier"]["clinic"]["people_covered"] == 160
    assert record["by_tier"]["hospital"]["people_covered"] == 100


def test_bad_input_writes_nothing_and_refuses_the_whole_call(hand: Path) -> None:
    """One bad scenario among several ends with status 2 before any is run."""
    good, bad = hand / "good.yaml", hand / "bad.yaml"
    good.write_text(HAND + "objective: [coverage]\n", encoding="utf-8")
    bad.write_text(HAND.replace("hand", "other") + "objective: [coverage]\nlimits: {budjet: 5}\n", encoding="utf-8")
    called = facopt("run", good, bad, "--out", hand / "maps")
    assert called.status == 2
    assert "bad.yaml:7:" in called.err
    assert "budget" in called.err
    assert called.out == ""
    assert not (hand / "maps").exists()


def test_bad_data_in_the_second_scenario_refuses_the_call(hand: Path) -> None:
    """A broken table is found before the first scenario is written."""
    write_table(hand / "broken.csv", "id people", [("A", -5)])
    good, bad = hand / "good.yaml", hand / "bad.yaml"
    good.write_text(HAND + "objective: [coverage]\n", encoding="utf-8")
    bad.write_text(
        HAND.replace("hand", "other").replace("demand.csv", "broken.csv") + "objective: [coverage]\n", encoding="utf-8"
    )
    called = facopt("run", good, bad, "--out", hand / "maps")
    assert called.status == 2
    assert "broken.csv:2" in called.err
    assert not (hand / "maps").exists()


def test_ids_are_text(hand: Path) -> None:
    """ "001" is not "1", and "NA" is an id."""
    write_table(hand / "demand.csv", "id people", [("001", 5), ("1", 7), ("NA", 9)])
    write_table(hand / "sites.csv", "id tier status", [("NA", "clinic", "existing"), ("01", "clinic", "candidate")])
    write_table(hand / "od.csv", "demand_id site_id minutes", [("001", "NA", 1), ("NA", "NA", 2), ("1", "01", 3)])
    record = run_record(hand, HAND + "objective: [coverage]\nlimits: {new_sites: {clinic: 0}}\n")
    assert record["people_covered"] == 14
    assert record["opened"][0]["site_id"] == "NA"


def test_two_runs_write_the_same_bytes(hand: Path) -> None:
    """Only run.json (times) and the solver's log (times) may differ between two runs of one scenario."""
    text = HAND + "targets: [{kind: coverage, tier: clinic, at_least_percent: 100}]\nobjective: [cost, travel]\n"
    hashes = []
    for _ in range(2):
        run_record(hand, text)
        folder = hand / "maps/hand"
        hashes.append(
            {
                p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in folder.rglob("*")
                if p.is_file()
            }
        )
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        hashes[-1]["run.json"] = hashlib.sha256(json.dumps(_without_times(record)).encode()).hexdigest()
        del hashes[-1]["solver.log"]
        shutil.rmtree(hand / "maps")
    assert hashes[0] == hashes[1]


def _without_times(record):
    solver = (
        {key: value for key, value in record["solver"].items() if key != "seconds"}
        if isinstance(record["solver"], dict)
        else record["solver"]
    )
    return {
        **{key: value for key, value in record.items() if key not in {"seconds", "peak_memory_mb", "finished"}},
        "solver": solver,
    }


def test_the_resolved_scenario_runs_again_as_it_stands(hand: Path) -> None:
    """scenario.yaml of the run folder gives the same figures."""
    first = run_record(hand, HAND + "objective: [coverage, cost]\n", "--set", "limits.budget=5")
    called = facopt("run", hand / "maps/hand/scenario.yaml", "--out", hand / "again", "--json")
    assert called.status == 0
    again = called.json()
    assert [again[key] for key in ("objective", "opened", "people_covered")] == [
        first[key] for key in ("objective", "opened", "people_covered")
    ]


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    """`facopt --help` loads no geometry, no solver and no numbers library."""
    code = (
        "import sys\nfrom facopt.cli import main\nsys.argv = ['facopt', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pandas', 'geopandas', 'shapely', 'pulp', 'osmnx', 'folium', 'numba', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr.strip() == "[]"
    assert "run" in done.stdout
