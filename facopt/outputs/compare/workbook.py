"""compare.xlsx: the comparison as sheets, with every zone, facility and settlement for which something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.compare import phrases
from facopt.outputs.spreadsheet import (
    MAX_ROWS,
    Measured,
    Sheet,
    SheetColumn,
    add_sheet,
    new_workbook,
    one_page_wide,
    save_workbook,
    text_cell,
)
from facopt.outputs.words import named, pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl import Workbook

    from facopt.outputs.compare.model import Change, Comparison, Difference, Measure, SiteChange

WAN = 10_000.0
CHANGED = ("gain", "lose", "reassigned")


def write_comparison_workbook(comparison: Comparison, path: Path) -> None:
    """Write the comparison as a workbook; the same comparison gives the same bytes."""
    day = max(run.generated[:10] for run in comparison.runs) or "1980-01-01"
    book = new_workbook(_said("compare.title"), day)
    _add_sentences(book, comparison)
    for sheet in (
        _inputs(comparison),
        _results(comparison),
        _zones(comparison),
        _sites(comparison),
        _points(comparison),
    ):
        add_sheet(book, sheet)
    save_workbook(book, path, day)


def _said(key: str, **figures: str | phrases.Pair) -> str:
    return phrases.joined(pair(key, **figures))


def _sheet(
    key: str, columns: tuple[SheetColumn, ...], rows: list[tuple[Any, ...]], notes: tuple[str, ...] = ()
) -> Sheet:
    return Sheet(
        pair(key)[0],
        _said(key),
        columns,
        rows,
        notes=notes,
        cut_note=_said("compare.rows_cut", n=numbers.count(MAX_ROWS)),
    )


def _column(key: str, kind: str = "text", **figures: str) -> SheetColumn:
    return SheetColumn(_said(key, **figures), kind)


def _add_sentences(book: Workbook, comparison: Comparison) -> None:
    """First sheet: the sentences, the red line where there is one, and which run each letter is."""
    sheet = book.create_sheet(pair("compare.title")[0])
    one_page_wide(sheet)
    sheet.column_dimensions["A"].width = 120
    sheet.append([text_cell(sheet, _said("compare.title"), bold=True, size=16)])
    for change in comparison.changes:
        for words in phrases.sentence(comparison, change):
            sheet.append([text_cell(sheet, words, size=12)])
    if comparison.basis:
        key = "compare.basis_allowed" if comparison.allowed else "compare.basis_refused"
        sheet.append([text_cell(sheet, _said(key), bold=True, colour="8E1B1B")])
    for difference in comparison.basis:
        words = phrases.joined(phrases.basis_words(comparison, difference))
        sheet.append([text_cell(sheet, words, colour="8E1B1B")])
    sheet.append([])
    for run in comparison.runs:
        title = phrases.joined((run.title_zh, run.title_en))
        proof = phrases.joined(phrases.status_words(run))
        sheet.append([text_cell(sheet, f"{run.letter}  {title} · {run.scenario} · {run.generated} · {proof}")])


def _inputs(comparison: Comparison) -> Sheet:
    columns = (_column("compare.item"), _column("compare.key"), *(SheetColumn(run.letter) for run in comparison.runs))
    rows: list[tuple[Any, ...]] = [
        (phrases.joined(phrases.setting_name(comparison, row.key)), row.key, *_values(comparison, row))
        for row in comparison.settings
    ]
    rows += [(_said("compare.file"), row.key, *row.values) for row in comparison.inputs]
    same = {"settings": numbers.count(comparison.settings_same), "files": numbers.count(comparison.inputs_same)}
    return _sheet("compare.inputs", columns, rows, (_said("compare.inputs_rest", **same),))


def _values(comparison: Comparison, row: Difference) -> Iterator[str]:
    """Values of a setting by run: money as the scenario states it, everything else in words."""
    for run, value in enumerate(row.values):
        exact = value and phrases.is_money(row.key)
        yield value if exact else phrases.joined(phrases.setting_value(comparison, row.key, run, value))


def _results(comparison: Comparison) -> Sheet:
    """Figures as they are: percentages from 0 to 100 in points, money in 万元 where the currency is the yuan."""
    runs = comparison.runs
    columns = (
        _column("compare.measure"),
        *(SheetColumn(run.letter, "measured") for run in runs),
        *(SheetColumn(f"{run.letter} {numbers.MINUS} A", "measured_change") for run in runs[1:]),
        *(SheetColumn(f"{_said('compare.better')}: A, {run.letter}") for run in runs[1:]),
    )
    rows = [_result(comparison, row) for row in comparison.measures]
    flagged = (_said("compare.flagged"),) if comparison.basis and comparison.allowed else ()
    return _sheet("compare.results", columns, rows, (_said("compare.rounding"), *flagged))


def _result(comparison: Comparison, row: Measure) -> tuple[Any, ...]:
    currency = comparison.runs[0].currency
    scale = WAN if row.unit == "money" and currency == "CNY" else 1.0
    name = phrases.measure_name(comparison, row)
    heading = phrases.joined((name[0], name[1].replace("¥ million", "CNY 10,000")))
    unit = " (%)" if row.unit == "percent" else ""
    figures = [
        None if value is None else Measured(value / scale, row.unit) for value in (*row.values, *row.differences)
    ]
    words = [phrases.joined(phrases.better_words(comparison, row, run)) for run in range(1, len(comparison.runs))]
    return (("　" if phrases.is_part(row) else "") + heading + unit, *figures, *words)


def _pairs(comparison: Comparison) -> Iterator[tuple[str, Change]]:
    for change in comparison.changes:
        yield f"A → {comparison.runs[change.run].letter}", change


def _knows_english(comparison: Comparison) -> bool:
    """Whether any facility, settlement or unit of the comparison has an English name."""
    changes = comparison.changes
    sites = (site for change in changes for site in (*change.only_base, *change.only_other, *change.both))
    tables = [change.people.points[["name_en", "zone_name_en"]] for change in changes if change.people is not None]
    return any(site.name_en or site.zone_en for site in sites) or any((names != "").any(axis=None) for names in tables)


def _names(english: bool, key: str) -> tuple[SheetColumn, ...]:
    """Column of a name, and one of its English where the runs know any."""
    return (_column(key), _column(f"{key}_en")) if english else (_column(key),)


def _told(english: bool, name: str, name_en: str) -> tuple[str, ...]:
    return (name, name_en) if english else (name,)


def _zones(comparison: Comparison) -> Sheet:
    english = _knows_english(comparison)
    columns = (
        _column("compare.pair"),
        _column("compare.id"),
        *_names(english, "compare.unit"),
        _column("compare.people", "people"),
        _column("compare.gain_people", "people"),
        _column("compare.lose_people", "people"),
        _column("compare.share_base", "percent"),
        _column("compare.share_other", "percent"),
        _column("compare.share_change", "points"),
    )
    rows: list[tuple[Any, ...]] = [
        (
            told, zone.zone, *_told(english, zone.name, zone.name_en), zone.people, zone.gain, zone.lose,
            zone.percent_base, zone.percent_other, zone.percent_other - zone.percent_base,
        )
        for told, change in _pairs(comparison) if change.people is not None
        for zone in change.people.zones
    ]  # fmt: skip
    return _sheet("compare.sheet_zones", columns, rows)


def _sites(comparison: Comparison) -> Sheet:
    currency, english = comparison.runs[0].currency, _knows_english(comparison)
    money = "万元 / CNY 10,000" if currency == "CNY" else currency
    columns = (
        _column("compare.pair"),
        _column("compare.open_in"),
        _column("compare.id"),
        *_names(english, "compare.name"),
        _column("compare.tier"),
        *_names(english, "compare.unit"),
        _column("compare.action"),
        _column("compare.stage"),
        _column("column.size"),
        _column("compare.action_other"),
        SheetColumn(f"{_said('compared.cost')} ({money})", "money", WAN if currency == "CNY" else 1.0),
        _column("compare.people_assigned", "people"),
    )
    rows = [
        _site(comparison, (told, letters), site, english)
        for told, change in _pairs(comparison)
        for letters, sites in _standing(comparison, change)
        for site in sites
    ]
    return _sheet("compare.sheet_sites", columns, rows)


def _standing(comparison: Comparison, change: Change) -> list[tuple[str, tuple[SiteChange, ...]]]:
    base, other = comparison.runs[0].letter, comparison.runs[change.run].letter
    return [(base, change.only_base), (other, change.only_other), (f"{base}, {other}", change.both)]


def _site(comparison: Comparison, first: tuple[str, str], site: SiteChange, english: bool) -> tuple[Any, ...]:
    names = comparison.tiers.get(site.tier, (site.tier, site.tier, ""))
    return (
        *first, site.site_id, *_told(english, site.name, site.name_en), phrases.joined(names[:2]),
        *_told(english, site.zone, site.zone_en),
        phrases.joined(named("action", site.action)), site.stage, site.size,
        phrases.joined(phrases.done_words(site.action_other, site.stage_other, site.size_other))
        if site.differs else "",
        site.cost, site.people_assigned,
    )  # fmt: skip


def _points(comparison: Comparison) -> Sheet:
    """Every settlement that gains or loses cover or goes to another facility."""
    english = _knows_english(comparison)
    columns = (
        _column("compare.pair"),
        _column("compare.id"),
        *_names(english, "compare.name"),
        *_names(english, "compare.unit"),
        _column("compare.people", "people"),
        _column("compare.change"),
        _column("compare.minutes_base", "minutes"),
        _column("compare.minutes_other", "minutes"),
        _column("compare.sites_base"),
        _column("compare.sites_other"),
    )
    names = ["name", "name_en", "zone_name", "zone_name_en"] if english else ["name", "zone_name"]
    kept = ["id", *names, "people", "change", "minutes_base", "minutes_other", "sites_base", "sites_other"]
    words = {change: phrases.joined(pair(f"point_change.{change}")) for change in CHANGED}
    rows: list[tuple[Any, ...]] = []
    for told, change in _pairs(comparison):
        if change.people is not None:
            points = change.people.points
            moved = points[points["change"].isin(CHANGED)][kept]
            told_rows = moved.assign(change=moved["change"].map(words)).itertuples(index=False, name=None)
            rows += [(told, *row) for row in told_rows]
    return _sheet("compare.sheet_points", columns, rows)
