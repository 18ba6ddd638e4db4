"""The keys of the planning model: each is accepted, written down again, and refused in words where it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from facopt.errors import ScenarioError
from facopt.rules import rule_classes
from facopt.rules.base import Rule
from facopt.scenario.load import LoadedScenario, load_scenario
from facopt.scenario.references import referral_modes, used_modes
from facopt.scenario.schema import Growth, Level, Scenario, Section, Tier
from facopt.scenario.write import resolved_yaml_with_places, write_resolved
from tests.cli_runner import facopt

FOLDER = Path(__file__).parent / "planning_scenarios"
EVERYTHING = FOLDER / "everything.yaml"
GOOD = Path(__file__).parent / "bad_scenarios" / "good.yaml"


def load(folder: Path, text: str, *, name: str = "s.yaml") -> LoadedScenario:
    """Load a scenario that states `text` over a plain one in which nothing is wrong."""
    file = folder / name
    file.write_text(f"extends: {GOOD.as_posix()}\nname: s\n{text}", encoding="utf-8")
    return load_scenario(file)


def said(folder: Path, text: str) -> list[str]:
    """Return what is said of a scenario that states `text`, without the name of its file."""
    with pytest.raises(ScenarioError) as caught:
        load(folder, text)
    return [str(finding).replace(f"{folder / 's.yaml'}:", "") for finding in caught.value.findings]


# --- everything at once ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything() -> LoadedScenario:
    """The scenario that states every key."""
    return load_scenario(EVERYTHING)


def test_everything_is_accepted_without_a_warning(everything: LoadedScenario) -> None:
    """Every key of the planning model may be stated at once."""
    assert everything.warnings == ()
    assert everything.scenario.planning


def stated_sections(value: Any) -> list[Section]:
    """Return every section at or below a value."""
    if isinstance(value, Section):
        return [value, *(found for _, item in value for found in stated_sections(item))]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [found for item in items for found in stated_sections(item)]


def test_everything_states_every_key_of_the_planning_model(everything: LoadedScenario) -> None:
    """No key of rules, stages, money, sizes, actions and the like goes untested."""
    sections = stated_sections(everything.scenario)
    stated: dict[type[Section], set[str]] = {}
    for section in sections:
        stated.setdefault(type(section), set()).update(section.model_fields_set)
    assert {type(section) for section in sections if isinstance(section, Rule)} == set(rule_classes())
    new = [kind for kind in stated if kind.__module__.split(".")[-1] in NEW_ROOMS or issubclass(kind, Rule)]
    assert len(new) > 25
    assert {kind.__name__: set(kind.model_fields) - stated[kind] for kind in new} == {
        kind.__name__: set() for kind in new
    }


NEW_ROOMS = {"actions", "assignment", "finance", "objectives", "sizes", "stages", "workload"}


def test_everything_resolves_to_itself(everything: LoadedScenario, tmp_path: Path) -> None:
    """The resolved scenario runs again as it stands: the same values, and the same bytes once more."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    write_resolved(everything, first)
    again = load_scenario(first)
    write_resolved(again, second)
    assert again.scenario == everything.scenario
    assert first.read_bytes() == second.read_bytes()
    assert yaml.safe_load(first.read_text(encoding="utf-8")) == everything.resolved(tmp_path)


def test_show_names_the_line_of_every_key() -> None:
    """`facopt show` prints the stages, rules and levels of the objective with their lines."""
    called = facopt("show", EVERYTHING)
    assert called.status == 0, called.err
    lines = {line.split("  #")[0].strip(): line.rpartition("everything.yaml:")[2] for line in called.out.splitlines()}
    written = EVERYTHING.read_text(encoding="utf-8").splitlines()
    for shown, stated in {
        "years: [2027, 2030, 2035]": "  years:",
        "2027: 30000000": "  budget_by_stage:",
        "- kind: exclusion": "  - {kind: exclusion",
        "- coverage": "  - coverage",
        "- name: cost": "  - {name: cost",
        "- coverage_over_time": "  - coverage_over_time",
    }.items():
        at = next(number for number, line in enumerate(written, 1) if line.startswith(stated))
        assert lines[shown] == str(at)


