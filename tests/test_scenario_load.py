"""Loading scenarios: the shortest documented file, parents, overrides, places, several at once."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from facopt.errors import Place, ScenarioError, Severity
from facopt.scenario.load import LoadedScenario, load_scenario, load_scenarios

TWO_TIERS = """\
name: two-tiers
demand:     {kind: table, file: demand.csv, crs: wgs84}          # kinds also: polygons, raster
facilities: {kind: table, file: sites.csv, crs: wgs84}           # existing and candidate sites
travel:
  walk:  {kind: roads, file: county.osm.pbf, profile: walk}
  drive: {kind: table, file: od.csv}                             # or roads, or {kind: straight_line, speed_kmh: 25, detour: 1.4}
tiers:
  community_health_centre: {serves: [urban], mode: walk, standard_minutes: 15}
  township_clinic:         {serves: [town, rural], mode: drive, standard_minutes: 30}
targets:
  - {kind: coverage, tier: township_clinic, at_least_percent: 100}
objective: [coverage, cost, travel]     # lexicographic; from: coverage, cost, sites, travel, worst_travel
limits: {budget: 60000000, new_sites: {township_clinic: 12}}       # also sites (all open ones), per tier
solver: {name: auto, time_limit_seconds: 300, gap_percent: 0.01, seed: 1}
"""  # noqa: E501 - the example of the documentation, as it stands there


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with `base.yaml` (the documented example) and its empty data files."""
    for name in ("demand.csv", "sites.csv", "county.osm.pbf", "od.csv"):
        (tmp_path / name).touch()
    (tmp_path / "base.yaml").write_text(TWO_TIERS, encoding="utf-8")
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def child(folder: Path, text: str, name: str = "child") -> LoadedScenario:
    return load_scenario(write(folder, f"{name}.yaml", f"extends: base.yaml\nname: {name}\n{text}"))


# --- the documented example ------------------------------------------------------------------------------------------


def test_documented_example_loads_as_it_is(folder: Path) -> None:
    """The small file of the documentation has every value where it belongs, absolute paths, and no warnings."""
    loaded = load_scenario(folder / "base.yaml")
    scenario = loaded.scenario
    assert scenario.name == "two-tiers"
    assert scenario.demand.file == folder / "demand.csv"
    assert scenario.travel["walk"].file == folder / "county.osm.pbf"  # type: ignore[union-attr]
    assert [tier.serves for tier in scenario.tiers.values()] == [("urban",), ("town", "rural")]
    assert scenario.targets[0].at_least_percent == 100
    assert scenario.objective == ("coverage", "cost", "travel")
    assert scenario.limits.new_sites == {"township_clinic": 12}
    assert scenario.solver.gap_percent == 0.01
    assert loaded.warnings == ()
    assert loaded.files == (folder / "base.yaml",)


def test_places_point_into_the_file(folder: Path) -> None:
    """Values have the place of their text, sections that of their key, the unwritten that of its section."""
    file = folder / "base.yaml"
    loaded = load_scenario(file)
    key = "targets.0.at_least_percent"
    assert loaded.positions[key] == Place(file, 11, 63, key)
    assert loaded.place("tiers.township_clinic") == Place(file, 9, 3, "tiers.township_clinic")
    assert loaded.place("tiers.township_clinic.build_cost") == loaded.place("tiers.township_clinic")
    assert loaded.place("study_area.zones") == Place(file, 1, 1)


def test_loaded_scenario_travels_between_processes(folder: Path) -> None:
    """A loaded scenario can be pickled, as workers need it, and arrives equal."""
    loaded = load_scenario(folder / "base.yaml")
    assert pickle.loads(pickle.dumps(loaded)) == loaded


