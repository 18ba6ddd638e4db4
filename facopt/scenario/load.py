"""The scenario stage: YAML text -> a frozen, checked scenario that knows where each of its values was written."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facopt.errors import Finding, Place, ScenarioError, Severity
from facopt.scenario.document import Stated, walk
from facopt.scenario.merge import apply_overrides, read_chain
from facopt.scenario.presets import apply_preset
from facopt.scenario.references import check_references, stated_files
from facopt.scenario.validation import find, in_order, validate

if TYPE_CHECKING:
    from facopt.scenario.schema import Scenario


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario together with where it comes from."""

    scenario: Scenario
    """The scenario; its paths are absolute, each resolved against the file that states it."""
    file: Path
    """The scenario's file, as it was named."""
    positions: Mapping[str, Place]
    """Place of every value that was written, by dotted key (`targets.0.at_least_percent`)."""
    files: tuple[Path, ...] = ()
    """The scenario's file and those it extends, nearest first, then those of its preset."""
    overrides: tuple[str, ...] = ()
    """What the command line set, as `key=value`."""
    warnings: tuple[Finding, ...] = ()
    """What is remarkable but no error."""

    def place(self, key: str) -> Place:
        """Return where a dotted key was written, or the nearest section around it that was."""
        while key and key not in self.positions:
            key = key.rpartition(".")[0]
        return self.positions[key] if key else Place(self.file, 1, 1)

    def resolved(self, relative_to: Path | None = None) -> dict[str, Any]:
        """Return the whole scenario, defaults included, as plain data in the order of the schema.

        Parameters
        ----------
        relative_to
            Folder to which paths are made relative, with `/` between folders; without it, and where a path lies on
            another drive, paths are absolute.
        """
        data: dict[str, Any] = _plain(self.scenario, relative_to.absolute() if relative_to else None)
        return data


def load_scenario(path: Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario file with the files it extends, and check all that can be checked without opening data.

    Parameters
    ----------
    path
        The scenario's YAML file.
    overrides
        Changes as `key=value`, such as `limits.budget=5000000` or `targets.0.at_least_percent=95`; the value is YAML,
        and relative paths in it are relative to the current folder.

    Raises
    ------
    ScenarioError
        With every finding of the phase that failed: text, then keys and values, then references and files.
    """
    top, warnings, files = read_chain(Path(path))
    top, preset_files = apply_preset(apply_overrides(top, overrides))
    scenario, top = validate(top)
    positions = {key: stated.place for key, stated in walk(top)}
    files = (*files, *preset_files)
    loaded = LoadedScenario(_with_absolute_paths(scenario, top), Path(path), positions, files, tuple(overrides))
    found = sorted(check_references(loaded.scenario, loaded.place), key=lambda finding: in_order(finding.place, top))
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        raise ScenarioError(errors)
    return replace(loaded, warnings=(*warnings, *found))


def load_scenarios(paths: Iterable[Path], overrides: Sequence[str] = ()) -> tuple[LoadedScenario, ...]:
    """Read several scenarios; one bad one refuses them all, with the findings of all of them.

    Raises
    ------
    ScenarioError
        When any scenario has an error, or two of them share a name and so a folder of results.
    """
    loaded: list[LoadedScenario] = []
    findings: dict[Finding, None] = {}
    for path in paths:
        try:
            loaded.append(load_scenario(path, overrides))
        except ScenarioError as error:
            findings.update(dict.fromkeys(error.findings))
    findings.update(dict.fromkeys(_shared_names(loaded)))
    if findings:
        raise ScenarioError(findings)
    return tuple(loaded)


def _shared_names(loaded: Sequence[LoadedScenario]) -> Iterable[Finding]:
    first: dict[str, LoadedScenario] = {}
    for one in loaded:
        folder = unicodedata.normalize("NFC", one.scenario.name).casefold()
        other = first.setdefault(folder, one)
        if other is not one:
            what = f"the name '{one.scenario.name}' is also that of {other.file}, and both would write into one folder"
            yield Finding(what, "Give each scenario its own name", one.place("name"))


def _with_absolute_paths(scenario: Scenario, top: Stated) -> Scenario:
    """Return the scenario with each path resolved against the folder of the file that states it."""
    absolute: dict[str, Path] = {}
    for key, path in stated_files(scenario):
        stated = find(top, key.split("."))
        absolute[key] = Path(os.path.abspath(stated.base / path))
    return scenario.replace(**_changed(dict(scenario), "", absolute)) if absolute else scenario


def _changed(value: Any, key: str, absolute: Mapping[str, Path]) -> Any:
    if isinstance(value, Path):
        return absolute[key]
    if isinstance(value, Mapping):
        return {name: _changed(item, f"{key}.{name}" if key else name, absolute) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_changed(item, f"{key}.{index}", absolute) for index, item in enumerate(value))
    return _changed(dict(value), key, absolute) if hasattr(value, "model_fields_set") else value


def _plain(value: Any, folder: Path | None) -> Any:
    """Return plain data; what is absent or empty by default is left out, whole numbers lose their `.0`."""
    if isinstance(value, Path):
        return _path_text(value, folder)
    if isinstance(value, Mapping):
        return {name: _plain(item, folder) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item, folder) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if hasattr(value, "model_fields_set"):
        items = ((name, _plain(item, folder)) for name, item in value)
        return {name: item for name, item in items if item is not None and item not in ({}, [])}
    return value


def _path_text(path: Path, folder: Path | None) -> str:
    if folder is not None:
        try:
            return Path(os.path.relpath(path, folder)).as_posix()
        except ValueError:  # Windows: another drive, to which no relative path leads
            return path.as_posix()
    return path.as_posix()
