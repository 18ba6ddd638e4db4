"""The table of facilities as they were classified, for somebody who knows them to confirm."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from facopt.outputs.plain_text import neutralised

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from facopt.inputs.facilities import FacilityClasses

HEADINGS = ("file", "line", "id", "name", "stated", "kind", "use", "merged_into")


def write_classes(classes: Iterable[FacilityClasses], path: Path) -> int:
    """Write what every row of the registers was taken for, in the order of the files; return the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADINGS)
        for one in classes:
            texts = (one.id, one.name, one.stated, one.kind, one.use, one.into)
            columns = [[neutralised(str(text)) for text in column] for column in texts]
            for line, *cells in zip(one.line.tolist(), *columns, strict=True):
                writer.writerow((one.path.name, line, *cells))
                rows += 1
    return rows
