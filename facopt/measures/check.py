"""The last check before anything is written: the same people must come out of every table of a report."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.referee import RELATIVE_TOLERANCE
from facopt.measures.report import OPEN_ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from facopt.inputs.study_area import FloatArray
    from facopt.measures.coverage import BoolArray
    from facopt.measures.report import Report, Share

SUMMED = ("people", "covered_now", "covered", "unreachable")


def check_report(report: Report) -> tuple[str, ...]:
    """Return where a report contradicts itself, in words; empty for a sound one.

    Sums are taken anew from the tables of points, sites and assignment and compared with the figures stated elsewhere:
    zones and classes with everybody, states with people covered, time bands at the standard with people covered, people
    assigned with people covered, targets, limits, cost and objectives with the plan. (Acceptance checks of planning
    reports; nothing here is new knowledge, only a second way to it.)
    """
    checks = [_shares(report), _states(report), _bands(report), _tiers(report), _targets(report)]
    checks += [_sensitivity(report), _second_cover(report), _fine_grid(report), _frontier(report), _build_order(report)]
    if has_plan(report):
        checks += [_reasons(report), _sites(report), _objectives(report), _limits(report)]
    return tuple(chain.from_iterable(checks))


def _build_order(report: Report) -> Iterator[str]:
    """When the last new site is built, the plan's people are covered and its money is spent."""
    if report.build_order is not None and len(report.build_order):
        last = report.build_order.iloc[-1]
        yield from _differs("build order: people covered", report.everybody.covered, float(last["people_covered"]))
        yield from _differs("build order: cost", report.cost, float(last["cost"]))


def has_plan(report: Report) -> bool:
    """Return whether the report has a plan, whose figures are None or NaN otherwise."""
    return report.everybody.covered is not None


def _differs(what: str, stated: float | None, counted: float | None) -> Iterator[str]:
    """Yield a sentence where two figures differ by more than the rounding of a sum."""
    if stated is None or counted is None:
        if stated is not counted:
            yield f"{what}: {stated} is stated, {counted} is counted"
    elif abs(stated - counted) > RELATIVE_TOLERANCE * max(abs(stated), abs(counted), 1.0):
        yield f"{what}: {stated:.15g} is stated, {counted:.15g} is counted"


def _sum(figures: Iterable[float | None]) -> float | None:
    values = list(figures)
    return None if any(value is None for value in values) else float(sum(value or 0.0 for value in values))


def _people(report: Report, who: pd.Series[bool] | BoolArray) -> float:
    return float(report.points["people"].to_numpy()[np.asarray(who)].sum())


def _shares(report: Report) -> Iterator[str]:
    """Everybody is the sum of the points, of the classes and of the zones."""
    yield from _differs("everybody: people", report.everybody.people, float(report.points["people"].sum()))
    for name, shares in (("by_area_class", report.by_area_class), ("by_zone", report.by_zone)):
        if shares:
            yield from _group(name, shares, report.everybody)
    order = [_share_covered(share) for share in report.by_zone]
    if any(later < earlier for earlier, later in pairwise(order)):
        yield "by_zone: the worst share covered is not first"


def _group(name: str, shares: tuple[Share, ...], everybody: Share) -> Iterator[str]:
    for figure in SUMMED:
        counted = _sum(getattr(share, figure) for share in shares)
        yield from _differs(f"{name}: {figure}", getattr(everybody, figure), counted)


def _share_covered(share: Share) -> float:
    covered = share.covered_now if share.covered is None else share.covered
    return covered / share.people if share.people > 0 else 1.0


def _states(report: Report) -> Iterator[str]:
    """Covered and not covered people are those of the points' states."""
    points, everybody = report.points, report.everybody
    state, people = points["state"], points["people"]
    now, plan = points["covered_now"], points["covered"]
    yield from _differs("points: people covered today", everybody.covered_now, float(now.sum()))
    wholly = ("covered", "loses_cover") if has_plan(report) else ("covered",)
    yield from _states_of("today", people, now, state.isin(wholly))
    if everybody.covered is not None:
        yield from _differs("points: people covered", everybody.covered, float(plan.sum()))
        yield from _states_of("in the plan", people, plan, state.isin(("covered", "newly_covered")))
    lost = _people(report, state == "unreachable")
    if lost > everybody.unreachable * (1 + RELATIVE_TOLERANCE):
        yield f"points: {lost:.15g} people are unreachable, {everybody.unreachable:.15g} are stated"


def _states_of(
    when: str, people: pd.Series[float], covered: pd.Series[float], wholly: pd.Series[bool]
) -> Iterator[str]:
    """A point's state says covered just where all its people are."""
    missing = (people - covered) > RELATIVE_TOLERANCE * people.clip(lower=1.0)
    if (missing & wholly).any():
        yield f"points: a state says covered {when} where some people are not"
    if (~missing & ~wholly & (people > 0)).any():
        yield f"points: a state says not covered {when} where all people are"


