"""Whether the parts of a scenario that speak of stages, money, sizes and rules name each other rightly."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from facopt.errors import Finding
from facopt.scenario.reference_words import twice, unknown, warning
from facopt.scenario.schema import FastestTravel, TableTravel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from facopt.rules.base import Rule
    from facopt.scenario.reference_words import PlaceOf
    from facopt.scenario.schema import Referral, Scenario, Tier

WHOLE, CLOSE_TO_WHOLE = 100.0, 1e-6


def check_planning(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    """Yield errors and warnings about stages, money, tiers as the planning model sees them, rules and objective."""
    yield from _stages(scenario, place_of)
    yield from _money(scenario, place_of)
    for name, tier in scenario.tiers.items():
        yield from _standards(name, tier, place_of)
        yield from _sizes(name, tier, place_of)
        yield from _hosts(scenario, name, place_of)
        yield from _referral(scenario, name, place_of)
    yield from _rules(scenario, place_of)
    yield from _objective(scenario, place_of)
    if scenario.outputs.stability and scenario.planning:
        what = "outputs.stability has no effect with sizes, stages, actions or rules"
        yield warning(what, "Remove it, or ask a scenario without them", place_of("outputs.stability"))


# --- stages ----------------------------------------------------------------------------------------------------------


def _stages(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    for group, parts in (("targets", scenario.targets), ("rules", scenario.rules)):
        for index, part in enumerate(parts):
            year = getattr(part, "by", None)
            if year is not None:
                yield from _due(scenario, f"{group}.{index}.by", year, place_of)
    years = scenario.stages.years if scenario.stages else ()
    for year in scenario.limits.budget_by_stage:
        if year not in years:
            key = f"limits.budget_by_stage.{year}"
            remedy = f"Write one of {_listed(years)}" if years else "State stages, or use limits.budget"
            yield Finding(f"{key}: no stage begins in {year}", remedy, place_of(key))
    if scenario.stages and scenario.stages.compare_orders and len(years) == 1:
        what = "stages.compare_orders has no effect with a single stage"
        yield warning(what, "State several years, or remove it", place_of("stages.compare_orders"))


def _due(scenario: Scenario, key: str, year: int, place_of: PlaceOf) -> Iterator[Finding]:
    if scenario.stages is None:
        what = f"{key} is {year}, but the scenario has no stages"
        yield Finding(what, f"State stages with base_year and years, or remove {key}", place_of(key))
    elif year > scenario.stages.years[-1]:
        what = f"{key} is {year}, after the last stage, {scenario.stages.years[-1]}"
        yield Finding(what, f"Write a year up to {scenario.stages.years[-1]}, or add a stage", place_of(key))


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


# --- money -----------------------------------------------------------------------------------------------------------


def _money(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    finance = scenario.finance
    sources = finance.sources if finance else ()
    yield from twice("finance.sources", sources, place_of)
    for source in scenario.limits.budget_by_source:
        if source not in sources:
            key = "limits.budget_by_source"
            yield unknown(key, source, sources, "finance.sources", place_of(f"{key}.{source}"))
    default = finance.funding_percent if finance else {}
    yield from _funding("finance.funding_percent", default, sources, place_of)
    for name, tier in scenario.tiers.items():
        key = f"tiers.{name}.funding_percent"
        yield from _funding(key, tier.funding_percent, sources, place_of)
        if sources and not default and not tier.funding_percent:
            what = f"nothing says what {_listed(sources)} pay of the actions of {name}"
            yield Finding(what, f"State finance.funding_percent, or {key}", place_of("finance.sources"))
    if finance and finance.discount_percent_per_year and scenario.stages is None:
        what = "finance.discount_percent_per_year has no effect without stages"
        yield warning(what, "State stages, or remove it", place_of("finance.discount_percent_per_year"))


def _funding(key: str, percent: Mapping[str, float], sources: tuple[str, ...], place_of: PlaceOf) -> Iterator[Finding]:
    for source in percent:
        if source not in sources:
            yield unknown(key, source, sources, "finance.sources", place_of(f"{key}.{source}"))
    whole = sum(percent.values())
    if percent and abs(whole - WHOLE) > CLOSE_TO_WHOLE:
        yield Finding(f"{key} sums to {whole:.15g}, not 100", "Let the sources pay 100 % together", place_of(key))


# --- tiers -----------------------------------------------------------------------------------------------------------


def _standards(name: str, tier: Tier, place_of: PlaceOf) -> Iterator[Finding]:
    key = f"tiers.{name}"
    for area_class in tier.standard_minutes_by_class:
        if area_class not in tier.serves:
            own = f"{key}.standard_minutes_by_class"
            what = f"{own} names {area_class}, whom the tier does not serve"
            yield Finding(what, f"Remove it, or add {area_class} to 'serves'", place_of(f"{own}.{area_class}"))
    longest = max(tier.standard_minutes_by_class.get(area_class, tier.standard_minutes) for area_class in tier.serves)
    if tier.gradual and tier.gradual.zero_at_minutes <= longest:
        own = f"{key}.gradual.zero_at_minutes"
        what = f"{own} is {tier.gradual.zero_at_minutes:g}, within the standard of {longest:g} minutes"
        yield Finding(what, f"Write more than {longest:g}", place_of(own))


def _sizes(name: str, tier: Tier, place_of: PlaceOf) -> Iterator[Finding]:
    key = f"tiers.{name}.sizes"
    for (smaller, small), (larger, large) in pairwise(tier.sizes.items()):
        if large.capacity <= small.capacity:
            what = f"{key}: {larger} has a capacity of {large.capacity:.15g}, not more than {smaller} before it"
            yield Finding(what, "State sizes in ascending order of capacity", place_of(f"{key}.{larger}.capacity"))
        if large.build_cost is not None and small.build_cost is not None and large.build_cost < small.build_cost:
            what = f"{key}: {larger} costs less to build than {smaller}, which is smaller"
            yield warning(what, "Check build_cost", place_of(f"{key}.{larger}.build_cost"))
    if tier.actions.extend and len(tier.sizes) < 2:
        what = f"tiers.{name}.actions.extend has no larger size to lead to"
        yield warning(what, f"State at least two sizes under {key}", place_of(f"tiers.{name}.actions.extend"))


def _hosts(scenario: Scenario, name: str, place_of: PlaceOf) -> Iterator[Finding]:
    key, hosts = f"tiers.{name}.hosted_by", scenario.tiers[name].hosted_by
    yield from twice(key, hosts, place_of)
    for index, host in enumerate(hosts):
        place = place_of(f"{key}.{index}")
        if host == name:
            yield Finding(f"{key} names the tier itself", "Remove it", place)
        elif host not in scenario.tiers:
            yield unknown(key, host, scenario.tiers, "tiers", place)
        elif (way := _way(scenario, host, name)) and name == _first(scenario, way):
            yield Finding(f"{key} leads back to itself: {' in '.join((name, *way))}", "Remove one of them", place)


def _first(scenario: Scenario, names: tuple[str, ...]) -> str:
    """Return the tier that the scenario states first, so that a circle is said once."""
    return next(name for name in scenario.tiers if name in names)


def _way(scenario: Scenario, start: str, end: str) -> tuple[str, ...]:
    """Return the tiers from one to another through `hosted_by`, both ends included; nothing where no way leads."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        known = (host for host in scenario.tiers[way[-1]].hosted_by if host in scenario.tiers)
        fresh = [host for host in known if host not in seen]
        seen.update(fresh)
        ways += [(*way, host) for host in fresh]
    return ()