def test_relative_file_and_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario loads alike from any folder; messages name it as the caller did."""
    expected = load_scenario(folder / "base.yaml").scenario
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    loaded = load_scenario(Path("../base.yaml"))
    assert loaded.scenario == expected
    assert str(loaded.place("name")) == f"{Path('../base.yaml')}:1:7"


def test_loading_is_light() -> None:
    """Reading a scenario imports no library heavier than numpy, so `check` and `show` answer at once."""
    heavy = {"pandas", "geopandas", "shapely", "pulp", "networkx", "rasterio", "osmnx", "scipy", "folium"}
    code = f"import sys, facopt.scenario.load, facopt.scenario.write; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# --- extends ----------------------------------------------------------------------------------------------------


def test_child_merges_deeply(folder: Path) -> None:
    """Mappings merge key by key; lists and single values replace."""
    text = "tiers: {township_clinic: {standard_minutes: 45, serves: [rural]}}\nobjective: [cost]\n"
    loaded = child(folder, text)
    tier = loaded.scenario.tiers["township_clinic"]
    assert (tier.standard_minutes, tier.serves, tier.mode) == (45, ("rural",), "drive")
    assert loaded.scenario.objective == ("cost",)
    assert list(loaded.scenario.tiers) == ["community_health_centre", "township_clinic"]


def test_child_places_point_to_the_file_that_states(folder: Path) -> None:
    """A value has the place of the file that states it, be it child or parent."""
    loaded = child(folder, "limits: {budget: 5}\n")
    assert loaded.place("limits.budget") == Place(folder / "child.yaml", 3, 18, "limits.budget")
    assert loaded.place("solver.seed").file == folder / "base.yaml"
    assert loaded.files == (folder / "child.yaml", folder / "base.yaml")


def test_null_removes_and_defaults_return(folder: Path) -> None:
    """An empty value takes away what the parent states: an entry, an optional value, or a section with its defaults."""
    loaded = child(folder, "limits: {budget: null, new_sites: {township_clinic: ~}}\nsolver:\n")
    assert loaded.scenario.limits.budget is None
    assert loaded.scenario.limits.new_sites == {}
    assert loaded.scenario.solver.time_limit_seconds == 300


def test_other_kind_replaces_the_section(folder: Path) -> None:
    """Keys of one kind of travel are not carried over into another; the same kind merges."""
    loaded = child(folder, "travel: {drive: {kind: straight_line, speed_kmh: 25}, walk: {kind: roads, factor: 0.8}}\n")
    assert "file" not in type(loaded.scenario.travel["drive"]).model_fields
    walk = loaded.scenario.travel["walk"]
    assert (walk.factor, walk.profile) == (0.8, "walk")  # type: ignore[union-attr]


def test_paths_belong_to_the_file_that_states_them(folder: Path) -> None:
    """A child in another folder keeps its parent's paths and resolves its own against itself."""
    write(folder, "north/demand.csv", "")
    file = write(folder, "north/plan.yaml", "extends: ../base.yaml\nname: north\ndemand: {file: demand.csv}\n")
    scenario = load_scenario(file).scenario
    assert scenario.demand.file == folder / "north" / "demand.csv"
    assert scenario.facilities.file == folder / "sites.csv"  # type: ignore[union-attr]


def test_chain_of_parents(folder: Path) -> None:
    """What a parent removed does not come back when the grandchild states something else in its place."""
    child(folder, "limits: {new_sites: null}\nsolver: {seed: 7}\n")
    text = "extends: child.yaml\nname: grand\nlimits: {new_sites: {community_health_centre: 1}}\n"
    file = write(folder, "grand.yaml", text)
    scenario = load_scenario(file).scenario
    assert scenario.limits.new_sites == {"community_health_centre": 1}
    assert scenario.limits.budget == 60_000_000
    assert scenario.solver.seed == 7


def test_parent_without_a_name_need_not_be_whole(folder: Path) -> None:
    """A parent may hold part of a scenario only; whole is what the child and it make together."""
    base = TWO_TIERS.replace("name: two-tiers\n", "").replace("objective: [coverage, cost, travel]", "")
    write(folder, "_base.yaml", base)
    file = write(folder, "plan.yaml", "extends: _base.yaml\nname: plan\nobjective: [cost]\n")
    loaded = load_scenario(file)
    assert loaded.scenario.objective == ("cost",)
    assert loaded.warnings == ()


def test_inherited_name_is_a_warning(folder: Path) -> None:
    """A child that keeps its parent's name would overwrite its results, and hears of it."""
    file = write(folder, "child.yaml", "extends: base.yaml\n")
    assert [str(warning) for warning in load_scenario(file).warnings] == [
        f"{file}:1:1: the name 'two-tiers' comes from base.yaml, whose results this scenario will replace. "
        "Give the scenario a name of its own."
    ]