def _reasons(report: Report) -> Iterator[str]:
    """Whoever is not covered has a reason and a remedy, and nobody else has."""
    points = report.points
    covered = points["state"].isin(("covered", "newly_covered"))
    for column in ("reason", "remedy"):
        if not ((points[column] != "") == ~covered).all():
            yield f"points: {column} is not given for exactly those whom the plan does not cover"


def _bands(report: Report) -> Iterator[str]:
    """The bands of a tier hold everybody it serves, and up to its standard everybody it covers."""
    for tier in report.tiers:
        bands = report.bands_by_tier[tier.key]
        within = [band for band in bands if band.up_to <= tier.standard_minutes]
        name = f"bands of {tier.key}"
        one_standard = not tier.standards_by_class
        yield from _differs(f"{name}: people today", tier.people_served, _sum(band.people_now for band in bands))
        if one_standard:
            yield from _differs(f"{name}: covered today", tier.people_covered_now, _sum(b.people_now for b in within))
        if has_plan(report):
            yield from _differs(f"{name}: people", tier.people_served, _sum(band.people for band in bands))
        if has_plan(report) and one_standard:
            yield from _differs(f"{name}: covered", tier.people_covered, _sum(band.people for band in within))
    served = _sum(tier.people_served for tier in report.tiers)
    yield from _differs("bands: people", served, _sum(band.people_now for band in report.bands))


def _tiers(report: Report) -> Iterator[str]:
    """A tier's people are those of the classes it serves, its covered people those assigned within the standard."""
    points, rows = report.points, report.assignment
    for tier in report.tiers:
        served = _people(report, points["area_class"].isin(tier.serves))
        yield from _differs(f"{tier.key}: people served", tier.people_served, served)
        if has_plan(report):
            within = rows[(rows["tier"] == tier.key) & rows["within_standard"]]
            covered = float((points["people"].to_numpy()[within["demand"]] * within["share"].to_numpy()).sum())
            yield from _differs(f"{tier.key}: people covered", tier.people_covered, covered)


def _sites(report: Report) -> Iterator[str]:
    """Sites serve the people that are covered or assigned, are counted by tier, and cost what the plan costs."""
    sites, rows = report.sites, report.assignment
    counted = rows[rows["counted"]]
    people = report.points["people"].to_numpy()[counted["demand"]] * counted["share"].to_numpy()
    by_site = np.bincount(counted["site"], weights=people, minlength=len(sites))
    stated = sites["people_assigned"].to_numpy(dtype=float)
    wrong = ~np.isclose(stated, by_site, rtol=RELATIVE_TOLERANCE, atol=RELATIVE_TOLERANCE)
    if wrong.any():
        yield f"sites: people assigned to {sites['id'][wrong].iloc[0]} are not those of the assignment"
    used = sites["action"].isin(OPEN_ACTIONS)
    if sites["people_assigned"][~used].any():
        yield "sites: people are assigned to a site that is not open"
    for tier in report.tiers:
        own = sites["tier"] == tier.key
        yield from _differs(f"{tier.key}: open sites", tier.sites_open, int((own & used).sum()))
        yield from _differs(f"{tier.key}: new sites", tier.sites_new, int((own & (sites["action"] == "build")).sum()))
    yield from _differs("cost", report.cost, float(sites["action_cost"].sum()))


def _objectives(report: Report) -> Iterator[str]:
    """Objective values are those of the plan shown."""
    rows = report.assignment[report.assignment["counted"]]
    people = report.points["people"].to_numpy()[rows["demand"]] * rows["share"].to_numpy()
    counted = {
        "coverage": report.everybody.covered,
        "cost": report.cost if report.planning is None else report.planning.present_cost,
        "sites": float(sum(tier.sites_open for tier in report.tiers)),
        "travel": float((people * rows["minutes"].to_numpy()).sum()),
        "worst_travel": float(rows["minutes"].max()) if len(rows) else 0.0,
    }
    for level in report.objectives:
        if level.name in counted:
            yield from _differs(f"objective {level.name}", level.value, counted[level.name])


def _targets(report: Report) -> Iterator[str]:
    """A target's people are those of its class and zone, and a plan meets every target."""
    for row in report.targets.to_dict("records"):
        name = f"target {row['tier'] or 'all tiers'} {row['area_class']} {row['zone']}".strip()
        if row["met"] is False:
            yield f"{name}: the plan misses it"
        members = _members(report, str(row["tier"]), str(row["area_class"]), str(row["zone"]))
        column = f"people_{row['segment']}" if row["segment"] else "people"
        people = np.where(members, report.points[column].to_numpy(), 0.0)
        yield from _differs(f"{name}: people", row["people"], float(people.sum()))
        if has_plan(report):
            covered = float((people * _covered(report, str(row["tier"]))).sum())
            yield from _differs(f"{name}: people covered", row["people_covered"], covered)


