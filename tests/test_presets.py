"""Presets: standards as data, with sources that follow a value into the report and never another value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from facopt.assembly.assumptions import assumptions
from facopt.assembly.travel import Travelled
from facopt.presets.library import preset_file, preset_names
from facopt.scenario.load import load_scenario
from facopt.scenario.schema import Tier
from facopt.scenario.write import write_resolved
from tests.cli_runner import facopt, write_table

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = (
    "cn_gb50180", "cn_rural", "cn_urban", "et", "generic_1h", "generic_2h", "id_puskesmas", "in_iphs", "jo_moh",
)  # fmt: skip
NOTHING = Travelled({}, {}, {}, {}, ())
READ_IN_THE_SOURCE = {
    ("cn_rural", "village_clinic"), ("cn_urban", "community_health_centre"), ("generic_1h", "primary_care"),
    ("in_iphs", "sub_centre"), ("jo_moh", "comprehensive_centre"), ("jo_moh", "primary_centre"),
    ("jo_moh", "sub_centre"),
}  # fmt: skip
"""Tiers whose standard was read in an excerpt of the source; no cost was."""


def document(name: str) -> dict:
    """Return a shipped preset as plain data."""
    file = preset_file(name)
    assert file is not None
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def scenario(folder: Path, text: str) -> Path:
    """Write a small scenario whose preset and tiers are given; return its file."""
    write_table(folder / "people.csv", "id people lon lat area_class", [("a", 100, 112.0, 30.0, "rural")])
    sites = [("s", "township_clinic", 112.0, 30.0, "existing"), ("t", "township_clinic", 112.1, 30.0, "candidate")]
    write_table(folder / "sites.csv", "id tier lon lat status", sites)
    file = folder / "plan.yaml"
    file.write_text(
        "name: plan\ndemand: {kind: table, file: people.csv, crs: wgs84}\n"
        "facilities: {kind: table, file: sites.csv, crs: wgs84}\n"
        "travel: {drive: {kind: straight_line, speed_kmh: 25}, walk: {kind: straight_line, speed_kmh: 5}}\n"
        f"objective: [coverage, cost]\n{text}",
        encoding="utf-8",
    )
    return file


def test_the_shipped_presets_are_these() -> None:
    """China (three), India, Ethiopia, Jordan, Indonesia, and two general ones."""
    assert preset_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_has_a_source_and_says_whether_it_was_read(name: str) -> None:
    """Tiers fit the schema; standards, costs, rules, sizes and workload carry source and verified."""
    preset = document(name)
    assert preset["preset"] == name
    for tier, facts in preset["tiers"].items():
        plain = {
            key: value for key, value in facts.items() if key not in ("optional", "standard_minutes", "build_cost")
        }
        for key in ("standard_minutes", "build_cost"):
            if key in facts:
                assert facts[key]["source"]
                plain[key] = facts[key]["value"]
                expected = key == "standard_minutes" and (name, tier) in READ_IN_THE_SOURCE
                assert facts[key]["verified"] is expected, (tier, key)
        assert Tier.model_validate(plain).mode in preset["travel"]
        assert facts["name"]
        assert facts["name_en"]
    for group in ("rules", "sizes", "costs", "workload"):
        for row in preset.get(group, ()):
            assert row["source"], row
            assert row["verified"] in (True, False), row
            assert None not in row.values(), row
            assert not row["verified"] or "url" in row or "PubMed" in row["source"], row


def test_a_preset_fills_what_the_scenario_leaves_out(tmp_path: Path) -> None:
    """Standard, names, words of the register, cost and currency come with their sources."""
    loaded = load_scenario(scenario(tmp_path, "preset: cn_rural\ntiers: {township_clinic: {}}\n"))
    tier = loaded.scenario.tiers["township_clinic"]
    assert (tier.standard_minutes, tier.mode, tier.name, tier.build_cost) == (30, "drive", "乡镇卫生院", 4_550_000)
    assert tier.serves == ("town", "rural")
    facts = {one.key: one for one in assumptions(loaded.scenario, NOTHING)}
    standard, cost = facts["tiers.township_clinic.standard_minutes"], facts["tiers.township_clinic.build_cost"]
    assert standard.source.startswith("30-minute circle of rural primary care, as many provincial plans state it; ")
    assert (standard.verified, cost.verified) == (False, False)
    assert cost.source.startswith("1,300 m2")
    assert loaded.place("tiers.township_clinic.standard_minutes").file == preset_file("cn_rural")
    assert loaded.files[-1] == preset_file("cn_rural")


def test_without_tiers_the_preset_gives_its_own_but_no_optional_ones(tmp_path: Path) -> None:
    """A scenario that names no tier takes those of the preset; one that names an empty one takes that."""
    assert list(load_scenario(scenario(tmp_path, "preset: cn_rural\n")).scenario.tiers) == ["township_clinic"]
    named = load_scenario(scenario(tmp_path, "preset: cn_rural\ntiers:\n  village_clinic:\n  township_clinic:\n"))
    assert list(named.scenario.tiers) == ["village_clinic", "township_clinic"]
    verified = {one.key: one.verified for one in assumptions(named.scenario, NOTHING)}
    assert verified["tiers.village_clinic.standard_minutes"] is True


def test_a_value_of_the_scenario_does_not_borrow_the_presets_source(tmp_path: Path) -> None:
    """Who states another standard or cost states its source too, or it is the scenario's own."""
    loaded = load_scenario(
        scenario(tmp_path, "preset: cn_rural\ntiers: {village_clinic: {standard_minutes: 20, build_cost: 5}}\n")
    )
    tier = loaded.scenario.tiers["village_clinic"]
    assert (tier.standard_minutes, tier.standard_source, tier.standard_verified) == (20, None, False)
    assert (tier.build_cost, tier.build_cost_source) == (5, None)
    facts = {one.key: one for one in assumptions(loaded.scenario, NOTHING)}
    assert facts["tiers.village_clinic.standard_minutes"].source == "stated in the scenario"


