"""The roads of a scenario: files, profiles, closures and networks of its modes, read and built when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place, ScenarioError, Severity
from facopt.inputs.road_closures import read_closure
from facopt.travel.cache import Form, content_key
from facopt.travel.closures import Closure
from facopt.travel.facts import access_findings
from facopt.travel.fitted import combined_factors, read_fitted
from facopt.travel.kept_network import network_as_arrays, network_from_arrays
from facopt.travel.network import Network, build_network
from facopt.travel.profiles import load_profile
from facopt.travel.snapping import RoadIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from facopt.assembly.road_files import RoadFiles
    from facopt.inputs.road_table import RoadTable
    from facopt.scenario.schema import RoadTravel
    from facopt.travel.profiles import Profile
    from facopt.travel.times import TravelTimes

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

PROFILE_KEYS = (
    "terrain", "speeds_kmh", "factor", "class_factors", "maxspeed", "ferry_kmh", "ferry_wait_minutes", "off_road_kmh",
    "terminal_minutes", "maximum_snap_metres",
)  # fmt: skip
"""What a scenario changes of a profile; speeds after terrain, so that stated ones stay as stated."""


@dataclass(frozen=True)
class RoadMode:
    """One mode on roads, as the scenario wants it."""

    name: str
    travel: RoadTravel
    profile: Profile
    closures: tuple[Closure, ...]
    metric_crs: str
    place: Callable[[str], Place]

    def key_place(self, key: str) -> Place:
        """Return where the scenario states a key of this mode."""
        return self.place(f"travel.{self.name}.{key}")


class RoadModes(Mapping[str, Network]):
    """The modes on roads with their networks; a road file is read, and a network built, when first asked for."""

    def __init__(self, modes: Mapping[str, RoadMode], files: RoadFiles) -> None:
        self.modes, self.files = modes, files
        self._built: dict[str, Network] = {}

    def __getitem__(self, name: str) -> Network:
        if name not in self._built:
            mode = self.modes[name]
            roads = self.files[mode.travel.file]
            form = Form(
                network_as_arrays, lambda arrays: network_from_arrays(arrays, roads, mode.profile, mode.metric_crs)
            )
            key = self.key(name)
            self._built[name] = self.files.cache.kept(f"network-{key}", lambda: _built(mode, roads), form)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.modes)

    def __len__(self) -> int:
        return len(self.modes)

    def metres(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return how far WGS-84 points (K,) lie from the roads of the mode that can use the most of them."""

        def measured() -> FloatArray:
            network = max(self.values(), key=lambda network: len(network.piece_edge))
            return RoadIndex(network).snap(np.column_stack((lon, lat))).metres

        key = content_key(*(self.key(name) for name in self), lon, lat)
        form: Form[FloatArray] = Form(
            lambda metres: {"metres": metres}, lambda arrays: arrays["metres"].reshape(lon.shape)
        )
        return self.files.cache.kept(f"metres-{key}", measured, form)

    def key(self, name: str, *points: Any) -> str:
        """Return a hash of all that the times of a mode depend on, given the points they are computed for."""
        mode = self.modes[name]
        files = self.files.key(mode.travel.file)
        return content_key(version("facopt"), files, mode.profile, mode.closures, mode.metric_crs, *points)


def _built(mode: RoadMode, roads: RoadTable) -> Network:
    try:
        return build_network(roads, mode.profile, metric_crs=mode.metric_crs, closures=mode.closures)
    except DataError as error:
        raise DataError(replace(one, place=mode.key_place("file")) for one in error.findings) from error


def road_modes(
    travels: Mapping[str, RoadTravel], metric_crs: str, place: Callable[[str], Place], files: RoadFiles
) -> tuple[RoadModes, tuple[Finding, ...]]:
    """Return the modes on roads with their profiles and closures, and what is remarkable about the files of closures.

    Raises
    ------
    ScenarioError
        With everything that is wrong with profiles, or with one road file read in two ways.
    DataError
        If a file of closures cannot be used.
    """
    findings = list(_one_reading(travels, place))
    modes: dict[str, RoadMode] = {}
    noticed: list[Finding] = []
    for name, travel in travels.items():
        try:
            profile = load_profile(travel.profile, _overrides(travel))
        except ScenarioError as error:
            findings += [_in_scenario(one, f"travel.{name}", place) for one in error.findings]
            continue
        closures, found = _closures(name, travel, place)
        noticed += found
        modes[name] = RoadMode(name, travel, profile, closures, metric_crs, place)
    if findings:
        raise ScenarioError(findings)
    return RoadModes(modes, files), tuple(noticed)