def _sensitivity(report: Report) -> Iterator[str]:
    """Nothing varied is the plan itself, a segment's people are those of the points, more minutes cover no fewer."""
    if report.sensitivity is None:
        return
    for row in report.sensitivity.to_dict("records"):
        if row["kind"] == "stated":
            yield from _differs("sensitivity: covered today", row["people_covered_now"], report.everybody.covered_now)
            if has_plan(report):
                yield from _differs("sensitivity: covered", row["people_covered"], report.everybody.covered)
        if row["kind"] == "segment":
            counted = float(report.points[f"people_{row['segment']}"].sum())
            yield from _differs(f"sensitivity: people {row['segment']}", row["people"], counted)
    thresholds = report.sensitivity[report.sensitivity["kind"] == "threshold"].sort_values("minutes")
    for column in ("people_covered_now", "people_covered"):
        rise = thresholds[column].dropna().diff()
        if (rise < -RELATIVE_TOLERANCE * report.everybody.people).any():
            yield f"sensitivity: {column} falls where more minutes are allowed"


def _second_cover(report: Report) -> Iterator[str]:
    """Whoever is covered at all is counted as covered, and nobody twice who is not."""
    if report.second_cover is None:
        return
    stated = {tier.key: (tier.people_covered_now, tier.people_covered) for tier in report.tiers}
    stated[""] = report.everybody.covered_now, report.everybody.covered
    for row in report.second_cover.to_dict("records"):
        name, (now, plan) = f"second cover {row['tier']}".strip(), stated[row["tier"]]
        yield from _differs(f"{name}: covered today", now, row["people_covered_now"])
        if has_plan(report):
            yield from _differs(f"{name}: covered", plan, row["people_covered"])
        for once, twice in (("covered_now", "covered_twice_now"), ("covered", "covered_twice")):
            if row[f"people_{twice}"] > row[f"people_{once}"] * (1 + RELATIVE_TOLERANCE):
                yield f"{name}: more people are covered twice than once"


def _fine_grid(report: Report) -> Iterator[str]:
    """Cells hold the people of their points, and are covered by them as the points are."""
    if report.fine_grid is None:
        return
    stated = {tier.key: (tier.people_served, tier.people_covered_now, tier.people_covered) for tier in report.tiers}
    stated[""] = report.everybody.people, report.everybody.covered_now, report.everybody.covered
    for share in report.fine_grid.shares:
        name, (people, now, plan) = f"fine grid {share.tier}".strip(), stated[share.tier]
        yield from _differs(f"{name}: people", people, share.people)
        yield from _differs(f"{name}: covered today", now, share.model_now)
        yield from _differs(f"{name}: covered", plan, share.model)


def _frontier(report: Report) -> Iterator[str]:
    """More money or sites cover no fewer; nobody covers more than is proven, nor more than there are."""
    if report.frontier is None:
        return
    curve = report.frontier
    slack = RELATIVE_TOLERANCE * report.everybody.people
    if (curve["people_covered"] > curve["people_at_most"] + slack).any():
        yield "frontier: a plan covers more people than is proven possible"
    for column in ("limit", "people_covered", "people_at_most"):
        if (curve[column].diff() < -slack).any():
            yield f"frontier: {column} falls along the curve"
    most = report.everybody.people - report.everybody.unreachable
    if (curve["people_covered"] > most + slack).any():
        yield "frontier: more people are covered than can be reached"


def _members(report: Report, tier: str, area_class: str, zone: str) -> BoolArray:
    points = report.points
    serves = chain.from_iterable(facts.serves for facts in report.tiers if tier in {"", facts.key})
    members = points["area_class"].isin(set(serves))
    if area_class:
        members &= points["area_class"] == area_class
    if zone:
        members &= points["zone"] == zone
    return members.to_numpy(dtype=bool)


def _covered(report: Report, tier: str) -> FloatArray:
    """Return (I,) the share of each point's people who are covered by a tier, or by all ("")."""
    points, rows = report.points, report.assignment
    if not tier:
        people = points["people"].to_numpy()
        covered = points["covered"].to_numpy()
        share: FloatArray = np.divide(covered, people, out=np.zeros(len(points)), where=people > 0)
        return share
    within = rows[(rows["tier"] == tier) & rows["within_standard"]]
    sums = np.bincount(within["demand"], weights=within["share"], minlength=len(points))
    return sums.astype(np.float64)


def _limits(report: Report) -> Iterator[str]:
    """No limit is exceeded; sites of `limits.sites` are exactly as many as stated."""
    for row in report.limits.to_dict("records"):
        over = row["used"] > row["limit"] * (1 + RELATIVE_TOLERANCE)
        exact = str(row["key"]).startswith("limits.sites")
        if over or (exact and row["used"] != row["limit"]):
            yield f"{row['key']}: {row['used']:.15g} is used, {row['limit']:.15g} is stated"
