"""Capacity without saying who goes where: for every set of demand points, what can be covered of it at all.

A set S of demand points of one service and stage can be covered only as far as the sites within its reach have room:

    (15) Hall    sum_{i in S} d_it z_ikt <= sum_j room_jS
                 room_jS = sum_o min(q_o, D_jS) u_ot + sum_{merged into j} min(brings, D_jS) m_at

with D_jS the load of S within reach of j. Every plan keeps every such row (a site serves no more of S than its
capacity, and no more than reaches it), so they may be added to any model and its assignment x left out: what is left
is a relaxation, beside whatever rules there are. For splittable demand and capacities alone all of them together say
the same as (5) and (7) (Gale 1957, Hoffman 1960). There are too many to write down; those that a solution breaks are
found by minimum cuts, near by rather than over the whole county, which gives many short rows instead of few long ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from facopt.linear import column
from facopt.location.planning.scale.arrays import with_short_indices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.planning.scale.compact import Compact
    from facopt.location.problem import BoolArray, FloatArray

HallSet = tuple[int, "IntArray"]
"""Number of a layer, and the positions of some of its demand points."""

WHOLE = 1.0e8
"""Whole numbers that stand for the largest load in a flow; 32 bits hold them twenty times."""
LEAST_SHORT = 1e-4
"""Share of a neighbourhood's load that must be missing for a row to be worth adding..."""
LEAST_SHORT_AT_ALL = 1e-6
"""...and of everybody's for a solution to be wrong."""
NEIGHBOURS = 3
"""Zones that are looked at together, the first one counted."""


Set = TypeVar("Set")


@dataclass(frozen=True)
class Gaps(Generic[Set]):
    """What a solution with whole openings leaves too little room for."""

    sets: list[Set]
    """Sets whose Hall rows it breaks."""
    without: list[Set]
    """People who have no place, with those who could take an open site's room from them: few, and no row's set."""