def test_a_year_can_be_set_from_the_command_line() -> None:
    """Keys that are years are set like any other."""
    loaded = load_scenario(EVERYTHING, ["limits.budget_by_stage.2035=5", "tiers.township_clinic.sizes.medium.beds=7"])
    assert loaded.scenario.limits.budget_by_stage == {2027: 3e7, 2030: 5e7, 2035: 5.0}
    assert loaded.scenario.tiers["township_clinic"].sizes["medium"].beds == 7
    assert "2035: 5" in resolved_yaml_with_places(loaded)


# --- what counts as planning -----------------------------------------------------------------------------------------

PLAIN = [
    "objective: [coverage, cost, sites, travel, worst_travel]",
    "objective: [{name: coverage}, cost]",
    "tiers: {township_clinic: {may_open: true, actions: {}, sizes: {}, provides: []}}",
    "limits: {budget: 5, new_sites: {township_clinic: 1}}\nneed: {}",
    "targets: [{kind: coverage, at_least_percent: 90, zone: a}]\nrules: []",
]
PLANNING = [
    "stages: {base_year: 2026, years: [2027]}",
    "finance: {}",
    "workload: {}",
    "need: {segment_weights: {old: 2}}",
    "rules: [{kind: spacing, tier: township_clinic, at_least_metres: 100}]",
    "objective: [{name: coverage, tolerance_percent: 1}, cost]",
    "objective: [{weighted: {cost: 1}}]",
    *(f"objective: [{name}]" for name in ("gradual_coverage", "least_share", "need_coverage", "need_travel")),
    "objective: [coverage_over_time]",
    "limits: {budget_by_stage: {2027: 5}}\nstages: {base_year: 2026, years: [2027]}",
    "limits: {running_cost_per_year: 5}",
    "limits: {staff: 0}",
    "limits: {beds: 5}",
    "targets: [{kind: coverage, at_least_people: 5}]",
    "targets: [{kind: coverage, at_least_percent: 5, segment: old}]",
    *(
        f"tiers: {{township_clinic: {{{keys}}}}}"
        for keys in (
            "standard_minutes_by_class: {town: 20}",
            "may_open: false",
            "sizes: {small: {capacity: 5}}",
            "smallest_load_percent: 0",
            "assignment: {}",
            "gradual: {zero_at_minutes: 45}",
            "actions: {close: {}}",
            "actions: {build: {}}",
        )
    ),
]


@pytest.mark.parametrize(
    ("text", "planning"), [*((text, False) for text in PLAIN), *((text, True) for text in PLANNING)]
)
def test_planning_is_what_only_the_planning_model_answers(tmp_path: Path, text: str, planning: bool) -> None:
    """Any stated key of the planning model makes a scenario one; its defaults, written out, do not."""
    loaded = load(tmp_path, text)
    write_resolved(loaded, tmp_path / "again.yaml")
    assert (loaded.scenario.planning, load_scenario(tmp_path / "again.yaml").scenario.planning) == (planning, planning)


def test_plain_scenarios_are_written_as_before(tmp_path: Path) -> None:
    """A scenario without planning keys does not gain sections of defaults when it is resolved."""
    sections = load(tmp_path, "").resolved().keys()
    assert not sections & {"stages", "finance", "workload", "need", "rules"}


# --- uniform views ---------------------------------------------------------------------------------------------------


def test_levels_are_uniform(everything: LoadedScenario) -> None:
    """However a level of the objective is written, code sees its objectives with weights and its tolerance."""
    levels = everything.scenario.levels
    assert levels[:3] == (
        Level((("coverage", 1.0),)),
        Level((("cost", 1.0),), 1.0),
        Level((("cost", 1.0), ("travel", 0.02)), 0.5, weighted=True),
    )
    assert everything.scenario.objective_names[:4] == ("coverage", "cost", "weighted", "gradual_coverage")


def test_growth_is_uniform(tmp_path: Path, everything: LoadedScenario) -> None:
    """One number of growth is that of everybody."""
    loaded = load(tmp_path, "stages: {base_year: 2026, years: [2027], growth_percent_per_year: -0.5}")
    assert loaded.scenario.stages is not None
    assert loaded.scenario.stages.growth == Growth(default=-0.5)
    assert everything.scenario.stages is not None
    assert everything.scenario.stages.growth.segments == {"65_plus": 2.5}


