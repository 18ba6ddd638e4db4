"""Registers of facilities as sites of the scenario's tiers; everything else that stands is kept as context."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import Place
from facopt.inputs.characters import simplified
from facopt.inputs.duplicates import IntArray, merged_into
from facopt.inputs.facility_names import LABELS, NOT_HUMAN_CARE, WIDER, kind_of_name, kind_of_tags
from facopt.inputs.findings import FindingLog, counted, listed
from facopt.inputs.headings import FACILITY_FIELDS
from facopt.inputs.positions import locate
from facopt.inputs.study_area import ContextFacilities, FloatArray, Sites, TextArray
from facopt.inputs.tables import RecognisedTable, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from facopt.inputs.numbers import BoolArray
    from facopt.inputs.requests import FacilitiesRequest, StudyAreaRequest, TierRequest

STATUS_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("existing", "exists", "operating", "current"), "existing"),
    **dict.fromkeys(("现状", "现有", "已建", "已有", "在用", "运营", "保留"), "existing"),
    **dict.fromkeys(("candidate", "planned", "proposed", "potential"), "candidate"),
    **dict.fromkeys(("备选", "候选", "规划", "拟建", "新建", "规划新建"), "candidate"),
}  # fmt: skip
CANDIDATE_WORDS = frozenset(word for word, status in STATUS_WORDS.items() if status == "candidate")
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
    classes: tuple[FacilityClasses, ...] = ()
    """What every row of each table was taken for."""
    site_counts: tuple[int, ...] = ()
    """How many of the sites, one table after another, each table gave."""


@dataclass(frozen=True)
class _Register:
    """One table's sites, and what else stands in it; arrays have shape (rows of `table`,)."""

    table: Table
    """The rows of the scenario's tiers."""
    tier: TextArray
    existing: BoolArray
    fixed: TextArray
    amounts: dict[str, FloatArray]
    lon: FloatArray
    lat: FloatArray
    context: ContextFacilities
    kinds: TextArray
    """Tier or kind of all rows, context and dropped ones included."""
    classes: FacilityClasses
    """What became of all rows."""


@dataclass(frozen=True)
class FacilityClasses:
    """What every row of a register was taken for; arrays have shape (rows of the file,)."""

    path: Path
    line: IntArray
    id: TextArray
    name: TextArray
    stated: TextArray
    """What the register says, "" where it has no such column."""
    kind: TextArray
    """Tier of the scenario, or kind by name."""
    use: TextArray
    """`site`, `drawn only`, `left out` or `merged`."""
    into: TextArray
    """Id of the facility that a merged row is a part of."""


OSM_HEADINGS = frozenset({"amenity", "healthcare"})
"""Tags of OpenStreetMap that tell what a facility is."""
_AMOUNTS = ("build_cost", "running_cost", "capacity_people")


def read_facilities(request: StudyAreaRequest, log: FindingLog) -> FacilityFiles | None:
    """Return all facilities of the request's tables; None where none of them can be read."""
    registers = []
    for part in request.facilities:
        with log.keeping():
            registers.append(_read_register(part, request, log))
    if not registers:
        return None
    sites = _sites(registers)
    _note_twins(registers, log)
    if len(sites) == 0 and not request.more_sites_follow and not log.has_errors:
        log.error(
            f"There is no facility of the scenario's tiers ({listed(list(request.tiers))})",
            "Check the column tier, or list what the register calls them under the tier's `matches`",
            place=registers[0].table.place("tier"),
        )
    kinds = Counter(kind for register in registers for kind in register.kinds.tolist())
    recognised = tuple(register.table.recognised for register in registers)
    counts = tuple(len(register.table) for register in registers)
    classes = tuple(register.classes for register in registers)
    return FacilityFiles(sites, _all_context(registers), recognised, dict(sorted(kinds.items())), classes, counts)


