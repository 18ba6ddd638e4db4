"""Figures of runs side by side, their differences, and which run is better off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.measures.equity import gini, theil
from facopt.measures.planning import TODAY
from facopt.measures.report import OPEN_ACTIONS
from facopt.outputs.brevity import brief_pair
from facopt.outputs.compare.model import Better, Measure
from facopt.outputs.words import pair

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from facopt.measures.equity import FloatArray
    from facopt.outputs.run_files import RunFiles

AREA_CLASSES = ("urban", "town", "rural")
SAME = 1e-9
"""Figures closer than this, relative to their size, are the same."""

UP, DOWN, NEITHER = 1, -1, 0


def measures_of(runs: Sequence[RunFiles], subtract: Sequence[bool]) -> tuple[Measure, ...]:
    """Return the figures of all runs, most important first.

    Parameters
    ----------
    runs
        All runs, the base first.
    subtract
        Whether differences to the base may be computed, by run after the base.
    """
    return tuple(_measure(runs, subtract, *row) for row in _rows(runs))


Figure = "Callable[[RunFiles], Any]"
Row = tuple[str, tuple[str, str], str, int, "Callable[[RunFiles], Any]"]
NO_NAME = ("", "")


def _rows(runs: Sequence[RunFiles]) -> list[Row]:
    """Key, name, unit, direction that is better, and where the figure comes from."""
    return [
        ("people_covered_percent", NO_NAME, "percent", UP, _field("people_covered_percent")),
        *_shares(runs, "by_area_class", [key for key in AREA_CLASSES if _in_any(runs, "by_area_class", key)]),
        *_tier_shares(runs),
        ("worst_zone_percent", NO_NAME, "percent", UP, _worst_zone),
        ("people_covered", NO_NAME, "people", UP, _field("people_covered")),
        ("newly_covered_people", NO_NAME, "people", UP, _field("newly_covered_people")),
        ("lost_people", NO_NAME, "people", DOWN, _field("lost_people")),
        ("unreachable_people", NO_NAME, "people", DOWN, _field("unreachable_people")),
        ("mean_minutes", NO_NAME, "minutes", DOWN, _field("mean_minutes")),
        ("minutes_of_90_percent", NO_NAME, "minutes", DOWN, minutes_of_90_percent),
        ("longest_minutes", NO_NAME, "minutes", DOWN, _field("longest_minutes")),
        ("gini", NO_NAME, "coefficient", DOWN, _of_times(gini)),
        ("theil", NO_NAME, "coefficient", DOWN, _of_times(theil)),
        ("new_sites", NO_NAME, "sites", NEITHER, lambda run: _opened(run, ("build",))),
        ("open_sites", NO_NAME, "sites", NEITHER, lambda run: _opened(run, OPEN_ACTIONS)),
        *_changed_sites(runs),
        ("cost", NO_NAME, "money", DOWN, _field("cost")),
        ("cost_per_newly_covered_person", NO_NAME, "money_per_person", DOWN, _cost_per_person),
        *_stages(runs),
    ]


def _changed_sites(runs: Sequence[RunFiles]) -> list[Row]:
    """Rows of what is done with sites that stand, where a plan does more than build and close."""
    if not any("actions" in run.record for run in runs):
        return []
    return [
        ("extended_sites", NO_NAME, "sites", NEITHER, lambda run: _opened(run, ("extend", "refurbish"))),
        ("closed_sites", NO_NAME, "sites", NEITHER, lambda run: len(run.record["closed"]) if run.planned else None),
    ]


def _stages(runs: Sequence[RunFiles]) -> list[Row]:
    """Rows by stage, where two runs or more have one of that year: coverage of its people, its capital."""
    years = [year for run in runs for year in stages_of(run) if year.isdigit()]
    shared = sorted({year for year in years if years.count(year) > 1})
    rows: list[Row] = []
    for key, unit, better, figure in (
        ("people_covered_percent", "percent", UP, "percent"), ("capital", "money", NEITHER, "capital"),
    ):  # fmt: skip
        rows += [
            (f"stage.{year}.{key}", pair(f"compared.stage_{figure}", year=year), unit, better, _of_stage(year, key))
            for year in shared
        ]
    if shared:
        last = [(run, list(stages_of(run).values())) for run in runs]
        running = {id(run): stages[-1].get("running_cost") if stages else None for run, stages in last}
        rows.append(("running_cost", NO_NAME, "money", DOWN, lambda run: running[id(run)]))
    return rows


def stages_of(run: RunFiles) -> dict[str, Mapping[str, Any]]:
    """Return a run's stages by name, today left out; empty for a plan without any."""
    stages = run.record.get("stages")
    found = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
    return {str(stage.get("stage")): stage for stage in found if stage.get("stage") != TODAY}


def _of_stage(year: str, key: str) -> Callable[[RunFiles], Any]:
    return lambda run: stages_of(run).get(year, {}).get(key)


def _same_stage_people(base: RunFiles, other: RunFiles, key: str) -> bool:
    """Whether a row by stage rests on the same people in both runs; other rows always do."""
    if not key.startswith("stage."):
        return True
    mine, theirs = (_of_stage(key.split(".")[1], "people")(run) for run in (base, other))
    return mine is not None and theirs is not None and math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-6)


