"""A small invented county as a finished report: zones, river, roads, people, facilities, a plan whose sums agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from shapely import MultiPoint, union_all, voronoi_polygons
from shapely.geometry import LineString, Point, Polygon

from facopt.errors import Finding, Severity
from facopt.inputs.study_area import Ground
from facopt.measures.report import Assumption, Band, Objective, Proof, Report, Share, TierFacts
from tests.plain_columns import with_costs, with_covered, with_shares

_TOWNS = [
    "摇光",
    "开阳",
    "玉衡",
    "天权",
    "天玑",
    "天璇",
    "天枢",
    "紫微",
    "云岭",
    "南斗",
    "参宿",
    "河源",
    "石门",
    "望舒",
    "织女",
    "牵牛",
    "青龙",
    "启明",
    "长庚",
    "鹊桥",
    "柳桥",
    "银汉",
    "白石",
    "松坪",
]
_STREETS = ["中星", "东湖", "北辰", "文昌", "临河"]
_VILLAGE = ["上", "下", "东", "西", "南", "北", "新", "老", "大", "小", "前", "后"]
_PLACE = ["苑", "湾", "园", "岗", "塘", "桥", "坪", "泉", "沟", "岭", "寨", "庄", "洼", "林", "井"]
_CENTRE = np.array([150.40, 30.22])
_KM = np.array([1 / 96.0, 1 / 111.0])
_MINUTES = {"community_health_centre": (9.0, 15.0), "township_clinic": (2.1, 30.0)}
_FIRST, _SECOND = _MINUTES


def county(seed: int = 7, villages: int = 320, cells_per_street: int = 26) -> Report:
    """Return the report of a plan for the invented county."""
    return _Builder(seed, villages, cells_per_street).report()


class _Builder:
    """Makes the county step by step from one random generator."""

    def __init__(self, seed: int, villages: int, cells: int) -> None:
        self.random = np.random.default_rng(seed)
        self.boundary = self._boundary()
        self.streets = _CENTRE + np.array([[0, 0], [4.5, 4.6], [-4.2, 4.4], [-3.2, -4.4], [5.0, -4.0]]) * _KM
        self.seats = self._seats()
        self.zones = self._zones()
        self.points = self._points(villages, cells)
        self.sites = self._sites()
        self._plan()

    def _boundary(self) -> Polygon:
        angle = np.linspace(0, 2 * np.pi, 140, endpoint=False)
        wave = sum(self.random.normal(0, 1.6 / k) * np.cos(k * angle + self.random.uniform(0, 6)) for k in range(2, 12))
        radius = 36 + 2.2 * wave + self.random.normal(0, 0.25, len(angle))
        return Polygon(_CENTRE + np.c_[radius * 1.25 * np.cos(angle), radius * 0.95 * np.sin(angle)] * _KM)

    def _seats(self) -> np.ndarray[Any, Any]:
        found: list[np.ndarray[Any, Any]] = []
        while len(found) < len(_TOWNS):
            seat = _CENTRE + self.random.uniform(-1, 1, 2) * np.array([44, 35]) * _KM
            away = [np.hypot(*((seat - other) / _KM)) for other in found]
            inside = self.boundary.buffer(-0.035).contains(Point(seat))
            if inside and np.hypot(*((seat - _CENTRE) / _KM)) > 13 and min(away, default=99) > 9.0:
                found.append(seat)
        return np.array(found)

    def _zones(self) -> dict[str, Polygon]:
        seats = np.vstack([self.streets, self.seats])
        cells = list(voronoi_polygons(MultiPoint(seats), extend_to=self.boundary).geoms)
        names = [f"{name}街道" for name in _STREETS] + [
            f"{name}{'镇' if k % 3 else '乡'}" for k, name in enumerate(_TOWNS)
        ]
        self.zone_names = dict(zip([f"99010{k:03d}" for k in range(len(names))], names, strict=True))
        found = {
            key: next(cell for cell in cells if cell.contains(Point(seat)))
            for key, seat in zip(self.zone_names, seats, strict=True)
        }
        return {key: cell.intersection(self.boundary) for key, cell in found.items()}

    def _points(self, villages: int, cells: int) -> pd.DataFrame:
        rows = []
        for key in list(self.zones)[:5]:
            seat = self.streets[list(self.zones).index(key)]
            rows += [
                (seat + self.random.normal(0, 1.35, 2) * _KM, key, "urban", self.random.lognormal(8.0, 0.45))
                for _ in range(cells)
            ]
        keys = list(self.zones)[5:]
        for key, seat in zip(keys, self.seats, strict=True):
            rows.append((seat + self.random.normal(0, 0.5, 2) * _KM, key, "town", self.random.lognormal(8.7, 0.3)))
            inside = _scatter(self.random, self.zones[key], max(1, villages // len(keys)))
            rows += [(place, key, "rural", self.random.lognormal(7.1, 0.5)) for place in inside]
        names = [
            f"{self.random.choice(_VILLAGE)}{self.random.choice(_PLACE)}{'社区' if row[2] == 'urban' else '村'}"
            for row in rows
        ]
        lonlat = np.array([row[0] for row in rows])
        return pd.DataFrame(
            {
                "id": [f"P{k:05d}" for k in range(len(rows))],
                "name": names,
                "zone": [row[1] for row in rows],
                "zone_name": [self.zone_names[row[1]] for row in rows],
                "area_class": [row[2] for row in rows],
                "people": [float(round(row[3], -1)) for row in rows],
                "lon": lonlat[:, 0],
                "lat": lonlat[:, 1],
            }
        )

    def _sites(self) -> pd.DataFrame:
        rows = []
        for k, seat in enumerate(self.streets):
            rows += [(seat + self.random.normal(0, 1.1, 2) * _KM, k, _FIRST, "existing") for _ in range(1 if k else 2)]
            rows += [(seat + self.random.normal(0, 1.6, 2) * _KM, k, _FIRST, "candidate") for _ in range(9)]
        for k, seat in enumerate(self.seats):
            if k % 5:
                rows.append((seat, k + 5, _SECOND, "existing"))
            rows.append((_scatter(self.random, self.zones[list(self.zones)[k + 5]], 1)[0], k + 5, _SECOND, "candidate"))
        keys = list(self.zones)
        lonlat, count = np.array([row[0] for row in rows]), len(rows)
        suffix = {_FIRST: "社区卫生服务中心", _SECOND: "卫生院"}
        names = [
            f"{self.zone_names[keys[row[1]]][:2]}{suffix[row[2]]}{'' if row[3] == 'existing' else f'{k}号点'}"
            for k, row in enumerate(rows)
        ]
        existing = np.array([row[3] == "existing" for row in rows])
        return pd.DataFrame(
            {
                "id": [f"S{k:03d}" for k in range(count)],
                "name": names,
                "tier": [row[2] for row in rows],
                "status": [row[3] for row in rows],
                "action": np.where(existing, "keep", "none"),
                "lon": lonlat[:, 0],
                "lat": lonlat[:, 1],
                "zone": [keys[row[1]] for row in rows],
                "zone_name": [self.zone_names[keys[row[1]]] for row in rows],
                "build_cost": np.where(existing, np.nan, [10.5e6 if row[2] == _FIRST else 5.6e6 for row in rows]),
                "capacity_people": [45000.0 if row[2] == _FIRST else 16000.0 for row in rows],
                "size": ["标准型" if row[3] == "candidate" else "" for row in rows],
                "owner": "县卫生健康局",
                "stage": "",
                "fixed": "",
            }
        )

    def _plan(self) -> None:
        """Open candidates while that covers many people more, then fill in what follows from the open sites."""
        points, sites = self.points, self.sites
        lines = np.hypot(
            *((points[["lon", "lat"]].to_numpy()[:, None] - sites[["lon", "lat"]].to_numpy()[None]) / _KM).transpose(
                2, 0, 1
            )
        )
        pace, standard = (np.array([_MINUTES[tier][k] for tier in sites["tier"]]) for k in (0, 1))
        serves = (points["area_class"].to_numpy() == "urban")[:, None] == (sites["tier"].to_numpy() == _FIRST)[None]
        self.minutes = np.where(serves, lines * 1.25 * pace, np.inf)
        self.within = self.minutes <= standard
        people = points["people"].to_numpy()
        stands = (sites["status"] == "existing").to_numpy()
        dropped = int(np.flatnonzero(stands & (sites["tier"] == _SECOND).to_numpy())[3])
        sites.loc[dropped, ["action", "fixed"]] = ["close", "closed"]
        open_ = stands.copy()
        open_[dropped] = False
        for _ in range(22):
            covered = self.within[:, open_].any(axis=1)
            gains = np.where(open_ | stands, 0, (self.within & ~covered[:, None]).T @ people)
            if gains.max() < 1500:
                break
            open_[int(gains.argmax())] = True
        sites.loc[open_ & ~stands, "action"] = "build"
        self.stands, self.open = stands, open_
        self._fill_points(dropped)
        self._fill_sites()

    def _fill_points(self, dropped: int) -> None:
        points, ids = self.points, self.sites["id"].to_numpy()
        usable = np.ones(len(ids), dtype=bool)
        usable[dropped] = False
        self.now, self.then = (self.within[:, chosen].any(axis=1) for chosen in (self.stands, self.open))
        reachable = self.within[:, usable].any(axis=1)
        states = np.select(
            [self.now & self.then, self.then, self.now, reachable],
            ["covered", "newly_covered", "loses_cover", "uncovered"],
            "unreachable",
        )
        points["state"] = states
        for suffix, chosen in (("_now", self.stands), ("", self.open)):
            columns = np.flatnonzero(chosen)
            best = columns[self.minutes[:, columns].argmin(axis=1)]
            points[f"minutes{suffix}"] = self.minutes[np.arange(len(points)), best]
            points[f"site{suffix}"] = ids[best]
        points["tier"] = np.where(points["area_class"] == "urban", _FIRST, _SECOND)
        points["reason"] = np.where(
            states == "unreachable", "no_site_within_standard", np.where(states == "uncovered", "limits", "")
        )
        points["remedy"] = np.where(
            states == "unreachable", "mobile_round", np.where(states == "uncovered", "raise_limits", "")
        )
        points["nearest_any_minutes"] = self.minutes[:, usable].min(axis=1)

    def _fill_sites(self) -> None:
        points, sites = self.points, self.sites
        people = points["people"].to_numpy()
        rows = {key: k for k, key in enumerate(sites["id"])}
        site = np.array([rows[key] for key in points["site"]])
        self.pairs = pd.DataFrame(
            {
                "demand": np.arange(len(points)),
                "site": site,
                "tier": points["tier"],
                "minutes": points["minutes"],
                "within_standard": self.then,
            }
        )
        backing = self.within[:, self.open].sum(axis=1)
        for k in range(len(sites)):
            mine = (site == k) & self.then
            sites.loc[k, "people_assigned"] = people[mine].sum()
            sites.loc[k, "points_assigned"] = mine.sum()
            minutes = points["minutes"].to_numpy()[mine]
            sites.loc[k, "mean_minutes"] = np.average(minutes, weights=people[mine]) if mine.any() else math.nan
            sites.loc[k, "longest_minutes"] = minutes.max() if mine.any() else math.nan
            sites.loc[k, "people_lost_without"] = (
                people[self.within[:, k] & (backing == 1)].sum() if self.open[k] else math.nan
            )

    def _share(self, key: str, name: str, chosen: Any) -> Share:
        points = self.points[chosen]
        people = points["people"]
        return Share(
            key=key,
            name=name,
            people=people.sum(),
            covered_now=people[self.now[chosen]].sum(),
            covered=people[self.then[chosen]].sum(),
            unreachable=people[points["state"] == "unreachable"].sum(),
            mean_minutes_now=float(np.average(points["minutes_now"], weights=people)),
            mean_minutes=float(np.average(points["minutes"], weights=people)),
            longest_minutes=float(points["minutes"].max()),
            area_class=str(points["area_class"].mode()[0]),
        )

    def _tier(self, key: str, names: tuple[str, str], symbol: str, serves: tuple[str, ...]) -> TierFacts:
        served = self.points["area_class"].isin(serves).to_numpy()
        people, mine = self.points["people"].to_numpy(), (self.sites["tier"] == key).to_numpy()
        return TierFacts(
            key,
            *names,
            symbol,
            serves,
            "walk" if symbol == "square" else "ebike",
            _MINUTES[key][1],
            None,
            False,
            people[served].sum(),
            people[served & self.now].sum(),
            people[served & self.then].sum(),
            people[served & (self.points["state"] == "unreachable").to_numpy()].sum(),
            int((mine & self.stands).sum()),
            int((mine & self.open & ~self.stands).sum()),
            int((mine & self.open).sum()),
        )

    def _bands(self) -> tuple[Band, ...]:
        edges = [0.0, 15.0, 30.0, 45.0, 60.0, math.inf]
        people, (now, then) = (
            self.points["people"].to_numpy(),
            (self.points[c].to_numpy() for c in ("minutes_now", "minutes")),
        )
        first = [lambda m, a=a: (m > a) | (a == 0) for a in edges[:-1]]
        return tuple(
            Band(above, upto, people[test(now) & (now <= upto)].sum(), people[test(then) & (then <= upto)].sum())
            for above, upto, test in zip(edges[:-1], edges[1:], first, strict=True)
        )

    def _roads(self) -> tuple[tuple[str, np.ndarray[Any, Any]], ...]:
        towns = self.points[self.points["area_class"] != "urban"]
        links = []
        for k, seat in enumerate(self.seats):
            nearer = [other for other in (*self.seats[:k], *self.streets) if not np.array_equal(other, seat)]
            links.append(
                (
                    "secondary" if k % 2 else "tertiary",
                    seat,
                    min(nearer, key=lambda other, seat=seat: np.hypot(*(other - seat))),
                )
            )
        links += [("primary", self.streets[0], street) for street in self.streets[1:]]
        links += [
            (
                "unclassified" if k % 4 else "tertiary",
                place,
                min(self.seats, key=lambda s, place=place: np.hypot(*(s - place))),
            )
            for k, place in enumerate(towns[["lon", "lat"]].to_numpy())
            if k % 2 == 0 and k < 700
        ]
        return tuple(
            (name if name != "unclassified" else "residential", _curve(self.random, a, b)) for name, a, b in links
        )

    def _routes(self) -> dict[tuple[int, int], np.ndarray[Any, Any]]:
        places, sites = (table[["lon", "lat"]].to_numpy() for table in (self.points, self.sites))
        uncovered = np.flatnonzero(~self.then)[:20]
        return {
            (int(i), int(j)): _curve(self.random, places[i], sites[j])
            for i, j in zip(uncovered, self.pairs["site"].to_numpy()[uncovered], strict=True)
        }

    def _ground(self) -> Ground:
        east = np.linspace(-55, 55, 120)
        course = np.c_[east, 4 - 0.42 * east + 3.2 * np.sin(east / 7) + 1.1 * np.sin(east / 2.6)]
        river = LineString(_CENTRE + course * _KM).intersection(self.boundary)
        angle = np.linspace(0, 2 * np.pi, 60)
        shore = 4.5 + 0.9 * np.sin(3 * angle) + 0.5 * np.cos(5 * angle)
        lake = Polygon(
            _CENTRE + np.array([-22, 23]) * _KM + np.c_[1.5 * shore * np.cos(angle), 0.8 * shore * np.sin(angle)] * _KM
        )
        water = union_all([lake.intersection(self.boundary), *getattr(river, "geoms", [river])])
        return Ground(self.boundary, dict(self.zones), water)

    def report(self) -> Report:
        """Return the finished report."""
        points, sites = self.points, self.sites
        everybody = self._share("everybody", "everybody", np.ones(len(points), dtype=bool))
        zones = [self._share(key, name, (points["zone"] == key).to_numpy()) for key, name in self.zone_names.items()]
        cost = float(sites["build_cost"][sites["action"] == "build"].sum())
        targets = pd.DataFrame(
            [
                {
                    "tier": "",
                    "area_class": "",
                    "zone": "",
                    "at_least_percent": 90.0,
                    "people": everybody.people,
                    "people_needed": 0.9 * everybody.people,
                    "people_covered_now": everybody.covered_now,
                    "people_covered": everybody.covered,
                    "met": bool(everybody.covered >= 0.9 * everybody.people),
                }
            ]
        )
        return Report(
            scenario="base",
            title_zh="星河县基层医疗机构布局方案",
            title_en="Primary care siting plan, Xinghe County",
            question="",
            data_note="人口 2025 年，虚构数据",
            synthetic=True,
            currency="CNY",
            status="optimal",
            objectives=(
                Objective("coverage", everybody.covered, everybody.covered, 0.0, "people"),
                Objective("cost", cost, cost, 0.0, "CNY"),
            ),
            everybody=everybody,
            by_area_class=(),
            by_zone=tuple(sorted(zones, key=lambda share: share.covered / share.people)),
            tiers=(
                self._tier(_FIRST, ("社区卫生服务中心", "Community health centre"), "square", ("urban",)),
                self._tier(_SECOND, ("乡镇卫生院", "Township clinic"), "circle", ("town", "rural")),
            ),
            bands=self._bands(),
            bands_by_tier={},
            cost=cost,
            targets=targets,
            limits=pd.DataFrame([{"key": "limits.budget", "limit": 210e6, "used": cost, "unit": "CNY"}]),
            points=with_covered(points),
            sites=with_costs(sites),
            assignment=with_shares(self.pairs),
            context=pd.DataFrame(
                [
                    {"id": f"H{k}", "name": name, "kind": "医院", "lon": _CENTRE[0] + dx, "lat": _CENTRE[1] + dy}
                    for k, (name, dx, dy) in enumerate(
                        [("星河县人民医院", 0.015, 0.0), ("星河县中医医院", -0.01, 0.012)]
                    )
                ]
            ),
            ground=self._ground(),
            roads=self._roads(),
            routes=self._routes(),
            assumptions=(
                Assumption("tiers.township_clinic.standard_minutes", "30", "未注明", False),
                Assumption("limits.budget", "210000000", "scenario", True),
            ),
            findings=(
                Finding(
                    "3 demand points lie more than 2 km from a road",
                    "Check their coordinates",
                    severity=Severity.WARNING,
                ),
            ),
            conflicts=(),
            proof=Proof("HiGHS", "1.15", "", 1.0, 100, 100, ""),
            travel_facts={},
            generated="2026-11-21",
            version="0.1.0",
        )


def _scatter(random: np.random.Generator, shape: Polygon, count: int) -> list[np.ndarray[Any, Any]]:
    west, south, east, north = shape.bounds
    inner, found = shape.buffer(-0.01), []
    while len(found) < count:
        place = random.uniform([west, south], [east, north])
        if inner.contains(Point(place)):
            found.append(place)
    return found


def _curve(random: np.random.Generator, start: np.ndarray[Any, Any], end: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    part = np.linspace(0, 1, 9)[:, None]
    bend = np.array([-(end - start)[1], (end - start)[0]]) * random.normal(0, 0.12)
    return start + part * (end - start) + np.sin(np.pi * part) * bend + np.sin(2 * np.pi * part) * bend * 0.4