@dataclass(frozen=True)
class Layer:
    """One assigned service in one stage."""

    service: int
    stage: int
    point: IntArray
    """(P,) demand points that have a column z, ascending; of twins that share it, the first."""
    load: FloatArray
    """(P,)."""
    covered: IntArray
    """(P,) columns of z."""
    arc_point: IntArray
    """(A,) position in `point`, ascending."""
    arc_site: IntArray
    """(A,)."""
    room_site: IntArray
    """(Q,) site of each option and of each merger that brings capacity."""
    room: FloatArray
    """(Q,) capacity."""
    opens: FloatArray
    """(Q,) 1 for options, 0 for mergers."""
    used: Any
    """(Q, N) CSR: how far each is used, over the model's columns..."""
    used_constant: FloatArray
    """(Q,) ...and without them."""
    zone: IntArray
    """(P,) number of the part of the county each point lies in."""

    @classmethod
    def of(cls, model: PlanModel, service: int, stage: int) -> Layer:
        """Return the layer of a model."""
        problem, k = model.problem, model.problem.services[service]
        pairs = sorted((i, z) for (tier, i, t), z in model.covered_point.items() if tier == service and t == stage)
        point = np.array([i for i, _ in pairs], dtype=np.int64)
        position = np.full(problem.demand_count, -1)
        position[point] = np.arange(len(point))
        arcs = np.flatnonzero(k.within & problem.usable[k.site] & (position[k.demand] >= 0))
        sites = np.unique(k.site[arcs]).tolist()
        options = [o for j in sites for o in problem.options_of[j] if problem.options[o].open]
        rooms = [
            (problem.options[o].site, problem.options[o].capacity, 1.0, model.in_option(o, stage)) for o in options
        ]
        rooms += [
            (move.partner, move.brings, 0.0, column(model.moved[number, stage]))
            for number, move in enumerate(problem.moves)
            if move.brings and (number, stage) in model.moved
        ]
        zone = np.unique(problem.labels.zone.astype(str), return_inverse=True)[1]
        terms = [one.terms for *_, one in rooms]
        rows = np.repeat(np.arange(len(rooms)), [len(one) for one in terms])
        flat = np.array([term for one in terms for term in one], dtype=np.float64).reshape(-1, 2)
        shape = (len(rooms), len(model.linear.column_names))
        return cls(
            service, stage, point, problem.load[stage][point], np.array([z for _, z in pairs], dtype=np.int64),
            position[k.demand[arcs]], k.site[arcs].astype(np.int64),
            np.array([one[0] for one in rooms], dtype=np.int64), np.array([one[1] for one in rooms]),
            np.array([one[2] for one in rooms]),
            sparse.csr_array((flat[:, 1].copy(), (rows, flat[:, 0].astype(np.int64))), shape=shape),
            np.array([one[3].constant for one in rooms]), zone[point],
        )  # fmt: skip

    def over(self, compact: Compact, kept: IntArray) -> Layer:
        """Return the layer over some of the columns of a compact model, numbered anew; twins are one point."""
        used, constant = compact.over(self.used)
        columns = np.searchsorted(kept, compact.column_of(self.covered))
        covered, first, position = np.unique(columns, return_index=True, return_inverse=True)
        arcs = np.unique(position[self.arc_point] * self.sites + self.arc_site)
        return replace(
            self, point=self.point[first], load=np.bincount(position, self.load).astype(float), covered=covered,
            arc_point=arcs // self.sites, arc_site=arcs % self.sites, zone=self.zone[first],
            used=sparse.csr_array(used[:, kept]), used_constant=self.used_constant + constant,
        )  # fmt: skip

    @cached_property
    def sites(self) -> int:
        """Number of sites, those without arcs included."""
        return int(max(self.arc_site.max(initial=-1), self.room_site.max(initial=-1))) + 1

    def within_reach(self, members: IntArray) -> FloatArray:
        """Return (J,) load of a set within reach of each site."""
        chosen = np.zeros(len(self.point), dtype=bool)
        chosen[members] = True
        arcs = np.flatnonzero(chosen[self.arc_point])
        reach = np.bincount(self.arc_site[arcs], self.load[self.arc_point[arcs]], self.sites)
        return reach.astype(np.float64)

    def rows(self, sets: list[IntArray]) -> tuple[Any, FloatArray]:
        """Return rows (15) of some sets: matrix (len(sets), N) and the least value of each."""
        reach = np.array([self.within_reach(members) for members in sets])
        amount = sparse.csr_array(np.minimum(self.room[None, :], reach[:, self.room_site]))
        which = np.repeat(np.arange(len(sets)), [len(members) for members in sets])
        flat = np.concatenate(sets)
        served = (self.load[flat], (which, self.covered[flat]))
        matrix = amount @ self.used - sparse.csr_array(served, shape=(len(sets), self.used.shape[1]))
        matrix = sparse.csr_array(matrix)
        matrix.eliminate_zeros()
        return matrix, -(amount @ self.used_constant)

    def flow(self, values: FloatArray, *, whole: bool) -> Flow:
        """Return what a solution asks of sites and what they let through."""
        used = self.used @ values + self.used_constant
        reach = self.within_reach(np.arange(len(self.point)))
        room = np.bincount(self.room_site, used * np.minimum(self.room, reach[self.room_site]), self.sites)
        is_open = np.bincount(self.room_site, used * self.opens, self.sites)
        asked = self.load * np.clip(values[self.covered], 0.0, 1.0)
        through = np.full(len(self.arc_point), np.inf) if whole else self.load[self.arc_point]
        share = np.clip(is_open[self.arc_site], 0.0, 1.0)
        arc_room: FloatArray = np.where(share > 1e-6, through, 0.0) * share
        return Flow(asked, np.maximum(room, 0.0).astype(float), arc_room)

    def short(self, parts: list[Part], flow: Flow, least: float) -> list[IntArray]:
        """Return the sets, of demand points of some parts, that ask too much by a share of all they ask for."""
        found = []
        for part in parts:
            sets = part.short(flow.asked[part.point], flow.room[part.site], flow.arc_room[part.arc], least)
            found += [part.point[members] for members in sets]
        return found

    def gaps(self, flow: Flow) -> Gaps[IntArray]:
        """Return what whole openings are short of near by; where that is nothing, of all who are tied to each other."""
        near = self.short(self.neighbourhoods, flow, LEAST_SHORT)
        if near:
            return Gaps(near, near)
        found: Gaps[IntArray] = Gaps([], [])
        for part in self.apart:
            asked, room, arc_room = flow.asked[part.point], flow.room[part.site], flow.arc_room[part.arc]
            cut = part.cut(asked, room, arc_room, LEAST_SHORT_AT_ALL)
            if cut is not None:
                found.sets.extend(part.point[members] for members in part.connected(cut[0] & (asked > 0), arc_room))
                is_open = arc_room > 0
                taking = is_open & np.isin(part.arc_site, part.arc_site[is_open & cut[1][part.arc_point]])
                found.without.append(part.point[np.union1d(np.flatnonzero(cut[1]), part.arc_point[taking])])
        return found

    @cached_property
    def neighbourhoods(self) -> list[Part]:
        """Every zone, and every zone with those that share most sites with it."""
        count = int(self.zone.max(initial=-1)) + 1
        pairs = (np.ones(len(self.arc_point)), (self.zone[self.arc_point], self.arc_site))
        shared = sparse.csr_array(pairs, shape=(count, self.sites))
        common = (shared @ shared.T).toarray()
        found: dict[tuple[int, ...], None] = {}
        for zone in np.unique(self.zone).tolist():
            nearest = np.argsort(-common[zone], kind="stable")[: NEIGHBOURS + 1]
            near = [zone, *(int(other) for other in nearest if other != zone and common[zone, other] > 0)][:NEIGHBOURS]
            found[(zone,)] = None
            found[tuple(sorted(near))] = None
        return [Part.of(self, np.flatnonzero(np.isin(self.zone, zones))) for zones in found]

    @cached_property
    def apart(self) -> list[Part]:
        """Demand points that have sites in common, directly or through others."""
        return [Part.of(self, members) for members in self._components]

    @cached_property
    def whole(self) -> list[IntArray]:
        """Sets to begin with: every part that is apart from the others, and every zone."""
        return self._components + [np.flatnonzero(self.zone == zone) for zone in np.unique(self.zone)]

    @cached_property
    def _components(self) -> list[IntArray]:
        shape = (len(self.point) + self.sites,) * 2
        ones = (np.ones(len(self.arc_point)), (self.arc_point, len(self.point) + self.arc_site))
        _, label = connected_components(with_short_indices(sparse.csr_array(ones, shape=shape)), directed=False)
        label = label[: len(self.point)]
        return [np.flatnonzero(label == one) for one in np.unique(label)]


