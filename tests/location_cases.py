"""Small random location problems, and their optimum by looking at every plan in plain Python."""

from __future__ import annotations

import itertools

import numpy as np

from facopt.location.problem import CoverageTarget, LocationProblem, Service, SiteLimit

CLASSES = ("urban", "town", "rural")
LISTS = (
    ("coverage",), ("cost",), ("sites",), ("travel",), ("worst_travel",),
    ("coverage", "cost"), ("coverage", "travel"), ("coverage", "worst_travel"), ("cost", "travel"), ("sites", "travel"),
    ("cost", "coverage", "travel"), ("coverage", "cost", "travel"), ("coverage", "sites", "worst_travel"),
    ("worst_travel", "cost"), ("travel", "coverage"), ("coverage", "cost", "worst_travel", "travel"),
)  # fmt: skip


def random_problem(seed: int) -> LocationProblem:
    """Return a problem of a few points and sites that a person could draw."""
    rng = np.random.default_rng(seed)
    points, sites, tiers = int(rng.integers(1, 9)), int(rng.integers(1, 7)), int(rng.integers(1, 4))
    area_class = rng.integers(0, 3, points)
    people = rng.integers(0, 40, points).astype(float)
    if rng.random() < 0.2:
        people = people + 0.25
    site_tier = rng.integers(0, tiers, sites).astype(np.int32)
    existing = rng.random(sites) < 0.3
    usable = rng.random(sites) > 0.12
    must_open = (existing | (rng.random(sites) < 0.08)) & usable
    cost = np.where(existing, 0.0, rng.integers(1, 12, sites)).astype(float)
    return LocationProblem(
        people=people,
        site_tier=site_tier,
        existing=existing,
        usable=usable,
        must_open=must_open,
        cost=cost,
        services=tuple(_service(rng, k, tiers, area_class, site_tier) for k in range(tiers)),
        objective=LISTS[int(rng.integers(len(LISTS)))],
        targets=_targets(rng, points, tiers, area_class),
        site_limits=_limits(rng, tiers, site_tier),
        budget=float(rng.integers(0, 30)) if rng.random() < 0.4 else None,
    )


def _service(rng, k, tiers, area_class, site_tier):
    serves = rng.random(3) < 0.7
    serves[int(rng.integers(3))] = True
    needed = serves[area_class]
    gives = site_tier == k
    if tiers > 1 and rng.random() < 0.3:
        gives |= site_tier == (k + 1) % tiers
    arcs = [
        (i, j, float(rng.integers(0, 12)))
        for i in range(len(area_class))
        for j in range(len(site_tier))
        if needed[i] and gives[j] and rng.random() < 0.75
    ]
    demand, site, minutes = zip(*arcs, strict=True) if arcs else ((), (), ())
    return Service(
        tier=f"tier{k}",
        needed=needed,
        standard_minutes=float(rng.integers(2, 9)),
        demand=np.array(demand, dtype=np.int32),
        site=np.array(site, dtype=np.int32),
        minutes=np.array(minutes, dtype=float),
    )


def _targets(rng, points, tiers, area_class):
    targets = []
    for number in range(int(rng.integers(0, 3))):
        tier = None if rng.random() < 0.3 else int(rng.integers(tiers))
        members = np.ones(points, dtype=bool) if rng.random() < 0.6 else area_class == rng.integers(3)
        percent = 100.0 if rng.random() < 0.5 else float(rng.integers(0, 100))
        targets.append((f"targets.{number}", tier, percent, members))
    return tuple(targets)


def _limits(rng, tiers, site_tier):
    limits = []
    for k in range(tiers):
        if rng.random() < 0.3:
            limits.append(SiteLimit(f"limits.new_sites.tier{k}", k, int(rng.integers(0, 4)), exact=False))
        if rng.random() < 0.15:
            limits.append(
                SiteLimit(f"limits.sites.tier{k}", k, int(rng.integers(0, (site_tier == k).sum() + 1)), exact=True)
            )
    return tuple(limits)


def finish(problem: LocationProblem) -> LocationProblem:
    """Turn the drawn targets into the problem's own, with the members that each tier serves."""
    targets = []
    for key, tier, percent, members in problem.targets:
        served = problem.served if tier is None else problem.services[tier].needed
        targets.append(CoverageTarget(key, tier, percent, members & served))
    return problem.replace(targets=tuple(targets))


