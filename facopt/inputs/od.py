"""Travel times from a table: fast for millions of pairs, strict about ids, negative times and contradictions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import NOWHERE, FindingLog, counted, listed
from facopt.inputs.grids import decode, find_delimiter
from facopt.inputs.headings import OD_FIELDS, RecognisedColumn, recognise
from facopt.inputs.layers import PARQUET_SUFFIXES
from facopt.inputs.numbers import parse_numbers
from facopt.inputs.tables import TEXT_SUFFIXES, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow

    from facopt.inputs.study_area import FloatArray, TextArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_REQUIRED = ("demand_id", "site_id", "minutes")


@dataclass(frozen=True)
class _Codes:
    """A column of ids as positions in a list of distinct texts."""

    codes: IntArray
    texts: list[str]


@dataclass(frozen=True)
class _Pairs:
    """The rows of the table; `codes` by column, `minutes` in minutes, NaN where blank."""

    path: Path
    rows: IntArray
    """Row of the table, counted from 0."""
    codes: dict[str, _Codes]
    minutes: FloatArray
    factor: float
    headings: dict[str, RecognisedColumn]

    def __len__(self) -> int:
        return len(self.minutes)

    def keep(self, rows: np.ndarray[Any, Any]) -> _Pairs:
        codes = {name: _Codes(column.codes[rows], column.texts) for name, column in self.codes.items()}
        return _Pairs(self.path, self.rows[rows], codes, self.minutes[rows], self.factor, self.headings)

    def place(self, name: str, row: int | None = None) -> Place:
        """Return where a column, or one row of it, stands in the file."""
        return Place(self.path, None if row is None else _line_of(self.path, int(self.rows[row])), key=name)

    def names(self, row: int) -> str:
        """Return "demand point to site" of a row."""
        columns = [self.codes[name] for name in ("demand_id", "site_id")]
        return " to ".join(repr(column.texts[column.codes[row]]) for column in columns)


@dataclass(frozen=True)
class OdTable:
    """Pairs of an origin-destination table, sorted by demand point and then site, each once; arrays have shape (A,)."""

    demand: np.ndarray[Any, np.dtype[np.int32]]
    site: np.ndarray[Any, np.dtype[np.int32]]
    minutes: FloatArray
    facts: dict[str, Any] = field(default_factory=dict)
    """How complete the table is and how its headings were understood."""


def read_od(
    path: Path, *, mode: str, demand_ids: TextArray, site_ids: TextArray, columns: Mapping[str, str] | None = None,
    place: Place = NOWHERE,
) -> tuple[OdTable, tuple[Finding, ...]]:  # fmt: skip
    """Return the travel times of one mode from a table `demand_id, site_id, minutes` and what is remarkable in it.

    A missing pair, or one whose minutes are blank, is out of reach. Where the table has a column `mode`, only the rows
    of this mode count. `place` is where the scenario names the file. Raises a DataError for negative times, pairs that
    contradict each other, and tables that know none of the demand points or sites.
    """
    log = FindingLog()
    if not path.is_file():
        raise DataError(Finding(f"There is no file {path}", "Paths are relative to the scenario file", place))
    pairs = _read_pairs(path, columns or {}, log)
    pairs = _of_mode(pairs, mode, log)
    _check_minutes(pairs, log)
    demand, demand_known = _positions(pairs, "demand_id", demand_ids, "demand point", log)
    site, site_known = _positions(pairs, "site_id", site_ids, "site", log)
    log.raise_errors()
    if not np.isfinite(pairs.minutes).any():
        log.warning("The table has no travel times, so everybody is out of reach", "Check the file", place=Place(path))
    usable = np.flatnonzero(demand_known & site_known & np.isfinite(pairs.minutes))
    key = demand[usable] * len(site_ids) + site[usable]
    chosen = _each_once(pairs, usable, key, log)
    log.raise_errors()
    count = max(len(site_ids), 1)
    table = OdTable(
        demand=(key[chosen] // count).astype(np.int32), site=(key[chosen] % count).astype(np.int32),
        minutes=pairs.minutes[usable][chosen],
    )  # fmt: skip
    return replace(table, facts=_facts(table, len(demand_ids), len(site_ids), pairs)), log.items


def _read_pairs(path: Path, columns: Mapping[str, str], log: FindingLog) -> _Pairs:
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        return _read_text(path, columns, log)
    pairs = _read_parquet(path, columns, log) if suffix in PARQUET_SUFFIXES else None
    return pairs or _read_other(path, columns, log)


def _read_text(path: Path, columns: Mapping[str, str], log: FindingLog) -> _Pairs:
    """Return the rows of a CSV, ids as text and encoded by value, without one Python object per row."""
    import pyarrow
    from pyarrow import csv

    encoding, delimiter, headings = _head(path)
    if not any(headings):
        raise DataError(Finding("The table is empty", "Check the file", Place(path)))
    found = recognise(headings, columns, OD_FIELDS, Place(path, 1), log)
    _require(found, headings, path, log)
    log.raise_errors()
    needed = {found[name].heading for name in (*_REQUIRED, "mode") if name in found}
    ids = {found[name].heading for name in ("demand_id", "site_id", "mode") if name in found}
    types = {
        name: pyarrow.dictionary(pyarrow.int32(), pyarrow.string()) if name in ids else pyarrow.string()
        for name in needed
    }
    try:
        table = csv.read_csv(
            path, read_options=csv.ReadOptions(encoding=encoding, column_names=headings, skip_rows=1),
            parse_options=csv.ParseOptions(delimiter=delimiter),
            convert_options=csv.ConvertOptions(
                column_types=types, include_columns=sorted(needed), strings_can_be_null=False, check_utf8=True
            ),
        )  # fmt: skip
    except pyarrow.ArrowInvalid as error:
        raise _not_regular(path, encoding, delimiter, len(headings)) from error
    return _from_arrow(path, table, found, log)


def _read_parquet(path: Path, columns: Mapping[str, str], log: FindingLog) -> _Pairs | None:
    """Return the rows of a Parquet table whose ids are text or whole numbers; None for any other."""
    import pyarrow
    from pyarrow import parquet

    schema = parquet.read_schema(path)
    found = recognise(schema.names, columns, OD_FIELDS, Place(path), log)
    _require(found, schema.names, path, log)
    log.raise_errors()
    needed = [name for name in (*_REQUIRED, "mode") if name in found]
    kinds = [schema.field(found[name].heading).type for name in needed]
    if not all(pyarrow.types.is_integer(kind) or _is_text(kind) or name == "minutes"
               for name, kind in zip(needed, kinds, strict=True)):  # fmt: skip
        return None
    table = parquet.read_table(path, columns=[found[name].heading for name in needed])
    texts = [table[found[name].heading].cast(pyarrow.string()).fill_null("") for name in needed]
    table = pyarrow.table(texts, names=[found[name].heading for name in needed])
    return _from_arrow(path, table, found, log)


def _is_text(kind: pyarrow.DataType) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind))


def _from_arrow(path: Path, table: pyarrow.Table, found: dict[str, RecognisedColumn], log: FindingLog) -> _Pairs:
    codes: dict[str, _Codes] = {
        name: _codes(table[found[name].heading]) for name in ("demand_id", "site_id", "mode") if name in found
    }
    factor = found["minutes"].factor
    minutes = _minutes(path, table[found["minutes"].heading], log) * factor
    return _Pairs(path, np.arange(len(minutes)), codes, minutes, factor, found)


def _not_regular(path: Path, encoding: str, delimiter: str, width: int) -> DataError:
    """Return what is wrong with a text table that cannot be read in one go, with the line of the first bad row."""
    import csv as text_csv

    with path.open(encoding=encoding, newline="") as file:
        reader = text_csv.reader(file, delimiter=delimiter)
        for row in reader:
            if row and len(row) != width:
                break
    return DataError(
        Finding(
            f"This row has {counted(len(row), 'field')}, the heading has {width}",
            "Look for a missing or an extra separator, or one inside a text that is not quoted",
            Place(path, reader.line_num),
        )
    )


def _line_of(path: Path, row: int) -> int:
    """Return the line on which a row of the table stands; blank lines are no rows."""
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return int(read_table(path, fields=()).lines[row])
    with path.open("rb") as file:
        filled = (number for number, line in enumerate(file, start=1) if line.strip())
        return next(islice(filled, row + 1, None))


def _head(path: Path) -> tuple[str, str, list[str]]:
    """Return encoding, delimiter and headings of a text table."""
    import csv as text_csv

    text, encoding = decode(path)
    delimiter = find_delimiter(text)
    first = text.split("\n", 1)[0]
    headings = [heading.strip() for heading in next(text_csv.reader([first.rstrip("\r")], delimiter=delimiter), [])]
    return encoding, delimiter, headings


def _require(found: Mapping[str, RecognisedColumn], headings: list[str], path: Path, log: FindingLog) -> None:
    for name in _REQUIRED:
        if name not in found:
            log.error(
                f"There is no column {name!r}",
                f"The file has {listed(headings)}; name the right one: columns: {{{name}: <heading>}}",
                place=Place(path, 1, key=name),
            )


def _codes(column: pyarrow.ChunkedArray) -> _Codes:
    import pyarrow

    if not pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pyarrow.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pyarrow.array([], type=column.type)
    return _Codes(
        whole.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        [text.strip() for text in whole.dictionary.to_pylist()],
    )


def _minutes(path: Path, column: pyarrow.ChunkedArray, log: FindingLog) -> FloatArray:
    """Return the numbers of a column of text: all at once where they are plain, with tolerance otherwise."""
    import pyarrow
    from pyarrow import compute

    trimmed = compute.utf8_trim_whitespace(column)
    filled = compute.if_else(compute.equal(trimmed, ""), pyarrow.scalar(None, pyarrow.string()), trimmed)
    try:
        values = compute.cast(filled, pyarrow.float64()).to_numpy()
    except pyarrow.ArrowInvalid:
        values = np.full(len(column), np.nan)
        blank = np.ones(len(column), dtype=np.bool_)
    else:
        blank = compute.is_null(filled).to_numpy()
    if np.all(np.isfinite(values) | blank) and not (blank.all() and len(column)):
        return np.asarray(values, dtype=np.float64)
    numbers = parse_numbers(column.to_numpy().astype(object))
    _complain(path, "minutes", numbers.bad, column, "is not a number", log)
    return numbers.values


def _complain(path: Path, name: str, wrong: np.ndarray[Any, Any], texts: Any, what: str, log: FindingLog) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        first = texts[int(rows[0])]
        more = f", and so in {counted(len(rows) - 1, 'more row')}" if len(rows) > 1 else ""
        log.error(f"{name}: {str(first)!r} {what}{more}", "Correct it, or leave the cell blank where there is no way",
                  place=Place(path, _line_of(path, int(rows[0])), key=name), count=len(rows))  # fmt: skip


def _read_other(path: Path, columns: Mapping[str, str], log: FindingLog) -> _Pairs:
    table = read_table(path, columns=columns, fields=OD_FIELDS)
    log.add(table.findings)
    table.require(_REQUIRED, log)
    log.raise_errors()
    codes = {}
    for name in ("demand_id", "site_id", "mode"):
        if name in table:
            texts, inverse = np.unique(table.text(name).astype(str), return_inverse=True)
            codes[name] = _Codes(inverse.astype(np.int64), [str(text) for text in texts])
    found = table.recognised.columns
    minutes = table.numbers("minutes", log)
    return _Pairs(path, np.arange(len(table)), codes, minutes, found["minutes"].factor, found)


def _of_mode(pairs: _Pairs, mode: str, log: FindingLog) -> _Pairs:
    """Return the rows of this mode, all of them where the table does not tell modes apart."""
    if "mode" not in pairs.codes:
        return pairs
    column = pairs.codes["mode"]
    wanted = [code for code, text in enumerate(column.texts) if text == mode]
    keep = np.isin(column.codes, wanted)
    if not keep.any():
        log.error(
            f"The table has no row of mode {mode!r}", f"It has {listed(sorted(column.texts))}",
            place=Place(pairs.path, key="mode"),
        )  # fmt: skip
        log.raise_errors()
    return pairs.keep(keep)


def _check_minutes(pairs: _Pairs, log: FindingLog) -> None:
    with np.errstate(invalid="ignore"):
        negative = np.flatnonzero(pairs.minutes < 0)
    if len(negative):
        first = int(negative[0])
        log.error(
            f"minutes: {counted(len(negative), 'pair has', 'pairs have')} a negative time", "Correct the times",
            place=pairs.place("minutes", first), count=len(negative),
            examples=[f"{pairs.names(first)}: {pairs.minutes[first]:g}"],
        )  # fmt: skip


def _positions(
    pairs: _Pairs, name: str, ids: TextArray, what: str, log: FindingLog
) -> tuple[IntArray, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return where each row's id stands among `ids`, and whether it does."""
    column = pairs.codes[name]
    index = {id_: position for position, id_ in enumerate(ids.tolist())}
    by_code = np.array([index.get(text, -1) for text in column.texts] or [-1], dtype=np.int64)
    used = np.unique(column.codes)
    unknown = sorted(column.texts[code] for code in used if by_code[code] < 0)
    positions = by_code[column.codes] if len(pairs) else np.empty(0, dtype=np.int64)
    place = Place(pairs.path, key=name)
    if unknown and len(unknown) == len(used):
        log.error(
            f"{name}: no id is that of a {what}",
            f"The {what}s are called {listed([repr(id_) for id_ in ids], 3)}; ids are text, \"001\" is not \"1\"",
            place=place, count=len(unknown), examples=map(repr, unknown),
        )  # fmt: skip
    elif unknown:
        log.warning(
            f"{name}: {counted(len(unknown), 'id is', 'ids are')} not that of a {what}; their pairs are left out",
            'Ids are text: "001" is not "1"', place=place, count=len(unknown), examples=map(repr, unknown),
        )  # fmt: skip
    return positions, positions >= 0


