"""The page on extending facopt says what works: its tier, its rule and its objective run as they stand there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = {name: text for name, text in re.findall(r"```\w+\n# (\S+\.\w+)\n(.*?)```", PAGE, flags=re.DOTALL)}
RULE = re.findall(r"```yaml\n# part of a scenario\n(.*?)```", PAGE, flags=re.DOTALL)[0]
RUN = """\
import sys
import facopt.objectives, facopt.rules
facopt.rules.__path__.append(sys.argv[1])
facopt.objectives.__path__.append(sys.argv[2])
from facopt.cli import app
app(sys.argv[3:])
"""
COUNTY = """\
name: county
demand: {kind: table, file: people.csv}
facilities: {kind: table, file: sites.csv}
travel: {drive: {kind: table, file: od.csv}}
tiers: {township_clinic: {mode: drive, standard_minutes: 30}}
"""


@pytest.fixture
def extended(tmp_path: Path) -> Path:
    """Write the page's rule and objective where its text says, and a county of one township with three sites."""
    for name in ("facopt/rules/most_per_zone.py", "facopt/objectives/new_sites.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(BLOCKS[name], encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,people,zone\na,10,z\nb,20,z\nc,40,z\n", encoding="utf-8")
    sites = "".join(f"s{n},township_clinic,candidate,z,1\n" for n in "abc")
    (tmp_path / "sites.csv").write_text("id,tier,status,zone,build_cost\n" + sites, encoding="utf-8")
    pairs = "".join(f"{n},s{n},10\n" for n in "abc")
    (tmp_path / "od.csv").write_text("demand_id,site_id,minutes\n" + pairs, encoding="utf-8")
    return tmp_path


def run(folder: Path, scenario: str) -> dict[str, object]:
    """Run a scenario with the page's additions in a process of its own, and return its run.json."""
    (folder / "scenario.yaml").write_text(scenario, encoding="utf-8")
    places = [str(folder / "facopt" / name) for name in ("rules", "objectives")]
    arguments = ["run", str(folder / "scenario.yaml"), "--out", str(folder / "maps"), "--json"]
    called = subprocess.run(
        [sys.executable, "-c", RUN, *places, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert called.returncode == 0, called.stderr
    return json.loads(called.stdout)


def test_the_rule_of_the_page_is_found_and_kept(extended: Path) -> None:
    """Three sites would cover everybody; with at most two in the township, the two with most people are open."""
    record = run(extended, COUNTY + RULE + "objective: [coverage]\n")
    assert record["people_covered"] == 60
    assert [one["site_id"] for one in record["opened"]] == ["sb", "sc"]


def test_the_objective_of_the_page_is_found_and_optimised(extended: Path) -> None:
    """Sixty people can be covered with two sites and not with one."""
    target = "targets: [{kind: coverage, tier: township_clinic, at_least_people: 60}]\n"
    record = run(extended, COUNTY + target + "objective: [new_sites]\n")
    assert [(level["name"], level["value"], level["bound"]) for level in record["objective"]] == [("new_sites", 2, 2)]


def test_the_tier_of_the_page_needs_no_python(tmp_path: Path) -> None:
    """The village clinics of the register become a tier of the plan."""
    from tests.cli_runner import facopt

    text = BLOCKS["scenarios/with-village-clinics.yaml"]
    base = ROOT / "scenarios" / "full-coverage.yaml"
    file = tmp_path / "with-village-clinics.yaml"
    file.write_text(text.replace("full-coverage.yaml", base.as_posix()), encoding="utf-8")
    called = facopt("run", file, "--out", tmp_path / "maps", "--json")
    assert called.status == 0, called.err
    tier = called.json()["by_tier"]["village_clinic"]
    assert tier["sites_now"] == tier["sites_open"] == 642
    assert 0 < tier["people_covered"] < tier["people"]
