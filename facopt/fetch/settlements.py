"""Settlements out of OpenStreetMap with the people who live there, counted where known and shared out where not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Severity
from facopt.fetch.features import Feature, Wanted, features_with, without_twins
from facopt.inputs.findings import counted as number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from facopt.fetch.features import Elements

Whole = np.ndarray[Any, np.dtype[np.int64]]

TYPICAL_PEOPLE = MappingProxyType({
    "city": 100_000, "town": 10_000, "suburb": 10_000, "quarter": 5_000, "neighbourhood": 2_000, "village": 1_000,
    "hamlet": 150, "isolated_dwelling": 10,
})  # fmt: skip
"""Residents of a settlement by its kind: orders of magnitude after OpenStreetMap's definitions, no statistics."""
AREA_CLASSES = MappingProxyType({
    **dict.fromkeys(("city", "suburb", "quarter", "neighbourhood"), "urban"), "town": "town",
    **dict.fromkeys(("village", "hamlet", "isolated_dwelling"), "rural"),
})  # fmt: skip
WITH_SURROUNDINGS = frozenset({"city", "town"})
"""Kinds whose population tag often counts the whole division with all its villages."""
TAGS: Wanted = MappingProxyType({"place": list(TYPICAL_PEOPLE)})
"""What is asked for."""

TAG, SHARED, TYPICAL = "tag", "shared", "typical"
LEAST_SHARE = 0.1
"""What the tags leave for the other settlements must be at least this share of what is typical of them."""
MOST_PEOPLE = 50_000_000
TWIN_METRES = 1_000.0
DIVISION_LEVEL = 6
"""Outlines of this administrative level (in China: counties) and above are divisions, not settlements."""