def _each_once(pairs: _Pairs, usable: IntArray, key: IntArray, log: FindingLog) -> IntArray:
    """Return positions among `usable` that give each pair once, in order of `key`; two times for one are an error."""
    order = np.arange(len(key))
    if np.any(np.diff(key) <= 0):
        order = np.argsort(key, kind="stable")
    sorted_key, minutes = key[order], pairs.minutes[usable[order]]
    again = np.zeros(len(key), dtype=np.bool_)
    again[1:] = sorted_key[1:] == sorted_key[:-1]
    differ = np.flatnonzero(again[1:] & (minutes[1:] != minutes[:-1])) + 1
    if len(differ):
        row, count = int(differ[0]), len(np.unique(sorted_key[differ]))
        here = int(usable[order[row]])
        log.error(
            f"{counted(count, 'pair stands', 'pairs stand')} in the table more than once with different times",
            "Keep one row per pair and mode", place=pairs.place("minutes", here), count=count,
            examples=[f"{pairs.names(here)}: {minutes[row - 1]:g} and {minutes[row]:g}"],
        )  # fmt: skip
    return np.asarray(order[~again])


def _facts(table: OdTable, demand_count: int, site_count: int, pairs: _Pairs) -> dict[str, Any]:
    """Return how complete the table is; who is out of reach for want of a pair is told by the plan."""
    return {
        "source": "table",
        "pairs": len(table.minutes),
        "possible_pairs": demand_count * site_count,
        "demand_without_pair": demand_count - len(np.unique(table.demand)),
        "sites_without_pair": site_count - len(np.unique(table.site)),
        "columns": {name: column.heading for name, column in pairs.headings.items()},
        "factor_to_minutes": pairs.factor,
    }
