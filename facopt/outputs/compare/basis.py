"""What two runs rest on: whether their figures may be subtracted, and which settings and files differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.compare.model import BasisDifference, Difference
from facopt.outputs.words import named, pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from facopt.outputs.run_files import RunFiles

LABELS = ("name", "title", "question", "data_note")
"""Settings that only name a scenario, also with `_en`: no assumptions."""
SCENARIO_FILES = (".yaml", ".yml")


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
    return _differences([{key: value for key, value in run.settings.items() if not _is_label(key)} for run in runs])


def _is_label(key: str) -> bool:
    """Tell whether a setting only names the scenario or says what is written and how it looks."""
    return key.removesuffix("_en") in LABELS or key.startswith(("map.", "outputs."))


def input_differences(runs: Sequence[RunFiles]) -> tuple[tuple[Difference, ...], int]:
    """Return the data files whose content is not the same in all runs, by path, and how many files are.

    The scenarios' own files are left out: their settings are compared one by one.
    """
    return _differences(
        [
            {path: str(digest) for path, digest in run.record["inputs"].items() if not path.endswith(SCENARIO_FILES)}
            for run in runs
        ]
    )


def _differences(values: Sequence[Mapping[str, str]]) -> tuple[tuple[Difference, ...], int]:
    keys = list(dict.fromkeys(key for mapping in values for key in mapping))
    rows = [Difference(key, tuple(mapping.get(key, "") for mapping in values)) for key in keys]
    different = tuple(row for row in rows if len(set(row.values)) > 1)
    return different, len(rows) - len(different)


def _currency(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    mine, theirs = (str(run.record.get("currency", "")) for run in (base, other))
    return [] if mine == theirs else [BasisDifference("currency", number, "", _both(mine), _both(theirs))]


def _people(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    mine, theirs = (float(run.record["people"]) for run in (base, other))
    if math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-6):
        return []
    return [BasisDifference("people", number, "", _both(numbers.people(mine)), _both(numbers.people(theirs)))]


def _points(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    """Compare the demand points one by one: their ids, their people, their area class."""
    ids = [set(run.points["id"]) for run in (base, other)]
    found = []
    if ids[0] != ids[1]:
        only = [_count(len(mine - theirs)) for mine, theirs in (ids, ids[::-1])]
        found.append(BasisDifference("demand_points", number, "", *only))
    both = base.points.merge(other.points, on="id", suffixes=("_base", "_other"))
    moved = int((~(both["people_base"] - both["people_other"]).abs().le(1e-6)).sum())
    if moved and not _people(base, other, number):
        found.append(BasisDifference("people_of_points", number, "", _count(moved), NOTHING))
    classes = int((both["area_class_base"] != both["area_class_other"]).sum())
    if classes:
        found.append(BasisDifference("area_class", number, "", _count(classes), NOTHING))
    return found


def _standards(base: RunFiles, other: RunFiles, number: int) -> list[BasisDifference]:
    mine, theirs = (run.record["standards"] for run in (base, other))
    return [
        BasisDifference("standard", number, tier, _told(mine.get(tier)), _told(theirs.get(tier)))
        for tier in sorted(mine.keys() | theirs.keys())
        if _standard(mine.get(tier)) != _standard(theirs.get(tier))
    ]


def _standard(tier: Mapping[str, Any] | None) -> tuple[Any, ...]:
    """What decides whether a tier covers somebody."""
    return () if tier is None else (tier.get("minutes"), tier.get("mode"), tuple(sorted(tier.get("serves", ()))))


def _told(tier: Mapping[str, Any] | None) -> tuple[str, str]:
    if tier is None:
        return pair("compare.standard_absent")
    names = [named("area_class", str(area)) for area in tier.get("serves", ())]
    return pair(
        "compare.standard",
        mode=named("mode", str(tier.get("mode"))),
        minutes=numbers.trimmed(tier.get("minutes")),
        classes=("、".join(zh for zh, _ in names), ", ".join(en for _, en in names)),
    )


NOTHING = ("", "")


def _both(text: str) -> tuple[str, str]:
    return text, text


def _count(number: int) -> tuple[str, str]:
    return _both(numbers.count(number))
