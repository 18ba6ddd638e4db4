"""Reading a run folder back: its record, its points and sites, its resolved scenario and its outlines."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from facopt.errors import DataError, Finding, Place
from facopt.outputs.brevity import brief_names
from facopt.outputs.plain_text import restored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

STATUSES = ("optimal", "feasible", "infeasible", "no_solution")

COVERED_STATES = ("covered", "newly_covered")
"""States of a demand point that the plan covers."""

ONLY_TARGET_KIND = ("kind", "coverage")
"""A setting that every target has and that tells nothing."""

POINT_TEXT = ("id", "name", "zone", "zone_name", "area_class", "state")
POINT_NUMBERS = ("people", "lon", "lat", "minutes")
SITE_TEXT = ("id", "name", "tier", "action", "zone_name", "stage")
SITE_NUMBERS = ("lon", "lat", "build_cost", "people_assigned")
ASSIGNMENT_TEXT = ("demand_id", "site_id", "tier")
POINT_ENGLISH, SITE_ENGLISH = ("name_en", "zone_name_en"), ("name_en", "zone_name_en")
"""Columns that are there only where the run knows English names; "" otherwise."""
POINT_SHARES, SITE_LATER = ("covered_now", "covered"), ("action_cost", "capacity", "load")
"""Numbers that runs before these columns do not have: people covered follow from the state then, costs from what is
built."""


@dataclass(frozen=True)
class RunFiles:
    """What a comparison needs of one run folder."""

    folder: Path
    record: Mapping[str, Any]
    """run.json as it stands."""
    points: pd.DataFrame
    """Columns POINT_TEXT, POINT_NUMBERS, POINT_ENGLISH and POINT_SHARES, in the order of the table."""
    sites: pd.DataFrame
    """Columns SITE_TEXT, SITE_NUMBERS, SITE_ENGLISH and SITE_LATER, and `size`."""
    assignment: pd.DataFrame
    """Columns ASSIGNMENT_TEXT: one row per demand point and tier that serves it."""
    settings: Mapping[str, str]
    """Value by dotted key of the resolved scenario."""

    @property
    def planned(self) -> bool:
        """Whether the run found a plan."""
        return self.record["status"] in ("optimal", "feasible") and self.record.get("people_covered") is not None


def read_record(folder: Path) -> dict[str, Any]:
    """Return a run folder's run.json.

    Raises
    ------
    DataError
        When it is missing, is no JSON, or lacks what every record holds.
    """
    file = folder / "run.json"
    try:
        record = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except FileNotFoundError:
        raise _damaged(file, "This is no folder of a run: run.json is missing") from None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(file, f"run.json cannot be read: {error}") from None
    lacking = _lacking(record)
    if lacking:
        raise _damaged(file, f"run.json lacks a usable {lacking}")
    return dict(record)


def read_run(folder: Path) -> RunFiles:
    """Read what a comparison needs of a run folder.

    Raises
    ------
    DataError
        When a file of the folder is missing or damaged.
    """
    record, tables = read_record(folder), folder / "tables"
    run = RunFiles(
        folder=folder,
        record=record,
        points=_points(tables / "demand_points.csv"),
        sites=_sites(tables / "sites.csv"),
        assignment=_table(tables / "assignment.csv", ASSIGNMENT_TEXT, ()),
        settings=_settings(folder / "scenario.yaml"),
    )
    _require_agreement(run)
    return run


def _require_agreement(run: RunFiles) -> None:
    """Refuse a folder whose table and record tell of different people: its files are not of one run."""
    covered = float(run.points["covered"].sum())
    told = [(float(run.points["people"].sum()), float(run.record["people"]))]
    if run.planned:
        told.append((covered, float(run.record["people_covered"])))
    if any(not math.isclose(table, record, rel_tol=1e-6, abs_tol=0.01) for table, record in told):
        raise _damaged(
            run.folder / "tables" / "demand_points.csv", "The table does not add up to the figures of run.json"
        )


def _points(file: Path) -> pd.DataFrame:
    """Read the demand points; people covered are those of the state where the run does not say how many."""
    points = _table(file, POINT_TEXT, POINT_NUMBERS, POINT_ENGLISH, POINT_SHARES)
    people, state = points["people"], points["state"]
    for column, states in (("covered_now", ("covered", "loses_cover")), ("covered", COVERED_STATES)):
        if points[column].isna().all():
            points[column] = people.where(state.isin(states), 0.0)
    return brief_names(points)


def _sites(file: Path) -> pd.DataFrame:
    sites = _table(file, SITE_TEXT, SITE_NUMBERS, (*SITE_ENGLISH, "size"), SITE_LATER)
    unstated = sites["action_cost"].isna() & (sites["action"] == "build")
    sites["action_cost"] = sites["action_cost"].where(~unstated, sites["build_cost"])
    return brief_names(sites)


def read_outlines(folder: Path, layer: str) -> list[BaseGeometry]:
    """Return the geometries of a layer of the folder's plan.gpkg; none where the file or the layer is missing."""
    import pyogrio
    import pyogrio.errors
    import shapely

    file = folder / "plan.gpkg"
    try:
        if layer not in pyogrio.list_layers(file)[:, 0]:
            return []
        _, _, blobs, _ = pyogrio.raw.read(file, layer=layer, columns=[])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return []
    return [geometry for geometry in shapely.from_wkb(blobs) if geometry is not None] if blobs is not None else []