def _read_register(part: FacilitiesRequest, request: StudyAreaRequest, log: FindingLog) -> _Register:
    source = part.source
    table = read_table(
        source.file, layer=source.layer, sheet=source.sheet, columns=source.columns, fields=FACILITY_FIELDS
    )
    log.add(table.findings)
    table.require(("id",), log)
    if part.tiers and not _tells_tiers(table, request.tiers):
        table = _for_each_tier(table, part.tiers)
    tier, kinds = _tiers(table, part, request.tiers, log)
    kept = ~np.isin(kinds.astype(str), NOT_HUMAN_CARE)
    _note_dropped(table, kinds, kept, log)
    planned = kept & (tier != "")
    sites = table.select(planned)
    sites.complain("id", sites.text("id", "?") == "", log, "is blank", "Give every facility an id")
    (lon, lat), crs = locate(sites, source.crs, required=request.coordinates_required, log=log)
    owner = _merged(sites, tier[planned], (lon, lat), part, log)
    alone = owner < 0
    classes = _classes(table, kinds, (kept, planned), owner)
    sites, own_tier = sites.select(alone), tier[planned][alone]
    context = table.select(kept & ~planned)
    return _Register(
        replace(sites, recognised=replace(table.recognised, crs=crs)), own_tier, _existing(sites, part, log),
        _fixed(sites, log), {name: sites.numbers(name, log, least=0.0) for name in _AMOUNTS}, lon[alone], lat[alone],
        _context(context, kinds[kept & ~planned], source.crs, log), kinds, classes,
    )  # fmt: skip


def _merged(
    sites: Table, tier: TextArray, at: tuple[FloatArray, FloatArray], part: FacilitiesRequest, log: FindingLog
) -> IntArray:
    """Return the row that each row is a part of, -1 for none; noted with the list of those that are."""
    if part.merge_within_metres is None:
        return np.full(len(sites), -1, dtype=np.int64)
    names = sites.text("name")
    owner = merged_into(names, tier, *at, part.merge_within_metres)
    parts = np.flatnonzero(owner >= 0)
    if len(parts):
        log.warning(
            f"{counted(len(parts), 'row')} merged into others of the same tier within {part.merge_within_metres:g} m "
            "with similar names",
            "See the whole list with facopt check --classes", place=sites.place("name", int(parts[0])),
            count=len(parts), examples=(f"{names[row]} into {names[owner[row]]}" for row in parts),
        )  # fmt: skip
    return owner


def _classes(table: Table, kinds: TextArray, chosen: tuple[BoolArray, BoolArray], owner: IntArray) -> FacilityClasses:
    """Return what became of each row of a register."""
    kept, planned = chosen
    use = np.where(planned, "site", np.where(kept, "drawn only", "left out")).astype(object)
    into = np.full(len(table), "", dtype=object)
    rows, ids = np.flatnonzero(planned), table.text("id")
    for row in np.flatnonzero(owner >= 0):
        use[rows[row]], into[rows[row]] = "merged", ids[rows[owner[row]]]
    stated = table.text("tier")
    return FacilityClasses(table.path, table.lines, ids, table.text("name"), stated, kinds, use, into)


def _context(table: Table, kind: TextArray, crs: str, log: FindingLog) -> ContextFacilities:
    """Return the rows of no tier; those without usable coordinates are only counted, as nothing hangs on them."""
    (lon, lat), _ = locate(table, crs, required=False, log=FindingLog())
    lost = ~np.isfinite(lon)
    if lost.any() and not lost.all():
        log.warning(
            f"{counted(int(lost.sum()), 'facility', 'facilities')} of no tier without usable coordinates not drawn",
            place=table.place("lon", int(np.flatnonzero(lost)[0])), count=int(lost.sum()),
        )  # fmt: skip
    return ContextFacilities(table.text("id"), table.text("name"), kind, lon, lat, table.text("name_en"))


