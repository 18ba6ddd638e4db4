"""What is asked for, in plain fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facopt.errors import Finding, Place, ScenarioError

BUFFER_KM = 5.0
DATA_FOLDER = Path("data/osm")


@dataclass(frozen=True)
class Services:
    """The two services of OpenStreetMap that are asked, by the addresses of their public servers."""

    overpass_url: str = "https://overpass-api.de/api"
    nominatim_url: str = "https://nominatim.openstreetmap.org/"


@dataclass(frozen=True)
class PlaceRequest:
    """A place and what belongs to it."""

    name: str
    """As Nominatim finds it (`Tianmen, Hubei, China`), or the id of an OpenStreetMap element (`R123456`)."""
    folder: Path
    """Where the files go."""
    buffer_km: float = BUFFER_KM
    """Roads are fetched this far beyond the boundary, so that trips may leave the place and come back."""
    people: int | None = None
    """People of the whole place, shared out over settlements without a population of their own."""

    @property
    def by_id(self) -> bool:
        """Whether the name is the id of an element."""
        return re.fullmatch(r"[NWR][0-9]+", self.name) is not None

    def stated(self) -> dict[str, Any]:
        """Return what decides the contents of the files, as it is kept in `sources.json`."""
        return {"name": self.name, "buffer_km": float(self.buffer_km), "people": self.people}

    def command(self) -> str:
        """Return the command line that asks the same."""
        name = self.name.replace('"', "")
        people = "" if self.people is None else f" --people {self.people}"
        return f'facopt fetch "{name}" --to "{self.folder.as_posix()}" --buffer-km {self.buffer_km:g}{people}'


def default_folder(name: str) -> Path:
    """Return `data/osm/<first part of the name>` in letters that every system takes."""
    first = name.split(",", maxsplit=1)[0]
    plain = re.sub(r"\W+", "-", first).strip("-_").casefold()
    return DATA_FOLDER / (plain[:60] or "place")


def services_at(overpass_url: str | None, nominatim_url: str | None) -> Services:
    """Return the services at these addresses, where None is given the public ones.

    Raises
    ------
    ScenarioError
        If an address is none of the web.
    """
    given = {"overpass_url": overpass_url, "nominatim_url": nominatim_url}
    stated = {name: url for name, url in given.items() if url is not None}
    for name, url in stated.items():
        if not url.startswith(("https://", "http://")):
            what = f"'{url}' is no address of a server"
            raise ScenarioError(Finding(what, "Begin with https://", Place(key=f"--{name.replace('_', '-')}")))
    return Services(**stated)