# --- overrides ----------------------------------------------------------------------------------------------------


def test_overrides_set_values(folder: Path) -> None:
    """Overrides set numbers, list entries, lists and whole sections, in the order given, and are kept."""
    overrides = (
        "limits.budget=5",
        "limits.budget=7e6",
        "targets.0.at_least_percent=95",
        "objective=[cost, travel]",
        "travel.drive={kind: straight_line, speed_kmh: 25}",
        "limits.sites.community_health_centre=3",
    )
    loaded = load_scenario(folder / "base.yaml", overrides)
    scenario = loaded.scenario
    assert (scenario.limits.budget, scenario.targets[0].at_least_percent) == (7e6, 95)
    assert scenario.objective == ("cost", "travel")
    assert scenario.travel["drive"].kind == "straight_line"
    assert scenario.limits.sites == {"community_health_centre": 3}
    assert loaded.overrides == overrides
    assert str(loaded.place("limits.budget")) == "--set limits.budget=7e6"


def test_override_acts_like_a_child(folder: Path) -> None:
    """A mapping set over a mapping merges, and an empty value removes."""
    loaded = load_scenario(folder / "base.yaml", ["limits={sites: {township_clinic: 3}}", "limits.budget="])
    limits = loaded.scenario.limits
    assert (limits.budget, limits.new_sites, limits.sites) == (None, {"township_clinic": 12}, {"township_clinic": 3})


def test_override_path_is_relative_to_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path typed on the command line means what it means to the shell."""
    here = write(folder, "here/other.csv", "").parent
    monkeypatch.chdir(here)
    assert load_scenario(folder / "base.yaml", ["demand.file=other.csv"]).scenario.demand.file == here / "other.csv"


def test_override_may_hold_equals_signs(folder: Path) -> None:
    """Only the first '=' divides key from value."""
    assert load_scenario(folder / "base.yaml", ["title=a=b"]).scenario.title == "a=b"


# --- several ----------------------------------------------------------------------------------------------------


def test_several_scenarios_keep_their_order(folder: Path) -> None:
    """Scenarios come in the order named."""
    second = child(folder, "").file
    loaded = load_scenarios([second, folder / "base.yaml"])
    assert [one.scenario.name for one in loaded] == ["child", "two-tiers"]


def test_bad_scenarios_are_all_reported(folder: Path) -> None:
    """Every finding of every bad scenario is named once; a fault in a shared parent is not repeated."""
    write(folder, "base.yaml", TWO_TIERS + "extra: 1\n")
    files = [write(folder, f"{name}.yaml", f"extends: base.yaml\nname: {name}\n{name}: 1\n") for name in ("one", "two")]
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(files)
    assert [f"{finding.place.file.name}:{finding.place.line}" for finding in caught.value.findings] == [
        "one.yaml:3",
        "base.yaml:15",
        "two.yaml:3",
    ]


@pytest.mark.parametrize("name", ["two-tiers", "Two-Tiers"])
def test_names_that_share_a_folder(folder: Path, name: str) -> None:
    """Two scenarios of one name, even in other letters' case, would share a folder of results."""
    file = write(folder, "second.yaml", f"extends: base.yaml\nname: {name}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenarios([folder / "base.yaml", file])
    assert str(caught.value) == (
        f"{file}:2:7: the name '{name}' is also that of {folder / 'base.yaml'}, "
        "and both would write into one folder. Give each scenario its own name."
    )


# --- warnings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (
            "travel: {cycle: {kind: straight_line, speed_kmh: 15}}",
            "child.yaml:3:10",
            "no tier uses travel.cycle. Name it as the mode of a tier, or remove it.",
        ),
        (
            "targets: [{kind: coverage, at_least_percent: 90}, {kind: coverage, at_least_percent: 80}]",
            "child.yaml:3:51",
            "targets.1 is about the same people and tier as targets.0; only the higher percentage matters. "
            "Keep one of them.",
        ),
        (
            "limits: {sites: {township_clinic: 5}}",
            "base.yaml:13:57",
            "limits.new_sites allows 12 of township_clinic, but limits.sites asks for 5 in all. "
            "Remove one of the two limits.",
        ),
        (
            "targets: []\nobjective: [cost]",
            "child.yaml:4:1",
            "the objective begins with cost and no target asks for coverage, so nothing will be built. "
            "State targets, or begin with coverage.",
        ),
        (
            "limits:\nobjective: [coverage]",
            "child.yaml:4:1",
            "neither limits nor the objective hold back cost or sites, so every candidate may be opened. "
            "State limits, or add cost or sites to the objective.",
        ),
    ],
)
def test_warning(folder: Path, text: str, where: str, message: str) -> None:
    """What is remarkable in a scenario that can run is a warning at its line."""
    warnings = child(folder, text).warnings
    assert [warning.severity for warning in warnings] == [Severity.WARNING]
    assert str(warnings[0]) == f"{folder / where}: {message}"


