"""Bound and plan side by side on small problems: windows, first plans, and the answer as a whole."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from facopt.linear import total
from facopt.location.planning import search as planning_search
from facopt.location.planning.model import PlanModel
from facopt.location.planning.referee import judge
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.improve import Descent
from facopt.location.planning.scale.large import is_large, solve_large
from facopt.location.planning.scale.master import Master
from facopt.location.planning.scale.prices import tying_rows
from facopt.location.planning.scale.rounding import Rounding
from facopt.location.planning.scale.state import State
from facopt.location.planning.scale.windows import TIED_AFTER, Places, Search, Windows, elastic, rows_broken
from facopt.location.planning.search import solve_planning
from facopt.location.planning.threshold import ThresholdObjective
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.planning_cases import ACTIONS, FEATURES, RULES, draw

FAMILIES = (*RULES, *ACTIONS, *FEATURES)
SETTINGS = SolverSettings(time_limit_seconds=3.0, gap=1e-9)


def first_level(problem):
    """Return the model of a problem's first level with its constant; None where that is a longest time."""
    objective = problem.levels[0].objective
    if isinstance(objective, ThresholdObjective):
        return None
    model = PlanModel.of(problem)
    value = objective.expression(model) * (-1.0 if objective.maximise else 1.0)
    model.linear.objective = dict(total([value]).terms)
    return model, value.constant


def models(family: str, seeds: range):
    for seed in seeds:
        problem = draw(seed, family)
        made = first_level(problem)
        if made is not None:
            yield seed, problem, *made


@pytest.mark.parametrize("family", FAMILIES)
def test_bound_and_plan_enclose_the_optimum(family: str) -> None:
    """The two sides together: a plan that the referee accepts, and a bound, with the optimum between them."""
    for seed, problem, model, constant in models(family, range(40, 42)):
        best = solve_arrays(ArrayModel.of(model.linear), Effort(20.0, gap=0.0))
        answer = solve_large(model, SETTINGS, None, constant)
        slack = 1e-5 * max(1.0, abs(best.objective)) if best.values is not None else 0.0
        if answer.status is Status.INFEASIBLE:
            assert best.values is None, seed
        if answer.bound is not None:
            assert answer.bound <= best.objective + slack, seed
        if answer.values is not None:
            assert best.values is not None, seed
            assert answer.objective >= best.objective - slack, seed
            assert not judge(problem, model.plan(answer.values)).violations, seed


@pytest.mark.parametrize("family", FAMILIES)
def test_windows_keep_every_row_and_never_lose(family: str) -> None:
    """From the worst plan of all, windows stay feasible and only improve; one over all ends at the best."""
    for seed, _, model, _ in models(family, range(60, 62)):
        compact = Compact.of(model, ArrayModel.of(model.linear))
        arrays = compact.arrays
        worst = solve_arrays(replace(arrays, cost=-arrays.cost), Effort(20.0, gap=0.0))
        if worst.values is None:
            continue
        windows = Windows(arrays, Places.of(model, compact))
        search = Search(windows, worst.values, np.zeros(arrays.columns, dtype=bool), size=2, gap=0.0)
        if not len(windows.movable):
            continue
        value = arrays.value(search.values)
        for _ in range(6):
            search.step(search.draw())
            assert arrays.violation(search.values) < 1e-5, seed
            assert arrays.value(search.values) <= value + 1e-9 * max(1.0, abs(value)), seed
            value = arrays.value(search.values)
        search.improve(np.ones(arrays.columns, dtype=bool), 20.0)
        best = solve_arrays(arrays, Effort(20.0, gap=0.0)).objective
        assert abs(arrays.value(search.values) - best) <= 1e-5 * max(1.0, abs(best)), seed


def test_what_doing_nothing_breaks_may_be_violated_at_its_price() -> None:
    """The elastic model is feasible where nothing is done, and worth the violation."""
    looked = 0
    for _, _, model, _ in models("CoverageTarget", range(20)):
        arrays = ArrayModel.of(model.linear)
        nothing = np.zeros(arrays.columns)
        broken = rows_broken(arrays, nothing)
        soft = elastic(arrays, np.full(arrays.rows, 7.0), broken)
        bounds = np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper)[broken]
        values = np.r_[nothing, np.abs(bounds)]
        assert soft.violation(values) < 1e-12
        assert soft.value(values) == pytest.approx(7.0 * np.abs(bounds).sum())
        looked += len(broken)
    assert looked > 0


def test_a_proof_ends_the_search_and_the_gap_asked_for_soon_does() -> None:
    """Within the gap both sides go on a little, as long as it took so far; where value and bound meet they stop."""
    state = State(time.monotonic() - 100.0, np.inf, np.inf, 0.01)
    state.raised(99.5, "bound")
    state.lowered(100.0, np.zeros(1), "plan")
    assert not state.stop()
    assert "gap 0.500 %" in state.log[-1]
    assert state.close_at is not None
    state.close_at -= 60.0
    assert state.stop()
    proven = State(time.monotonic(), np.inf, np.inf, 0.01)
    proven.raised(100.0, "bound")
    proven.lowered(100.0, np.zeros(1), "plan")
    assert proven.stop()


def test_a_worse_plan_and_a_lower_bound_change_nothing() -> None:
    """What both sides know only gets better."""
    state = State(0.0, np.inf, np.inf, 1e-6)
    best = np.ones(1)
    state.lowered(100.0, best, "plan")
    state.lowered(101.0, np.zeros(1), "plan")
    state.raised(90.0, "bound")
    state.raised(80.0, "bound")
    assert state.value == 100.0
    assert state.values is best
    assert state.bound == 90.0


