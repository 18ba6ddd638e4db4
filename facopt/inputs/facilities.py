"""Registers of facilities as sites of the scenario's tiers; everything else that stands is kept as context."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facopt.errors import Place
from facopt.inputs.facility_names import LABELS, NOT_HUMAN_CARE, WIDER, kind_of_name
from facopt.inputs.findings import FindingLog, counted, listed
from facopt.inputs.headings import FACILITY_FIELDS
from facopt.inputs.numbers import BoolArray
from facopt.inputs.positions import locate
from facopt.inputs.requests import FacilitiesRequest, StudyAreaRequest, TierRequest
from facopt.inputs.study_area import ContextFacilities, FloatArray, Sites, TextArray
from facopt.inputs.tables import RecognisedTable, Table, read_table

STATUS_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("existing", "exists", "operating", "current", "open", "现状", "现有", "已建", "已有", "在用", "运营", "保留"),
                    "existing"),
    **dict.fromkeys(("candidate", "planned", "proposed", "potential", "备选", "候选", "规划", "拟建", "新建", "规划新建"),
                    "candidate"),
}  # fmt: skip
FIXED_WORDS: Mapping[str, str] = {
    "": "",
    **dict.fromkeys(("open", "必建", "必选", "保留", "开放"), "open"),
    **dict.fromkeys(("closed", "close", "关闭", "撤销", "停用"), "closed"),
}


@dataclass(frozen=True)
class FacilityFiles:
    """Sites, context and what was understood of the files."""

    sites: Sites
    context: ContextFacilities
    recognised: tuple[RecognisedTable, ...] = ()
    kinds: dict[str, int] = field(default_factory=dict)
    """Rows by tier or kind, dropped ones included."""


@dataclass(frozen=True)
class _Register:
    """One table's rows; `tier` is "" for context, and `kept` False for what is no human primary care."""

    table: Table
    tier: TextArray
    kind: TextArray
    kept: BoolArray
    existing: BoolArray
    fixed: TextArray
    amounts: dict[str, FloatArray]
    lon: FloatArray
    lat: FloatArray


_AMOUNTS = ("build_cost", "running_cost", "capacity_people")
_TEXTS = ("zone", "size", "owner")


def read_facilities(request: StudyAreaRequest, log: FindingLog) -> FacilityFiles | None:
    """Return all facilities of the request's tables; None where none of them can be read."""
    registers = []
    for part in request.facilities:
        with log.keeping():
            registers.append(_read_register(part, request, log))
    if not registers:
        return None
    sites, context = _sites(registers), _context(registers)
    _note_twins(registers, log)
    _note_no_sites(registers, request.tiers, sites, log)
    kinds = Counter(kind for register in registers for kind in register.kind.tolist())
    return FacilityFiles(sites, context, tuple(r.table.recognised for r in registers), dict(sorted(kinds.items())))


def _read_register(part: FacilitiesRequest, request: StudyAreaRequest, log: FindingLog) -> _Register:
    source = part.source
    table = read_table(
        source.file, layer=source.layer, sheet=source.sheet, columns=source.columns, fields=FACILITY_FIELDS
    )
    log.add(table.findings)
    table.require(("id",), log)
    tier, kind = _tiers(table, part, request.tiers, log)
    kept = ~np.isin(kind.astype(str), NOT_HUMAN_CARE)
    _note_dropped(table, kind, kept, log)
    table.complain("id", (table.text("id", "?") == "") & kept, log, "is blank", "Give every facility an id")
    used = tier != ""
    (lon, lat), _ = locate(table, source.crs, required=request.coordinates_required, log=log)
    return _Register(
        table, tier, kind, kept, _existing(table, part, used, log), _fixed(table, used, log),
        {name: table.numbers(name, log, least=0.0) for name in _AMOUNTS}, lon, lat,
    )  # fmt: skip


def _tiers(
    table: Table, part: FacilitiesRequest, tiers: Mapping[str, TierRequest], log: FindingLog
) -> tuple[TextArray, TextArray]:
    """Return tier ("" for context) and kind of each row: by the column, by the scenario's word, or by the name."""
    lookup = _lookup(tiers)
    column = table.recognised.columns.get("tier")
    if column is not None:
        tier = _mapped([lookup.get(_plain(text), "") for text in table.text("tier")])
        if column.how != "synonym" or (tier != "").any():
            kind = np.where(tier != "", tier, table.text("tier")).astype(object)
            _note_context(table, kind, tier == "", tiers, log)
            return tier, kind
    if part.tier:
        constant = np.full(len(table), part.tier, dtype=object)
        return constant, constant
    return _tiers_of_names(table, tiers, lookup, log)