# --- every plan, in plain Python ------------------------------------------------------------------------------------


def best_by_enumeration(problem: LocationProblem) -> tuple[float, ...] | None:
    """Return the lexicographically best values of the objective list over all plans, or None where none is valid."""
    free = [j for j in range(problem.site_count) if problem.free[j]]
    always = {j for j in range(problem.site_count) if problem.must_open[j]}
    best = None
    for size in range(len(free) + 1):
        for chosen in itertools.combinations(free, size):
            values = plan_values(problem, always | set(chosen))
            if values is None:
                continue
            key = tuple(-values[name] if name == "coverage" else values[name] for name in problem.objective)
            if best is None or key < best:
                best = key
    if best is None:
        return None
    return tuple(-value if name == "coverage" else value for name, value in zip(problem.objective, best, strict=True))


def plan_values(problem: LocationProblem, opened: set[int]) -> dict[str, float] | None:
    """Return all objective values of a plan, or None where it breaks a rule."""
    points = range(problem.demand_count)
    times = [
        dict(zip(zip(s.demand.tolist(), s.site.tolist(), strict=True), s.minutes.tolist(), strict=True))
        for s in problem.services
    ]
    nearest = [
        [min((t for (i, j), t in times[k].items() if i == point and j in opened), default=None) for point in points]
        for k in range(len(problem.services))
    ]
    covered = [
        [bool(s.needed[i]) and nearest[k][i] is not None and nearest[k][i] <= s.standard_minutes for i in points]
        for k, s in enumerate(problem.services)
    ]
    reachable = [
        [
            any(i == point and problem.usable[j] and t <= s.standard_minutes for (i, j), t in times[k].items())
            for point in points
        ]
        for k, s in enumerate(problem.services)
    ]
    serving = [[k for k, s in enumerate(problem.services) if s.needed[i]] for i in points]
    by_all = [bool(serving[i]) and all(covered[k][i] for k in serving[i]) for i in points]
    cost = sum(problem.cost[j] for j in opened)
    if not _keeps_rules(problem, opened, cost, covered, reachable, serving, by_all):
        return None
    everybody = _everybody(problem.objective)
    travel, worst = 0.0, 0.0
    for k, service in enumerate(problem.services):
        for i in points:
            has_any = any(a == i and problem.usable[j] for (a, j) in times[k])
            if everybody and has_any and nearest[k][i] is None:
                return None
            goes = nearest[k][i] is not None if everybody else covered[k][i]
            if goes and service.needed[i]:
                travel += problem.people[i] * nearest[k][i]
                worst = max(worst, nearest[k][i])
    return {
        "coverage": float(sum(problem.people[i] for i in points if by_all[i])),
        "cost": float(cost),
        "sites": float(len(opened)),
        "travel": float(travel),
        "worst_travel": float(worst),
    }


def _everybody(objective):
    for name in objective:
        if name == "coverage":
            return False
        if "travel" in name:
            return True
    return False


def _keeps_rules(problem, opened, cost, covered, reachable, serving, by_all):
    if problem.budget is not None and cost > problem.budget:
        return False
    for limit in problem.site_limits:
        of_tier = [j for j in opened if problem.site_tier[j] == limit.tier]
        if limit.exact and len(of_tier) != limit.count:
            return False
        if not limit.exact and sum(not problem.existing[j] for j in of_tier) > limit.count:
            return False
    for target in problem.targets:
        who = [i for i in range(problem.demand_count) if target.members[i]]
        is_covered = by_all if target.tier is None else covered[target.tier]
        people = sum(problem.people[i] for i in who if is_covered[i])
        if target.at_least_percent >= 100:
            can = [
                i for i in who
                if (all(reachable[k][i] for k in serving[i]) if target.tier is None else reachable[target.tier][i])
            ]  # fmt: skip
            needed = sum(problem.people[i] for i in can)
        else:
            needed = target.at_least_percent / 100 * sum(problem.people[i] for i in who)
        if people < needed - 1e-9:
            return False
    return True