def test_costs_in_another_currency_are_not_taken_over(tmp_path: Path) -> None:
    """Yuan are no dollars."""
    loaded = load_scenario(scenario(tmp_path, "preset: cn_rural\ncurrency: USD\nlimits: {new_sites: {}}\n"))
    assert loaded.scenario.currency == "USD"
    assert loaded.scenario.tiers["township_clinic"].build_cost is None


def test_a_local_file_changes_a_preset_and_its_sources(tmp_path: Path) -> None:
    """based_on takes over everything else; a value that is replaced loses the source it came with."""
    (tmp_path / "ours.yaml").write_text(
        "based_on: cn_rural\ntiers:\n  township_clinic:\n    standard_minutes: {value: 25, source: 县规划 2026, "
        "verified: true}\n    build_cost: {value: 3000000}\n",
        encoding="utf-8",
    )
    loaded = load_scenario(scenario(tmp_path, "preset: ours.yaml\n"))
    tier = loaded.scenario.tiers["township_clinic"]
    assert (tier.standard_minutes, tier.standard_source, tier.standard_verified) == (25, "县规划 2026", True)
    assert (tier.build_cost, tier.build_cost_source, tier.name_en) == (3_000_000, None, "Township clinic")
    assert [file.name for file in loaded.files] == ["plan.yaml", "ours.yaml", "cn_rural.yaml"]


def test_the_resolved_scenario_runs_without_its_preset(tmp_path: Path) -> None:
    """What a preset gave stands in the resolved text, so that a later change of the preset changes nothing."""
    loaded = load_scenario(scenario(tmp_path, "preset: cn_rural\n"))
    write_resolved(loaded, tmp_path / "resolved.yaml")
    assert "preset" not in (tmp_path / "resolved.yaml").read_text(encoding="utf-8").split("#", 2)[-1].split("\n", 1)[1]
    assert load_scenario(tmp_path / "resolved.yaml").scenario == loaded.scenario


def test_every_report_flags_what_nobody_has_verified(tmp_path: Path) -> None:
    """The run counts unverified values, those of the preset among them."""
    called = facopt("run", scenario(tmp_path, "preset: cn_rural\n"), "--out", tmp_path / "maps", "--json")
    assert called.status == 0, called.err
    record = called.json()
    assert record["standards"]["township_clinic"]["verified"] is False
    assert record["assumptions_unverified"] >= 2
    assert "30-minute circle of rural primary care" in (tmp_path / "maps/plan/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("preset: cn_rurl", "plan.yaml:6:9: there is no preset 'cn_rurl'. Perhaps 'cn_rural' is meant."),
        (
            "preset: mars",
            "plan.yaml:6:9: there is no preset 'mars'. Presets are " + ", ".join(SHIPPED)
            + ", or a file of your own (.yaml).",
        ),
        ("preset: 3", "plan.yaml:6:9: there is no preset '3'. Presets are " + ", ".join(SHIPPED)
         + ", or a file of your own (.yaml)."),
        ("preset: empty.yaml", "empty.yaml:1:1: this is no preset: it has no tiers. Write tiers, or based_on: with one "
         "of " + ", ".join(SHIPPED) + "."),
    ],
)  # fmt: skip
def test_a_preset_that_is_none_is_said(tmp_path: Path, text: str, said: str) -> None:
    """With the nearest name, or all there are."""
    (tmp_path / "empty.yaml").write_text("title: nothing\n", encoding="utf-8")
    called = facopt("check", scenario(tmp_path, text + "\n"))
    assert called.status == 2
    assert called.err.replace(f"{tmp_path}/", "") == said + "\n"