def _shares(runs: Sequence[RunFiles], group: str, keys: Sequence[str]) -> list[Row]:
    return [(f"{group}.{key}.people_covered_percent", NO_NAME, "percent", UP, _nested(group, key)) for key in keys]


def _tier_shares(runs: Sequence[RunFiles]) -> list[Row]:
    """A row per tier, where there are several."""
    keys = list(dict.fromkeys(key for run in runs for key in run.record["by_tier"]))
    if len(keys) < 2:
        return []
    standards: dict[str, Mapping[str, Any]] = {}
    for run in reversed(runs):
        standards.update(run.record["standards"])
    rows = zip(keys, _shares(runs, "by_tier", keys), strict=True)
    return [(row[0], _tier_name(key, standards.get(key, {})), *row[2:]) for key, row in rows]


def _tier_name(key: str, standard: Mapping[str, Any]) -> tuple[str, str]:
    return brief_pair((str(standard.get("name_zh", key)), str(standard.get("name_en", key))))


def _in_any(runs: Sequence[RunFiles], group: str, key: str) -> bool:
    return any(key in run.record[group] for run in runs)


def _field(key: str) -> Callable[[RunFiles], Any]:
    return lambda run: run.record.get(key)


def _nested(group: str, key: str) -> Callable[[RunFiles], Any]:
    return lambda run: run.record[group].get(key, {}).get("people_covered_percent")


def _worst_zone(run: RunFiles) -> float | None:
    shares = [zone.get("people_covered_percent") for zone in run.record["by_zone"].values()]
    return min((share for share in shares if share is not None), default=None)


def minutes_of_90_percent(run: RunFiles) -> float | None:
    """Return the minutes within which nine people in ten reach a site; None where fewer than that reach any."""
    people = run.points["people"].to_numpy()
    minutes = run.points["minutes"].to_numpy()
    reached = np.flatnonzero(~np.isnan(minutes) & (people > 0))
    order = reached[np.argsort(minutes[reached], kind="stable")]
    enough = np.flatnonzero(np.cumsum(people[order]) >= 0.9 * people.sum() * (1 - 1e-12))
    return float(minutes[order[enough[0]]]) if len(enough) and people.sum() > 0 else None


def _of_times(measure: Callable[[FloatArray, FloatArray], float | None]) -> Callable[[RunFiles], float | None]:
    """A measure of the minutes of those who have an open site, as the report has it."""

    def figure(run: RunFiles) -> float | None:
        people, minutes = run.points["people"].to_numpy(float), run.points["minutes"].to_numpy(float)
        reached = ~np.isnan(minutes)
        return measure(minutes[reached], people[reached])

    return figure


def _opened(run: RunFiles, actions: tuple[str, ...]) -> int | None:
    return sum(site.get("action") in actions for site in run.record["opened"]) if run.planned else None


def _cost_per_person(run: RunFiles) -> float | None:
    cost, people = run.record.get("cost"), run.record.get("newly_covered_people")
    return cost / people if cost is not None and people else None


def _measure(
    runs: Sequence[RunFiles],
    subtract: Sequence[bool],
    key: str,
    name: tuple[str, str],
    unit: str,
    direction: int,
    figure: Callable[[RunFiles], Any],
) -> Measure:
    values = tuple(_number(figure(run)) if run.planned else None for run in runs)
    alike = [_same_stage_people(runs[0], run, key) for run in runs[1:]]
    differences = tuple(
        _difference(values[0], value) if allowed and same else None
        for value, allowed, same in zip(values[1:], subtract, alike, strict=True)
    )
    better = tuple(_better(values[0], difference, direction) for difference in differences)
    within = tuple(_within_gap(runs[0], runs[number], key, verdict) for number, verdict in enumerate(better, 1))
    return Measure(key, name, unit, values, differences, better, within)


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _difference(base: float | None, other: float | None) -> float | None:
    return None if base is None or other is None else other - base


def _better(base: float | None, difference: float | None, direction: int) -> Better:
    if direction == NEITHER or difference is None or base is None:
        return ""
    if abs(difference) <= SAME * max(1.0, abs(base)):
        return "same"
    return "other" if difference * direction > 0 else "base"


OBJECTIVE_OF = {"people_covered": "coverage", "people_covered_percent": "coverage", "cost": "cost"}
"""Measures that a run's first objective may have optimised."""


def _within_gap(base: RunFiles, other: RunFiles, key: str, verdict: Better) -> bool:
    """Whether the worse run, solved to the end, might overtake: its own bound reaches the better run's value."""
    name = OBJECTIVE_OF.get(key)
    if name is None or verdict not in ("base", "other"):
        return False
    worse, best = (other, base) if verdict == "base" else (base, other)
    level: Mapping[str, Any] = next(iter(worse.record["objective"]), {})
    bound, reached = level.get("bound"), best.record.get("people_covered" if name == "coverage" else "cost")
    if level.get("name") != name or bound is None or reached is None:
        return False
    return bool(bound >= reached if name == "coverage" else bound <= reached)
