"""A register of what stands by now: ids, whether each facility stands, since when, and what it cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from facopt.inputs.facilities import STATUS_WORDS, plain_word, tiers_by_word
from facopt.inputs.headings import FACILITY_FIELDS
from facopt.inputs.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from facopt.inputs.findings import FindingLog
    from facopt.inputs.numbers import BoolArray
    from facopt.inputs.requests import TierRequest
    from facopt.inputs.study_area import FloatArray, TextArray
    from facopt.inputs.tables import Table

FIELDS = (*FACILITY_FIELDS, "opened")

_AMBIGUOUS = "新建"
"""In a plan this is still to come, in a register it may be finished: whoever wrote it must say."""
STANDING_WORDS = frozenset(
    (
        *(word for word, status in STATUS_WORDS.items() if status == "existing"),
        "open", "opened", "built", "completed", "in use", "in operation", "建成", "已建成", "已完工", "竣工", "已竣工",
        "投用", "已投用", "启用", "已启用", "运行", "正常", "正常运营", "营业", "开业", "开放",
    )
)  # fmt: skip
ABSENT_WORDS = frozenset(
    (
        *(word for word, status in STATUS_WORDS.items() if status == "candidate" and word != _AMBIGUOUS),
        "building", "under construction", "not built", "closed", "demolished", "suspended", "在建", "建设中", "未建",
        "未建成", "未开工", "未投用", "关闭", "停业", "停用", "停办", "撤销", "撤并", "已撤并", "注销",
    )
)  # fmt: skip

_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class AsBuiltTable:
    """The rows of a register; arrays have shape (N,)."""

    table: Table
    id: TextArray
    name: TextArray
    tier: TextArray
    """Tier of the scenario; "" where the register's word stands for none of them, or there is none."""
    tier_word: TextArray
    """What the register says, "" where it says nothing."""
    stands: BoolArray
    opened: TextArray
    """Date as `2027-05-01`, `2027-05` or `2027`; "" where none is given."""
    cost: FloatArray
    """What it did cost; NaN where that is not told."""
    size: TextArray
    """Name of its size; "" where none is told."""
    capacity_people: FloatArray
    """People it has room for; NaN where that is not told."""

    def __len__(self) -> int:
        return len(self.id)


def read_as_built(path: Path, tiers: Mapping[str, TierRequest], as_of: str, log: FindingLog) -> AsBuiltTable:
    """Return the register of what stands at a date.

    A row that says nothing of its status stands, unless it opened after the date.

    Parameters
    ----------
    path
        Table with `id` and, where known, `name, tier, status, opened, build_cost, size, capacity_people` and
        coordinates.
    tiers
        Tiers of the scenario, to understand the register's words.
    as_of
        Date as `2027-12-31`, `2027-12` or `2027`; "" for no date.
    log
        Takes the findings; the caller raises them.

    Raises
    ------
    DataError
        Where the file cannot be read at all.
    """
    table = read_table(path, fields=FIELDS)
    log.add(table.findings)
    if not table.require(("id",), log):
        log.raise_errors()
    ids = table.text("id")
    table.complain("id", ids == "", log, "is blank", "Give every facility its id of the plan")
    table.complain("id", _repeated(ids), log, "stands in an earlier row too", "Keep one row for each facility")
    words = table.text("tier")
    lookup = tiers_by_word(tiers)
    opened = _opened(table, log)
    later = np.array([bool(as_of and day) and is_after(day, as_of) for day in opened], dtype=np.bool_)
    return AsBuiltTable(
        table=table,
        id=ids,
        name=table.text("name"),
        tier=np.array([lookup.get(plain_word(word), "") for word in words], dtype=object),
        tier_word=words,
        stands=_stands(table, log) & ~later,
        opened=opened,
        cost=table.numbers("build_cost", log, least=0.0),
        size=table.text("size"),
        capacity_people=table.numbers("capacity_people", log, least=0.0),
    )


def as_date(text: str) -> str | None:
    """Return a date as `2027-05-01`, `2027-05` or `2027`, as exactly as it is given; None where it is none."""
    plain = text.strip().removesuffix(" 00:00:00").removesuffix("T00:00:00")
    found = _COMPACT.fullmatch(plain) or _DATE.fullmatch(plain)
    if found is None:
        return None
    parts = [int(part) for part in found.groups() if part]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return None
    return "-".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])])


def is_after(day: str, other: str) -> bool:
    """Tell whether a date is later than another, compared as exactly as both are given."""
    length = min(len(day), len(other))
    return day[:length] > other[:length]


def _repeated(ids: TextArray) -> BoolArray:
    seen: set[str] = set()
    repeated = np.zeros(len(ids), dtype=np.bool_)
    for row, id_ in enumerate(ids.tolist()):
        repeated[row] = id_ != "" and id_ in seen
        seen.add(id_)
    return repeated


def _stands(table: Table, log: FindingLog) -> BoolArray:
    words = [plain_word(text) for text in table.text("status")]
    stands = np.array([word == "" or word in STANDING_WORDS for word in words], dtype=np.bool_)
    absent = np.array([word in ABSENT_WORDS for word in words], dtype=np.bool_)
    table.complain(
        "status", ~stands & ~absent, log, "does not say whether the facility stands",
        "Use existing, building or closed (现有、在建、停用)",
    )  # fmt: skip
    return stands


def _opened(table: Table, log: FindingLog) -> TextArray:
    texts = table.text("opened")
    days = [as_date(text) if text else "" for text in texts]
    unknown = np.array([day is None for day in days], dtype=np.bool_)
    table.complain("opened", unknown, log, "is no date", "Write 2027-05-01, 2027-05 or 2027")
    return np.array([day or "" for day in days], dtype=object)