def test_a_solution_of_the_master_that_the_bound_has_passed_gives_way() -> None:
    """The lowest is kept, until the bound shows that it cannot be."""
    state = State(0.0, np.inf, np.inf, 1e-6)
    for value in (50.0, 60.0):
        state.hinted(value, np.full(1, value))
    assert state.hint is not None
    assert state.hint[0] == 50.0
    state.raised(55.0, "bound")
    state.hinted(60.0, np.full(1, 60.0))
    assert state.take_hint()[0] == 60.0
    assert state.take_hint() is None


def test_small_models_go_to_the_solver_whole() -> None:
    """The way for large models is taken by size, and never by an objective that looks at assignment."""
    _, _, model, _ = next(models("split", range(5)))
    assert not is_large(model)


def test_a_chain_of_levels_goes_the_large_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels, tolerances and the last step work alike: the answer stands up to the plain way's."""
    monkeypatch.setattr(planning_search, "is_large", lambda _model: True)
    compared = 0
    for seed in range(70, 76):
        problem = draw(seed, "split")
        answer = solve_planning(problem, SolverSettings(time_limit_seconds=4.0, gap=1e-9))
        with monkeypatch.context() as plain:
            plain.setattr(planning_search, "is_large", lambda _model: False)
            exact = solve_planning(problem, SolverSettings(time_limit_seconds=30.0))
        if answer.outcome is None or exact.outcome is None:
            continue
        level, best = answer.levels[0], exact.levels[0]
        assert not answer.outcome.violations
        if level.bound is not None and best.bound is not None:
            sign = -1 if problem.levels[0].objective.maximise else 1
            assert sign * level.bound <= sign * best.bound + 1e-4 * max(1.0, abs(best.bound)), seed
            compared += 1
    assert compared > 0


def test_what_a_site_requires_comes_into_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites that stand with one in a row without people, as its hospital does, are free together with it."""
    looked = 0
    for _, _, model, _ in models("Requires", range(40)):
        compact = Compact.of(model, ArrayModel.of(model.linear))
        windows = Windows(compact.arrays, Places.of(model, compact))
        for site in windows.movable.tolist():
            tied = windows.tied_to(site)
            rows = compact.arrays.matrix[np.flatnonzero(windows.local)]
            expected = set()
            for row in range(rows.shape[0]):
                columns = rows.indices[rows.indptr[row] : rows.indptr[row + 1]]
                sites = set(windows.places.site[columns].tolist()) - {-1}
                if not (windows.places.point[columns] >= 0).any() and site in sites and len(sites) > 1:
                    expected |= sites
            assert set(tied.tolist()) == expected
            search = Search(windows, np.zeros(0), np.zeros(0, dtype=bool), size=1)
            monkeypatch.setattr(windows, "around", lambda one, _count: np.array([one]))
            assert set(search.draw(np.array([site])).tolist()) == {site}
            search.in_vain = TIED_AFTER - 1
            assert set(search.draw(np.array([site])).tolist()) == expected | {site}
            looked += len(expected)
    assert looked > 10


@pytest.mark.parametrize("family", FAMILIES)
def test_rounded_openings_are_whole_and_keep_what_is_not_priced(family: str) -> None:
    """Where openings near the relaxation are found, all sites are decided, and every row that is not priced is kept."""
    for seed, _, model, _ in models(family, range(60, 63)):
        compact = Compact.of(model, ArrayModel.of(model.linear))
        master = Master.of(model, compact)
        if not master.relax(time.monotonic() + 20) or master.relaxed is None:
            continue
        places = Places.of(model, compact).of_columns(master.kept)
        rounding = Rounding(master, places, 1)
        rounding.find(tying_rows(master), time.monotonic() + 20, lambda: False)
        if rounding.openings is None:
            continue
        decided = master.arrays.integer & (places.site >= 0)
        assert np.abs(rounding.openings - rounding.openings.round())[decided].max(initial=0.0) < 1e-5, seed
        kept = master.arrays.only_rows(np.flatnonzero(~tying_rows(master)))
        assert kept.violation(rounding.openings) < 1e-5, seed


@pytest.mark.parametrize("family", ["split", "Requires", "three_stages"])
def test_without_rounded_openings_the_relaxation_is_where_to_begin(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where rounding finds nothing the search begins with what the relaxation opens more than half of."""
    began = []
    real = Descent.begin_with

    def beginning(self, values, part):
        began.append((values, self.master.relaxed.values))
        real(self, values, part)

    monkeypatch.setattr(Rounding, "find", lambda *_: None)
    monkeypatch.setattr(Descent, "begin_with", beginning)
    for seed, problem, model, constant in models(family, range(40, 52)):
        best = solve_arrays(ArrayModel.of(model.linear), Effort(20.0, gap=0.0))
        answer = solve_large(model, SETTINGS, None, constant)
        if answer.values is not None:
            assert answer.objective >= best.objective - 1e-5 * max(1.0, abs(best.objective)), seed
            assert not judge(problem, model.plan(answer.values)).violations, seed
    assert any(values.sum() == pytest.approx(relaxed.sum()) for values, relaxed in began)


def test_openings_are_found_where_there_is_a_plan() -> None:
    """Rounding the relaxation of counties with capacities succeeds almost always."""
    found = []
    for _, _, model, _ in models("split", range(20)):
        compact = Compact.of(model, ArrayModel.of(model.linear))
        master = Master.of(model, compact)
        if master.relax(time.monotonic() + 20):
            rounding = Rounding(master, Places.of(model, compact).of_columns(master.kept), 1)
            rounding.find(tying_rows(master), time.monotonic() + 20, lambda: False)
            found.append(rounding.openings is not None)
    assert np.mean(found) > 0.8
