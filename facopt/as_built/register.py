"""Which sites of a plan a register means, and which of its facilities the plan does not know."""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.inputs.findings import counted
from facopt.inputs.positions import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from facopt.inputs.as_built import AsBuiltTable
    from facopt.inputs.facilities import FacilityClasses
    from facopt.inputs.findings import FindingLog
    from facopt.inputs.study_area import Sites

COLUMNS = ("id", "name", "tier", "lon", "lat", "build_cost", "status")


@dataclass(frozen=True)
class Standing:
    """What a register says of the sites of a plan."""

    row: Mapping[str, int]
    """Row of the register by id of the site; one that stands where several rows mean the same site."""
    stands: frozenset[str]
    """Ids of the sites that stand, places that the plan does not know included."""
    unplanned: tuple[int, ...]
    """Rows of facilities that stand where the plan knows no site."""


def standing(register: AsBuiltTable, sites: Sites, classes: Sequence[FacilityClasses], log: FindingLog) -> Standing:
    """Return which sites stand; rows of no tier are left aside as the plan leaves them aside.

    Parameters
    ----------
    register
        What stands.
    sites
        Facilities and candidates of the plan.
    classes
        What the plan took each row of its own registers for.
    log
        Takes an error for every row that cannot be understood.
    """
    tiers = dict(zip(sites.id.tolist(), sites.tier.tolist(), strict=True))
    merged, aside = _known_otherwise(classes)
    row: dict[str, int] = {}
    unplanned: list[int] = []
    other: list[int] = []
    for at, id_ in enumerate(register.id.tolist()):
        site = merged.get(id_, id_)
        if site in tiers:
            _require_tier(register, at, tiers[site], log)
            if site not in row or register.stands[at]:
                row[site] = at
        elif not id_ or id_ in aside:
            continue
        elif register.tier_word[at] and not register.tier[at]:
            other.append(at)
        elif _is_new_place(register, at, tiers, log) and register.stands[at]:
            unplanned.append(at)
    _note_other(register, other, log)
    found = {id_ for id_, at in row.items() if register.stands[at]}
    return Standing(row, frozenset(found | {str(register.id[at]) for at in unplanned}), tuple(unplanned))


def _note_other(register: AsBuiltTable, rows: list[int], log: FindingLog) -> None:
    """Say which kinds of facilities are left aside, so that a misspelt tier is noticed."""
    if not rows:
        return
    kinds = Counter(str(register.tier_word[at]) for at in rows)
    told = ", ".join(f"{word} {count:,}" for word, count in kinds.most_common(10))
    log.warning(
        f"{counted(len(rows), 'row')} of no tier of the plan left aside ({told})",
        "If they belong to a tier of the plan, write its key into the column tier",
        place=register.table.place("tier", rows[0]),
        count=len(rows),
    )


def _known_otherwise(classes: Sequence[FacilityClasses]) -> tuple[dict[str, str], set[str]]:
    """Return the facility that each merged row is a part of, and the ids of what the plan does not plan."""
    merged: dict[str, str] = {}
    aside: set[str] = set()
    for one in classes:
        for id_, use, into in zip(one.id.tolist(), one.use.tolist(), one.into.tolist(), strict=True):
            if use == "merged":
                merged[id_] = into
            elif use != "site":
                aside.add(id_)
    return merged, aside


def _require_tier(register: AsBuiltTable, at: int, planned: str, log: FindingLog) -> None:
    if register.tier_word[at] and register.tier[at] != planned:
        log.error(
            f"{register.id[at]} stands as {register.tier_word[at]!r}, the plan has it as {planned}",
            "Correct the tier, or give the facility an id of its own",
            place=register.table.place("tier", at),
        )


def _is_new_place(register: AsBuiltTable, at: int, known: Iterable[str], log: FindingLog) -> bool:
    """Return whether a row of an id that the plan does not know says enough to stand on its own."""
    if register.tier[at] and _has_position(register, at):
        return True
    id_ = str(register.id[at])
    near = difflib.get_close_matches(id_, list(known), 1, 0.7)
    meant = f"Did you mean {near[0]}? " if near else ""
    log.error(
        f"id: the plan knows no facility or candidate {id_!r}",
        f"{meant}Correct the id, or give tier, lon and lat of a facility that was not planned",
        place=register.table.place("id", at),
    )
    return False


def _has_position(register: AsBuiltTable, at: int) -> bool:
    table = register.table
    if table.geometry is not None and table.geometry[at] is not None:
        return True
    pairs = (("lon", "lat"), ("x", "y"), ("location",))
    return any(all(table.text(name)[at] for name in pair) for pair in pairs)


def write_unplanned(register: AsBuiltTable, found: Standing, crs: str, path: Path, log: FindingLog) -> None:
    """Write the facilities that the plan does not know as a table of candidates in WGS-84."""
    rows = np.zeros(len(register), dtype=np.bool_)
    rows[list(found.unplanned)] = True
    if not crs and not register.table.crs:
        log.error(
            "The coordinate system of facilities that were not planned is not stated",
            "Say it: --crs wgs84, gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 or EPSG:n",
            place=register.table.place("lon", found.unplanned[0]),
        )
        return
    (lon, lat), _ = locate(register.table.select(rows), crs, required=True, log=log)
    if log.has_errors:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for at, x, y in zip(found.unplanned, lon.tolist(), lat.tolist(), strict=True):
            # 0 where it is not told: the plan's model wants a cost of every candidate, the review says it is not known
            cost = "0" if np.isnan(register.cost[at]) else repr(float(register.cost[at]))
            writer.writerow(
                [register.id[at], register.name[at], register.tier[at], repr(x), repr(y), cost, "candidate"]
            )