@dataclass(frozen=True)
class Flow:
    """What a solution asks for and allows in a layer."""

    asked: FloatArray
    """(P,) load that is covered."""
    room: FloatArray
    """(J,) capacity."""
    arc_room: FloatArray
    """(A,) what can go from a demand point to a site."""


@dataclass(frozen=True)
class Part:
    """Some demand points of a layer with the sites within their reach, numbered anew."""

    point: IntArray
    site: IntArray
    arc: IntArray
    """Arcs of the layer."""
    arc_point: IntArray
    arc_site: IntArray

    @classmethod
    def of(cls, layer: Layer, members: IntArray) -> Part:
        """Return the part of a layer that holds some of its points."""
        position = np.full(len(layer.point), -1)
        position[members] = np.arange(len(members))
        arcs = np.flatnonzero(position[layer.arc_point] >= 0)
        site, local = np.unique(layer.arc_site[arcs], return_inverse=True)
        return cls(members, site, arcs, position[layer.arc_point[arcs]], local)

    def short(self, asked: FloatArray, room: FloatArray, arc_room: FloatArray, least: float) -> Iterator[IntArray]:
        """Yield sets whose asked load (P,) exceeds what sites (J,) and arcs (A,) let through: one minimum cut.

        Nothing where less than a share `least` of what is asked is missing.
        """
        cut = self.cut(asked, room, arc_room, least)
        if cut is not None:
            yield from self.connected(cut[0] & (asked > 0), arc_room)

    def cut(
        self, asked: FloatArray, room: FloatArray, arc_room: FloatArray, least: float
    ) -> tuple[BoolArray, BoolArray] | None:
        """Return (P,) demand points on the short side of a minimum cut, and those that go without in a largest flow."""
        total = float(asked.sum())
        if total <= 0:
            return None
        scale = WHOLE / total
        points, sites = len(self.point), len(self.site)
        source, sink = points + sites, points + sites + 1
        start = np.r_[np.full(points, source), self.arc_point, points + np.arange(sites)]
        end = np.r_[np.arange(points), points + self.arc_site, np.full(sites, sink)]
        through = np.r_[
            np.floor(asked * scale),
            np.ceil(np.minimum(arc_room, total) * scale),
            np.ceil(np.minimum(room, total) * scale),
        ]
        graph = sparse.csr_array((through.astype(np.int32), (start, end)), shape=(sink + 1, sink + 1))
        graph.eliminate_zeros()
        graph = with_short_indices(graph)
        found = maximum_flow(sparse.csr_matrix(graph), source, sink)
        if through[:points].sum() - found.flow_value <= least * WHOLE + points:
            return None
        left = graph - found.flow
        left.data[left.data < 0] = 0
        left.eliminate_zeros()
        reached = breadth_first_order(with_short_indices(left), source, return_predecessors=False)
        inside = np.zeros(points, dtype=bool)
        inside[reached[reached < points]] = True
        without = np.zeros(points, dtype=bool)
        without[sparse.csr_array(left[[source]]).indices] = True
        return inside, without

    def connected(self, inside: BoolArray, arc_room: FloatArray) -> Iterator[IntArray]:
        """Yield the parts of a set (P,) that have no site with room in common."""
        points = len(self.point)
        arcs = inside[self.arc_point] & (arc_room > 0)
        shape = (points + len(self.site),) * 2
        ones = (np.ones(int(arcs.sum())), (self.arc_point[arcs], points + self.arc_site[arcs]))
        _, label = connected_components(with_short_indices(sparse.csr_array(ones, shape=shape)), directed=False)
        members = np.flatnonzero(inside)
        for one in np.unique(label[members]):
            yield members[label[members] == one]


