"""Random small scenarios through the command line, against the contract's words restated in plain Python.

Everything is drawn as a planner's tables: two tiers with their own classes, modes and standards, existing, candidate
and fixed sites, targets, limits and objective lists. The expected figures come from looking at every plan.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli_runner import facopt, write_table

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = ("urban", "town", "rural")
LISTS = (
    "coverage", "cost", "travel", "worst_travel", "sites", "coverage, cost", "coverage, cost, travel",
    "cost, coverage", "coverage, worst_travel", "coverage, travel", "sites, cost", "travel, cost",
)  # fmt: skip


class Case:
    """A scenario drawn at random, with its tables."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.demand = [
            {"id": f"d{i}", "people": rng.randint(0, 50), "area_class": rng.choice(CLASSES), "zone": rng.choice("XY")}
            for i in range(rng.randint(2, 7))
        ]
        self.tiers = {
            "centre": {"serves": ["urban"], "mode": "walk", "standard": rng.randint(3, 9)},
            "clinic": {
                "serves": rng.choice([["town", "rural"], ["urban", "town", "rural"]]),
                "mode": rng.choice(["walk", "drive"]),
                "standard": rng.randint(3, 9),
            },
        }
        if rng.random() < 0.25:
            self.tiers["centre"]["provides"] = ["clinic"]
        self.sites = [self._site(rng, j) for j in range(rng.randint(2, 6))]
        self.minutes = {
            (mode, d["id"], s["id"]): rng.randint(0, 12)
            for mode in ("walk", "drive")
            for d in self.demand
            for s in self.sites
            if rng.random() < 0.8
        }
        self.targets = [self._target(rng) for _ in range(rng.randint(0, 2))]
        self.limits = self._limits(rng)
        self.objective = rng.choice(LISTS).split(", ")

    @staticmethod
    def _site(rng: random.Random, j: int) -> dict[str, Any]:
        status = "existing" if rng.random() < 0.35 else "candidate"
        fixed = rng.choice(["open", "closed"]) if rng.random() < 0.15 else ""
        tier = rng.choice(["centre", "clinic"])
        return {"id": f"s{j}", "tier": tier, "status": status, "build_cost": rng.randint(1, 9), "fixed": fixed}

    def _target(self, rng: random.Random) -> dict[str, Any]:
        target: dict[str, Any] = {"at_least_percent": rng.choice([100, 100, rng.randint(1, 95)])}
        if rng.random() < 0.7:
            target["tier"] = rng.choice(list(self.tiers))
        return target

    @staticmethod
    def _limits(rng: random.Random) -> dict[str, Any]:
        limits: dict[str, Any] = {}
        if rng.random() < 0.4:
            limits["budget"] = rng.randint(0, 25)
        if rng.random() < 0.4:
            limits["new_sites"] = {"clinic": rng.randint(0, 3)}
        if rng.random() < 0.2:
            limits["sites"] = {"centre": rng.randint(0, 2)}
        return limits

    def write(self, folder: Path) -> Path:
        """Write tables and scenario; return the scenario's path."""
        write_table(folder / "demand.csv", "id people area_class zone", [tuple(d.values()) for d in self.demand])
        write_table(folder / "sites.csv", "id tier status build_cost fixed", [tuple(s.values()) for s in self.sites])
        pairs = [(d, s, minutes, mode) for (mode, d, s), minutes in self.minutes.items()]
        write_table(folder / "od.csv", "demand_id site_id minutes mode", pairs)
        tiers = "".join(
            f"  {name}: {{serves: {tier['serves']}, mode: {tier['mode']}, standard_minutes: {tier['standard']},"
            f" provides: {tier.get('provides', [])}}}\n"
            for name, tier in self.tiers.items()
        )
        targets = [{"kind": "coverage", **target} for target in self.targets]
        scenario = folder / "case.yaml"
        scenario.write_text(
            "name: case\ndemand: {kind: table, file: demand.csv}\nfacilities: {kind: table, file: sites.csv}\n"
            "travel:\n  walk: {kind: table, file: od.csv}\n  drive: {kind: table, file: od.csv}\n"
            f"tiers:\n{tiers}targets: {targets}\nlimits: {self.limits}\nobjective: {self.objective}\n",
            encoding="utf-8",
        )
        return scenario

    # --- what the contract says -------------------------------------------------------------------------------------

    def serving(self, point: dict[str, Any]) -> list[str]:
        return [name for name, tier in self.tiers.items() if point["area_class"] in tier["serves"]]

    def givers(self, tier: str) -> list[dict[str, Any]]:
        return [s for s in self.sites if s["tier"] == tier or tier in self.tiers[s["tier"]].get("provides", [])]

    def nearest(self, point: dict[str, Any], tier: str, chosen: set[str]) -> float | None:
        mode = self.tiers[tier]["mode"]
        times = [self.minutes.get((mode, point["id"], s["id"])) for s in self.givers(tier) if s["id"] in chosen]
        return min((t for t in times if t is not None), default=None)

    def covered(self, point: dict[str, Any], tier: str, chosen: set[str]) -> bool:
        time = self.nearest(point, tier, chosen)
        return time is not None and time <= self.tiers[tier]["standard"]

    def usable(self) -> set[str]:
        return {s["id"] for s in self.sites if s["fixed"] != "closed"}

    def figures(self, chosen: set[str]) -> dict[str, float] | None:
        """Return the objective values of a plan, or None where it breaks a rule."""
        by_id = {s["id"]: s for s in self.sites}
        cost = sum(by_id[j]["build_cost"] for j in chosen if by_id[j]["status"] == "candidate")
        if not self._within_limits(chosen, by_id, cost) or not all(self._meets(t, chosen) for t in self.targets):
            return None
        before = self.objective[: self.objective.index("coverage")] if "coverage" in self.objective else self.objective
        everybody = bool({"travel", "worst_travel"} & set(before))
        travel, worst = 0.0, 0.0
        for point in self.demand:
            for tier in self.serving(point):
                time = self.nearest(point, tier, chosen)
                if everybody and time is None and self.nearest(point, tier, self.usable()) is not None:
                    return None
                if time is not None and (everybody or self.covered(point, tier, chosen)):
                    travel += point["people"] * time
                    worst = max(worst, time)
        people = sum(
            p["people"] for p in self.demand
            if self.serving(p) and all(self.covered(p, t, chosen) for t in self.serving(p))
        )  # fmt: skip
        return {"coverage": people, "cost": cost, "sites": len(chosen), "travel": travel, "worst_travel": worst}

    def _within_limits(self, chosen: set[str], by_id: dict[str, Any], cost: float) -> bool:
        new = [by_id[j] for j in chosen if by_id[j]["status"] == "candidate"]
        return (
            cost <= self.limits.get("budget", 1e9)
            and all(sum(s["tier"] == t for s in new) <= n for t, n in self.limits.get("new_sites", {}).items())
            and all(sum(by_id[j]["tier"] == t for j in chosen) == n for t, n in self.limits.get("sites", {}).items())
        )

    def _meets(self, target: dict[str, Any], chosen: set[str]) -> bool:
        tiers = [target["tier"]] if "tier" in target else list(self.tiers)
        asked = [(p, [t for t in self.serving(p) if t in tiers]) for p in self.demand]
        asked = [(p, wanted) for p, wanted in asked if wanted]
        if target["at_least_percent"] == 100:
            asked = [(p, wanted) for p, wanted in asked if all(self.covered(p, t, self.usable()) for t in wanted)]
        needed = sum(p["people"] for p, _ in asked) * target["at_least_percent"] / 100
        reached = sum(p["people"] for p, wanted in asked if all(self.covered(p, t, chosen) for t in wanted))
        return reached >= needed - 1e-9

    def best(self) -> tuple[float, ...] | None:
        """Return the lexicographically best values over all plans."""
        standing = {s["id"] for s in self.sites if s["status"] == "existing" or s["fixed"] == "open"}
        must = standing & self.usable()
        free = sorted(self.usable() - must)
        plans = [self.figures(must | set(c)) for n in range(len(free) + 1) for c in itertools.combinations(free, n)]
        sign = {name: -1 if name == "coverage" else 1 for name in self.objective}
        keys = [tuple(sign[name] * f[name] for name in self.objective) for f in plans if f is not None]
        if not keys:
            return None
        return tuple(sign[name] * value for name, value in zip(self.objective, min(keys), strict=True))


@pytest.mark.parametrize("block", range(4))
def test_command_line_equals_the_contract(block: int, tmp_path: Path) -> None:
    """Status, exit status, objective values, coverage and assigned people are those of the best of all plans."""
    for seed in range(12 * block, 12 * (block + 1)):
        case = Case(seed)
        called = facopt("run", case.write(tmp_path), "--out", tmp_path / "maps", "--json")
        record, best = called.json(), case.best()
        if best is None:
            assert (called.status, record["status"], record["opened"]) == (1, "infeasible", []), seed
            continue
        assert (called.status, record["status"]) == (0, "optimal"), (seed, record["status"], called.err)
        assert tuple(level["value"] for level in record["objective"]) == pytest.approx(best), seed
        chosen = {one["site_id"] for one in record["opened"]}
        assert case.figures(chosen)["coverage"] == record["people_covered"], seed
        unreachable = sum(
            p["people"] for p in case.demand if not all(case.covered(p, t, case.usable()) for t in case.serving(p))
        )
        assert record["unreachable_people"] == unreachable, seed
