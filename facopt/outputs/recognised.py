"""What was understood of the planner's files: lines for the terminal, and a table kept with the run."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facopt.inputs.findings import counted
from facopt.outputs.plain_text import neutralised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEADINGS = ("file", "subject", "item", "heading", "how", "factor", "rows", "people")
"""`subject` is `file`, `column`, `area_class`, `people`, `facilities` or `candidates`; the rest may be blank."""

Row = dict[str, Any]


def recognised_lines(recognised: Mapping[str, Any]) -> list[str]:
    """Return what was understood as lines of text: each file, its columns, then classes and kinds."""
    lines = [line for table in recognised["tables"] for line in _table_lines(table)]
    lines += [
        f"area classes by {rule['rule']}: {rule['people']:,.0f} people in {rule['points']:,} rows"
        for rule in recognised["area_class_rules"]
    ]
    lines += [f"people {step}" for step in recognised["people_steps"]]
    if recognised["facility_kinds"]:
        kinds = ", ".join(f"{name or '(blank)'} {count:,}" for name, count in recognised["facility_kinds"].items())
        lines.append(f"facilities: {kinds}")
    return lines + [_made_text(made) for made in recognised["candidates_made"]]


def _made_text(made: Mapping[str, Any]) -> str:
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in made["dropped"].items())
    left_out = f"; left out: {dropped}" if dropped else ""
    return f"candidates from {made['rule']}: {made['kept']:,} of {made['places']:,} places{left_out}"


def _table_lines(table: Mapping[str, Any]) -> Iterator[str]:
    facts = [f"{table['rows']:,} {'row' if table['rows'] == 1 else 'rows'}", *(fact for _, fact in _facts(table))]
    yield f"{Path(table['path']).name}: {', '.join(facts)}"
    told = (_column_text(name, column) for name, column in table["columns"].items())
    if table["columns"]:
        yield f"  {'; '.join(told)}"


def _column_text(name: str, column: Mapping[str, Any]) -> str:
    factor = "" if column["factor"] == 1 else f" x {column['factor']:g}"
    return name if column["heading"] == name and not factor else f"{name} = {column['heading']}{factor}"


def _facts(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "format", table["format"]
    for key, label in (("encoding", ""), ("delimiter", "separated by "), ("layer", ""), ("crs", "")):
        if table[key] and not (key == "delimiter" and table[key] == ","):
            yield key, f"{label}{_spoken(table[key])}"
    if table["heading_line"] not in (None, 1):
        yield "heading_line", f"headings in line {table['heading_line']}"
    if table["skipped_lines"]:
        yield "skipped_lines", f"{counted(len(table['skipped_lines']), 'line')} of totals or notes left out"


def _spoken(text: str) -> str:
    """Return a short name for a delimiter or a coordinate system, which may be a whole page of WKT."""
    if text == "\t":
        return "tabs"
    return text if len(text) <= 40 else f"{text[:37]}..."


def write_recognised(recognised: Mapping[str, Any], path: Path, folder: Path) -> None:
    """Write what was understood as a table.

    Parameters
    ----------
    recognised
        Plain values, as `Recognised.as_dict` gives them.
    path
        The CSV file to write.
    folder
        The run folder, from which the paths of the files count.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS, restval="", lineterminator="\n")
        writer.writeheader()
        for row in _rows(recognised, folder):
            writer.writerow(
                {key: neutralised(value) if isinstance(value, str) else value for key, value in row.items()}
            )


def _rows(recognised: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    for table in recognised["tables"]:
        file = _relative(table["path"], folder)
        yield {"file": file, "subject": "file", "item": "rows", "rows": table["rows"]}
        for item, text in _facts(table):
            yield {"file": file, "subject": "file", "item": item, "heading": text}
        for name, column in table["columns"].items():
            told = {key: column[key] for key in ("heading", "how", "factor")}
            yield {"file": file, "subject": "column", "item": name, **told}
    for rule in recognised["area_class_rules"]:
        yield {"subject": "area_class", "item": rule["rule"], "rows": rule["points"], "people": rule["people"]}
    for step in recognised["people_steps"]:
        yield {"subject": "people", "item": step}
    for kind, count in recognised["facility_kinds"].items():
        yield {"subject": "facilities", "item": kind, "rows": count}
    for made in recognised["candidates_made"]:
        yield {"subject": "candidates", "item": made["rule"], "rows": made["kept"]}
        for reason, count in made["dropped"].items():
            yield {"subject": "candidates", "item": f"{made['rule']}, left out: {reason}", "rows": count}


def _relative(path: str, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path
