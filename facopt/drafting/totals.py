"""People by zone in a folder: totals that a table of places without people is filled from, or compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.inputs.findings import FindingLog
from facopt.inputs.people import zones_repeating_totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.drafting.survey import Found
    from facopt.inputs.tables import Table

_ENOUGH_PLACES = 0.8
"""A column names the zones of a census where at least this share of its rows stands there."""


def zone_of_repeated_totals(one: Found) -> str | None:
    """Return the heading of the zones where each row of a table of people holds its whole zone's; None where not."""
    table = one.table
    if table is None or "people" not in table:
        return None
    people, columns = table.numbers("people", FindingLog()), table.recognised.columns
    for field in ("zone", "code", "zone_name", "name"):
        if field in columns and len(zones_repeating_totals(table.text(field), people)):
            return columns[field].heading
    return None


def zone_of_totals(demand: Found, totals: Found) -> str | None:
    """Return the heading of a table of places whose texts are the zones of the totals; None where none is."""
    if demand.table is None or totals.table is None:
        return None
    known = [set(totals.table.text(name)) - {""} for name in ("zone", "id", "name") if name in totals.table]
    shares = {
        heading: max((float(np.mean([text in keys for text in texts])) for keys in known), default=0.0)
        for heading, texts in demand.table.raw.items()
    }
    best = max(shares, key=lambda heading: shares[heading], default=None)
    return best if best is not None and shares[best] >= _ENOUGH_PLACES else None


def lacks_places(table: Table) -> bool:
    """Return whether some rows have no coordinates."""
    names = next((pair for pair in (("lon", "lat"), ("x", "y")) if pair[0] in table), None)
    return names is not None and bool((table.text(names[0]) == "").any())


def totals_lines(demand: Found, totals: Found | None, *, outlined: bool) -> Iterator[str]:
    """Yield what a scenario says of people by zone, without the column of zones.

    Parameters
    ----------
    demand
        Where people live.
    totals
        People by zone, where a file of the folder has them.
    outlined
        Whether the folder has outlines of zones.
    """
    own = zone_of_repeated_totals(demand)
    if own is not None:
        yield (
            f'  control_totals: {{file: "{demand.file.name}", columns: {{zone: "{own}"}}}}          # each row holds '
            "the people of its whole zone; shared over its rows"
        )
    elif totals is not None and demand.table is not None:
        if "people" in demand.table:
            yield (
                f'  control_totals: {{file: "{totals.file.name}", rescale: false}}          # compares only; without '
                "rescale people are made to add up"
            )
        else:
            yield (
                f'  control_totals: {{file: "{totals.file.name}", zones_without_points: share}}          # the people '
                "of each zone, shared evenly over its places"
            )
    if demand.table is not None and outlined and lacks_places(demand.table):
        yield "  place_missing: true          # rows without coordinates are put evenly inside their zone, and counted"
