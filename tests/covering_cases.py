"""Small random covering problems, and their optimum by looking at every plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facopt.location.covering.incidence import from_pairs
from facopt.location.covering.problem import CoveringProblem, SiteRules
from facopt.location.problem import CoverageTarget, LocationProblem, Service, SiteLimit

KINDS = ("count", "groups", "budget", "both", "set", "priced set", "limited set", "mixed")


def random_covering(seed: int, most_sites: int = 9) -> CoveringProblem:
    """Return a problem of one of KINDS with a few sites and rows, some rows equal, some without sites."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    sites, row_count = int(rng.integers(1, most_sites + 1)), int(rng.integers(1, 16))
    matrix = rng.random((row_count, sites)) < rng.choice([0.15, 0.3, 0.5])
    matrix[rng.random(row_count) < 0.3] = matrix[0]
    row, site = np.nonzero(matrix)
    rows = from_pairs(row.astype(np.int32), site.astype(np.int32), row_count, sites)
    weight = rng.integers(0, 30, row_count).astype(float)
    required = np.zeros(row_count, dtype=bool)
    price = np.zeros(sites)
    if "set" in kind:
        required[:] = matrix.any(axis=1) | (rng.random() < 0.1)
        weight[:] = 0
        price = rng.integers(1, 8, sites).astype(float) if kind != "set" else np.ones(sites)
    if kind == "mixed":
        required = rng.random(row_count) < 0.15
        price = rng.integers(0, 12, sites).astype(float)
    if rng.random() < 0.2:
        weight, price = weight + 0.125 * (weight > 0), price + 0.3 * (price > 0)
    problem = CoveringProblem.of(rows, weight, SiteRules.none(sites), required=required, price=price)
    return replace(problem, rules=_rules(rng, kind, sites))


def _rules(rng: np.random.Generator, kind: str, sites: int) -> SiteRules:
    rules = SiteRules.none(sites)
    if kind in {"count", "mixed"}:
        return SiteRules.count(sites, int(rng.integers(0, sites + 1)))
    if kind in {"groups", "both", "limited set"}:
        at_most = rng.integers(0, 4, 3).astype(np.int64)
        rules = replace(rules, group=rng.integers(0, 3, sites).astype(np.int32), at_most=at_most)
    if kind in {"budget", "both"}:
        rules = replace(rules, cost=rng.integers(0, 9, sites).astype(float), budget=float(rng.integers(0, 25)))
    return rules


def best_covering(problem: CoveringProblem) -> float | None:
    """Return the best objective over all plans, or None where none keeps the rules; shares no code with the search."""
    if problem.impossible:
        return None
    sites = problem.site_count
    plans = (np.arange(2**sites)[:, None] >> np.arange(sites)) & 1
    matrix = np.zeros((problem.rows.row_count, sites), dtype=int)
    for k in range(problem.rows.row_count):
        matrix[k, problem.rows.sites[problem.rows.start[k] : problem.rows.start[k + 1]]] = 1
    covered = plans @ matrix.T > 0
    valid = np.all(covered[:, problem.required], axis=1) & (plans @ problem.rules.cost <= problem.rules.budget + 1e-9)
    for group, most in enumerate(problem.rules.at_most):
        valid &= plans[:, problem.rules.group == group].sum(axis=1) <= most
    if not valid.any():
        return None
    values = problem.constant + covered @ problem.weight - plans @ problem.price
    return float(values[valid].max())


def medium_location(seed: int) -> LocationProblem:
    """Return a location problem of 400 points and 40 sites in a square, most people first, then one more objective."""
    rng = np.random.default_rng(seed)
    points, sites = 400, 40
    minutes = 60 * np.linalg.norm(rng.random((points, 1, 2)) - rng.random((1, sites, 2)), axis=2)
    demand, site = np.nonzero(minutes <= 15)
    service = Service(
        "clinic",
        np.ones(points, dtype=bool),
        8.0,
        demand.astype(np.int32),
        site.astype(np.int32),
        minutes[demand, site],
    )
    existing = rng.random(sites) < 0.1
    tier = np.zeros(sites, dtype=np.int32)
    return LocationProblem(
        people=rng.integers(1, 90, points).astype(float), site_tier=tier, existing=existing,
        usable=np.ones(sites, dtype=bool), must_open=existing,
        cost=np.where(existing, 0, rng.integers(20, 90, sites)).astype(float), services=(service,),
        objective=(("coverage", "cost"), ("coverage",), ("cost", "coverage"))[seed % 3],
        targets=(CoverageTarget("targets.0", 0, 100.0, np.ones(points, dtype=bool)),) if seed % 3 == 2 else (),
        site_limits=(SiteLimit("limits.new_sites.clinic", 0, 6, exact=False),) if seed % 3 == 1 else (),
        budget=400.0 if seed % 3 == 0 else None,
    )  # fmt: skip