def test_replace_keeps_levels_and_rules(everything: LoadedScenario) -> None:
    """A changed copy is validated again from its own parts, alternatives of the objective and rules among them."""
    changed = everything.scenario.replace(title="other")
    assert changed.objective == everything.scenario.objective
    assert changed.rules == everything.scenario.rules
    assert Scenario.model_validate(everything.scenario.model_dump()) == everything.scenario


def test_rules_are_found_by_their_modules() -> None:
    """Each module of the package gives one kind of rule, named after it, in the order of the modules."""
    modules = [kind.__module__.rpartition(".")[2] for kind in rule_classes()]
    folder = Path(__file__).parents[1] / "facopt" / "rules"
    assert modules == sorted(file.stem for file in folder.glob("*.py") if file.stem not in ("__init__", "base"))
    kinds = [get_args(kind.model_fields["kind"].annotation) for kind in rule_classes()]
    assert kinds == [(name,) for name in modules]


def test_paths_in_rules_are_resolved(everything: LoadedScenario) -> None:
    """A file that a rule names is relative to the scenario, and absolute once it is loaded."""
    files = [rule.file for rule in everything.scenario.rules if hasattr(rule, "file")]
    assert files == [FOLDER / "flood.geojson"]


def test_a_mode_of_referral_is_used_but_not_travelled_by_people(everything: LoadedScenario) -> None:
    """Times from homes are computed for the modes of tiers alone."""
    assert used_modes(everything.scenario) == ("drive",)
    assert referral_modes(everything.scenario) == ("ambulance",)


def test_defaults_are_the_ones_promised() -> None:
    """What is not stated means what the manual says."""
    tier = Tier.model_validate({"mode": "drive", "standard_minutes": 30, "actions": {"extend": {}, "close": {}}})
    assert tier.may_open
    assert tier.actions.extend is not None
    assert (tier.actions.extend.cost, tier.actions.extend.percent_of_difference) == (0, 100)
    assert tier.actions.close is not None
    assert tier.actions.close.minutes_worse_at_most is None
    assert (tier.actions.build, tier.actions.merge, tier.assignment, tier.referral) == (None, None, None, None)


# --- what is refused -------------------------------------------------------------------------------------------------

