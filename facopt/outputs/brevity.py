"""Names as people read them: an endless one is cut, and marks that turn the direction of text around are left out.

Files for other programs (tables, workbook, GeoPackage) keep every name whole.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from facopt.measures.report import Report, Share, TierFacts

NAME, TITLE, NOTE = 80, 120, 400
"""Most characters of a name in a table, of a title, and of a sentence from a scenario."""
NAMES = ("name", "name_en", "zone_name", "zone_name_en", "owner")
"""Columns of tables that hold names."""

_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def straight(text: str) -> str:
    """Return a text without marks that turn the direction of what follows around."""
    return _TURNING.sub("", text)


def brief(text: str, most: int = NAME) -> str:
    """Return a text without turning marks, cut with an ellipsis where it is longer than `most` characters."""
    plain = straight(text)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def brief_pair(text: tuple[str, str], most: int = NAME) -> tuple[str, str]:
    """Return a text in both languages, each as `brief` gives it."""
    return brief(text[0], most), brief(text[1], most)


def brief_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns of names are brief; the same table where they are already."""
    cut = {name: table[name].map(_brief_cell) for name in NAMES if name in table.columns and _has_long(table[name])}
    return table.assign(**cut) if cut else table


def brief_report(report: Report) -> Report:
    """Return the report with titles, names and notes as a page shows them."""
    planning = report.planning
    if planning is not None and len(planning.exceptions):
        reasons = planning.exceptions["reason"].map(lambda text: brief(str(text), NOTE))
        planning = replace(planning, exceptions=planning.exceptions.assign(reason=reasons))
    return replace(
        report,
        title_zh=brief(report.title_zh, TITLE),
        title_en=brief(report.title_en, TITLE),
        question=brief(report.question, NOTE),
        question_en=brief(report.question_en, NOTE),
        data_note=brief(report.data_note, NOTE),
        data_note_en=brief(report.data_note_en, NOTE),
        tiers=tuple(_brief_tier(tier) for tier in report.tiers),
        by_zone=tuple(_brief_share(zone) for zone in report.by_zone),
        points=brief_names(report.points),
        sites=brief_names(report.sites),
        context=brief_names(report.context),
        planning=planning,
    )


def _brief_tier(tier: TierFacts) -> TierFacts:
    return replace(tier, name_zh=brief(tier.name_zh), name_en=brief(tier.name_en))


def _brief_share(share: Share) -> Share:
    return replace(share, name=brief(share.name), name_en=brief(share.name_en))


def _brief_cell(cell: object) -> object:
    return brief(cell) if isinstance(cell, str) else cell


def _has_long(column: pd.Series) -> bool:
    texts = [cell for cell in set(column.tolist()) if isinstance(cell, str)]
    return max(map(len, texts), default=0) > NAME or _TURNING.search("".join(texts)) is not None
