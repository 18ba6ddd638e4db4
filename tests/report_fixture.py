"""A small believable report, computed from a model of 54 settlements, and awkward variants of it.

The county is invented. Every figure is derived from one matrix of minutes by plain loops, so that sums agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from shapely.geometry import box

from facopt.errors import Finding, Place, Severity
from facopt.inputs.study_area import Ground
from facopt.measures.report import (
    Assumption,
    Band,
    Conflict,
    Objective,
    Proof,
    Report,
    Share,
    TierFacts,
)
from tests.plain_columns import with_costs, with_covered, with_shares

ZONES = (
    # key, name, class, centre in km east and north of the county's corner, people per settlement
    ("990301001", "东桥街道", "urban", (20.0, 20.0), 6200),
    ("990301002", "西桥街道", "urban", (17.6, 20.4), 5400),
    ("990301101", "白渡镇", "town", (34.0, 24.0), 2300),
    ("990301102", "石坪镇", "town", (8.0, 8.0), 2100),
    ("990301201", "云棠乡", "rural", (32.0, 6.0), 1150),
    ("990301202", "望岭乡", "rural", (6.0, 34.0), 900),
)
TIERS = {
    # key: names, symbol, classes, mode, standard minutes, km/h over a road 1.3 times the straight line
    "community_health_centre": ("社区卫生服务中心", "Community health centre", "square", ("urban",), "walk", 15.0, 5.0),
    "township_clinic": ("乡镇卫生院", "Township clinic", "circle", ("town", "rural"), "drive", 30.0, 20.0),
}
SITES = (
    # id, name, tier, existing, action, place in km, zone, cost
    ("C1", "东桥社区卫生服务中心", "community_health_centre", True, "keep", (19.8, 19.4), "990301001", 0.0),
    ("C2", "西桥社区卫生服务中心", "community_health_centre", True, "keep", (17.5, 20.3), "990301002", 0.0),
    (
        "C3",
        "东桥北社区卫生服务中心",
        "community_health_centre",
        False,
        "build",
        (20.3, 21.2),
        "990301001",
        10_500_000.0,
    ),
    (
        "C4",
        "西桥南社区卫生服务中心",
        "community_health_centre",
        False,
        "build",
        (17.4, 19.3),
        "990301002",
        10_500_000.0,
    ),
    ("C5", "东桥东社区卫生服务中心", "community_health_centre", False, "none", (21.2, 19.6), "990301001", 9.8e6),
    ("T1", "白渡镇卫生院", "township_clinic", True, "keep", (34.0, 24.0), "990301101", 0.0),
    ("T2", "石坪镇卫生院", "township_clinic", True, "keep", (8.0, 8.0), "990301102", 0.0),
    ("T3", "石坪镇卫生院老街分院", "township_clinic", True, "close", (6.6, 13.0), "990301102", 0.0),
    ("T4", "云棠乡卫生院", "township_clinic", False, "build", (32.0, 6.5), "990301201", 5.6e6),
    ("T5", "望岭乡卫生院", "township_clinic", False, "none", (6.5, 33.0), "990301202", 5.6e6),
)
ORIGIN = (104.2, 30.6)
SITE_FIGURES = ("people_assigned", "points_assigned", "mean_minutes", "longest_minutes", "people_lost_without")
CUT_OFF = ("P6008", "P6009")
"""Settlements without a road: a reservoir lies between."""
REMEDIES = {"": "", "limits": "raise_limits", "cut_off": "road", "no_site_within_standard": "new_candidate_site"}
BAND_EDGES = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, math.inf)


@dataclass(frozen=True)
class Model:
    """Points, sites and minutes; a pair that cannot be travelled, or of a tier that does not serve, is infinite."""

    points: pd.DataFrame
    sites: pd.DataFrame
    minutes: np.ndarray[Any, Any]
    standard: np.ndarray[Any, Any]
    """Per site."""

    def nearest(self, open_: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return per point the nearest open site (-1 for none) and its minutes (infinite for none)."""
        minutes = np.where(open_, self.minutes, math.inf)
        best = minutes.min(axis=1)
        return np.where(np.isfinite(best), minutes.argmin(axis=1), -1), best

    def covered(self, open_: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return per point whether an open site of its tier lies within the standard."""
        return np.array(
            [any(open_[j] and row[j] <= self.standard[j] for j in range(len(open_))) for row in self.minutes]
        )


def _model(settlements_per_zone: int = 9) -> Model:
    rng = np.random.default_rng(7)
    rows = []
    for number, (zone, zone_name, area_class, (east, north), people) in enumerate(ZONES, start=1):
        spread = 1.1 if area_class == "urban" else 7.0
        for k in range(1, settlements_per_zone + 1):
            dx, dy = rng.uniform(-spread, spread, 2)
            inhabitants = float(round(people * rng.uniform(0.5, 1.5), -1))
            rows.append(
                {
                    "id": f"P{number}{k:03d}",
                    "name": f"{zone_name[:2]}{'社区' if area_class == 'urban' else '村'}{k}",
                    "zone": zone,
                    "zone_name": zone_name,
                    "area_class": area_class,
                    "people": inhabitants,
                    "people_65_plus": float(round(inhabitants * rng.uniform(0.12, 0.26))),
                    "east": east + dx,
                    "north": north + dy,
                }
            )
    points, sites = pd.DataFrame(rows), _sites()
    standard = np.array([TIERS[tier][5] for tier in sites["tier"]])
    return Model(points, sites, _minutes(points, sites), standard)


def _sites() -> pd.DataFrame:
    names = {zone: name for zone, name, *_ in ZONES}
    return pd.DataFrame(
        [
            {
                "id": id_,
                "name": name,
                "tier": tier,
                "status": "existing" if existing else "candidate",
                "action": action,
                "lon": ORIGIN[0] + east / 95.8,
                "lat": ORIGIN[1] + north / 111.2,
                "zone": zone,
                "zone_name": names[zone],
                "build_cost": math.nan if existing else cost,
                "capacity_people": math.nan,
                "size": "" if existing else "1,600 m²" if tier == "township_clinic" else "3,000 m²",
                "owner": "县卫生健康局",
                "stage": "",
                "fixed": "",
            }
            for id_, name, tier, existing, action, (east, north), zone, cost in SITES
        ]
    )


def _minutes(points: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray[Any, Any]:
    minutes = np.full((len(points), len(sites)), math.inf)
    for i, point in enumerate(points.itertuples()):
        for j, (_, _, tier, _, _, (east, north), _, _) in enumerate(SITES):
            _, _, _, serves, _, _, speed = TIERS[tier]
            if point.area_class in serves and point.id not in CUT_OFF:
                minutes[i, j] = 60 * 1.3 * math.hypot(point.east - east, point.north - north) / speed
    return minutes


def small_report() -> Report:
    """Return an optimal plan for the invented county: three sites built, one closed, some people left with reasons."""
    return _report(_model())


def _report(model: Model) -> Report:
    now = np.array([site[3] for site in SITES])
    plan = np.array([site[4] in ("keep", "build") for site in SITES])
    usable = np.ones(len(SITES), dtype=bool)
    cover = {"now": model.covered(now), "plan": model.covered(plan), "ever": model.covered(usable)}
    near = {"now": model.nearest(now), "plan": model.nearest(plan), "ever": model.nearest(usable)}
    points = _points(model, cover, near)
    sites = _site_figures(model, plan, cover, near)
    cost = float(sum(site[7] for site in SITES if site[4] == "build"))
    everybody = _share("everybody", "全县", points)
    covered = float(everybody.covered or 0.0)
    return Report(
        scenario="yuntang-2030",
        title_zh="云棠县基层医疗机构布局方案",
        title_en="Primary care siting plan for Yuntang County",
        question="投资不超过 2,700 万元，新建哪些机构，使 15 分钟（城区步行）、30 分钟（镇、乡驾车）内覆盖的居民最多？",
        data_note="人口 2025 年，道路 2025 年",
        synthetic=True,
        currency="CNY",
        status="optimal",
        objectives=(
            Objective("coverage", covered, covered, 0.0, "people"),
            Objective("cost", cost, cost, 0.0, "CNY"),
        ),
        everybody=everybody,
        by_area_class=tuple(
            _share(key, key, points[points["area_class"] == key]) for key in ("urban", "town", "rural")
        ),
        by_zone=_by_zone(points),
        tiers=tuple(_tier(key, points, sites) for key in TIERS),
        bands=_bands(points),
        bands_by_tier={key: _bands(points[points["area_class"].isin(TIERS[key][3])]) for key in TIERS},
        cost=cost,
        targets=_targets(everybody),
        limits=pd.DataFrame(
            [
                {"key": "limits.budget", "limit": 27_000_000.0, "used": cost, "unit": "CNY"},
                {"key": "limits.new_sites.township_clinic", "limit": 1.0, "used": 1.0, "unit": "sites"},
            ]
        ),
        points=points,
        sites=sites,
        assignment=_assignment(model, near),
        context=pd.DataFrame(
            {"id": ["H1"], "name": ["云棠县人民医院"], "kind": ["县级医院"], "lon": [104.41], "lat": [30.78]}
        ),
        ground=Ground(boundary=box(104.15, 30.55, 104.65, 30.99)),
        roads=(),
        routes={},
        assumptions=_assumptions(),
        findings=_findings(),
        conflicts=(),
        proof=Proof("highs", "1.15.1", "", 0.42, 118, 96, "run.log"),
        travel_facts={
            "walk": {"nodes": 1200, "edges": 2900, "components": 1},
            "drive": {"nodes": 5400, "edges": 11800},
        },
        generated="2026-11-21",
        version="0.1.0",
    )


def _points(model: Model, cover: dict[str, Any], near: dict[str, Any]) -> pd.DataFrame:
    points = model.points.copy()
    site_ids = np.array([*(site[0] for site in SITES), ""], dtype=object)
    state, reason, remedy = [], [], []
    for i in range(len(points)):
        now, plan, ever = (bool(cover[key][i]) for key in ("now", "plan", "ever"))
        cut_off = not np.isfinite(model.minutes[i]).any()
        state.append(
            ("covered" if now else "newly_covered") if plan
            else "loses_cover" if now else "uncovered" if ever else "unreachable"
        )  # fmt: skip
        reason.append("" if plan else "limits" if ever else "cut_off" if cut_off else "no_site_within_standard")
        remedy.append(REMEDIES[reason[-1]])
    points["lon"], points["lat"] = ORIGIN[0] + points["east"] / 95.8, ORIGIN[1] + points["north"] / 111.2
    points["state"], points["reason"], points["remedy"] = state, reason, remedy
    for suffix, key in (("_now", "now"), ("", "plan")):
        points[f"minutes{suffix}"] = np.where(np.isfinite(near[key][1]), near[key][1], math.nan)
        points[f"site{suffix}"] = site_ids[near[key][0]]
    points["nearest_any_minutes"] = np.where(np.isfinite(near["ever"][1]), near["ever"][1], math.nan)
    tier_of = {area_class: key for key, tier in TIERS.items() for area_class in tier[3]}
    points["tier"] = [tier_of[area_class] for area_class in points["area_class"]]
    return with_covered(points.drop(columns=["east", "north"]))


def _site_figures(model: Model, plan: Any, cover: dict[str, Any], near: dict[str, Any]) -> pd.DataFrame:
    sites, people = model.sites.copy(), model.points["people"].to_numpy()
    figures: dict[str, list[float]] = {
        key: []
        for key in ("people_assigned", "points_assigned", "mean_minutes", "longest_minutes", "people_lost_without")
    }
    for j in range(len(sites)):
        mine = (near["plan"][0] == j) & cover["plan"]
        minutes = near["plan"][1][mine]
        without = plan.copy()
        without[j] = False
        lost = people[cover["plan"] & ~model.covered(without)].sum()
        figures["people_assigned"].append(float(people[mine].sum()))
        figures["points_assigned"].append(float(mine.sum()))
        figures["mean_minutes"].append(float(np.average(minutes, weights=people[mine])) if mine.any() else math.nan)
        figures["longest_minutes"].append(float(minutes.max()) if mine.any() else math.nan)
        figures["people_lost_without"].append(float(lost) if plan[j] else math.nan)
    return with_costs(sites.assign(**figures))


def _share(key: str, name: str, points: pd.DataFrame, area_class: str | None = None) -> Share:
    people, state = points["people"], points["state"]

    def mean(column: str) -> float | None:
        known = points[column].notna()
        return float(np.average(points.loc[known, column], weights=people[known])) if known.any() else None

    return Share(
        key=key,
        name=name,
        people=float(people.sum()),
        covered_now=float(people[state.isin(["covered", "loses_cover"])].sum()),
        covered=float(people[state.isin(["covered", "newly_covered"])].sum()),
        unreachable=float(people[state == "unreachable"].sum()),
        mean_minutes_now=mean("minutes_now"),
        mean_minutes=mean("minutes"),
        longest_minutes=float(points["minutes"].max()) if points["minutes"].notna().any() else None,
        area_class=area_class,
    )


def _by_zone(points: pd.DataFrame) -> tuple[Share, ...]:
    shares = [_share(key, name, points[points["zone"] == key], class_) for key, name, class_, *_ in ZONES]
    return tuple(sorted(shares, key=lambda share: ((share.covered or 0.0) / share.people, share.key)))


def _tier(key: str, points: pd.DataFrame, sites: pd.DataFrame) -> TierFacts:
    zh, en, symbol, serves, mode, standard, _ = TIERS[key]
    share = _share(key, key, points[points["area_class"].isin(serves)])
    mine = sites[sites["tier"] == key]
    return TierFacts(
        key=key,
        name_zh=zh,
        name_en=en,
        symbol=symbol,
        serves=serves,
        mode=mode,
        standard_minutes=standard,
        standard_source="社区生活圈规划技术指南 TD/T 1062-2021" if standard == 15 else None,
        standard_verified=standard == 15,
        people_served=share.people,
        people_covered_now=share.covered_now,
        people_covered=share.covered,
        unreachable_people=share.unreachable,
        sites_now=int((mine["status"] == "existing").sum()),
        sites_new=int((mine["action"] == "build").sum()),
        sites_open=int(mine["action"].isin(["keep", "build"]).sum()),
    )


def _bands(points: pd.DataFrame) -> tuple[Band, ...]:
    def people(column: str, above: float, up_to: float) -> float:
        minutes = points[column].fillna(math.inf)
        inside = (minutes > above) & (minutes <= up_to) if above else minutes <= up_to
        return float(points.loc[inside, "people"].sum())

    edges = pairwise(BAND_EDGES)
    return tuple(Band(a, b, people("minutes_now", a, b), people("minutes", a, b)) for a, b in edges)


def _targets(everybody: Share) -> pd.DataFrame:
    covered = float(everybody.covered or 0.0)
    needed = 0.7 * everybody.people
    return pd.DataFrame(
        [
            {
                "tier": "", "area_class": "", "zone": "", "segment": "", "by": "",
                "at_least_percent": 70.0, "people": everybody.people,
                "people_needed": needed, "people_covered_now": everybody.covered_now, "people_covered": covered,
                "met": covered >= needed,
            }
        ]
    ).astype({"met": object})  # fmt: skip


def _assignment(model: Model, near: dict[str, Any]) -> pd.DataFrame:
    rows = [
        {
            "demand": i,
            "site": int(j),
            "tier": SITES[j][2],
            "minutes": float(minutes),
            "within_standard": bool(minutes <= model.standard[j]),
        }
        for i, (j, minutes) in enumerate(zip(*near["plan"], strict=True))
        if j >= 0
    ]
    return with_shares(pd.DataFrame(rows))


def _assumptions() -> tuple[Assumption, ...]:
    return (
        Assumption(
            "tiers.community_health_centre.standard_minutes", "15", "社区生活圈规划技术指南 TD/T 1062-2021", True
        ),
        Assumption("tiers.township_clinic.standard_minutes", "30", "", False),
        Assumption("travel.walk.speeds_kmh.residential", "5 km/h", "GB/T 51439-2021", True),
        Assumption("travel.drive.speeds_kmh.secondary", "22 km/h", "情景文件", False),
        Assumption("tiers.township_clinic.build_cost", "5600000", "情景文件", False),
    )


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            "2 settlements are not linked to the road network",
            "Check the roads around them, or accept that they stay uncovered",
            Place(Path("demand.csv"), 53, None, "lon"),
            Severity.WARNING,
            count=2,
            examples=CUT_OFF,
        ),
    )


# --- awkward variants ------------------------------------------------------------------------------------------------


def feasible_report() -> Report:
    """Return the same plan found within a time limit, with a gap."""
    report = small_report()
    covered = float(report.everybody.covered or 0.0)
    bound = covered * 1.008
    return replace(
        report,
        status="feasible",
        objectives=(Objective("coverage", covered, bound, 100 * (bound - covered) / covered, "people"),),
        proof=replace(report.proof, limit="time", seconds=300.0),
    )


def infeasible_report() -> Report:
    """Return a scenario whose targets and limits conflict: no plan, ways out, today's figures only."""
    return replace(
        _without_plan(small_report()),
        status="infeasible",
        conflicts=(
            Conflict(
                "limits.budget", "yuntang.yaml:21", 27_000_000.0, 36_800_000.0, "CNY",
                "把总投资上限由 2,700 万元提高到 3,680 万元。", "Raise the budget from ¥27.0 million to ¥36.8 million.",
            ),
            Conflict(
                "targets.0.at_least_percent", "yuntang.yaml:17", 100.0, 96.4, "percent",
                "把覆盖率目标由 100% 降到 96.4%。", "Lower the coverage target from 100% to 96.4%.",
            ),
        ),
    )  # fmt: skip


def no_solution_report() -> Report:
    """Return a run that ended in time without any plan."""
    report = _without_plan(small_report())
    return replace(report, status="no_solution", proof=replace(report.proof, limit="time", seconds=5.0))


def _without_plan(report: Report) -> Report:
    def bare(share: Share) -> Share:
        return replace(share, covered=None, mean_minutes=None, longest_minutes=None)

    def bare_bands(bands: tuple[Band, ...]) -> tuple[Band, ...]:
        return tuple(replace(band, people=None) for band in bands)

    states = {"newly_covered": "uncovered", "loses_cover": "covered"}
    points = report.points.assign(minutes=math.nan, site="", state=report.points["state"].replace(states))
    points.loc[points["state"] != "unreachable", ["reason", "remedy"]] = ""
    points = with_covered(points, planned=False)
    sites = report.sites.assign(
        action=np.where(report.sites["status"] == "existing", "keep", "none"),
        people_assigned=math.nan, points_assigned=math.nan, mean_minutes=math.nan, longest_minutes=math.nan,
        people_lost_without=math.nan, action_cost=0.0,
    )  # fmt: skip
    return replace(
        report,
        objectives=tuple(replace(o, value=None, bound=None, gap_percent=None) for o in report.objectives),
        everybody=bare(report.everybody),
        by_area_class=tuple(map(bare, report.by_area_class)),
        by_zone=tuple(sorted(map(bare, report.by_zone), key=lambda zone: (zone.covered_now / zone.people, zone.name))),
        tiers=tuple(
            replace(tier, people_covered=None, sites_new=0, sites_open=tier.sites_now) for tier in report.tiers
        ),
        bands=tuple(replace(band, people=None) for band in report.bands),
        bands_by_tier={
            key: tuple(replace(b, people=None) for b in bands) for key, bands in report.bands_by_tier.items()
        },
        cost=None,
        targets=report.targets.assign(people_covered=math.nan, met=np.array([None], dtype=object)),
        limits=report.limits.assign(used=math.nan),
        points=points,
        sites=sites,
        assignment=report.assignment.iloc[:0],
    )


def report_without_coordinates() -> Report:
    """Return the plan of a scenario whose tables have no coordinates."""
    report = small_report()
    return replace(
        report,
        points=report.points.assign(lon=math.nan, lat=math.nan),
        sites=report.sites.assign(lon=math.nan, lat=math.nan),
        context=report.context.iloc[:0],
        ground=Ground(),
    )


def report_without_zones() -> Report:
    """Return the plan of a scenario that names no townships."""
    report = small_report()
    return replace(
        report,
        by_zone=(),
        points=report.points.assign(zone="", zone_name=""),
        sites=report.sites.assign(zone="", zone_name=""),
    )


def hostile_report() -> Report:
    """Return the plan with names that would break a page or a sheet that does not escape them."""
    report, bad = small_report(), '</script><script>alert(1)</script><img src="x" onerror=alert(1)>&\'"{x}'
    return replace(
        report,
        title_zh=bad,
        title_en=bad,
        question=bad,
        data_note=bad,
        by_zone=tuple(replace(zone, name=bad) for zone in report.by_zone),
        tiers=tuple(replace(tier, name_zh=bad, name_en=bad, standard_source=bad) for tier in report.tiers),
        points=report.points.assign(name=bad, zone_name=bad),
        sites=report.sites.assign(name=bad, zone_name=bad, owner=bad, size="=1+1", stage=bad),
        assumptions=(Assumption(bad, bad, bad, False),),
        findings=(Finding(bad, bad, examples=(bad,)),),
    )


def many_uncovered_report() -> Report:
    """Return a plan with 360 settlements, most of them uncovered, for the folding of long lists."""
    return _report(_model(settlements_per_zone=60))


VARIANTS = {
    "small": small_report,
    "feasible": feasible_report,
    "infeasible": infeasible_report,
    "no_solution": no_solution_report,
    "without_coordinates": report_without_coordinates,
    "without_zones": report_without_zones,
    "hostile": hostile_report,
    "many_uncovered": many_uncovered_report,
}
