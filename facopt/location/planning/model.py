"""From a planning problem to a mixed-integer model: moves, openings, people covered, and who goes where.

docs/planning.md has the same rows under the same numbers.

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

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from facopt.linear import Linear, column, constant, total
from facopt.location.linear_model import LinearModel
from facopt.location.planning.plan import Assignment, Plan
from facopt.location.planning.sets import StageSets, stage_sets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import BoolArray, FloatArray

SHARE_IN_USE = 1e-7
"""Shares below this are rounding of the solver's."""


@dataclass
class PlanModel:
    """A model of one planning problem, with what its columns stand for. Expressions create the columns they need."""

    problem: PlanningProblem
    beyond: bool = False
    """Whether assigned services may serve beyond the standard in the last stage, for gradual coverage."""
    linear: LinearModel = field(default_factory=LinearModel)
    moved: dict[tuple[int, int], int] = field(default_factory=dict)
    """Column of m by (move, stage)."""
    flow: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Column of x by (service, arc, stage)."""
    covered_point: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Column of z by (service, demand point, stage)."""
    covered_set: dict[tuple[int, int], int] = field(default_factory=dict)
    """Column of w by (set, stage)."""
    covered_all: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Column of v by the columns it combines."""
    row_keys: list[str] = field(default_factory=list)
    """Scenario key that states each row; "" for rows of the model itself."""
    elastic: frozenset[str] = frozenset()
    """Keys each of whose rows may lack something of its own; see `slacks`."""
    slacks: list[tuple[str, int, float]] = field(default_factory=list)
    """(key, column, size of the bound) of what elastic rows lack."""
    giving: dict[tuple[str, str], int] = field(default_factory=dict)
    """Column by (key, part of the statement) of how far its stated figure gives way, in the figure's unit."""
    _stating: str = ""

    @classmethod
    def of(cls, problem: PlanningProblem, *, beyond: bool = False, rules: bool = True) -> PlanModel:
        """Return the model of moves, coverage and assignment, with all rules unless `rules` is false."""
        model = cls(problem, beyond)
        model._add_moves()
        for t in model.stages:
            for k, service in enumerate(problem.services):
                if service.assigned:
                    model._add_assignment(k, t)
        model._add_everybody()
        if rules:
            model.add_rules()
        return model

    def add_rules(self, *, without: frozenset[str] = frozenset()) -> None:
        """Add every rule, except those whose key is in `without`."""
        for stated in self.problem.rules:
            if stated.key not in without:
                with self.stating(stated.key):
                    stated.rule.rows(self)

    # --- what rules and objectives use -------------------------------------------------------------------------------

    @property
    def stages(self) -> range:
        """Numbers of the stages."""
        return range(self.problem.stage_count)

    @property
    def last(self) -> int:
        """Number of the last stage."""
        return self.problem.stage_count - 1

    @contextmanager
    def stating(self, key: str) -> Iterator[None]:
        """Mark the rows added within as stated by a key of the scenario."""
        before, self._stating = self._stating, key
        yield
        self._stating = before

    def row(
        self, name: str, left: Linear, *, at_least: float = -inf, at_most: float = inf, part: str = "",
        per_unit: float = 0.0,
    ) -> None:  # fmt: skip
        """Add `at_least <= left <= at_most`.

        `part` names the part of the statement that the row is of, such as a zone. `per_unit` is what one unit of the
        stated figure is worth in the row: by so much it gives way for each unit by which the figure does.
        """
        given = self._gives(part) if per_unit else None
        if given is None and self._stating not in self.elastic:
            self._add_row(name, list(left.terms), at_least - left.constant, at_most - left.constant)
            return
        for side, sense, bound in (("low", 1.0, at_least), ("high", -1.0, at_most)):
            if np.isfinite(bound):
                low, high = (bound, inf) if sense > 0 else (-inf, bound)
                slack = (
                    (given, sense * per_unit) if given is not None else (self._slack(f"{name}_{side}", bound), sense)
                )
                self._add_row(f"{name}_{side}", [*left.terms, slack], low - left.constant, high - left.constant)

    def _slack(self, name: str, bound: float) -> int:
        """Return a new column of what an elastic row lacks."""
        slack = self.column(f"slack_{name}", upper=inf)
        self.slacks.append((self._stating, slack, max(abs(bound), 1.0)))
        return slack

    def _add_row(self, name: str, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.row_keys.append(self._stating)
        self.linear.add_row(self._unused(name), terms, at_least=low, at_most=high)

    def _gives(self, part: str) -> int | None:
        """Return the column by which a part of the statement being added gives way, or all of it."""
        found = self.giving.get((self._stating, part))
        return self.giving.get((self._stating, "")) if found is None else found

    @property
    def gives_way(self) -> bool:
        """Whether the statement being added gives way: it is then added in the form that can."""
        return any(key == self._stating for key, _ in self.giving)

    def column(self, name: str, *, upper: float = 1.0, integer: bool = False) -> int:
        """Add a variable from 0 to `upper` and return its number."""
        return self.linear.add_column(self._unused(name), upper=upper, integer=integer)

    def _unused(self, name: str) -> str:
        """Return the name, marked where a row or column has it already: two statements may ask for the same twice."""
        used = self._names.get(name, 0)
        self._names[name] = used + 1
        return f"{name}_again_{used}" if used else name

    def in_option(self, option: int, stage: int) -> Linear:
        """Return u: 1 where the site is in the option in a stage."""
        site = self.problem.options[option].site
        parts = [constant(float(self.problem.start[site] == option))]
        for number in self.problem.moves_of[site]:
            move = self.problem.moves[number]
            if (number, stage) in self.moved and option in (move.start, move.end):
                parts.append(column(self.moved[number, stage], 1.0 if option == move.end else -1.0))
        return total(parts)

    def open(self, site: int, stage: int) -> Linear:
        """Return 1 where the site is open in a stage."""
        if (site, stage) not in self._opens:
            options = [number for number in self.problem.options_of[site] if self.problem.options[number].open]
            self._opens[site, stage] = total(self.in_option(number, stage) for number in options)
        return self._opens[site, stage]

    def any_open(self, sites: tuple[int, ...], stage: int) -> Linear:
        """Return the number of open sites among some."""
        return total(self.open(site, stage) for site in sites)

    def figure(self, name: str, stage: int) -> Linear:
        """Return running_cost, staff, beds or floor_area over the open sites of a stage."""
        return total(
            self.in_option(number, stage) * getattr(option, name)
            for number, option in enumerate(self.problem.options)
            if getattr(option, name)
        )

    def capital(self, stage: int, source: int | None = None) -> Linear:
        """Return the money spent in a stage, by one funding source or by all."""
        parts = []
        for (number, t), now in self.moved.items():
            move = self.problem.moves[number]
            share = move.cost if source is None else move.cost * move.shares[source]
            if t == stage and share:
                parts.append(column(now, share))
                if (number, t - 1) in self.moved:
                    parts.append(column(self.moved[number, t - 1], -share))
        return total(parts)

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

    # --- moves -------------------------------------------------------------------------------------------------------

    @cached_property
    def _opens(self) -> dict[tuple[int, int], Linear]:
        return {}

    @cached_property
    def _names(self) -> dict[str, int]:
        return {}

    @cached_property
    def _travelling(self) -> set[int]:
        return set()

    def _add_moves(self) -> None:
        problem = self.problem
        for number, move in enumerate(problem.moves):
            for t in range(move.first_stage, problem.stage_count):
                self.moved[number, t] = self.column(f"move_{number}_{t}", integer=True)
                if (number, t - 1) in self.moved:
                    terms = column(self.moved[number, t]) - column(self.moved[number, t - 1])
                    self.row(f"stays_{number}_{t}", terms, at_least=0.0)
        for option in range(len(problem.options)):
            for t in self.stages:
                self._add_leaving(option, t)
        for number, move in enumerate(problem.moves):
            if move.partner >= 0:
                for t in range(move.first_stage, problem.stage_count):
                    left = self.open(move.partner, t) - column(self.moved[number, t])
                    self.row(f"partner_{number}_{t}", left, at_least=0.0)
        self._add_one_newcomer()

    def _add_leaving(self, option: int, t: int) -> None:
        """Add row (2)."""
        problem = self.problem
        site = problem.options[option].site
        out = [column(self.moved[n, t]) for n in problem.moves_of[site]
               if problem.moves[n].start == option and (n, t) in self.moved]  # fmt: skip
        if not out:
            return
        into = [column(self.moved[n, t - 1]) for n in problem.moves_of[site]
                if problem.moves[n].end == option and (n, t - 1) in self.moved]  # fmt: skip
        at_most = float(problem.start[site] == option)
        if len(out) > 1 or into or not at_most:
            self.row(f"leave_{option}_{t}", total(out) - total(into), at_most=at_most)

    def _add_one_newcomer(self) -> None:
        by_partner: dict[int, list[Linear]] = {}
        for number, move in enumerate(self.problem.moves):
            if move.action == "relocate" and (number, self.last) in self.moved:
                by_partner.setdefault(move.partner, []).append(column(self.moved[number, self.last]))
        for partner, moves in by_partner.items():
            if len(moves) > 1:
                self.row(f"newcomer_{partner}", total(moves), at_most=1.0)

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
        service = self.problem.services[k]
        usable = self.problem.usable[service.site] & (self.problem.people[stage][service.demand] > 0)
        last = stage == self.last
        limit = service.credit > 0 if last and self.beyond else service.within
        reach: BoolArray = usable if last and self.problem.assigns_everybody else usable & limit
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
