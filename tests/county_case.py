"""A made-up county of twelve zones whose report can be had for any choice of sites."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from facopt.inputs.study_area import Ground
from facopt.measures.report import Assumption, Conflict, Objective, Proof, Report, Share, TierFacts
from tests.plain_columns import with_costs, with_covered, with_shares

WEST, SOUTH, STEP = 112.0, 30.0, 0.2
ZONES = [
    ("天枢镇", "town"),
    ("天璇镇", "town"),
    ("天玑乡", "rural"),
    ("天权乡", "rural"),
    ("玉衡镇", "town"),
    ("文昌街道", "urban"),
    ("东湖街道", "urban"),
    ("开阳乡", "rural"),
    ("瑶光乡", "rural"),
    ("临河镇", "town"),
    ("望舒乡", "rural"),
    ("青龙乡", "rural"),
]
PER_ZONE = 18
CHC, THC = "community_health_centre", "township_clinic"


@dataclass(frozen=True)
class Choice:
    """What one plan of the county does and how it is told."""

    name: str = "base"
    title_zh: str = "基本方案"
    title_en: str = "Base plan"
    build: tuple[str, ...] = ("c02", "c04", "c06", "c08")
    close: tuple[str, ...] = ()
    thc_minutes: float = 30.0
    people_factor: float = 1.0
    status: str = "optimal"
    gap_percent: float | None = 0.0
    coordinates: bool = True
    planned: bool = True


def county_report(choice: Choice = Choice(), **changes: object) -> Report:
    """The report of a plan, its figures added up here in the plainest way."""
    choice = replace(choice, **changes)  # type: ignore[arg-type]
    points, sites = _points(choice), _sites(choice)
    minutes = _minutes(points, sites)
    now, plan = _nearest(points, sites, minutes, sites["status"] == "existing"), None
    if choice.planned:
        plan = _nearest(points, sites, minutes, sites["action"].isin(("keep", "build")))
    usable = _nearest(points, sites, minutes, pd.Series([True] * len(sites)))
    limit = np.where(points["area_class"] == "urban", 15.0, choice.thc_minutes)
    in_now, reach = now[1] <= limit, usable[1] <= limit
    after = plan if plan is not None else (np.full(len(points), -1), np.full(len(points), np.nan))
    in_plan = after[1] <= limit if choice.planned else in_now
    points = _finished(points, sites, now, after, usable, in_now, in_plan, reach)
    assignment = _assignment(points, sites, after, in_plan)
    sites = _served(sites, assignment, choice.planned)
    if not choice.coordinates:
        points[["lon", "lat"]] = np.nan
        sites[["lon", "lat"]] = np.nan
    return _report(choice, points, sites, assignment)


def _points(choice: Choice) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    rows = []
    for number, (zone, area) in enumerate(ZONES):
        spread = 0.03 if area == "urban" else 0.085
        for inside in range(PER_ZONE):
            east, north = rng.uniform(-spread, spread, 2)
            x, y = number % 4, number // 4
            people = float(rng.integers(2000, 9000) if area == "urban" else rng.integers(40, 1500))
            rows.append(
                (
                    f"{number:02d}{inside:02d}",
                    f"{zone[:2]}{inside + 1}村",
                    f"z{number:02d}",
                    zone,
                    area,
                    people * choice.people_factor,
                    round(WEST + (x + 0.5) * STEP + east, 5),
                    round(SOUTH + (y + 0.5) * STEP + north, 5),
                )
            )
    return pd.DataFrame(rows, columns=["id", "name", "zone", "zone_name", "area_class", "people", "lon", "lat"])


def _sites(choice: Choice) -> pd.DataFrame:
    rng = np.random.default_rng(12)
    rows = []
    for number, (zone, area) in enumerate(ZONES):
        for kind, status in (("e", "existing"), ("c", "candidate")):
            if kind == "e" and number % 3 == 0:
                continue
            x, y = number % 4, number // 4
            east, north = rng.uniform(-0.05, 0.05, 2)
            key = f"{kind}{number:02d}"
            action = (
                ("close" if key in choice.close else "keep")
                if kind == "e"
                else ("build" if key in choice.build else "none")
            )
            if not choice.planned:
                action = "keep" if kind == "e" else "none"
            tier = CHC if area == "urban" else THC
            cost = np.nan if kind == "e" else 10_500_000.0 if tier == CHC else 5_600_000.0
            label = f"{zone}{'社区卫生服务中心' if tier == CHC else '卫生院'}{'' if kind == 'e' else '新址'}"
            rows.append(
                (
                    key,
                    label,
                    tier,
                    status,
                    action,
                    round(WEST + (x + 0.5) * STEP + east, 5),
                    round(SOUTH + (y + 0.5) * STEP + north, 5),
                    f"z{number:02d}",
                    zone,
                    cost,
                    np.nan,
                    "",
                    "",
                    "",
                    "",
                )
            )
    columns = [
        "id",
        "name",
        "tier",
        "status",
        "action",
        "lon",
        "lat",
        "zone",
        "zone_name",
        "build_cost",
        "capacity_people",
        "size",
        "owner",
        "stage",
        "fixed",
    ]
    return pd.DataFrame(rows, columns=columns)


def _minutes(points: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    east = (points["lon"].to_numpy()[:, None] - sites["lon"].to_numpy()) * 96.0
    north = (points["lat"].to_numpy()[:, None] - sites["lat"].to_numpy()) * 111.0
    minutes = np.hypot(east, north) * 1.9
    serves = (points["area_class"].to_numpy() == "urban")[:, None] == (sites["tier"].to_numpy() == CHC)
    return np.where(serves & (minutes < 70), minutes, np.inf)


def _nearest(
    points: pd.DataFrame, sites: pd.DataFrame, minutes: np.ndarray, open_: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    reach = np.where(open_.to_numpy(), minutes, np.inf)
    best = reach.argmin(axis=1)
    time = reach.min(axis=1)
    return np.where(np.isfinite(time), best, -1), np.where(np.isfinite(time), time, np.nan)


def _finished(points, sites, now, after, usable, in_now, in_plan, reach) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    state = np.select(
        [in_now & in_plan, ~in_now & in_plan, in_now & ~in_plan, ~reach],
        ["covered", "newly_covered", "loses_cover", "unreachable"],
        "uncovered",
    )
    ids = np.append(sites["id"].to_numpy(), "")
    out = ~in_plan
    reason = np.select([out & ~reach, out], ["no_site_within_standard", "limits"], "")
    return points.assign(
        state=state,
        minutes_now=now[1],
        minutes=after[1],
        site_now=ids[now[0]],
        site=ids[after[0]],
        tier=np.where(points["area_class"] == "urban", CHC, THC),
        reason=reason,
        nearest_any_minutes=usable[1],
        remedy=np.select([out & ~reach, out], ["new_site_needed", "more_budget"], ""),
    )


def _assignment(
    points: pd.DataFrame, sites: pd.DataFrame, after: tuple[np.ndarray, np.ndarray], in_plan: np.ndarray
) -> pd.DataFrame:
    rows = np.flatnonzero(after[0] >= 0)
    return pd.DataFrame(
        {
            "demand": rows,
            "site": after[0][rows],
            "tier": points["tier"].to_numpy()[rows],
            "minutes": after[1][rows],
            "within_standard": in_plan[rows],
        }
    )


def _served(sites: pd.DataFrame, assignment: pd.DataFrame, planned: bool) -> pd.DataFrame:
    people = [_people_of(assignment, number) for number in range(len(sites))]
    open_ = sites["action"].isin(("keep", "build")).to_numpy() & planned
    figures = {
        "people_assigned": [float(p) if o else np.nan for p, o in zip(people, open_, strict=True)],
        "points_assigned": [float((assignment["site"] == n).sum()) if open_[n] else np.nan for n in range(len(sites))],
        "mean_minutes": [assignment.loc[assignment["site"] == n, "minutes"].mean() for n in range(len(sites))],
        "longest_minutes": [assignment.loc[assignment["site"] == n, "minutes"].max() for n in range(len(sites))],
        "people_lost_without": np.where(open_, 0.0, np.nan),
    }
    return sites.assign(**figures)


def _people_of(assignment: pd.DataFrame, site: int) -> float:
    """Points that a site serves, as a stand-in for its people."""
    return float((assignment["site"] == site).sum() * 100)


def _share(key: str, name: str, rows: pd.DataFrame, planned: bool, area: str | None = None) -> Share:
    covered = rows["state"].isin(("covered", "newly_covered"))
    today = rows["state"].isin(("covered", "loses_cover"))
    weigh = lambda column: (  # noqa: E731
        float(np.average(rows[column].dropna(), weights=rows.loc[rows[column].notna(), "people"]))
        if rows[column].notna().any()
        else None
    )
    return Share(
        key,
        name,
        float(rows["people"].sum()),
        float(rows.loc[today, "people"].sum()),
        float(rows.loc[covered, "people"].sum()) if planned else None,
        float(rows.loc[rows["state"] == "unreachable", "people"].sum()),
        weigh("minutes_now"),
        weigh("minutes"),
        float(rows["minutes"].max()) if planned else None,
        area,
    )


def _tier(key: str, choice: Choice, points: pd.DataFrame, sites: pd.DataFrame) -> TierFacts:
    urban = key == CHC
    rows = points[(points["area_class"] == "urban") == urban]
    share, mine = _share(key, key, rows, choice.planned), sites[sites["tier"] == key]
    return TierFacts(
        key,
        "社区卫生服务中心" if urban else "乡镇卫生院",
        "Community health centre" if urban else "Township clinic",
        "square" if urban else "circle",
        ("urban",) if urban else ("town", "rural"),
        "walk" if urban else "drive",
        15.0 if urban else choice.thc_minutes,
        "国卫基层发〔2018〕",
        urban,
        share.people,
        share.covered_now,
        share.covered,
        share.unreachable,
        int((mine["status"] == "existing").sum()),
        int((mine["action"] == "build").sum()),
        int(mine["action"].isin(("keep", "build")).sum()),
    )


def _report(choice: Choice, points: pd.DataFrame, sites: pd.DataFrame, assignment: pd.DataFrame) -> Report:
    planned = choice.planned
    everybody = _share("everybody", "everybody", points, planned)
    cost = float(sites.loc[sites["action"] == "build", "build_cost"].sum()) if planned else None
    zones = [
        _share(key, str(rows["zone_name"].iloc[0]), rows, planned, str(rows["area_class"].iloc[0]))
        for key, rows in points.groupby("zone")
    ]
    boxes = {
        f"z{n:02d}": shapely.box(
            WEST + n % 4 * STEP, SOUTH + n // 4 * STEP, WEST + (n % 4 + 1) * STEP, SOUTH + (n // 4 + 1) * STEP
        )
        for n in range(len(ZONES))
    }
    covered = everybody.covered
    target = {
        "tier": "",
        "area_class": "",
        "zone": "",
        "at_least_percent": 80.0,
        "people": everybody.people,
        "people_needed": 0.8 * everybody.people,
        "people_covered_now": everybody.covered_now,
        "people_covered": np.nan if covered is None else covered,
        "met": None if covered is None else covered >= 0.8 * everybody.people,
    }
    bound = None if covered is None or choice.gap_percent is None else covered * (1 + choice.gap_percent / 100)
    return Report(
        scenario=choice.name,
        title_zh=choice.title_zh,
        title_en=choice.title_en,
        question="",
        data_note="2025 年",
        synthetic=True,
        currency="CNY",
        status=choice.status,
        objectives=(Objective("coverage", covered, bound, choice.gap_percent, "people"),),
        everybody=everybody,
        by_area_class=tuple(
            _share(c, c, points[points["area_class"] == c], planned) for c in ("urban", "town", "rural")
        ),
        by_zone=tuple(sorted(zones, key=lambda z: (z.covered or 0.0) / z.people)),
        tiers=tuple(_tier(key, choice, points, sites) for key in (CHC, THC)),
        bands=(),
        bands_by_tier={CHC: (), THC: ()},
        cost=cost,
        targets=pd.DataFrame([target]),
        limits=pd.DataFrame(
            [{"key": "limits.budget", "limit": 3e7, "used": cost if cost is not None else np.nan, "unit": "CNY"}]
        ),
        points=with_covered(points, planned=planned),
        sites=with_costs(sites),
        assignment=with_shares(assignment),
        context=pd.DataFrame(
            {"id": ["h1"], "name": ["星河县人民医院"], "kind": ["hospital"], "lon": [112.35], "lat": [30.3]}
        ),
        ground=Ground(
            shapely.unary_union(list(boxes.values())),
            boxes,
            shapely.LineString([(112.0, 30.1), (112.8, 30.45)]).buffer(0.004),
        )
        if choice.coordinates
        else Ground(),
        roads=(("primary", np.array([[112.0, 30.3], [112.8, 30.3]])),) if choice.coordinates else (),
        routes={},
        assumptions=(Assumption("tiers.township_clinic.standard_minutes", f"{choice.thc_minutes:g}", "preset", False),),
        findings=(),
        conflicts=()
        if choice.planned
        else (
            Conflict(
                "limits.budget",
                "county.yaml:12",
                1e6,
                2e7,
                "CNY",
                "预算 100 万元不够：至少需要 2,000 万元。",
                "A budget of ¥1 million is not enough: ¥20 million are needed.",
            ),
        ),
        proof=Proof("highs", "1.11.0", "", 1.5, 120, 340, ""),
        travel_facts={},
        generated="2026-11-21",
        version="0.1.0",
    )
