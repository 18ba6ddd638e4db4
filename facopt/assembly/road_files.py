"""The road files of a scenario, each read once for all that need roads: candidates, travel times, drawing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from facopt.inputs.roads import read_roads
from facopt.scenario.references import referral_modes, used_modes
from facopt.scenario.schema import RoadTravel
from facopt.travel.cache import TravelCache, content_key, file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from facopt.errors import Place
    from facopt.inputs.road_table import RoadTable
    from facopt.scenario.schema import Scenario

SHAPEFILE_PARTS = (".dbf", ".shx", ".prj", ".cpg")


class RoadFiles(Mapping["Path", "RoadTable"]):
    """The road files of some modes, each read when first asked for, or taken from an earlier run."""

    def __init__(
        self, travels: Mapping[str, RoadTravel], place: Callable[[str], Place], cache: TravelCache | None = None
    ) -> None:
        self._first: dict[Path, tuple[str, RoadTravel]] = {}
        for mode, travel in travels.items():
            self._first.setdefault(travel.file, (mode, travel))
        self._place, self._cache = place, cache or TravelCache(None)
        self._keys: dict[Path, str] = {}
        self._read: dict[Path, RoadTable] = {}

    def __getitem__(self, file: Path) -> RoadTable:
        if file not in self._read:
            mode, travel = self._first[file]
            place = self._place(f"travel.{mode}.file")

            def read() -> RoadTable:
                return read_roads(file, place=place, layer=travel.layer, crs=travel.crs or "")

            self._read[file] = self._cache.roads(self.key(file), read, place=place)
        return self._read[file]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    @property
    def cache(self) -> TravelCache:
        """What is kept from run to run."""
        return self._cache

    def key(self, file: Path) -> str:
        """Return a hash of a road file with the parts of a shapefile, and of how it is read."""
        if file not in self._keys:
            _, travel = self._first[file]
            parts = [file.with_suffix(ending) for ending in SHAPEFILE_PARTS] if file.suffix.lower() == ".shp" else []
            hashes = [file_sha256(path) for path in (file, *parts) if path.is_file()]
            self._keys[file] = content_key(version("facopt"), hashes, file.name, travel.layer, travel.crs)
        return self._keys[file]


def road_travels(scenario: Scenario) -> dict[str, RoadTravel]:
    """Return the modes on roads by which people travel or are referred, in the order of the scenario."""
    used = {*used_modes(scenario), *referral_modes(scenario)}
    return {mode: travel for mode, travel in scenario.travel.items() if mode in used and isinstance(travel, RoadTravel)}


def road_files(scenario: Scenario, place: Callable[[str], Place], cache: TravelCache | None = None) -> RoadFiles:
    """Return the road files of the modes that tiers use; nothing is read yet."""
    return RoadFiles(road_travels(scenario), place, cache)
