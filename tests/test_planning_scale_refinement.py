"""What raises the bound: sites no plan can do without, and the master refined until it says what the model does."""

from __future__ import annotations

import time

import numpy as np
import pytest

from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.detail import Details
from facopt.location.planning.scale.highs import solve_arrays
from facopt.location.planning.scale.master import Master
from facopt.location.planning.scale.prices import tying_rows
from facopt.location.planning.scale.probing import Probing, serving_nobody
from facopt.location.planning.scale.refinement import LEAST_RISE, Refinement
from facopt.location.planning.scale.state import State
from facopt.location.planning.scale.windows import Places
from tests.planning_cases import ACTIONS, FEATURES, RULES
from tests.planning_scale_cases import EXACT, Case, cases, plainly_split

FAMILIES = (*RULES, *ACTIONS, *FEATURES)


def relaxed(case: Case, *, knowing: bool = True) -> tuple[Compact, Master, Details] | None:
    """The model's rooms with the master's relaxation, without Hall rows if not `knowing`; None without a solution."""
    compact = Compact.of(case.model, case.arrays)
    master = Master.of(case.model, compact)
    if not knowing:
        master.arrays, master.keys = master.arrays.only_rows(np.arange(master.own_rows)), master.keys[: master.own_rows]
    found = master.relax(time.monotonic() + (20 if knowing else 0)) and master.relaxed is not None
    return (compact, master, Details.of(case.model, compact, master)) if found else None


def refined(state: State, details: Details) -> Refinement:
    """The refinement of a relaxed master."""
    return Refinement.of(state, details, tying_rows(details.master), 1)


def probed(case: Case, compact: Compact, master: Master) -> Probing:
    """The master probed."""
    probing = Probing(master, Places.of(case.model, compact).of_columns(master.kept))
    probing.feasible = probing.run(time.monotonic() + 20, lambda: False)
    return probing


@pytest.mark.parametrize("family", FAMILIES)
def test_what_probing_opens_is_open_in_the_best_plan(family: str) -> None:
    """With the states fixed that no plan can do without, the optimum is what it was, and the relaxation no lower."""
    for seed, case in cases(family):
        rooms = relaxed(case)
        if rooms is None:
            continue
        compact, master, _ = rooms
        before = master.relaxed.objective
        probing = probed(case, compact, master)
        if not probing.feasible:
            assert case.best.values is None, seed
            continue
        assert before - case.slack <= master.relaxed.objective <= case.optimum + case.slack, seed
        lower = compact.arrays.lower.copy()
        lower[master.kept[probing.opened]] = 1.0
        fixed = solve_arrays(compact.arrays.__class__(**{**vars(compact.arrays), "lower": lower}), EXACT)
        assert abs(fixed.objective - case.optimum) <= case.slack or not np.isfinite(case.optimum), seed


def test_probing_tries_only_sites_that_serve_nobody() -> None:
    """Columns of sites that somebody is assigned to are left to the search."""
    looked = 0
    for family in ("Requires", "split", "mixed"):
        for _, case in cases(family):
            compact = Compact.of(case.model, case.arrays)
            master = Master.of(case.model, compact)
            places = Places.of(case.model, compact).of_columns(master.kept)
            alone = serving_nobody(master, places)
            for layer in master.hall.layers:
                assert not np.isin(places.site[alone], layer.arc_site).any()
            looked += int(alone.sum())
    assert looked > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_a_refined_master_never_passes_the_optimum(family: str) -> None:
    """Hall rows, prices, parts and assignment, refined to the end: a bound of the model, and a tight one at that."""
    for seed, case in cases(family):
        rooms = relaxed(case)
        if rooms is None:
            continue
        now = time.monotonic()
        state = State(now, now + 20, now + 20, 0.0)
        ended = refined(state, rooms[2]).run()
        if state.infeasible:
            assert case.best.values is None, seed
            continue
        assert ended, seed
        assert state.bound <= case.optimum + case.slack, seed


@pytest.mark.parametrize("rise", [LEAST_RISE, np.inf], ids=["Hall rows first", "assignment at once"])
def test_where_demand_may_be_split_the_refined_master_says_what_the_model_does(
    rise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once everybody has a place the bound is the optimum, where capacities are all that assignment must keep."""
    monkeypatch.setattr("facopt.location.planning.scale.refinement.LEAST_RISE", rise)
    reached = wanted = 0
    for seed in range(60):
        case = Case(plainly_split(seed))
        rooms = relaxed(case, knowing=False)
        if rooms is None or case.best.values is None:
            continue
        now = time.monotonic()
        state = State(now, now + 20, now + 20, 0.0)
        refinement = refined(state, rooms[2])
        assert refinement.run(), seed
        assert abs(state.bound - case.optimum) <= case.slack, seed
        reached += 1
        wanted += bool(refinement.wanted.any())
    assert reached > 20
    assert wanted > 0 or np.isfinite(rise)


def test_parts_as_they_were_are_not_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part is solved anew only when it has more rows than before, or is to come nearer to its optimum."""
    solved = []
    real = Refinement._solve_part

    def counting(self, part, *rest):
        solved.append((part.columns.tobytes(), part.model.rows, self.gap, bool(self.priced.any())))
        real(self, part, *rest)

    monkeypatch.setattr(Refinement, "_solve_part", counting)
    for family in ("split", "three_stages"):
        for _, case in cases(family):
            rooms = relaxed(case)
            if rooms is None:
                continue
            solved.clear()
            now = time.monotonic()
            refined(State(now, now + 20, now + 20, 0.0), rooms[2]).run()
            assert len(set(solved)) == len(solved)