def _tiers_of_names(
    table: Table, tiers: Mapping[str, TierRequest], lookup: Mapping[str, str], log: FindingLog
) -> tuple[TextArray, TextArray]:
    kinds = _mapped([kind_of_name(name) for name in table.text("name")])
    tier = _mapped([_tier_of_kind(kind, lookup) for kind in kinds])
    if not (kinds != "").any() and len(tiers) == 1:
        only = next(iter(tiers))
        log.warning(f"There is no column tier; all rows are taken as {only}", "Give a column tier", place=table.place("tier"))
        constant = np.full(len(table), only, dtype=object)
        return constant, constant
    if not (tier != "").any():
        table.require(("tier",), log)
        return tier, kinds
    kind = np.where(tier != "", tier, np.where(kinds != "", kinds, "other")).astype(object)
    counts = Counter(kind.tolist())
    told = ", ".join(f"{name} {number:,}" for name, number in counts.most_common())
    log.warning(f"Tiers were told from the facilities' names ({told})", "Give a column tier to decide yourself",
                place=table.place("tier"))  # fmt: skip
    return tier, kind


def _lookup(tiers: Mapping[str, TierRequest]) -> dict[str, str]:
    """Return the tier by every text that stands for it; the scenario's own words go first."""
    found = {_plain(name): name for name in tiers}
    for name, tier in tiers.items():
        found.update({_plain(text): name for text in tier.matches})
    for kind, labels in LABELS.items():
        tier_name = _tier_of_kind(kind, found)
        for label in (kind, *labels):
            if tier_name:
                found.setdefault(_plain(label), tier_name)
    return found


def _tier_of_kind(kind: str, lookup: Mapping[str, str]) -> str:
    """Return the tier of a kind: by its own name or a label of it, or by the kind that includes it."""
    for text in (kind, *LABELS.get(kind, ())):
        if text and _plain(text) in lookup:
            return lookup[_plain(text)]
    return lookup.get(_plain(WIDER[kind]), "") if kind in WIDER else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _mapped(texts: list[str]) -> TextArray:
    result = np.empty(len(texts), dtype=object)
    result[:] = texts
    return result


def _note_context(
    table: Table, kind: TextArray, context: BoolArray, tiers: Mapping[str, TierRequest], log: FindingLog
) -> None:
    if not context.any():
        return
    counts = Counter(text or "(blank)" for text in kind[context].tolist())
    told = ", ".join(f"{name} {number:,}" for name, number in counts.most_common(10))
    near = [(text, match[0]) for text in sorted(counts) if (match := difflib.get_close_matches(text, list(tiers), 1, 0.8))]
    remedy = f"If they belong to a tier, list their names under its `matches` (the tiers are {listed(list(tiers))})"
    if near:
        remedy = f"Did you mean {near[0][1]!r} by {near[0][0]!r}? {remedy}"
    log.warning(
        f"{counted(int(context.sum()), 'facility', 'facilities')} of no tier of the scenario drawn only, not planned with ({told})",
        remedy, place=table.place("tier", int(np.flatnonzero(context)[0])), count=int(context.sum()),
    )  # fmt: skip


def _note_dropped(table: Table, kind: TextArray, kept: BoolArray, log: FindingLog) -> None:
    if kept.all():
        return
    told = ", ".join(f"{name} {number:,}" for name, number in sorted(Counter(kind[~kept].tolist()).items()))
    log.warning(
        f"{counted(int((~kept).sum()), 'row')} left out, as they are no primary care for people ({told})",
        place=table.place("name", int(np.flatnonzero(~kept)[0])), count=int((~kept).sum()),
        examples=table.text("name")[~kept],
    )  # fmt: skip


