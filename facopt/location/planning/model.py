"""From a planning problem to a mixed-integer model: moves, openings, people covered, and who goes where.

docs/planning.md has the same rows under the same numbers; `site_model.py` adds (1) to (3).

Data
    i demand points with people a_it and load d_it in stage t; j sites; k services (tiers); o options of a site with
    capacity q_o; a moves of a site from option s(a) to e(a); N_ik sites within the standard of k for i.
Variables
    m_at in {0, 1}     move a has been made by stage t
    x_ijkt in [0, 1]   share of i served by j with service k (assigned services only; binary where a point has one site)
    z_ikt in [0, 1]    share of i covered by k (assigned services)
    w_st in [0, 1]     coverage set s has an open site (other services)
    v in [0, 1]        share covered by all of several tiers
Expressions
    u_ot = [o is the start] + sum_{a into o} m_at - sum_{a out of o} m_at          the site is in option o
    open_jt = sum_{o of j, open} u_ot
Rows
    (1) made stays     m_a,t-1 <= m_at                             nothing is undone; no column before the lead time
    (2) from where     sum_{a out of o} m_at <= [o is the start] + sum_{a into o} m_a,t-1        one move a stage
    (3) partner        m_at <= open_pt                             p takes over from a relocated or merged site
        one newcomer   sum_{relocations a to p} m_aT <= 1
    (4) set covered    w_st <= sum_{j in s} open_jt
    (5) assigned       z_ikt = sum_{j in N_ik} x_ijkt;  sum_j x_ijkt <= 1
    (6) somewhere      z_ikt <= sum_{j in N_ik} open_jt            implied by (7), and tightens it
    (7) capacity       sum_i d_it x_ijkt <= sum_o min(q_o, D_jkt) u_ot + sum_{merged into j} brings,
                       D_jkt = load within reach;  x_ijkt <= open_jt where no capacity is stated or d_it = 0
    (8) least load     sum_i d_it x_ijkt >= sum_o least_o u_ot     the tier's own service
    (9) preference     sum_{j blocked by b} x_ijkt + open_bt <= 1  nearest, own zone
    (10) all tiers     v <= each of its w and z
    (11) everybody     sum_j x_ijkT = 1, or sum_j open_jT >= 1     where travel is for everybody, last stage
    (12) travel        sum_j x_ijkT = w, x_ijkT <= open_jT, w >= open_jT for j in N_ik    services not assigned
    (13) exact         w >= open_jt for j in s;  v >= part - (1 - b), one b in {0, 1}    where coverage is bounded above
Rules and objectives add rows of their own; each class states them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from facopt.linear import Linear, column, constant, total
from facopt.location.planning.plan import Assignment, Plan
from facopt.location.planning.sets import StageSets, stage_sets
from facopt.location.planning.site_model import SiteModel

if TYPE_CHECKING:
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import BoolArray, FloatArray

SHARE_IN_USE = 1e-7
"""Shares below this are rounding of the solver's."""