@pytest.mark.parametrize(("encoding", "said"), [("gb18030", "GB18030"), ("utf-16", "UTF-16")])
def test_text_that_is_not_utf8(folder: Path, encoding: str, said: str) -> None:
    """What a Chinese Windows saves is read, with a warning where the first foreign byte stands."""
    (folder / "base.yaml").write_bytes(f"title: 计划\n{TWO_TIERS}".encode(encoding))
    loaded = load_scenario(folder / "base.yaml")
    assert loaded.scenario.title == "计划"
    assert [finding.what for finding in loaded.warnings] == [f"the text is not UTF-8 and was read as {said}"]


def test_byte_order_mark_is_no_matter(folder: Path) -> None:
    """UTF-8 with a byte order mark and Windows line ends loads as without, with the same places."""
    plain = load_scenario(folder / "base.yaml")
    (folder / "base.yaml").write_bytes(b"\xef\xbb\xbf" + TWO_TIERS.replace("\n", "\r\n").encode())
    assert load_scenario(folder / "base.yaml") == plain


PIECES = [
    "null",
    "[]",
    "'",
    '"',
    ":",
    "：",
    "- ",
    "\t",
    "&a ",
    "*a",
    "!x ",
    "<<: ",
    "| ",
    "1e999",
    ".nan",
    "true",
    "{",
    "]",
    "\n  ",
]


def test_no_text_breaks_the_loader(folder: Path) -> None:
    """Whatever happens to a scenario's text, it loads or is refused with findings that name its file."""
    random = Random(1)
    refused: list[ScenarioError] = []
    file = folder / "broken.yaml"
    for _ in range(300):
        text = TWO_TIERS
        for _ in range(random.choice([1, 2, 4])):
            start = random.randrange(len(text))
            text = text[:start] + random.choice(PIECES) + text[start + random.choice([0, 1, 8]) :]
        file.write_text(text, encoding="utf-8")
        try:
            load_scenario(file)
        except ScenarioError as error:
            refused.append(error)
    assert 100 < len(refused) < 300
    assert {finding.place.file for error in refused for finding in error.findings} == {file}


def test_mutual_provision_is_allowed(folder: Path) -> None:
    """Two tiers may each give the other's service."""
    one, other = "township_clinic", "community_health_centre"
    loaded = child(folder, f"tiers: {{{one}: {{provides: [{other}]}}, {other}: {{provides: [{one}]}}}}")
    assert [tier.provides for tier in loaded.scenario.tiers.values()] == [(one,), (other,)]


def test_an_online_map_needs_a_usable_key_where_its_service_does(tmp_path: Path) -> None:
    """OpenStreetMap needs none; Tianditu's is asked for, and must be able to stand in an address."""
    county = Path(__file__).parents[1] / "scenarios" / "budget-60.yaml"
    file = tmp_path / "with-map.yaml"

    def loaded(section: str) -> LoadedScenario:
        file.write_text(f"extends: {county.as_posix()}\nname: with-map\nmap: {section}\n", encoding="utf-8")
        return load_scenario(file)

    assert loaded("{}").scenario.map.base is None
    assert loaded("{base: osm}").scenario.map.base == "osm"
    assert loaded("{base: tianditu, tianditu_key: 0a1b2c}").scenario.map.tianditu_key == "0a1b2c"
    with pytest.raises(ScenarioError, match="gives no pictures without a key"):
        loaded("{base: tianditu}")
    with pytest.raises(ScenarioError, match="is no key of an online map"):
        loaded("{base: tianditu, tianditu_key: 'a&b=<c>'}")