def _existing(table: Table, part: FacilitiesRequest, used: BoolArray, log: FindingLog) -> BoolArray:
    """Return which rows stand today; rows that do not say take the default, with a warning."""
    texts = _mapped([_plain(text) for text in table.text("status")])
    status = _mapped([STATUS_WORDS.get(text, "") for text in texts])
    table.complain("status", used & (texts != "") & (status == ""), log, "is no status", "Use existing or candidate")
    silent = used & (texts == "")
    if silent.any() and not part.status_stated:
        rows = "No row says" if silent.sum() == used.sum() else f"{counted(int(silent.sum()), 'row does', 'rows do')} not say"
        log.warning(
            f"{rows} whether the facility exists; taken as {part.default_status}",
            "Give a column status with existing or candidate",
            place=table.place("status", int(np.flatnonzero(silent)[0]) if "status" in table else None),
            count=int(silent.sum()),
        )  # fmt: skip
    return np.asarray(np.where(status == "", part.default_status, status) == "existing")


def _fixed(table: Table, used: BoolArray, log: FindingLog) -> TextArray:
    texts = _mapped([_plain(text) for text in table.text("fixed")])
    unknown: BoolArray = used & np.array([text not in FIXED_WORDS for text in texts], dtype=np.bool_)
    table.complain("fixed", unknown, log, "is not understood", "Use open, closed or leave the cell blank")
    return _mapped([FIXED_WORDS.get(text, "") for text in texts])


def _sites(registers: list[_Register]) -> Sites:
    rows = [register.kept & (register.tier != "") for register in registers]

    def text(name: str) -> TextArray:
        return _joined([r.table.text(name)[keep] for r, keep in zip(registers, rows, strict=True)])

    def own(name: str) -> TextArray:
        return _joined([getattr(r, name)[keep] for r, keep in zip(registers, rows, strict=True)])

    def amount(name: str) -> FloatArray:
        return np.concatenate([r.amounts[name][keep] for r, keep in zip(registers, rows, strict=True)])

    ids = text("id")
    names = text("name")
    return Sites(
        id=ids, name=_mapped([name or id_ for name, id_ in zip(names, ids, strict=True)]), tier=own("tier"),
        existing=own("existing").astype(np.bool_), fixed=own("fixed"),
        lon=own("lon").astype(np.float64), lat=own("lat").astype(np.float64),
        **{name: amount(name) for name in _AMOUNTS}, **{name: text(name) for name in _TEXTS},
    )  # fmt: skip


def _context(registers: list[_Register]) -> ContextFacilities:
    rows = [register.kept & (register.tier == "") for register in registers]
    parts = list(zip(registers, rows, strict=True))
    return ContextFacilities(
        id=_joined([r.table.text("id")[keep] for r, keep in parts]),
        name=_joined([r.table.text("name")[keep] for r, keep in parts]),
        kind=_joined([r.kind[keep] for r, keep in parts]),
        lon=np.concatenate([r.lon[keep] for r, keep in parts]),
        lat=np.concatenate([r.lat[keep] for r, keep in parts]),
    )


def _joined(parts: list[TextArray]) -> TextArray:
    return np.concatenate(parts)


def _note_twins(registers: list[_Register], log: FindingLog) -> None:
    """Note an error for each id that stands twice among the sites, naming both places."""
    first: dict[str, Place] = {}
    twins: list[tuple[str, Place, Place]] = []
    for register in registers:
        for row in np.flatnonzero(register.kept & (register.tier != "")):
            id_ = register.table.text("id")[row] if "id" in register.table else ""
            here = register.table.place("id", int(row))
            if id_ and id_ in first:
                twins.append((id_, first[id_], here))
            first.setdefault(id_, here)
    if twins:
        id_, before, here = twins[0]
        more = f", and {counted(len(twins) - 1, 'more id')} likewise" if len(twins) > 1 else ""
        log.error(
            f"id: {id_!r} stands already at {before}{more}", "Every site needs an id of its own, in all tables together",
            place=here, count=len(twins), examples=(repr(twin[0]) for twin in twins[1:]),
        )  # fmt: skip


def _note_no_sites(
    registers: list[_Register], tiers: Mapping[str, TierRequest], sites: Sites, log: FindingLog
) -> None:
    if len(sites) == 0 and not log.has_errors:
        log.error(
            f"There is no facility of the scenario's tiers ({listed(list(tiers))})",
            "Check the column tier, or list what the register calls them under the tier's `matches`",
            place=registers[0].table.place("tier"),
        )  # fmt: skip