ALL_OBJECTIVES = (
    "coverage, cost, sites, travel, worst_travel, coverage_over_time, gradual_coverage, least_share, need_coverage, "
    "need_travel"
)
ALL_RULES = (
    "backup, exception, exclusion, floor, gap, must_not_open, must_open, service_population, sites_per_zone, spacing, "
    "worst_minutes"
)
STAGES = "stages: {base_year: 2026, years: [2027, 2030]}\n"
MONEY = "finance: {sources: [county, province], funding_percent: {county: 40, province: 60}}\n"
REFUSED = {
    # stages
    "stages: {base_year: 2026}": "3:1: stages: the key 'years' is missing. Add it: years of the stages, ascending.",
    "stages: {base_year: 2026, years: []}": (
        "3:27: stages.years is empty. State at least one: years of the stages, ascending."
    ),
    "stages: {base_year: 2026, years: [2030, 2027]}": (
        "3:27: stages.years states 2027 after 2030. Write years in ascending order, each once."
    ),
    "stages: {base_year: 2027, years: [2027]}": (
        "3:27: stages.years begins with 2027, but the base year is 2027. Begin with a year after the base year."
    ),
    "stages: {base_year: 26, years: [2027]}": "3:21: stages.base_year is 26. Write a number of at least 1900.",
    "stages: {base_year: 2026, years: [2027], growth_percent_per_year: much}": (
        "3:67: stages.growth_percent_per_year should be a number, but is 'much'. Write one number in digits, as in 30."
    ),
    "stages: {base_year: 2026, years: [2027], growth_percent_per_year: {zone: 1}}": (
        "3:68: stages.growth_percent_per_year: unknown key 'zone'. Perhaps 'zones' is meant."
    ),
    "stages: {base_year: 2026, years: [2027], growth_percent_per_year: {zones: {a: 90}}}": (
        "3:79: stages.growth_percent_per_year.zones.a is 90. Write a number below 50."
    ),
    "stages: {base_year: 2026, years: [2027], order: joint}": (
        "3:49: stages.order is 'joint', not one of jointly, final_first. Perhaps 'jointly' is meant."
    ),
    # due dates
    STAGES + "targets: [{kind: coverage, at_least_percent: 90, by: 2031}]": (
        "4:54: targets.0.by is 2031, after the last stage, 2030. Write a year up to 2030, or add a stage."
    ),
    "rules: [{kind: must_open, sites: [a], by: 2030}]": (
        "3:43: rules.0.by is 2030, but the scenario has no stages. "
        "State stages with base_year and years, or remove rules.0.by."
    ),
    STAGES + "limits: {budget_by_stage: {2028: 5}}": (
        "4:34: limits.budget_by_stage.2028: no stage begins in 2028. Write one of 2027, 2030."
    ),
    "limits: {budget_by_stage: {2028: 5}}": (
        "3:34: limits.budget_by_stage.2028: no stage begins in 2028. State stages, or use limits.budget."
    ),
    "limits: {budget_by_stage: {first: 5}}": (
        "3:28: limits.budget_by_stage.first is no year. Write the year of a stage, as in 2030."
    ),
    # money
    MONEY + "limits: {budget_by_source: {provice: 5}}": (
        "4:38: limits.budget_by_source names 'provice', which is not under finance.sources. "
        "Perhaps 'province' is meant."
    ),
    "limits: {budget_by_source: {province: 5}}": (
        "3:39: limits.budget_by_source names 'province', which is not under finance.sources. "
        "State it under finance.sources, where nothing stands."
    ),
    "finance: {sources: [county, county], funding_percent: {county: 100}}": (
        "3:29: finance.sources states 'county' twice. Remove one of them."
    ),
    "finance: {sources: [county, province], funding_percent: {county: 40, province: 50}}": (
        "3:40: finance.funding_percent sums to 90, not 100. Let the sources pay 100 % together."
    ),
    "finance: {sources: [county]}": (
        "3:11: nothing says what county pay of the actions of township_clinic. "
        "State finance.funding_percent, or tiers.township_clinic.funding_percent."
    ),
    MONEY + "tiers: {township_clinic: {funding_percent: {state: 100}}}": (
        "4:52: tiers.township_clinic.funding_percent names 'state', which is not under finance.sources. "
        "Known under finance.sources: county, province."
    ),
    "finance: {discount_percent_per_year: 100}": (
        "3:38: finance.discount_percent_per_year is 100. Write a number below 100."
    ),
    # people
    "workload: {unit: patients}": (
        "3:18: workload.unit is 'patients', not one of people, visits, panel. Write one of these."
    ),
    "workload: {per_person: 0}": "3:24: workload.per_person is 0. Write a number above 0.",
    "need: {segment_weights: {old: -1}}": "3:31: need.segment_weights.old is -1. Write a number of at least 0.",
    # tiers
    "tiers: {township_clinic: {standard_minutes_by_class: {twon: 20}}}": (
        "3:55: tiers.township_clinic.standard_minutes_by_class: unknown key 'twon'. Perhaps 'town' is meant."
    ),
    "tiers: {township_clinic: {serves: [rural], standard_minutes_by_class: {town: 20}}}": (
        "3:78: tiers.township_clinic.standard_minutes_by_class names town, whom the tier does not serve. "
        "Remove it, or add town to 'serves'."
    ),
    "tiers: {township_clinic: {gradual: {zero_at_minutes: 30}}}": (
        "3:54: tiers.township_clinic.gradual.zero_at_minutes is 30, within the standard of 30 minutes. "
        "Write more than 30."
    ),
    "tiers: {township_clinic: {sizes: {s: {capacity: 5}, m: {capacity: 5}}}}": (
        "3:67: tiers.township_clinic.sizes: m has a capacity of 5, not more than s before it. "
        "State sizes in ascending order of capacity."
    ),
    "tiers: {township_clinic: {sizes: {s: {build_cost: 5}}}}": (
        "3:35: tiers.township_clinic.sizes.s: the key 'capacity' is missing. "
        "Add it: load that a site of this size can serve, in the units of 'workload' (people by default)."
    ),
    "tiers: {township_clinic: {sizes: {a/b: {capacity: 5}}}}": (
        "3:35: tiers.township_clinic.sizes.a/b is no name. "
        "Use letters, digits, _ and -, as in township_clinic or 乡镇卫生院."
    ),
    "tiers: {township_clinic: {sizes: {s: {capacity: 5, least_load: 6}}}}": (
        "3:64: tiers.township_clinic.sizes.s.least_load is 6, above the capacity of 5. Write at most the capacity."
    ),
    "tiers: {township_clinic: {smallest_load_percent: 101}}": (
        "3:50: tiers.township_clinic.smallest_load_percent is 101. Write a number of at most 100."
    ),
    "tiers: {township_clinic: {assignment: {rule: own_zone_unless}}}": (
        "3:27: tiers.township_clinic.assignment has the rule own_zone_unless without minutes. "
        "Add unless_minutes_worse, as in 10."
    ),
    "tiers: {township_clinic: {assignment: {rule: nearest, unless_minutes_worse: 5}}}": (
        "3:77: tiers.township_clinic.assignment.unless_minutes_worse means nothing with the rule nearest. "
        "Remove it, or write rule: own_zone_unless."
    ),
    "tiers: {township_clinic: {assignment: {rule: closest}}}": (
        "3:46: tiers.township_clinic.assignment.rule is 'closest', "
        "not one of optimised, nearest, own_zone, own_zone_unless. Write one of these."
    ),
    "tiers: {township_clinic: {referral: {tier: hospital, within_minutes: 60, mode: driv}}}": (
        "3:44: tiers.township_clinic.referral.tier names 'hospital', which is not under tiers. "
        "Known under tiers: township_clinic.",
        "3:80: tiers.township_clinic.referral.mode names 'driv', which is not under travel. Perhaps 'drive' is meant.",
    ),
    "tiers: {township_clinic: {referral: {tier: township_clinic, within_minutes: 60, mode: drive}}}": (
        "3:44: tiers.township_clinic.referral.tier names the tier itself. Name the tier that patients are sent to."
    ),
    "travel: {times: {kind: table, file: %s}, mixed: {kind: fastest_of, modes: [times, drive]}}\n"
    "tiers: {hospital: {mode: times, standard_minutes: 60},"
    " township_clinic: {referral: {tier: hospital, within_minutes: 60, mode: mixed}}}": (
        "4:127: tiers.township_clinic.referral.mode names 'times', a table of times from homes, "
        "which has none from site to site. Name a mode along roads or in a straight line."
    ),
    "tiers: {township_clinic: {hosted_by: [township_clinic, clinic]}}": (
        "3:39: tiers.township_clinic.hosted_by names the tier itself. Remove it.",
        "3:56: tiers.township_clinic.hosted_by names 'clinic', which is not under tiers. "
        "Known under tiers: township_clinic.",
    ),
    "tiers:\n"
    "  a: {mode: drive, standard_minutes: 5, hosted_by: [b]}\n"
    "  b: {mode: drive, standard_minutes: 5, hosted_by: [township_clinic, c]}\n"
    "  c: {mode: drive, standard_minutes: 5, hosted_by: [a]}": (
        "4:53: tiers.a.hosted_by leads back to itself: a in b in c in a. Remove one of them."
    ),
    "tiers: {township_clinic: {actions: {extend: true}}}": (
        "3:45: tiers.township_clinic.actions.extend should be keys with values, but is true. "
        "Write {}, or lines 'key: value' beneath it."
    ),
    "tiers: {township_clinic: {actions: {relocate: {}}}}": (
        "3:37: tiers.township_clinic.actions.relocate: the key 'within_metres' is missing. "
        "Add it: the new place lies within this distance, in a straight line."
    ),
    "tiers: {township_clinic: {actions: {demolish: {}}}}": (
        "3:37: tiers.township_clinic.actions: unknown key 'demolish'. "
        "Known here: build, extend, refurbish, relocate, close, merge."
    ),
    "tiers: {township_clinic: {actions: {build: {lead_years: 60}}}}": (
        "3:57: tiers.township_clinic.actions.build.lead_years is 60. Write a number of at most 50."
    ),
    # targets
    "targets: [{kind: coverage}]": (
        "3:11: targets.0 states neither at_least_percent nor at_least_people. Add at_least_percent, as in 90."
    ),
    "targets: [{kind: coverage, at_least_people: 0}]": "3:45: targets.0.at_least_people is 0. Write a number above 0.",
    # rules
    "rules: [{kind: florr}]": f"3:16: rules.0.kind is 'florr', not one of {ALL_RULES}. Perhaps 'floor' is meant.",
    "rules: [{tier: township_clinic}]": f"3:9: rules.0: the key 'kind' is missing. Add it with one of: {ALL_RULES}.",
    "rules: [{kind: floor, at_least_percent: 80, pre: zone}]": (
        "3:45: rules.0: unknown key 'pre'. Perhaps 'per' is meant."
    ),
    "rules: [{kind: floor, at_least_percent: 80, of: some}]": (
        "3:49: rules.0.of is 'some', not one of all, reachable. Write one of these."
    ),
    "rules: [{kind: spacing, tier: township_clinc, at_least_metres: 9}]": (
        "3:31: rules.0.tier names 'township_clinc', which is not under tiers. Perhaps 'township_clinic' is meant."
    ),
    "rules: [{kind: gap, between: [urban], at_most_points: 5}]": (
        "3:21: rules.0.between does not name two area classes. Write two different ones, as in [urban, rural]."
    ),
    "rules: [{kind: gap, between: [town, town], at_most_points: 5}]": (
        "3:21: rules.0.between does not name two area classes. Write two different ones, as in [urban, rural]."
    ),
    "tiers: {township_clinic: {serves: [rural]}}\n"
    "rules: [{kind: gap, between: [rural, urban], at_most_points: 5, tier: township_clinic}]": (
        "4:38: rules.0.between names urban, whom the tier does not serve. Name classes that the tier serves."
    ),
    "rules: [{kind: sites_per_zone, tier: township_clinic, zones: [a, a]}]": (
        "3:66: rules.0.zones states 'a' twice. Remove one of them."
    ),
    "rules: [{kind: sites_per_zone, tier: township_clinic, joint: {below_people: 800}}]": (
        "3:55: rules.0.joint: the key 'within_minutes' is missing. "
        "Add it: an open site of the tier must lie within this time of every demand point of the zone."
    ),
    "rules: [{kind: service_population, tier: township_clinic}]": (
        "3:9: rules.0 states neither at_least nor at_most. State one of them, in people."
    ),
    "rules: [{kind: service_population, tier: township_clinic, at_least: 5, at_most: 4}]": (
        "3:9: rules.0 has at_least above at_most, so no site may be open. Exchange the two."
    ),
    "rules: [{kind: must_open, sites: []}]": (
        "3:27: rules.0.sites is empty. State at least one: ids of the sites, as their tables have them."
    ),
    "rules: [{kind: must_open, sites: [a, b]}, {kind: must_not_open, sites: [b]}]": (
        "3:73: rules.1 says must_not_open of 'b', and rules.0 says must_open. Remove it from one of them."
    ),
    "rules: [{kind: exception, reason: far away}]": (
        "3:9: rules.0 names neither points nor a zone. State points: [id, ...] or zone: id."
    ),
    "rules: [{kind: exception, zone: a}]": (
        "3:9: rules.0: the key 'reason' is missing. Add it: why, in a sentence for the report."
    ),
    "rules: [{kind: worst_minutes, tier: township_clinic, at_most_minutes: -1}]": (
        "3:71: rules.0.at_most_minutes is -1. Write a number of at least 0."
    ),
    "rules: [{kind: backup, tier: township_clinic, at_least_percent: 130}]": (
        "3:65: rules.0.at_least_percent is 130. Write a number of at most 100."
    ),
    # objective
    "objective: [{name: cots}]": (
        f"3:20: objective.0.name is 'cots', not one of {ALL_OBJECTIVES}. Perhaps 'cost' is meant."
    ),
    "objective: [{tolerance_percent: 5}]": "3:13: objective.0: the key 'name' is missing. Add it: the objective.",
    "objective: [{weighted: {cots: 1}}]": "3:25: objective.0.weighted: unknown key 'cots'. Perhaps 'cost' is meant.",
    "objective: [{weighted: {}}]": (
        "3:14: objective.0.weighted is empty. State at least one: weight of each objective, in its own units."
    ),
    "objective: [{weighted: {cost: 0}}]": "3:31: objective.0.weighted.cost is 0. Write a number above 0.",
    "objective: [coverage, {name: coverage}]": "3:23: objective states 'coverage' twice. Remove one of them.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused_in_words(tmp_path: Path, text: str) -> None:
    """What is wrong with a key is said whole: line and column, what it is, and how to mend it."""
    expected = REFUSED[text]
    messages = [expected] if isinstance(expected, str) else list(expected)
    assert said(tmp_path, text.replace("%s", (GOOD.parent / "demand.csv").as_posix())) == messages


def test_a_missing_file_of_a_rule(tmp_path: Path) -> None:
    """Outlines that a rule names must be there."""
    found = said(tmp_path, "rules: [{kind: exclusion, file: flood.geojson}]")
    assert found == [f"3:33: rules.0.file: no such file: 'flood.geojson' in {tmp_path}. Check the path."]


def test_a_list_with_too_few_entries(tmp_path: Path) -> None:
    """A list that is too short, but not empty, is refused in words too."""
    text = "travel: {mixed: {kind: fastest_of, modes: [drive]}}"
    message = "3:36: travel.mixed.modes has only 1. State at least two: names of the modes under 'travel'."
    assert said(tmp_path, text) == [message]


WARNED = {
    "stages: {base_year: 2026, years: [2030], compare_orders: true}": (
        "3:58: stages.compare_orders has no effect with a single stage. State several years, or remove it."
    ),
    "rules: [{kind: must_open, sites: [a]}]\noutputs: {stability: true}": (
        "4:22: outputs.stability has no effect with sizes, stages, actions or rules. "
        "Remove it, or ask a scenario without them."
    ),
    "finance: {discount_percent_per_year: 4}": (
        "3:38: finance.discount_percent_per_year has no effect without stages. State stages, or remove it."
    ),
    "tiers: {township_clinic: {sizes: {s: {capacity: 5, build_cost: 9}, m: {capacity: 6, build_cost: 8}}}}": (
        "3:97: tiers.township_clinic.sizes: m costs less to build than s, which is smaller. Check build_cost."
    ),
    "tiers: {township_clinic: {sizes: {s: {capacity: 5}}, actions: {extend: {}}}}": (
        "3:64: tiers.township_clinic.actions.extend has no larger size to lead to. "
        "State at least two sizes under tiers.township_clinic.sizes."
    ),
    "rules: [{kind: must_open, sites: [a]}, {kind: must_open, sites: [a]}]": (
        "3:40: rules.1 repeats rules.0. Remove one of them."
    ),
    "targets: [{kind: coverage, at_least_people: 5}, {kind: coverage, at_least_people: 6}]": (
        "3:49: targets.1 is about the same people and tier as targets.0; only the higher number matters. "
        "Keep one of them."
    ),
    "objective: [cost, gradual_coverage]": (
        "3:1: the objective gradual_coverage equals coverage, since no tier states gradual. "
        "State tiers.<tier>.gradual.zero_at_minutes."
    ),
    "objective: [cost, need_travel]": (
        "3:1: the objective weighs needs, but need.segment_weights states none, so everybody counts one. "
        "State need.segment_weights."
    ),
    "objective: [cost, coverage_over_time]": (
        "3:1: the objective coverage_over_time equals coverage without stages. State stages, or write coverage."
    ),
    "objective: [cost, {name: travel, tolerance_percent: 1}]": (
        "3:53: objective.1.tolerance_percent has no effect: no objective follows. Remove it."
    ),
    "need: {segment_weights: {old: 2}}": (
        "3:1: need is stated, but the objective has neither need_coverage nor need_travel. "
        "Name one of them, or remove need."
    ),
    "tiers: {township_clinic: {gradual: {zero_at_minutes: 45}}}": (
        "3:27: tiers.township_clinic.gradual is stated, but the objective does not have gradual_coverage. "
        "Name it, or remove gradual."
    ),
}


@pytest.mark.parametrize("text", WARNED)
def test_warned_in_words(tmp_path: Path, text: str) -> None:
    """What has no effect, or hardly the one meant, is said and does not stop the run."""
    found = [str(finding).replace(f"{tmp_path / 's.yaml'}:", "") for finding in load(tmp_path, text).warnings]
    assert found == [WARNED[text]]