def _tiers(
    table: Table, part: FacilitiesRequest, tiers: Mapping[str, TierRequest], log: FindingLog
) -> tuple[TextArray, TextArray]:
    """Return tier ("" for context) and kind of each row: by the column, by the scenario's word, or by the name."""
    lookup = tiers_by_word(tiers)
    column = table.recognised.columns.get("tier")
    if column is not None:
        tier = _mapped([lookup.get(plain_word(text), "") for text in table.text("tier")])
        if column.how != "synonym" or (tier != "").any():
            kind = np.where(tier != "", tier, table.text("tier")).astype(object)
            _note_context(table, kind, tier == "", tiers, log)
            return tier, kind
    if column is None and OSM_HEADINGS & table.raw.keys():
        return _tiers_of_tags(table, lookup, log)
    if part.tiers:
        constant = np.repeat(np.array(part.tiers, dtype=object), len(table) // len(part.tiers))
        return constant, constant
    return _tiers_of_names(table, tiers, lookup, log)


def _tiers_of_tags(table: Table, lookup: Mapping[str, str], log: FindingLog) -> tuple[TextArray, TextArray]:
    """Return tier and kind of each row by OpenStreetMap's tags and by its name."""
    blank = np.full(len(table), "", dtype=object)
    tags = (table.raw.get(heading, blank) for heading in ("amenity", "healthcare"))
    kinds = _mapped([kind_of_tags(*row) or "other" for row in zip(*tags, table.text("name"), strict=True)])
    tier = _mapped([lookup.get(plain_word(kind), "") or _tier_of_kind(kind, lookup) for kind in kinds])
    told = ", ".join(f"{name} {number:,}" for name, number in Counter(kinds.tolist()).most_common())
    log.warning(
        f"Tiers were told from OpenStreetMap's amenity and healthcare ({told})",
        "Give a column tier to decide yourself", place=table.place("tier"),
    )  # fmt: skip
    return tier, np.where(tier != "", tier, kinds).astype(object)


def _tells_tiers(table: Table, tiers: Mapping[str, TierRequest]) -> bool:
    """Return whether a column tells the tiers: under its own name, or with a word that stands for one of them."""
    column, lookup = table.recognised.columns.get("tier"), tiers_by_word(tiers)
    if column is None:
        return bool(OSM_HEADINGS & table.raw.keys())
    return column.how != "synonym" or any(plain_word(text) in lookup for text in table.text("tier"))


def _for_each_tier(table: Table, tiers: tuple[str, ...]) -> Table:
    """Return a table with every row once for each tier; ids end with the tier where there are several."""
    if len(tiers) == 1:
        return table
    rows = len(table)
    table = table.select(np.tile(np.arange(rows), len(tiers)))
    ids = table.text("id").copy()
    ids[:] = [id_ and f"{id_}-{tiers[row // rows]}" for row, id_ in enumerate(ids)]
    return replace(table, columns={**table.columns, "id": ids})


def _tiers_of_names(
    table: Table, tiers: Mapping[str, TierRequest], lookup: Mapping[str, str], log: FindingLog
) -> tuple[TextArray, TextArray]:
    kinds = _mapped([kind_of_name(name) for name in table.text("name")])
    tier = _mapped([_tier_of_kind(kind, lookup) for kind in kinds])
    if not (kinds != "").any() and len(tiers) == 1:
        only = next(iter(tiers))
        log.warning(
            f"There is no column tier; all rows are taken as {only}", "Give a column tier", place=table.place("tier")
        )
        constant = np.full(len(table), only, dtype=object)
        return constant, constant
    if not (tier != "").any():
        log.error(
            "There is no column 'tier'",
            f"The file has {listed(list(table.raw))}; name the right one: columns: {{tier: <heading>}}, or state the "
            f"tiers of all rows: tiers: [{', '.join(tiers)}]",
            place=Place(table.path, table.recognised.heading_line, key="tier"),
        )
        return tier, kinds
    kind = np.where(tier != "", tier, np.where(kinds != "", kinds, "other")).astype(object)
    counts = Counter(kind.tolist())
    told = ", ".join(f"{name} {number:,}" for name, number in counts.most_common())
    log.warning(f"Tiers were told from the facilities' names ({told})", "Give a column tier to decide yourself",
                place=table.place("tier"))  # fmt: skip
    return tier, kind


def tiers_by_word(tiers: Mapping[str, TierRequest]) -> dict[str, str]:
    """Return the tier by every text that stands for it; the scenario's own words go first."""
    found = {plain_word(name): name for name in tiers}
    for name, tier in tiers.items():
        found.update({plain_word(text): name for text in tier.matches})
    for kind, labels in LABELS.items():
        tier_name = _tier_of_kind(kind, found)
        for label in (kind, *labels):
            if tier_name:
                found.setdefault(plain_word(label), tier_name)
    return found


def _tier_of_kind(kind: str, lookup: Mapping[str, str]) -> str:
    """Return the tier of a kind: by its own name or a label of it, or by the kind that includes it."""
    for text in (kind, *LABELS.get(kind, ())):
        if text and plain_word(text) in lookup:
            return lookup[plain_word(text)]
    return lookup.get(plain_word(WIDER[kind]), "") if kind in WIDER else ""


def plain_word(text: str) -> str:
    """Return a word of a register as words are compared: without case, width, traditional forms and blanks around."""
    return simplified(unicodedata.normalize("NFKC", text)).strip().casefold()


def tier_words(text: str) -> str:
    """Return the kind that a register's word stands for, such as township_clinic for 乡镇卫生院; "" for any other."""
    plain = plain_word(text)
    return next((kind for kind, labels in LABELS.items() if plain in map(plain_word, (kind, *labels))), "")


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
    near = [
        (text, match[0]) for text in sorted(counts) if (match := difflib.get_close_matches(text, list(tiers), 1, 0.8))
    ]
    remedy = f"If they belong to a tier, list their names under its `matches` (the tiers are {listed(list(tiers))})"
    if near:
        remedy = f"Did you mean {near[0][1]!r} by {near[0][0]!r}? {remedy}"
    belong = counted(int(context.sum()), "facility belongs", "facilities belong")
    drawn = "is only drawn" if context.sum() == 1 else "are only drawn"
    log.warning(
        f"{belong} to no tier of the scenario and {drawn} on the map ({told})", remedy,
        place=table.place("tier", int(np.flatnonzero(context)[0])), count=int(context.sum()),
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


def _existing(table: Table, part: FacilitiesRequest, log: FindingLog) -> BoolArray:
    """Return which rows stand today; rows that do not say take the default, with a warning."""
    texts = _mapped([plain_word(text) for text in table.text("status")])
    status = _mapped([STATUS_WORDS.get(text, "") for text in texts])
    table.complain("status", (texts != "") & (status == ""), log, "is no status", "Use existing or candidate")
    silent = texts == ""
    if silent.any() and not part.status_stated:
        who = "No row says" if silent.all() else f"{counted(int(silent.sum()), 'row does', 'rows do')} not say"
        log.warning(
            f"{who} whether the facility exists; taken as {part.default_status}",
            "Give a column status with existing or candidate",
            place=table.place("status", int(np.flatnonzero(silent)[0]) if "status" in table else None),
            count=int(silent.sum()),
        )
    return np.asarray(np.where(status == "", part.default_status, status) == "existing")


def _fixed(table: Table, log: FindingLog) -> TextArray:
    texts = _mapped([plain_word(text) for text in table.text("fixed")])
    unknown = np.array([text not in FIXED_WORDS for text in texts], dtype=np.bool_)
    table.complain("fixed", unknown, log, "is not understood", "Use open, closed or leave the cell blank")
    return _mapped([FIXED_WORDS.get(text, "") for text in texts])


def _sites(registers: list[_Register]) -> Sites:
    def text(name: str) -> TextArray:
        return np.concatenate([register.table.text(name) for register in registers])

    def amount(name: str) -> FloatArray:
        return np.concatenate([register.amounts[name] for register in registers])

    ids, names = text("id"), text("name")
    return Sites(
        id=ids,
        name=np.where(names == "", ids, names).astype(object),
        tier=np.concatenate([register.tier for register in registers]),
        existing=np.concatenate([register.existing for register in registers]),
        fixed=np.concatenate([register.fixed for register in registers]),
        build_cost=amount("build_cost"),
        running_cost=amount("running_cost"),
        capacity_people=amount("capacity_people"),
        lon=np.concatenate([register.lon for register in registers]),
        lat=np.concatenate([register.lat for register in registers]),
        zone=text("zone"),
        size=text("size"),
        owner=text("owner"),
        name_en=text("name_en") if any("name_en" in register.table for register in registers) else None,
    )


def _all_context(registers: list[_Register]) -> ContextFacilities:
    parts = [register.context for register in registers]
    return ContextFacilities(
        id=np.concatenate([part.id for part in parts]),
        name=np.concatenate([part.name for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
        lon=np.concatenate([part.lon for part in parts]),
        lat=np.concatenate([part.lat for part in parts]),
        name_en=np.concatenate([np.full(len(part), "") if part.name_en is None else part.name_en for part in parts]),
    )


def _note_twins(registers: list[_Register], log: FindingLog) -> None:
    """Note an error for each id that stands twice among the sites, naming both places."""
    first: dict[str, Place] = {}
    twins: list[tuple[str, Place, Place]] = []
    for register in registers:
        for row, id_ in enumerate(register.table.text("id").tolist()):
            here = register.table.place("id", row)
            if id_ and id_ in first:
                twins.append((id_, first[id_], here))
            first.setdefault(id_, here)
    if twins:
        id_, before, here = twins[0]
        more = f", and {counted(len(twins) - 1, 'more id')} likewise" if len(twins) > 1 else ""
        log.error(
            f"id: {id_!r} stands already at {before}{more}",
            "Every site needs an id of its own, in all tables together",
            place=here,
            count=len(twins),
            examples=(repr(twin[0]) for twin in twins[1:]),
        )
