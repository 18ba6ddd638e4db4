"""Plans with sizes, actions, stages and rules through the command line, on a county small enough to plan by hand.

Villages a, b, c of 100, 60 and 40 people lie in a row; minutes between neighbours are 10, so a site at one village is 0
minutes from it, 10 from the next and 20 from the one after. Clinics cover people within 10 minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli_runner import facopt, run_record, write_table

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = {"a": 100, "b": 60, "c": 40}
AT = {"a": 0, "b": 1, "c": 2}
BASE = """\
name: county
demand: {kind: table, file: people.csv}
facilities: {kind: table, file: sites.csv}
travel: {walk: {kind: table, file: od.csv}}
"""
CLINIC = "tiers: {clinic: {mode: walk, standard_minutes: 10}}\n"
SIZED = """\
tiers:
  clinic:
    mode: walk
    standard_minutes: 10
    sizes:
      small: {capacity: 70, build_cost: 10, running_cost: 1, staff: 2}
      large: {capacity: 150, build_cost: 18, running_cost: 2, staff: 3}
"""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Write three villages of one zone each; nothing stands, a clinic may be built at each for 10."""
    sites(tmp_path, *((f"s{at}", "candidate", at, "", "") for at in AT))
    rows = [(v, p, "urban" if v == "a" else "rural", f"z{v}", p // 2) for v, p in PEOPLE.items()]
    write_table(tmp_path / "people.csv", "id people area_class zone people_old", rows)
    return tmp_path


def sites(folder: Path, *rows: tuple[str, str, str, str, object], tier: str = "clinic") -> None:
    """Write the sites (id, status, village, size, capacity) and the minutes to them."""
    table = [
        (id_, tier, status, f"z{at}", size, capacity, "" if status == "existing" else 10)
        for id_, status, at, size, capacity in rows
    ]
    write_table(folder / "sites.csv", "id tier status zone size capacity_people build_cost", table)
    od = [(v, id_, 10 * abs(AT[v] - AT[at])) for v in PEOPLE for id_, _, at, _, _ in rows]
    write_table(folder / "od.csv", "demand_id site_id minutes", od)


def plan(folder: Path, scenario: str) -> dict[str, Any]:
    """Run a scenario to a proven plan and return its run.json."""
    record = run_record(folder, BASE + scenario)
    assert record["status"] == "optimal"
    return record


def opened(record: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return id, action and size of the open sites."""
    return [(site["site_id"], site["action"], site["size"]) for site in record["opened"]]


def test_sizes_cover_as_many_people_as_they_have_room_for(county: Path) -> None:
    """Two small clinics have room for 140 of 200 people; the villages they stand between are covered in part."""
    record = plan(county, SIZED + "limits: {budget: 20}\nobjective: [coverage]\n")
    assert (
        record["people_covered"] == 150
    )  # one large clinic, for 18, has more room than two small ones can be bought for
    record = plan(county, SIZED + "limits: {budget: 38}\nobjective: [coverage]\n")
    assert (record["people_covered"], record["cost"]) == (200, 36)


def test_a_large_size_is_cheaper_than_two_small_ones_where_one_place_reaches_enough(county: Path) -> None:
    """At b one large clinic reaches everybody and has room for 150 of the 180 asked for, so a small one is added."""
    target = "targets: [{kind: coverage, tier: clinic, at_least_people: 180}]\n"
    record = plan(county, SIZED + target + "objective: [cost]\n")
    assert record["cost"] == 28
    assert sorted(site["size"] for site in record["opened"]) == ["large", "small"]


def test_sizes_state_the_cost_where_the_table_has_none(county: Path) -> None:
    """Without a cost for any candidate a large clinic costs what its size says."""
    text = (county / "sites.csv").read_text(encoding="utf-8").replace(",10\n", ",\n").replace(",10\r\n", ",\r\n")
    (county / "sites.csv").write_text(text, encoding="utf-8", newline="")
    target = "targets: [{kind: coverage, tier: clinic, at_least_people: 140}]\n"
    record = plan(county, SIZED + target + "objective: [cost]\n")
    assert (record["cost"], [site["size"] for site in record["opened"]]) == (18, ["large"])


def test_extending_costs_the_difference_and_what_it_says(county: Path) -> None:
    """A small clinic stands at b; extending it costs 2 and 50 % of 18 - 10, building at a would cost 10."""
    sites(county, ("s", "existing", "b", "small", ""), ("n", "candidate", "a", "", ""))
    actions = "    actions: {extend: {cost: 2, percent_of_difference: 50}}\n"
    target = "targets: [{kind: coverage, tier: clinic, at_least_people: 140}]\n"
    record = plan(county, SIZED + actions + target + "objective: [cost]\n")
    assert (record["cost"], opened(record)) == (6, [("s", "extend", "large")])


def test_refurbishing_adds_its_percent_of_capacity(county: Path) -> None:
    """A clinic with room for 70 has room for 77 once it is refurbished."""
    sites(county, ("s", "existing", "b", "small", ""))
    actions = "    actions: {refurbish: {cost: 3, capacity_percent: 10}}\n"
    record = plan(county, SIZED + actions + "objective: [coverage]\n")
    assert (record["people_covered"], record["cost"], opened(record)) == (77, 3, [("s", "refurbish", "small")])


def test_closing_saves_running_cost_unless_somebody_would_have_much_farther_to_go(county: Path) -> None:
    """Without its clinic c would have 10 minutes more; a guard of 5 minutes keeps it, one of 10 lets it go."""
    sites(county, ("sb", "existing", "b", "large", ""), ("sc", "existing", "c", "small", ""))
    for guard, left in ((5, ["sb", "sc"]), (10, ["sb"])):
        actions = f"    actions: {{close: {{cost: 0, minutes_worse_at_most: {guard}}}}}\n"
        finance = "finance: {count_running_cost: true}\n"
        target = "targets: [{kind: coverage, tier: clinic, at_least_people: 120}]\n"
        record = plan(county, SIZED + actions + finance + target + "objective: [cost]\n")
        assert [site["site_id"] for site in record["opened"]] == left


def test_merging_brings_capacity_to_the_site_that_takes_over(county: Path) -> None:
    """The clinic at c is merged into that at b, which gains 50 % of its 70 places."""
    sites(county, ("sb", "existing", "b", "small", ""), ("sc", "existing", "c", "small", ""))
    located = (county / "sites.csv").read_text(encoding="utf-8").splitlines()
    rows = [located[0] + ",lon,lat", located[1] + ",113.00,30.0", located[2] + ",113.01,30.0"]
    (county / "sites.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    actions = "    actions: {merge: {cost: 1, within_metres: 2000, capacity_percent: 50}}\n"
    scenario = BASE.replace("sites.csv}", "sites.csv, crs: wgs84}") + SIZED + actions
    record = run_record(county, scenario + "limits: {sites: {clinic: 1}}\nobjective: [coverage]\n")
    assert (record["status"], record["people_covered"], record["cost"]) == ("optimal", 105, 1)
    assert [(site["site_id"], site["action"]) for site in record["closed"]] == [("sc", "merge")]


def test_stages_are_paid_from_their_own_budgets_for_the_people_of_then(county: Path) -> None:
    """10 a stage builds one clinic a stage: b first, which covers everybody; a village that doubles needs no more."""
    stages = "stages: {base_year: 2026, years: [2027, 2030], growth_percent_per_year: {zones: {zc: 10}}}\n"
    limits = "limits: {budget_by_stage: {2027: 10, 2030: 10}}\n"
    target = "targets: [{kind: coverage, at_least_percent: 100, by: 2027}]\n"
    record = plan(county, CLINIC + stages + limits + target + "objective: [cost]\n")
    assert (record["cost"], record["people"]) == (10, 100 + 60 + 59)  # 40 x 1.1^4 = 58.6
    assert record["opened"][0]["stage"] == "2027"
    assert [stage["people"] for stage in record["stages"] if stage["stage"] != "today"] == [204, 219]


def test_nothing_is_ready_before_its_lead_time(county: Path) -> None:
    """Building takes three years from 2026, so nothing stands in 2027 and everything may in 2030."""
    tier = "tiers: {clinic: {mode: walk, standard_minutes: 10, actions: {build: {lead_years: 3}}}}\n"
    stages = "stages: {base_year: 2026, years: [2027, 2030]}\n"
    record = plan(county, tier + stages + "objective: [coverage, cost]\n")
    assert [site["stage"] for site in record["opened"]] == ["2030"]
    covered = {stage["stage"]: stage["people_covered"] for stage in record["stages"]}
    assert (covered["2027"], covered["2030"]) == (0, 200)


def test_sources_pay_their_share_and_no_more_than_they_have(county: Path) -> None:
    """The province pays 40 % of each clinic and has 5: one clinic of 10 is all there can be."""
    finance = "finance: {sources: [county, province], funding_percent: {county: 60, province: 40}}\n"
    tier = "tiers: {clinic: {mode: walk, standard_minutes: 0}}\n"
    record = plan(county, tier + finance + "limits: {budget_by_source: {province: 5}}\nobjective: [coverage]\n")
    assert (record["people_covered"], record["cost"]) == (100, 10)


def test_own_zone_first_sends_people_past_a_nearer_clinic_only_so_far(county: Path) -> None:
    """Everybody goes to a clinic of their own zone where one is open, unless it is more than 5 minutes worse."""
    rule = "assignment: {rule: own_zone_unless, unless_minutes_worse: 5}"
    tier = f"tiers: {{clinic: {{mode: walk, standard_minutes: 10, {rule}}}}}\n"
    record = plan(county, tier + "limits: {sites: {clinic: 3}}\nobjective: [coverage]\n")
    assert [site["people_assigned"] for site in record["opened"]] == [100, 60, 40]


def test_a_standard_of_its_own_for_an_area_class(county: Path) -> None:
    """Rural people may have 20 minutes: one clinic at a covers all of them too."""
    tier = "tiers: {clinic: {mode: walk, standard_minutes: 10, standard_minutes_by_class: {rural: 20}}}\n"
    target = "targets: [{kind: coverage, at_least_percent: 100}]\n"
    record = plan(county, tier + target + "rules: [{kind: must_open, sites: [sa]}]\nobjective: [cost]\n")
    assert (record["cost"], record["people_covered"]) == (10, 200)


def test_a_service_inside_clinics_opens_only_where_one_is_open(county: Path) -> None:
    """Chinese medicine, for 3, needs a clinic, for 10, so covering everybody with both costs 13."""
    tiers = """\
tiers:
  clinic: {mode: walk, standard_minutes: 10}
  chinese_medicine: {mode: walk, standard_minutes: 10, hosted_by: [clinic], build_cost: 3}
"""
    record = plan(county, tiers + "targets: [{kind: coverage, at_least_percent: 100}]\nobjective: [cost]\n")
    assert (record["cost"], opened(record)) == (13, [("sb", "build", ""), ("sb:chinese_medicine", "build", "")])


def test_targets_of_a_segment_count_its_people(county: Path) -> None:
    """Half of each village is old; 80 of the 100 old people live in a and b."""
    tier = "tiers: {clinic: {mode: walk, standard_minutes: 0}}\n"
    target = "targets: [{kind: coverage, segment: old, at_least_percent: 80}]\n"
    record = plan(county, tier + target + "objective: [cost]\n")
    assert (record["cost"], [site["site_id"] for site in record["opened"]]) == (20, ["sa", "sb"])


def test_a_workload_turns_people_into_visits(county: Path) -> None:
    """With two visits a person a small clinic has room for 35 people."""
    record = plan(
        county, SIZED + "workload: {unit: visits, per_person: 2}\nlimits: {budget: 10}\nobjective: [coverage]\n"
    )
    assert record["people_covered"] == 35


def test_a_tolerance_lets_later_objectives_have_some_of_it_back(county: Path) -> None:
    """Covering everybody takes one clinic at b; giving back 30 % of the people, the fewest minutes are at a."""
    sized = "limits: {sites: {clinic: 1}}\nobjective: [{name: coverage, tolerance_percent: 30}, travel]\n"
    record = plan(county, CLINIC + sized)
    assert [site["site_id"] for site in record["opened"]] == ["sa"]


def test_both_orders_of_the_stages_are_priced(county: Path) -> None:
    """The final plan first, then its order, is compared with planning jointly where the scenario asks for it."""
    stages = "stages: {base_year: 2026, years: [2027, 2030], compare_orders: true}\n"
    first, last = "at_least_people: 160, by: 2027", "at_least_percent: 100, by: 2030"
    targets = f"targets: [{{kind: coverage, {first}}}, {{kind: coverage, {last}}}]\n"
    record = plan(county, CLINIC + stages + targets + "objective: [cost]\n")
    assert {(row["order"], row["objective"], row["value"]) for row in record["orders"]} == {
        ("jointly", "cost", 10), ("final_first", "cost", 10),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("rules: [{kind: must_open, sites: [sx]}]", "scenario.yaml:6:35: rules.0.sites.0: there is no site 'sx'."),
        ("rules: [{kind: exception, points: [d], reason: far}]", "there is no demand point 'd'."),
        ("targets: [{kind: coverage, segment: odl, at_least_percent: 5}]", "Did you mean 'old'."),
        (
            "rules: [{kind: floor, tier: clinic, per: county, at_least_percent: 5}]",
            "rules.0.per: there is no grouping 'county'. Known are: area_class, district, zone.",
        ),
    ],
)
def test_names_that_the_tables_do_not_have(county: Path, stated: str, message: str) -> None:
    """A scenario that names what is not there is refused with the place and what is known."""
    file = county / "scenario.yaml"
    file.write_text(BASE + CLINIC + stated + "\nobjective: [coverage]\n", encoding="utf-8")
    _with_districts(county)
    called = facopt("run", file, "--out", county / "maps")
    assert called.status == 2
    assert message in " ".join(called.err.split())


def _with_districts(folder: Path) -> None:
    """Add a column that puts villages b and c together, and one that tells all of them apart."""
    districts = {"a": ("west", "1"), "b": ("east", "2"), "c": ("east", "3")}
    heading, *rows = (folder / "people.csv").read_text(encoding="utf-8").splitlines()
    rows = [",".join([row, *districts[row[0]]]) for row in rows]
    (folder / "people.csv").write_text("\n".join([f"{heading},district,page", *rows, ""]), encoding="utf-8")


def test_a_floor_per_column_of_the_table(county: Path) -> None:
    """The floor of a district holds for its villages together: one clinic is enough where three zones need two."""
    _with_districts(county)
    clinic = CLINIC.replace("minutes: 10}", "minutes: 0}")  # each clinic covers its own village alone
    rule = "rules: [{{kind: floor, tier: clinic, per: {}, at_least_percent: 55}}]\nobjective: [cost]\n"
    sites_of = {
        per: sorted(site["site_id"] for site in plan(county, clinic + rule.format(per))["opened"])
        for per in ("zone", "district")
    }
    assert sites_of == {"zone": ["sa", "sb", "sc"], "district": ["sa", "sb"]}