def _damaged(file: Path, what: str) -> DataError:
    return DataError(Finding(what, "Name the folder of a finished run, or run the scenario again", Place(file)))


def _refuse_constant(name: str) -> None:
    msg = f"{name} is no JSON number"
    raise ValueError(msg)


def _lacking(record: Any) -> str:
    """First key that is missing or of the wrong kind, "" where all is well."""
    if not isinstance(record, dict):
        return "record"
    kinds: dict[str, tuple[type, ...]] = {
        "scenario": (str,),
        "people": (int, float),
        "objective": (list,),
        "by_tier": (dict,),
        "by_area_class": (dict,),
        "by_zone": (dict,),
        "opened": (list,),
        "inputs": (dict,),
        "standards": (dict,),
    }
    wrong = [key for key, kind in kinds.items() if not isinstance(record.get(key), kind)]
    return next(iter(wrong), "" if record.get("status") in STATUSES else "status")


def _table(
    file: Path, text: tuple[str, ...], numbers: tuple[str, ...], optional: tuple[str, ...] = (),
    later: tuple[str, ...] = (),
) -> pd.DataFrame:  # fmt: skip
    """Read columns of a table; where the file lacks them, `optional` ones are blank text and `later` ones NaN."""
    import pandas as pd

    wanted = (*text, *numbers, *optional, *later)
    try:
        table = pd.read_csv(
            file,
            usecols=lambda name: name in wanted,
            dtype={**dict.fromkeys((*text, *optional), str), **dict.fromkeys((*numbers, *later), float)},
            keep_default_na=False,
            na_values={name: [""] for name in (*numbers, *later)},
            encoding="utf-8-sig",
        )
    except (OSError, ValueError) as error:
        raise _damaged(file, f"The table cannot be read: {error}") from None
    table = table.assign(**{name: "" for name in optional if name not in table.columns})
    table = table.assign(**{name: float("nan") for name in later if name not in table.columns})
    lacking = [name for name in wanted if name not in table.columns]
    if lacking:
        raise _damaged(file, f"Columns are missing: {', '.join(lacking)}")
    if "id" in text and table["id"].duplicated().any():
        raise _damaged(file, "Ids are not unique")
    return table.assign(**{name: _restored(table[name]) for name in (*text, *optional)})[list(wanted)]


def _restored(column: pd.Series[str]) -> pd.Series[str]:
    """Text as it was before it was made harmless; few columns have anything to undo."""
    plain: pd.Series[str] = column.astype(object)
    return plain.map(restored) if column.str.startswith("'").any() else plain


def _settings(file: Path) -> dict[str, str]:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise _damaged(file, f"The resolved scenario cannot be read: {error}") from None
    return {key: value for key, value in flattened(document) if (key.rpartition(".")[2], value) != ONLY_TARGET_KIND}


def flattened(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Return the leaves of a scenario as (dotted key, text); a list of plain values is one leaf, its items in order."""
    if isinstance(value, dict) and value:
        return [leaf for name, item in value.items() for leaf in flattened(item, f"{key}.{name}" if key else str(name))]
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return [leaf for at, item in enumerate(value, 1) for leaf in flattened(item, f"{key}[{at}]")]
    if value is None or value in ([], {}):
        return []
    return [(key, _leaf(value))]


def _leaf(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_leaf(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