@dataclass
class PlanModel(SiteModel):
    """A model of one planning problem, with what its columns stand for. Expressions create the columns they need."""

    beyond: bool = False
    """Whether assigned services may serve beyond the standard in the last stage."""
    flow: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Column of x by (service, arc, stage)."""
    covered_point: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Column of z by (service, demand point, stage)."""
    covered_set: dict[tuple[int, int], int] = field(default_factory=dict)
    """Column of w by (set, stage)."""
    covered_all: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Column of v by the columns it combines."""

    @classmethod
    def of(cls, problem: PlanningProblem, *, rules: bool = True) -> PlanModel:
        """Return the model of moves, coverage and assignment, with all rules unless `rules` is false.

        Services reach beyond the standard where an objective of the problem credits it.
        """
        model = cls(problem, beyond=problem.serves_beyond)
        model._add_moves()
        for t in model.stages:
            for k, service in enumerate(problem.services):
                if service.assigned:
                    model._add_assignment(k, t)
        model._add_everybody()
        if rules:
            model.add_rules()
        return model

    def add_rules(self) -> None:
        """Add every rule."""
        for stated in self.problem.rules:
            with self.stating(stated.key):
                stated.rule.rows(self)

    # --- what rules and objectives use -------------------------------------------------------------------------------

    def people_covered(self, tier: int | None, weights: FloatArray, stage: int, *, exact: bool = False) -> Linear:
        """Return the people covered by a tier, or by every tier that serves them (None); `weights` (I,) are people.

        The columns may take less than what is covered, which is as good where more coverage never hurts. With `exact`
        they may not: for rules that bound coverage from above.
        """
        tiers = range(len(self.problem.services)) if tier is None else (tier,)
        needed = np.any([self.problem.services[k].needed for k in tiers], axis=0)
        amounts: dict[tuple[int, ...], float] = {}
        for i in np.flatnonzero(needed & (weights > 0)).tolist():
            parts = self.shares_covered(i, tier, stage)
            if parts is not None:
                amounts[parts] = amounts.get(parts, 0.0) + float(weights[i])
        columns = {parts: self._all_of(parts) for parts in amounts if parts}
        if exact:
            for parts in columns:
                self._make_exact(parts)
        return total(column(columns[parts], people) if parts else constant(people) for parts, people in amounts.items())

    def shares_covered(self, point: int, tier: int | None, stage: int) -> tuple[int, ...] | None:
        """Return the columns whose least is the point's share covered; () where it is always, None where never."""
        parts: set[int] = set()
        for k, service in enumerate(self.problem.services):
            if not service.needed[point] or (tier is not None and tier != k):
                continue
            found = self._share_of_service(point, k, stage)
            if found is None:
                return None
            parts |= found
        return tuple(sorted(parts))

    def people_served(self, tier: int, site: int, stage: int) -> Linear:
        """Return the people whom a site serves with an assigned service."""
        service, people = self.problem.services[tier], self.problem.people[stage]
        arcs = self._arcs_to(tier).get(site, [])
        used = [(arc, self.flow[tier, arc, stage]) for arc in arcs if (tier, arc, stage) in self.flow]
        return total(column(x, float(people[service.demand[arc]])) for arc, x in used)

    def travel_flow(self, tier: int) -> dict[int, int]:
        """Return the column of x by arc in the last stage; rows (12) are added where the service is not assigned."""
        service, t = self.problem.services[tier], self.last
        if not service.assigned and tier not in self._travelling:
            self._travelling.add(tier)
            self._add_travel(tier)
        return {arc: x for (k, arc, stage), x in self.flow.items() if k == tier and stage == t}

    def credit_flow(self, tier: int) -> dict[int, int]:
        """Return the column of the share that each arc credits, by arc, in the last stage, for gradual coverage."""
        service, t = self.problem.services[tier], self.last
        if service.assigned:
            return self.travel_flow(tier)
        found = {}
        keep = self.problem.usable[service.site] & (service.credit > 0) & self._not_beyond_standing(tier)
        keep &= self.problem.people[t][service.demand] > 0
        for i, arcs in self.problem.arcs_by_point(tier, keep):
            columns = {int(arc): self.column(f"credit_{tier}_{arc}_{len(self.row_keys)}") for arc in arcs}
            found.update(columns)
            self.row(f"credits_{tier}_{i}_{len(self.row_keys)}", total(map(column, columns.values())), at_most=1.0)
            for arc, x in columns.items():
                left = self.open(int(service.site[arc]), t) - column(x)
                self.row(f"credits_to_{tier}_{arc}_{len(self.row_keys)}", left, at_least=0.0)
        return found

    @cached_property
    def _travelling(self) -> set[int]:
        return set()

    # --- coverage ----------------------------------------------------------------------------------------------------

    @cached_property
    def sets(self) -> StageSets:
        """Coverage sets of the services that are not assigned, and of the assigned for row (6)."""
        return stage_sets(self.problem)

    def set_covered(self, number: int, stage: int) -> int:
        """Return the column of w, adding row (4) at its first use."""
        if (number, stage) not in self.covered_set:
            w = self.column(f"cover_{number}_{stage}")
            left = self.any_open(self.sets.sites[number], stage) - column(w)
            with self.stating(""):
                self.row(f"set_covered_{number}_{stage}", left, at_least=0.0)
            self.covered_set[number, stage] = w
        return self.covered_set[number, stage]

    def _share_of_service(self, point: int, k: int, stage: int) -> set[int] | None:
        """Return the column of the point's share covered by one service: none needed, or None where it never is."""
        if self.problem.services[k].assigned:
            found = self.covered_point.get((k, point, stage))
            return None if found is None else {found}
        number = int(self.sets.of_point[k][point])
        if number == StageSets.NEVER:
            return None
        return set() if number == StageSets.ALWAYS else {self.set_covered(number, stage)}

    def _all_of(self, parts: tuple[int, ...]) -> int:
        """Return the column that is at most each of `parts`, adding rows (10) at its first use."""
        if len(parts) == 1:
            return parts[0]
        if parts not in self.covered_all:
            name = "_".join(map(str, parts))
            v = self.column(f"all_{name}")
            with self.stating(""):
                for part in parts:
                    self.row(f"all_{name}_{part}", column(part) - column(v), at_least=0.0)
            self.covered_all[parts] = v
        return self.covered_all[parts]

    def _make_exact(self, parts: tuple[int, ...]) -> None:
        """Add rows (13) once: a set with an open site is covered; v is not below the least of its parts."""
        with self.stating(""):
            for (number, stage), w in [*self.covered_set.items()]:
                if w in parts and w not in self._exact:
                    self._exact.add(w)
                    for j in self.sets.sites[number]:
                        left = column(w) - self.open(j, stage)
                        self.row(f"exact_{number}_{stage}_{j}", left, at_least=0.0)
            v = self._all_of(parts)
            if len(parts) > 1 and v not in self._exact:
                self._exact.add(v)
                least = [self.column(f"least_{v}_{part}", integer=True) for part in parts]
                self.row(f"one_least_{v}", total(map(column, least)), at_least=1.0)
                for part, chosen in zip(parts, least, strict=True):
                    left = column(v) - column(part) - column(chosen)
                    self.row(f"least_{v}_{part}", left, at_least=-1.0)

    @cached_property
    def _exact(self) -> set[int]:
        return set()

    # --- assignment --------------------------------------------------------------------------------------------------

    def _reach(self, k: int, stage: int) -> BoolArray:
        """Return (A,) arcs that an assigned service may use in a stage."""
        inhabited = self.problem.people[stage][self.problem.services[k].demand] > 0
        reach: BoolArray = inhabited & self.problem.arcs_in_use(k, stage, beyond=self.beyond)
        return reach

    def _add_assignment(self, k: int, t: int) -> None:
        """Add x and z of an assigned service with rows (5) to (9)."""
        service = self.problem.services[k]
        reach = self._reach(k, t)
        everybody = t == self.last and self.problem.assigns_everybody
        for i, arcs in self.problem.arcs_by_point(k, reach):
            columns = [self.column(f"serve_{k}_{arc}_{t}", integer=service.single) for arc in arcs]
            self.flow.update({(k, int(arc), t): x for arc, x in zip(arcs, columns, strict=True)})
            near = [x for arc, x in zip(arcs, columns, strict=True) if service.within[arc]]
            if near:
                z = self.column(f"covered_{k}_{i}_{t}", integer=False)
                self.covered_point[k, i, t] = z
                self.row(f"assigned_{k}_{i}_{t}", total(map(column, near)) - column(z), at_least=0.0, at_most=0.0)
            if everybody:
                self.row(f"everybody_{k}_{i}_{t}", total(map(column, columns)), at_least=1.0, at_most=1.0)
            elif len(near) < len(columns) or len(columns) > 1:
                self.row(f"once_{k}_{i}_{t}", total(map(column, columns)), at_most=1.0)
        self._add_somewhere(k, t)
        for j in range(self.problem.site_count):
            to_site = self._arcs_to(k).get(j, [])
            self._add_capacity(k, j, t, [arc for arc in to_site if (k, arc, t) in self.flow])
        self._add_preferences(k, t)

    def _add_somewhere(self, k: int, t: int) -> None:
        """Add rows (6), of equal sets each point its own: z differs."""
        for (tier, i, stage), z in [*self.covered_point.items()]:
            number = int(self.sets.of_point[k][i])
            if tier == k and stage == t and number >= 0:
                left = self.any_open(self.sets.sites[number], t) - column(z)
                self.row(f"somewhere_{k}_{i}_{t}", left, at_least=0.0)

    def _arcs_to(self, k: int) -> dict[int, list[int]]:
        """Return the arcs of a service by site."""
        if k not in self._by_site:
            by_site: dict[int, list[int]] = {}
            for arc, j in enumerate(self.problem.services[k].site.tolist()):
                by_site.setdefault(j, []).append(arc)
            self._by_site[k] = dict(sorted(by_site.items()))
        return self._by_site[k]

    @cached_property
    def _by_site(self) -> dict[int, dict[int, list[int]]]:
        return {}

    def _add_capacity(self, k: int, j: int, t: int, arcs: list[int]) -> None:
        """Add rows (7) and (8) of one site."""
        problem, service = self.problem, self.problem.services[k]
        load = problem.load[t][service.demand[arcs]] if arcs else np.zeros(0)
        served = total(column(self.flow[k, arc, t], float(d)) for arc, d in zip(arcs, load, strict=True))
        options = [number for number in problem.options_of[j] if problem.options[number].open]
        within_reach = float(load.sum())
        limited = [number for number in options if problem.options[number].capacity < inf]
        if arcs and limited:
            room = total(
                self.in_option(o, t) * min(problem.options[o].capacity, within_reach) for o in options
            ) + self._brought(j, t)
            self.row(f"capacity_{k}_{j}_{t}", room - served, at_least=0.0)
        for arc, d in zip(arcs, load, strict=True):
            if not limited or d == 0:
                left = self.open(j, t) - column(self.flow[k, arc, t])
                self.row(f"open_for_{k}_{arc}_{t}", left, at_least=0.0)
        if problem.site_tier[j] == k and any(problem.options[o].least_load for o in options):
            least = total(self.in_option(o, t) * problem.options[o].least_load for o in options)
            self.row(f"least_load_{k}_{j}_{t}", served - least, at_least=0.0)

    def _brought(self, j: int, t: int) -> Linear:
        moves = [n for n in self._merged_into.get(j, ()) if (n, t) in self.moved]
        return total(column(self.moved[n, t], self.problem.moves[n].brings) for n in moves)

    @cached_property
    def _merged_into(self) -> dict[int, list[int]]:
        moves: dict[int, list[int]] = {}
        for number, move in enumerate(self.problem.moves):
            if move.brings:
                moves.setdefault(move.partner, []).append(number)
        return moves

    def _add_preferences(self, k: int, t: int) -> None:
        """Add rows (9)."""
        service = self.problem.services[k]
        blocked: dict[tuple[int, int], list[int]] = {}
        for arc, site in zip(service.blocked_arc.tolist(), service.blocking_site.tolist(), strict=True):
            if (k, arc, t) in self.flow:
                blocked.setdefault((int(service.demand[arc]), site), []).append(self.flow[k, arc, t])
        for (i, site), columns in blocked.items():
            left = total(map(column, columns)) + self.open(site, t)
            self.row(f"prefers_{k}_{i}_{site}_{t}", left, at_most=1.0)

    def _add_everybody(self) -> None:
        """Add rows (11) of services that are not assigned."""
        if not self.problem.assigns_everybody:
            return
        for k, service in enumerate(self.problem.services):
            if not service.assigned:
                for i, arcs in self.problem.arcs_by_point(k, self.problem.usable[service.site]):
                    sites = tuple(sorted({int(j) for j in service.site[arcs]}))
                    self.row(f"everybody_{k}_{i}", self.any_open(sites, self.last), at_least=1.0)

    def _add_travel(self, k: int) -> None:
        """Add x of a service that is not assigned, last stage, with rows (12)."""
        service, t = self.problem.services[k], self.last
        everybody = self.problem.assigns_everybody
        keep = self.problem.usable[service.site] & (self.problem.people[t][service.demand] > 0)
        keep &= self._not_beyond_standing(k)
        for i, arcs in self.problem.arcs_by_point(k, keep if everybody else keep & service.within):
            columns = {int(arc): self.column(f"travel_{k}_{arc}_{t}") for arc in arcs}
            self.flow.update({(k, arc, t): x for arc, x in columns.items()})
            covered = constant(1.0) if everybody else self._covered_by(i, k, t)
            self.row(f"travels_{k}_{i}", total(map(column, columns.values())) - covered, at_least=0.0, at_most=0.0)
            for arc, x in columns.items():
                site = int(service.site[arc])
                self.row(f"travels_to_{k}_{arc}", self.open(site, t) - column(x), at_least=0.0)
                if not everybody and covered.terms:
                    self.row(f"honest_{k}_{arc}", covered - self.open(site, t), at_least=0.0)

    def _covered_by(self, point: int, k: int, t: int) -> Linear:
        found = self._share_of_service(point, k, t)
        if found is None:
            return constant(0.0)
        return column(next(iter(found))) if found else constant(1.0)

    def _not_beyond_standing(self, k: int) -> BoolArray:
        """Return (A,) arcs no longer than to the nearest site that always stands: nobody travels farther."""
        service = self.problem.services[k]
        nearest = np.full(self.problem.demand_count, np.inf)
        standing = self.problem.always_open[service.site]
        np.minimum.at(nearest, service.demand[standing], service.minutes[standing])
        keep: BoolArray = service.minutes <= nearest[service.demand]
        return keep

    # --- reading a plan ----------------------------------------------------------------------------------------------

    def plan(self, values: FloatArray) -> Plan:
        """Return the plan of a vector of column values."""
        made = []
        for (number, t), now in self.moved.items():
            before = self.moved.get((number, t - 1))
            if values[now] > 0.5 and (before is None or values[before] < 0.5):
                made.append((number, t))
        made.sort(key=lambda pair: (pair[1], pair[0]))
        assigned = tuple(
            tuple(
                self._assignment(k, t, values) if service.assigned else None
                for k, service in enumerate(self.problem.services)
            )
            for t in self.stages
        )
        return Plan(tuple(made), assigned)

    def _assignment(self, k: int, t: int, values: FloatArray) -> Assignment:
        arcs = np.array(sorted(arc for tier, arc, stage in self.flow if tier == k and stage == t), dtype=np.int32)
        share = np.array([values[self.flow[k, int(arc), t]] for arc in arcs])
        used = share > SHARE_IN_USE
        return Assignment(arcs[used], np.minimum(share[used], 1.0))

    def start(self, plan: Plan) -> FloatArray:
        """Return column values to begin from: the moves of a plan, NaN for what follows from them."""
        values = np.full(len(self.linear.column_names), np.nan)
        made = dict(plan.made)
        for (number, t), now in self.moved.items():
            values[now] = float(number in made and made[number] <= t)
        return values