def _referral(scenario: Scenario, name: str, place_of: PlaceOf) -> Iterator[Finding]:
    referral = scenario.tiers[name].referral
    if referral is None:
        return
    key = f"tiers.{name}.referral"
    if referral.tier == name:
        yield Finding(
            f"{key}.tier names the tier itself", "Name the tier that patients are sent to", place_of(f"{key}.tier")
        )
    elif referral.tier not in scenario.tiers:
        yield unknown(f"{key}.tier", referral.tier, scenario.tiers, "tiers", place_of(f"{key}.tier"))
    yield from _referral_mode(scenario, f"{key}.mode", referral, place_of)


def _referral_mode(scenario: Scenario, key: str, referral: Referral, place_of: PlaceOf) -> Iterator[Finding]:
    travel = scenario.travel.get(referral.mode)
    if travel is None:
        yield unknown(key, referral.mode, scenario.travel, "travel", place_of(key))
        return
    parts = travel.modes if isinstance(travel, FastestTravel) else (referral.mode,)
    tables = [part for part in parts if isinstance(scenario.travel.get(part), TableTravel)]
    if tables:
        what = f"{key} names '{tables[0]}', a table of times from homes, which has none from site to site"
        yield Finding(what, "Name a mode along roads or in a straight line", place_of(key))


