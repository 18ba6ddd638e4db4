"""Every plan of a small planning problem, restated in plain Python: an oracle beside the model and its referee.

Reads the problem's arrays and the stated numbers of rules, calls none of their code. For each course of moves the sites
are fixed; who is served is then a small linear program (`Serving`), written point by point from docs/planning.md.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import hypot, inf, isnan

from tests.planning_serving import SLACK, Serving, arcs_of, due, people_in_zone, tier_number, usable_sites

KEPT = 1e-7
"""Relative slack with which the value of an earlier level is kept, as in docs/planning.md."""


@dataclass(frozen=True)
class Course:
    """Which moves are made when, and the option of every site in every stage."""

    made: tuple[tuple[int, int], ...]
    option: tuple[tuple[int, ...], ...]

    def brought(self, problem) -> tuple[tuple[float, ...], ...]:
        """(T, J) capacity that merged sites have brought."""
        return tuple(
            tuple(
                sum(problem.moves[n].brings for n, made in self.made if made <= t and problem.moves[n].partner == j)
                for j in range(len(problem.site_tier))
            )
            for t in range(len(problem.stages))
        )


def site_courses(problem, site: int) -> list[tuple]:
    """All legal (moves made, option by stage) of one site: at most one move a stage, each once, none too early."""
    found: list[tuple] = [((), (), int(problem.start[site]))]
    for t in range(len(problem.stages)):
        longer = []
        for made, past, at in found:
            longer.append((made, (*past, at), at))
            for n, move in enumerate(problem.moves):
                if move.site == site and move.start == at and move.first_stage <= t and n not in dict(made):
                    longer.append(((*made, (n, t)), (*past, move.end), move.end))
        found = longer
    return [(made, past) for made, past, _ in found]


def course_count(problem) -> int:
    """How many courses there are before partners are looked at."""
    count = 1
    for site in range(len(problem.site_tier)):
        count *= len(site_courses(problem, site))
    return count


def courses(problem):
    """Yield every legal course of all sites together."""
    for choice in itertools.product(*(site_courses(problem, site) for site in range(len(problem.site_tier)))):
        made = tuple(sorted((pair for moves, _ in choice for pair in moves), key=lambda pair: (pair[1], pair[0])))
        course = Course(made, tuple(zip(*(past for _, past in choice), strict=True)))
        if legal(problem, course):
            yield course


def legal(problem, course: Course) -> bool:
    """Partners are open from the move on, and a place takes one relocated facility."""
    newcomers = [problem.moves[n].partner for n, _ in course.made if problem.moves[n].action == "relocate"]
    if len(newcomers) != len(set(newcomers)):
        return False
    return all(
        problem.options[course.option[t][problem.moves[n].partner]].open
        for n, made in course.made
        if problem.moves[n].partner >= 0
        for t in range(made, len(problem.stages))
    )


# --- rules that sites and money alone keep or break -------------------------------------------------------------------


def sites_keep(problem, course: Course) -> bool:
    """Whether a course keeps every rule that does not ask who is covered."""
    is_open = [[problem.options[o].open for o in row] for row in course.option]
    return all(RESTATED[type(stated.rule).__name__](problem, stated.rule, course, is_open) for stated in problem.rules)


def _stood(problem, j: int) -> bool:
    return problem.options[int(problem.start[j])].open


def _sites_per_zone(problem, rule, _course, is_open) -> bool:
    k, labels = tier_number(problem, rule.tier), problem.labels
    service = problem.services[k]
    for t in due(problem, rule.by, "every"):
        for zone in {labels.zone[i] for i in range(len(labels.point)) if service.needed[i]} - {""}:
            if rule.zones and zone not in rule.zones:
                continue
            people = people_in_zone(problem, zone, t)
            asked = rule.at_least + (rule.one_more_above_people is not None and people > rule.one_more_above_people)
            near = set()
            if rule.joint is not None and people < rule.joint.below_people:
                near = _near_everybody(problem, k, zone, t, rule.joint.within_minutes)
            own = [j for j in range(len(labels.site)) if problem.site_tier[j] == k]
            if sum(is_open[t][j] for j in own if labels.site_zone[j] == zone or j in near) < asked:
                return False
    return True


def _near_everybody(problem, k, zone, t, minutes) -> set[int]:
    """Sites within the minutes of every point of the zone that has people and needs the service."""
    service, labels = problem.services[k], problem.labels
    here = [i for i in range(len(labels.point)) if labels.zone[i] == zone and problem.people[t][i] > 0]
    here = [i for i in here if service.needed[i]]
    arcs = {(int(i), int(j)) for i, j, m in arcs_of(service) if m <= minutes}
    return {j for j in range(len(labels.site)) if here and all((i, j) in arcs for i in here)}


def _spacing(problem, rule, _course, is_open) -> bool:
    own = [j for j, k in enumerate(problem.site_tier) if k == tier_number(problem, rule.tier)]
    for a, b in itertools.combinations(own, 2):
        (x, y), (u, v) = problem.labels.metres[a], problem.labels.metres[b]
        known = not any(map(isnan, (x, y, u, v)))
        together = any(row[a] and row[b] for row in is_open) and not (_stood(problem, a) and _stood(problem, b))
        if known and together and hypot(x - u, y - v) < rule.at_least_metres:
            return False
    return True


def _must_open(problem, rule, _course, is_open) -> bool:
    named = [j for j, name in enumerate(problem.labels.site) if name in rule.sites]
    return all(is_open[t][j] for t in due(problem, rule.by, "every") for j in named)


def _must_not_open(problem, rule, _course, is_open) -> bool:
    return not any(row[j] for row in is_open for j, name in enumerate(problem.labels.site) if name in rule.sites)


def _exclusion(problem, _rule, _course, is_open) -> bool:
    excluded = problem.labels.excluded
    return excluded is None or not any(
        row[j] for row in is_open for j in range(len(excluded)) if excluded[j] and not _stood(problem, j)
    )


def _excused(problem, i) -> bool:
    return problem.labels.excused is not None and bool(problem.labels.excused[i])


def _worst_minutes(problem, rule, _course, is_open) -> bool:
    k, usable = tier_number(problem, rule.tier), usable_sites(problem)
    service = problem.services[k]
    for t in due(problem, rule.by, "every"):
        could, has = set(), set()
        for i, j, m in arcs_of(service):
            if m <= rule.at_most_minutes and usable[j] and problem.people[t][i] > 0 and not _excused(problem, i):
                could.add(int(i))
                if is_open[t][j]:
                    has.add(int(i))
        if could != has:
            return False
    return True


def _backup(problem, rule, _course, is_open) -> bool:
    k = tier_number(problem, rule.tier)
    service = problem.services[k]
    for t in due(problem, rule.by, "last"):
        sites = dict.fromkeys(range(len(service.needed)), 0)
        for i, j, m in arcs_of(service):
            sites[int(i)] += bool(m <= service.standard_minutes[i] and is_open[t][j])
        people = problem.people[t]
        asked = rule.at_least_percent / 100 * sum(people[i] for i in sites if service.needed[i])
        if sum(people[i] for i, count in sites.items() if count >= 2) < asked - SLACK * max(asked, 1):
            return False
    return True


def _budget(problem, rule, course, _open) -> bool:
    counted = [problem.moves[n] for n, t in course.made if rule.stage is None or t == rule.stage]
    spent = sum(move.cost * (1 if rule.source is None else move.shares[rule.source]) for move in counted)
    return spent <= rule.at_most + SLACK * max(abs(rule.at_most), 1)


def _figure_limit(problem, rule, course, _open) -> bool:
    sums = [sum(getattr(problem.options[o], rule.figure) for o in row) for row in course.option]
    return max(sums) <= rule.at_most + SLACK * max(rule.at_most, 1)


def _site_count(problem, rule, _course, is_open) -> bool:
    own = [j for j, k in enumerate(problem.site_tier) if k == rule.tier]
    if rule.exact:
        return sum(is_open[-1][j] for j in own) == rule.count
    return sum(is_open[-1][j] for j in own if not _stood(problem, j)) <= rule.count


def _requires(_problem, rule, _course, is_open) -> bool:
    return all(not row[j] or any(row[other] for other in others) for row in is_open for j, others in rule.any_of)


def _guard(problem, rule, _course, is_open) -> bool:
    service, usable = problem.services[rule.tier], usable_sites(problem)
    for i, latest in enumerate(rule.latest):
        near = [j for p, j, m in arcs_of(service) if p == i and m <= latest < inf]
        if any(usable[j] for j in near) and not all(any(row[j] for j in near) for row in is_open):
            return False
    return True


def _fixed_open(_problem, rule, _course, is_open) -> bool:
    return all(is_open[-1][j] for j in rule.sites)


def _leaves_it_to_serving(*_: object) -> bool:
    return True


RESTATED = {
    "SitesPerZone": _sites_per_zone, "Spacing": _spacing, "MustOpen": _must_open, "MustNotOpen": _must_not_open,
    "Exclusion": _exclusion, "WorstMinutes": _worst_minutes, "Backup": _backup, "Budget": _budget,
    "FigureLimit": _figure_limit, "SiteCount": _site_count, "Requires": _requires, "Guard": _guard,
    "FixedOpen": _fixed_open,
    "ApprovedException": _leaves_it_to_serving, "Floor": _leaves_it_to_serving, "Gap": _leaves_it_to_serving,
    "ServicePopulation": _leaves_it_to_serving, "CoverageTarget": _leaves_it_to_serving,
}  # fmt: skip
"""How each rule is kept, by the name of its class; those of coverage are rows of `Serving`."""


# --- values -----------------------------------------------------------------------------------------------------------


def money(problem, course: Course) -> float:
    """Present value of capital, and of running cost where it counts."""
    paid = sum(problem.moves[n].cost * problem.stages[t].discount for n, t in course.made)
    if problem.counts_running_cost:
        paid += sum(
            problem.options[o].running_cost * stage.years_discounted
            for row, stage in zip(course.option, problem.stages, strict=True)
            for o in row
        )
    return paid


@dataclass
class Candidate:
    """A course that keeps the rules of sites and money, with who can be served in it."""

    problem: object
    course: Course
    serving: Serving

    def best(self, name, kept: list[tuple]) -> float | None:
        """The best value of an objective under the limits kept so far; None where they cannot be kept.

        A weighted sum is named by its (objective, weight) pairs.
        """
        rows, longest = [], inf
        for other, limit in kept:
            if other == "worst_travel":
                longest = min(longest, limit)
                continue
            fixed, linear, _ = self._parted(other)
            slack = SLACK * max(abs(limit), 1)
            if linear is None and fixed > limit + slack:
                return None
            if linear is not None:
                rows.append((self.serving.worth(linear), limit - fixed, self.serving.maximised(linear)))
        fixed, linear, worst = self._parted(name)
        if not worst:
            found = self.serving.optimum(linear, rows, longest)
            return None if found is None else found + fixed
        found = [(self.serving.optimum(linear, rows, min(limit, longest)), limit) for limit in self.serving.ladder()]
        return min((value + fixed + worst * limit for value, limit in found if value is not None), default=None)

    def _parted(self, name) -> tuple[float, object, float]:
        """(what the course fixes, the rest to be optimised or None, weight of the longest minutes) of an objective."""
        parts = name if isinstance(name, tuple) else ((name, 1.0),)
        fixed = sum(weight * self._fixed(one) for one, weight in parts if one in ("cost", "sites"))
        worst = sum(weight for one, weight in parts if one == "worst_travel")
        linear = tuple((one, weight) for one, weight in parts if one not in ("cost", "sites", "worst_travel"))
        if linear and not isinstance(name, tuple):
            return 0.0, name, 0.0
        return float(fixed), linear or None, worst

    def _fixed(self, name: str) -> float:
        if name == "cost":
            return money(self.problem, self.course)
        return float(sum(self.problem.options[o].open for o in self.course.option[-1]))


def candidates(problem) -> list[Candidate]:
    """Every course that keeps the rules of sites and money; courses with the same sites share who can be served."""
    shared: dict[tuple, Serving] = {}
    found = []
    for course in courses(problem):
        if sites_keep(problem, course):
            state = (course.option, course.brought(problem))
            if state not in shared:
                shared[state] = Serving(problem, *state)
            found.append(Candidate(problem, course, shared[state]))
    return found


def best_values(problem) -> list[float] | None:
    """The best value of each level in turn, earlier ones kept up to their tolerance; None where there is no plan."""
    left, kept, values = candidates(problem), [], []
    for wish in problem.levels:
        name = named(wish.objective)
        up = Serving.maximised(name)
        found = [(candidate.best(name, kept), candidate) for candidate in left]
        found = [(value, candidate) for value, candidate in found if value is not None]
        if not found:
            return None
        best = max(value for value, _ in found) if up else min(value for value, _ in found)
        give = abs(best) * (wish.tolerance_percent / 100 + KEPT)
        limit = best - give if up else best + give
        kept.append((name, limit))
        values.append(best)
        slack = SLACK * max(abs(best), 1)
        left = [one for value, one in found if (value >= limit - slack if up else value <= limit + slack)]
    return values


def named(objective):
    """The name of an objective; of a weighted sum its (objective, weight) pairs."""
    return (
        tuple((one.name, weight) for one, weight in objective.parts) if hasattr(objective, "parts") else objective.name
    )


def values_of(problem, plan) -> dict[str, float] | None:
    """What a plan with its assignment is worth by each objective; None where it breaks anything."""
    course = followed(problem, plan.made)
    if course is None or not legal(problem, course) or not sites_keep(problem, course):
        return None
    serving = Serving(problem, course.option, course.brought(problem), plan.assigned)
    if not serving.assignable or serving.optimum(None, [], inf) is None:
        return None
    one = Candidate(problem, course, serving)
    return {name: one.best(name, []) for name in Serving.OBJECTIVES}


def followed(problem, made) -> Course | None:
    """The course of a list of moves; None where a site cannot make them."""
    rows = []
    for site in range(len(problem.site_tier)):
        own = tuple((n, t) for n, t in made if problem.moves[n].site == site)
        match = [past for moves, past in site_courses(problem, site) if moves == own]
        if not match:
            return None
        rows.append(match[0])
    return Course(tuple(made), tuple(zip(*rows, strict=True)))