@dataclass
class HallRows:
    """The Hall rows of a model, layer by layer."""

    layers: tuple[Layer, ...]
    columns: int
    """Number of columns of the model."""

    @classmethod
    def of(cls, model: PlanModel) -> HallRows:
        """Return the layers of a model, without any set."""
        services = [k for k, service in enumerate(model.problem.services) if service.assigned]
        layers = (Layer.of(model, k, t) for t in model.stages for k in services)
        return cls(tuple(layer for layer in layers if len(layer.point)), len(model.linear.column_names))

    def over(self, compact: Compact, kept: IntArray) -> HallRows:
        """Return the same, without any set, over some of the columns of a compact model."""
        return HallRows(tuple(layer.over(compact, kept) for layer in self.layers), len(kept))

    def begin(self) -> list[HallSet]:
        """Return the sets of all zones and of all parts that are apart."""
        return [(number, members) for number, layer in enumerate(self.layers) for members in layer.whole]

    def rows(self, sets: list[HallSet], seen: set[tuple[int, bytes]]) -> tuple[Any, FloatArray]:
        """Return the rows of those sets that were not seen before: matrix (R, N), least values (R,)."""
        matrices, lows = [], []
        for number, layer in enumerate(self.layers):
            new = []
            for which, members in sets:
                key = (number, members.tobytes())
                if which == number and key not in seen:
                    seen.add(key)
                    new.append(members)
            if new:
                matrix, low = layer.rows(new)
                matrices.append(matrix)
                lows.append(low)
        if not matrices:
            return sparse.csr_array((0, self.columns)), np.zeros(0)
        return sparse.vstack(matrices, format="csr"), np.concatenate(lows)

    def broken(self, values: FloatArray, *, whole: bool = False) -> list[HallSet]:
        """Return sets near by that a solution asks too much of; `whole` says that its openings are integers."""
        return [
            (number, members)
            for number, layer in enumerate(self.layers)
            for members in layer.short(layer.neighbourhoods, layer.flow(values, whole=whole), LEAST_SHORT)
        ]

    def gaps(self, values: FloatArray) -> Gaps[HallSet]:
        """Return what a solution with whole openings leaves too little room for; nothing only where all have a place.

        Where nothing is short near by the sets are of the whole county: their rows are long, and make a model slow.
        """
        found: Gaps[HallSet] = Gaps([], [])
        for number, layer in enumerate(self.layers):
            gaps = layer.gaps(layer.flow(values, whole=True))
            found.sets.extend((number, members) for members in gaps.sets)
            found.without.extend((number, members) for members in gaps.without)
        return found
