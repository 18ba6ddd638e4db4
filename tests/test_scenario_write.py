"""Resolved scenarios: they run again from their new place, and `show` says where each value comes from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from facopt.scenario.load import LoadedScenario, load_scenario
from facopt.scenario.write import resolved_yaml_with_places, write_resolved

BASE = """\
name: 基础
title: "a: b # c"
currency: "no"
question: "1e3"
data_note: "two\\nlines\\u2028x ' \\" "
demand: {kind: table, file: data/demand.csv, crs: WGS-84, columns: {people: 2020, zone: 乡镇}}
facilities: [{kind: table, file: data/sites.csv, crs: "epsg:4490"}, {kind: table, file: data/sites.csv}]
travel:
  walk:  {kind: straight_line, speed_kmh: 4.5, detour: 1.3}
tiers:
  社区: {serves: [urban], mode: walk, standard_minutes: 15.5, matches: [中心, "a, b", "[x", "007", "true"]}
targets:
  - {kind: coverage, tier: 社区, at_least_percent: 100, zone: 0420}
  - {kind: coverage, at_least_percent: 90}
objective: [cost]
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedScenario:
    """A scenario with everything that is awkward to write down, and one override."""
    folder = tmp_path_factory.mktemp("scenario")
    (folder / "data").mkdir()
    for name in ("demand.csv", "sites.csv"):
        (folder / "data" / name).touch()
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    child = "extends: base.yaml\nname: child\ntargets: [{kind: coverage, at_least_percent: 80}]\n"
    (folder / "child.yaml").write_text(child, encoding="utf-8")
    return load_scenario(folder / "base.yaml", ["limits.budget=5"])


def test_numbers_as_names_stay_text(loaded: LoadedScenario) -> None:
    """Where text is expected it is taken as written: a column called 2020, a zone 0420."""
    assert loaded.scenario.demand.columns == {"people": "2020", "zone": "乡镇"}  # type: ignore[union-attr]
    assert loaded.scenario.targets[0].zone == "0420"


def test_resolved_runs_again_from_its_new_place(loaded: LoadedScenario, tmp_path: Path) -> None:
    """Written into another folder and read there, the scenario is the same; its paths are relative to the new place."""
    file = tmp_path / "run" / "scenario.yaml"
    file.parent.mkdir()
    write_resolved(loaded, file)
    again = load_scenario(file)
    assert again.scenario == loaded.scenario
    text = file.read_bytes().decode("utf-8")
    assert "name: 基础\n" in text
    assert "extends" not in text
    assert "\\\\" not in text
    assert "\r" not in text
    assert f"file: {Path(os.path.relpath(loaded.file.parent, file.parent)).as_posix()}/data/demand.csv\n" in text


def test_resolved_is_stable(loaded: LoadedScenario, tmp_path: Path) -> None:
    """The resolved scenario resolves to itself, byte for byte."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    write_resolved(loaded, first)
    write_resolved(load_scenario(first), second)
    assert first.read_bytes() == second.read_bytes()


def test_other_readers_agree(loaded: LoadedScenario, tmp_path: Path) -> None:
    """A reader of the older YAML 1.1 finds the same values in it."""
    write_resolved(loaded, tmp_path / "scenario.yaml")
    text = (tmp_path / "scenario.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == loaded.resolved(tmp_path)


def test_resolved_states_defaults_and_leaves_out_nothing_else(loaded: LoadedScenario) -> None:
    """Technical defaults are written down, since they may change; what is absent or empty is not."""
    data = loaded.resolved()
    assert data["solver"] == {"name": "auto", "time_limit_seconds": 300, "gap_percent": 0.01, "seed": 1}
    assert data["limits"] == {"budget": 5}
    assert "candidates" not in data
    assert Path(data["demand"]["file"]) == loaded.file.parent / "data" / "demand.csv"


def test_show_names_the_source_of_each_value(loaded: LoadedScenario) -> None:
    """Each value carries the line that states it, the override that sets it, or the word default; and it is YAML."""
    text = resolved_yaml_with_places(loaded)
    notes = {line.split("  #")[0].strip(): line.rpartition("  # ")[2] for line in text.splitlines() if "  # " in line}
    assert notes["standard_minutes: 15.5"] == f"{loaded.file}:11"
    assert notes["serves: [urban]"] == f"{loaded.file}:11"
    assert notes["budget: 5"] == "--set limits.budget=5"
    assert notes["seed: 1"] == "default"
    assert notes["- kind: coverage"] == f"{loaded.file}:14"
    assert yaml.safe_load(text) == loaded.resolved(loaded.file.parent)


def test_show_names_parent_and_child(loaded: LoadedScenario) -> None:
    """With `extends`, each value names the file that states it."""
    text = resolved_yaml_with_places(load_scenario(loaded.file.parent / "child.yaml"))
    lines = text.splitlines()
    assert lines[0].startswith("name: child ")
    assert lines[0].endswith("child.yaml:2")
    assert next(line for line in lines if line.startswith("objective")).endswith("base.yaml:15")


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=20)


@given(title=TEXTS, word=TEXTS.filter(lambda text: text != "社区"), people=TEXTS, budget=st.floats(0, 1e300))
@settings(max_examples=100, deadline=None)
def test_any_text_and_number_survives(
    loaded: LoadedScenario, title: str, word: str, people: str, budget: float
) -> None:
    """Whatever text and numbers a scenario holds, its written form reads back equal."""
    scenario = loaded.scenario
    tiers = {"社区": scenario.tiers["社区"].model_copy(update={"matches": (word,)})}
    demand = scenario.demand.model_copy(update={"columns": {"people": people}})
    limits = scenario.limits.model_copy(update={"budget": budget})
    changed = scenario.replace(title=title, tiers=tiers, demand=demand, limits=limits)
    file = loaded.file.parent / "again.yaml"
    write_resolved(LoadedScenario(changed, loaded.file, {}), file)
    assert load_scenario(file).scenario == changed
