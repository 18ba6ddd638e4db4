"""compare.xlsx of a review: sentences, coverage of every group, all facilities, settlements behind plan, monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.as_built import phrases
from facopt.outputs.compare import phrases as compared
from facopt.outputs.compare.phrases import joined
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

    from facopt.outputs.as_built.model import AsBuiltReview, SiteCheck

WAN = 10_000.0


def write_as_built_workbook(review: AsBuiltReview, path: Path) -> None:
    """Write the review as a workbook; the same review gives the same bytes."""
    day = review.comparison.runs[0].generated[:10] or "1980-01-01"
    book = new_workbook(joined(pair("built.title")), day)
    _add_sentences(book, review)
    for sheet in (_coverage(review), _sites(review), _points(review), _monitoring(review)):
        add_sheet(book, sheet)
    save_workbook(book, path, day)


def _column(key: str, kind: str = "text") -> SheetColumn:
    return SheetColumn(joined(pair(key)), kind)


def _sheet(key: str, columns: tuple[SheetColumn, ...], rows: list[tuple[Any, ...]]) -> Sheet:
    cut = joined(pair("compare.rows_cut", n=numbers.count(MAX_ROWS)))
    return Sheet(pair(key)[0], joined(pair(key)), columns, rows, cut_note=cut)


def _add_sentences(book: Workbook, review: AsBuiltReview) -> None:
    plan = review.comparison.runs[0]
    sheet = book.create_sheet(pair("built.title")[0])
    one_page_wide(sheet)
    sheet.column_dimensions["A"].width = 120
    title = joined((plan.title_zh, plan.title_en))
    sheet.append([text_cell(sheet, f"{joined(pair('built.title'))} · {title}", bold=True, size=16)])
    for words in phrases.plain_sentences(review):
        sheet.append([text_cell(sheet, words, size=12)])
    if review.changed:
        sheet.append([text_cell(sheet, joined(pair("built.changed")), bold=True, colour="8E1B1B")])
    sheet.append([])
    sheet.append([text_cell(sheet, joined(phrases.basis(review)))])
    for target in review.targets:
        who, state = joined(phrases.target_words(review, target)), joined(phrases.target_state(target))
        asked = joined(phrases.target_asked(target))
        reached = joined(phrases.target_reached(target, target.built))
        sheet.append([text_cell(sheet, f"{joined(pair('built.target'))}: {who}: {reached} / {asked}  {state}")])


def _coverage(review: AsBuiltReview) -> Sheet:
    columns = (
        _column("built.group"),
        _column("compare.id"),
        _column("built.who"),
        _column("built.people", "people"),
        _column("built.covered_now", "people"),
        _column("built.covered_plan", "people"),
        _column("built.covered_built", "people"),
        _column("built.now", "percent"),
        _column("built.plan", "percent"),
        _column("built.built", "percent"),
        _column("built.change", "points"),
    )
    rows: list[tuple[Any, ...]] = [
        (
            joined(pair(f"built.group_{row.group}")), row.key, joined(row.name), row.people, row.now, row.plan,
            row.built, row.percent("now"), row.percent("plan"), row.percent("built"), row.change_points,
        )
        for row in review.coverage
    ]  # fmt: skip
    return _sheet("built.sheet_coverage", columns, rows)


def _sites(review: AsBuiltReview) -> Sheet:
    currency = review.comparison.runs[0].currency
    unit, scale = ("万元 / CNY 10,000", WAN) if currency == "CNY" else (currency, 1.0)
    columns = (
        _column("built.state"),
        _column("compare.id"),
        _column("compare.name"),
        _column("compare.name_en"),
        _column("compare.tier"),
        _column("built.unit"),
        _column("built.unit_en"),
        _column("built.stage"),
        _column("built.opened"),
        SheetColumn(f"{joined(pair('built.cost'))} ({unit})", "money", scale),
        SheetColumn(f"{joined(pair('built.cost_actual'))} ({unit})", "money", scale),
        _column("built.people_planned", "people"),
        _column("built.people_built", "people"),
        _column("built.people_waiting", "people"),
        *_room_columns(review),
    )
    return _sheet("built.sites", columns, [_site(review, site) for site in review.sites])


def _room_columns(review: AsBuiltReview) -> tuple[SheetColumn, ...]:
    """Columns of sizes and room, where the plan has any."""
    if review.stage is None:
        return ()
    unit = joined(named("workload", review.stage.unit))
    rooms = (SheetColumn(f"{joined(pair(f'built.{key}'))} ({unit})", "people") for key in ("room", "room_built"))
    return _column("built.size"), _column("built.size_built"), *rooms


def _site(review: AsBuiltReview, site: SiteCheck) -> tuple[Any, ...]:
    tier = review.comparison.tiers.get(site.tier, (site.tier, site.tier, ""))
    return (
        joined(phrases.kind_words(site)), site.site_id, *site.name, joined(tier[:2]), *site.zone, site.stage,
        site.opened, site.cost, site.cost_actual, site.people_planned, site.people_built, site.people_waiting,
        *(() if review.stage is None else (site.size, site.size_built, site.room, site.room_built)),
    )  # fmt: skip


def _points(review: AsBuiltReview) -> Sheet:
    """Settlements whose cover is not as planned, most people first."""
    columns = (
        _column("compare.id"),
        _column("compare.name"),
        _column("compare.name_en"),
        _column("built.unit"),
        _column("built.unit_en"),
        _column("built.people", "people"),
        _column("built.change_of_point"),
        _column("built.minutes_plan", "minutes"),
        _column("built.minutes_built", "minutes"),
        _column("built.site_plan"),
        _column("built.site_built"),
    )
    kept = [
        "id", "name", "name_en", "zone_name", "zone_name_en", "people", "change", "minutes_base", "minutes_other",
        "sites_base", "sites_other",
    ]  # fmt: skip
    people = review.comparison.changes[0].people
    rows: list[tuple[Any, ...]] = []
    if people is not None:
        words = {"lose": joined(pair("built.waits")), "gain": joined(pair("built.gained"))}
        moved = people.points[people.points["change"].isin(tuple(words))].sort_values(
            ["people", "id"], ascending=[False, True]
        )
        rows = list(moved.assign(change=moved["change"].map(words))[kept].itertuples(index=False, name=None))
    return _sheet("built.sheet_points", columns, rows)


def _monitoring(review: AsBuiltReview) -> Sheet:
    """Every figure of plan and as-built, for the yearly table of monitoring."""
    columns = (
        _column("compare.measure"),
        _column("built.plan", "measured"),
        _column("built.built", "measured"),
        _column("built.change", "measured_change"),
    )
    return _sheet("built.sheet_monitoring", columns, list(_measures(review)))


def _measures(review: AsBuiltReview) -> Iterator[tuple[Any, ...]]:
    comparison = review.comparison
    for row in comparison.measures:
        scale = WAN if row.unit == "money" and comparison.runs[0].currency == "CNY" else 1.0
        name = compared.measure_name(comparison, row)
        heading = joined((name[0], name[1].replace("¥ million", "CNY 10,000"))) + (
            " (%)" if row.unit == "percent" else ""
        )
        figures = (*row.values, row.differences[0])
        told = (None if value is None else Measured(value / scale, row.unit) for value in figures)
        yield ("　" if compared.is_part(row) else "") + heading, *told
