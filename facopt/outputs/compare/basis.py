"""What two runs rest on: whether their figures may be subtracted, and which settings and files differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from facopt.outputs.compare.model import BasisDifference, Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from facopt.outputs.run_files import RunFiles

LABELS = ("name", "title", "title_en", "question", "data_note")
"""Settings that only name a scenario: no assumptions."""


def basis_differences(runs: Sequence[RunFiles], number: int) -> list[BasisDifference]:
    """Return why the figures of a run may not be subtracted from the base's; nothing where they may.

    Parameters
    ----------
    runs
        All runs, the base first.
    number
        Which one to hold against the base, from 1.
    """
    base, other = runs[0], runs[number]
    return [
        *_currency(base, other, number),
        *_people(base, other, number),
        *_points(base, other, number),
        *_standards(base, other, number),
    ]


def setting_differences(runs: Sequence[RunFiles]) -> tuple[tuple[Difference, ...], int]:
    """Return the scenario settings that are not the same in all runs, and how many are."""
    return _differences([{k: v for k, v in run.settings.items() if k not in LABELS} for run in runs])


def input_differences(runs: Sequence[RunFiles]) -> tuple[tuple[Difference, ...], int]:
    """Return the input files whose content is not the same in all runs, by path, and how many files are."""
    return _differences([{path: str(digest) for path, digest in run.record["inputs"].items()} for run in runs])


def _differences(values: Sequence[Mapping[str, str]]) -> tuple[tuple[Difference, ...], int]:
    keys = list(dict.fromkeys(key for mapping in values for key in mapping))
    rows = [Difference(key, tuple(mapping.get(key, "") for mapping in values)) for key in keys]
    different = tuple(row for row in rows if len(set(row.values)) > 1)
    return different, len(rows) - len(different)


def _currency(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    pair = [str(run.record.get("currency", "")) for run in (base, other)]
    return [] if pair[0] == pair[1] else [BasisDifference("currency", number, "", *pair)]


def _people(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    pair = [float(run.record["people"]) for run in (base, other)]
    if math.isclose(*pair, rel_tol=1e-9, abs_tol=1e-6):
        return []
    return [BasisDifference("people", number, "", f"{pair[0]:.12g}", f"{pair[1]:.12g}")]


def _points(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    """Compare the demand points one by one: their ids, their people, their area class."""
    ids = [set(run.points["id"]) for run in (base, other)]
    found = []
    if ids[0] != ids[1]:
        sizes = [str(len(mine - theirs)) for mine, theirs in (ids, ids[::-1])]
        found.append(BasisDifference("demand_points", number, "", *sizes))
    both = base.points.merge(other.points, on="id", suffixes=("_base", "_other"))
    moved = ~(both["people_base"] - both["people_other"]).abs().le(1e-6)
    if moved.any() and not _people(base, other, number):
        found.append(BasisDifference("people_of_points", number, "", f"{int(moved.sum())}", ""))
    classes = both["area_class_base"] != both["area_class_other"]
    if classes.any():
        found.append(BasisDifference("area_class", number, "", f"{int(classes.sum())}", ""))
    return found


def _standards(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    mine, theirs = (run.record["standards"] for run in (base, other))
    kind: Literal["standard"] = "standard"
    return [
        BasisDifference(kind, number, tier, _standard(mine.get(tier)), _standard(theirs.get(tier)))
        for tier in sorted(mine.keys() | theirs.keys())
        if _standard(mine.get(tier)) != _standard(theirs.get(tier))
    ]


def _standard(tier: Mapping[str, Any] | None) -> str:
    """One line that is equal exactly where two standards mean the same: `30 min drive: rural town`."""
    if tier is None:
        return ""
    number: Callable[[Any], str] = lambda value: f"{value:.12g}" if isinstance(value, int | float) else str(value)  # noqa: E731
    return f"{number(tier.get('minutes'))} min {tier.get('mode')}: {' '.join(sorted(tier.get('serves', [])))}"