# --- rules and objective ---------------------------------------------------------------------------------------------


def _rules(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    decided: dict[str, tuple[str, str]] = {}
    for index, rule in enumerate(scenario.rules):
        key = f"rules.{index}"
        tier = getattr(rule, "tier", None)
        if tier is not None and tier not in scenario.tiers:
            yield unknown(f"{key}.tier", tier, scenario.tiers, "tiers", place_of(f"{key}.tier"))
        yield from _lists(rule, key, place_of)
        yield from _area_classes(scenario, rule, key, place_of)
        if rule in scenario.rules[:index]:
            what = f"{key} repeats rules.{scenario.rules.index(rule)}"
            yield warning(what, "Remove one of them", place_of(key))
        for number, site in enumerate(getattr(rule, "sites", ())):
            kind, before = decided.setdefault(site, (rule.kind, key))
            if kind != rule.kind:
                what = f"{key} says {rule.kind} of '{site}', and {before} says {kind}"
                yield Finding(what, "Remove it from one of them", place_of(f"{key}.sites.{number}"))


def _lists(rule: Rule, key: str, place_of: PlaceOf) -> Iterator[Finding]:
    for name, value in rule:
        if isinstance(value, tuple):
            yield from twice(f"{key}.{name}", value, place_of)


def _area_classes(scenario: Scenario, rule: Rule, key: str, place_of: PlaceOf) -> Iterator[Finding]:
    tier = scenario.tiers.get(getattr(rule, "tier", None) or "")
    for index, area_class in enumerate(getattr(rule, "between", ())):
        if tier is not None and area_class not in tier.serves:
            what = f"{key}.between names {area_class}, whom the tier does not serve"
            yield Finding(what, "Name classes that the tier serves", place_of(f"{key}.between.{index}"))


def _objective(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    named: set[str] = {name for level in scenario.levels for name, _ in level.weights}
    place = place_of("objective")
    if "gradual_coverage" in named and not any(tier.gradual for tier in scenario.tiers.values()):
        what = "the objective gradual_coverage equals coverage, since no tier states gradual"
        yield warning(what, "State tiers.<tier>.gradual.zero_at_minutes", place)
    if named & {"need_coverage", "need_travel"} and not scenario.need.segment_weights:
        what = "the objective weighs needs, but need.segment_weights states none, so everybody counts one"
        yield warning(what, "State need.segment_weights", place)
    if "coverage_over_time" in named and scenario.stages is None:
        what = "the objective coverage_over_time equals coverage without stages"
        yield warning(what, "State stages, or write coverage", place)
    yield from _unused(scenario, named, place_of)


def _unused(scenario: Scenario, named: set[str], place_of: PlaceOf) -> Iterator[Finding]:
    """Yield what is stated for an objective that is not asked for."""
    if scenario.need.segment_weights and not named & {"need_coverage", "need_travel"}:
        what = "need is stated, but the objective has neither need_coverage nor need_travel"
        yield warning(what, "Name one of them, or remove need", place_of("need"))
    for name, tier in scenario.tiers.items():
        if tier.gradual and "gradual_coverage" not in named:
            what = f"tiers.{name}.gradual is stated, but the objective does not have gradual_coverage"
            yield warning(what, "Name it, or remove gradual", place_of(f"tiers.{name}.gradual"))
    last = len(scenario.levels) - 1
    if scenario.levels[last].tolerance_percent:
        key = f"objective.{last}.tolerance_percent"
        yield warning(f"{key} has no effect: no objective follows", "Remove it", place_of(key))