@dataclass(frozen=True)
class Settlements:
    """Settlements and their people; arrays have shape (N,)."""

    features: tuple[Feature, ...]
    people: Whole
    source: tuple[str, ...]
    """`tag` (OpenStreetMap counts them), `shared` (of the people stated for the place) or `typical` (of the kind)."""
    left_out: dict[str, int]
    findings: tuple[Finding, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The place tag of each."""
        return tuple(feature.tags["place"] for feature in self.features)

    @property
    def area_classes(self) -> tuple[str, ...]:
        """Urban, town or rural."""
        return tuple(AREA_CLASSES[kind] for kind in self.kinds)


def settlements_from(elements: Elements, boundary: BaseGeometry, total: int | None) -> Settlements:
    """Return the settlements within the boundary.

    Parameters
    ----------
    elements
        What Overpass answered.
    boundary
        Outline of the place, WGS-84 degrees.
    total
        People of the whole place; None where they are not known.

    Raises
    ------
    DataError
        If there is no settlement, or the population tags leave nobody of `total` for the settlements without one.
    """
    found = features_with(elements, TAGS, boundary)
    settled = [one for one in found if not _is_division(one)]
    kept, twins = without_twins(settled, lambda one: AREA_CLASSES[one.tags["place"]], TWIN_METRES)
    if not kept:
        what = "OpenStreetMap has no settlement within the boundary"
        raise DataError(Finding(what, "Use another place, or population data of your own"))
    people, source, findings = share_people(kept, total)
    left_out = {"administrative divisions": len(found) - len(settled), "mapped twice": twins}
    return Settlements(tuple(kept), people, source, {key: n for key, n in left_out.items() if n}, findings)


def _is_division(feature: Feature) -> bool:
    level = feature.tags.get("admin_level", "")
    return feature.kind == "relation" and level.isdecimal() and int(level) <= DIVISION_LEVEL


def share_people(features: Sequence[Feature], total: int | None) -> tuple[Whole, tuple[str, ...], tuple[Finding, ...]]:
    """Return people (N,), where each figure comes from, and what is remarkable about it.

    Population tags count as they are. The rest of `total` is shared out over the other settlements in proportion to
    what is typical of their kind, in whole people that sum to `total`; without `total` they have what is typical.
    Where the tags leave too little for the others, those of cities and towns are taken to mean whole divisions and are
    not used.
    """
    counted = np.array([_population(one.tags.get("population", "")) for one in features], dtype=np.int64)
    typical = np.array([TYPICAL_PEOPLE[one.tags["place"]] for one in features], dtype=np.int64)
    findings = [*_unreadable(features, counted)]
    if total is not None and _left(counted, typical, total) < 0:
        whole = np.array([one.tags["place"] in WITH_SURROUNDINGS for one in features]) & (counted >= 0)
        counted = np.where(whole, -1, counted)
        _require_people_left(counted, total)
        findings.append(_divisions(features, whole))
    silent = counted < 0
    people = np.where(silent, typical, counted)
    if total is not None and silent.any():
        people[silent] = _in_proportion(typical[silent], total - int(counted[~silent].sum()))
    estimate = TYPICAL if total is None else SHARED
    source = tuple(estimate if unknown else TAG for unknown in silent.tolist())
    return people, source, (*findings, *_other_total(people, total))


def _left(counted: Whole, typical: Whole, total: int) -> float:
    """Return by how many people the rest for settlements without a tag is above the least they should have."""
    silent = counted < 0
    return float(total - counted[~silent].sum() - LEAST_SHARE * typical[silent].sum()) if silent.any() else 0.0


def _in_proportion(weights: Whole, total: int) -> Whole:
    """Return whole numbers in proportion to weights that sum to `total` (largest remainders)."""
    exact = weights * (total / weights.sum())
    shares: Whole = np.floor(exact).astype(np.int64)
    order = np.argsort(shares - exact, kind="stable")
    shares[order[: total - int(shares.sum())]] += 1
    return shares


def _population(text: str) -> int:
    """Return the number that a population tag states, -1 where it states none."""
    plain = text.strip()
    if not re.fullmatch(r"[0-9]{1,3}([, ][0-9]{3})+|[0-9]{1,9}", plain):
        return -1
    number = int(re.sub(r"[, ]", "", plain))
    return number if number <= MOST_PEOPLE else -1


def _unreadable(features: Sequence[Feature], counted: Whole) -> list[Finding]:
    odd = [one for one, n in zip(features, counted.tolist(), strict=True) if n < 0 and "population" in one.tags]
    if not odd:
        return []
    count = number_of(len(odd), "population tag is no number", "population tags are no numbers")
    what = f"{count} of people and not used"
    return [_warning(what, "Correct people in settlements.csv", [one.id for one in odd])]


def _divisions(features: Sequence[Feature], whole: np.ndarray[Any, np.dtype[np.bool_]]) -> Finding:
    ids = [one.id for one, chosen in zip(features, whole.tolist(), strict=True) if chosen]
    what = "The population tags leave few people for the settlements without one"
    if ids:
        what += f"; {len(ids)} of cities and towns seem to count whole divisions and are not used"
    return _warning(what, "Check people in settlements.csv", ids)


def _require_people_left(counted: Whole, total: int) -> None:
    tagged = int(counted[counted >= 0].sum())
    if tagged >= total:
        what = f"The settlements' population tags sum to {tagged:,}, but the place is said to have {total:,} people"
        raise DataError(Finding(what, "State the people of the whole place, villages included, or leave them out"))


def _other_total(people: Whole, total: int | None) -> tuple[Finding, ...]:
    if total is None or int(people.sum()) == total:
        return ()
    what = f"Every settlement has a population tag; they sum to {int(people.sum()):,} people, not to {total:,}"
    return (_warning(what, "Check people in settlements.csv", []),)


def _warning(what: str, remedy: str, ids: Sequence[str]) -> Finding:
    return Finding(what, remedy, severity=Severity.WARNING, count=len(ids) or None, examples=tuple(ids[:5]))


def counts(words: Sequence[str]) -> dict[str, int]:
    """Return how often each word stands, by word."""
    return dict(sorted(Counter(words).items()))