def _one_reading(travels: Mapping[str, RoadTravel], place: Callable[[str], Place]) -> Iterator[Finding]:
    first: dict[Path, tuple[str, RoadTravel]] = {}
    for name, travel in travels.items():
        other, known = first.setdefault(travel.file, (name, travel))
        if (known.layer, known.crs) != (travel.layer, travel.crs):
            what = f"travel.{name} and travel.{other} read {travel.file.name} with different layer or crs"
            yield Finding(what, "State the same for both, or use two files", place(f"travel.{name}.file"))


def _in_scenario(finding: Finding, key: str, place: Callable[[str], Place]) -> Finding:
    """Point a finding about one value of a profile to where the scenario states it; others keep their place."""
    if finding.place.file is not None:
        return finding
    return replace(finding, place=place(f"{key}.{finding.place.key}" if finding.place.key else key))


def _overrides(travel: RoadTravel) -> dict[str, Any]:
    """Return what the scenario changes of the profile, fitted factors multiplied with stated ones."""
    stated: dict[str, Any] = {key: getattr(travel, key) for key in PROFILE_KEYS}
    if travel.profile_file is not None:
        fitted = read_fitted(travel.profile_file, travel.profile)
        stated["class_factors"] = combined_factors(fitted, travel.class_factors)
    return {key: value for key, value in stated.items() if value is not None and value != {}}


def _closures(
    name: str, travel: RoadTravel, place: Callable[[str], Place]
) -> tuple[tuple[Closure, ...], tuple[Finding, ...]]:
    closures: list[Closure] = []
    noticed: list[Finding] = []
    for number, stated in enumerate(travel.closures):
        where = place(f"travel.{name}.closures.{number}.file")
        shapes, found = read_closure(stated.file, place=where, layer=stated.layer, crs=stated.crs or "")
        label = stated.name or stated.file.name
        closures.append(Closure(shapes, stated.factor, stated.within_metres, frozenset(stated.classes), label))
        noticed += found
    return tuple(closures), tuple(noticed)


def road_mode_findings(mode: RoadMode, times: TravelTimes) -> tuple[Finding, ...]:
    """Return warnings about how points reach the roads, closures without effect, and classes that nothing has."""
    access = (replace(one, place=mode.key_place("file")) for one in access_findings(mode.name, times.facts))
    return (*access, *_idle_closures(mode, times.facts["closures"]), *_unknown_classes(mode, times.facts["classes"]))


def _idle_closures(mode: RoadMode, effects: list[dict[str, Any]]) -> Iterator[Finding]:
    for number, effect in enumerate(effects):
        if not effect["edges"]:
            what = f"mode {mode.name}: closure '{effect['name']}' concerns no road"
            remedy = "Check where it lies; lines beside the roads need within_metres"
            yield Finding(what, remedy, mode.key_place(f"closures.{number}"), Severity.WARNING)


def _unknown_classes(mode: RoadMode, classes: list[str]) -> Iterator[Finding]:
    known = {*classes, *load_profile(mode.travel.profile).speeds, "default", "ferry"}
    stated = (
        *((f"speeds_kmh.{name}", name) for name in mode.travel.speeds_kmh),
        *((f"class_factors.{name}", name) for name in mode.travel.class_factors),
        *((f"closures.{n}.classes", name) for n, one in enumerate(mode.travel.closures) for name in one.classes),
    )
    for key, name in stated:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            remedy = f"Perhaps '{near[0]}' is meant" if near else f"The file has {', '.join(classes)}"
            what = f"mode {mode.name}: no road and no profile has the class '{name}'"
            yield Finding(what, remedy, mode.key_place(key), Severity.WARNING)
