"""OpenStreetMap's services through OSMnx: what they answered, word for word, kept in a cache folder.

OSMnx sends the questions, keeps to the services' rules of use and stores the answers; this module reads the answers as
they were stored, with all tags. OSMnx's settings belong to the whole process, so they are set around each question and
put back after it.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import shapely

from facopt.errors import Finding, ScenarioError
from facopt.fetch.errors import FetchError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from shapely.geometry.base import BaseGeometry

    from facopt.fetch.request import PlaceRequest, Services

Element = Mapping[str, Any]
Say = Callable[[str], None]

SECONDS_TO_CONNECT = 15.0
MOST_REFUSALS = 5
"""After so many answers "busy, come back later" in a row the server is left alone."""
BUSY = frozenset({429, 504})
FERRIES = '["route"="ferry"]'


@dataclass(frozen=True)
class Answers:
    """All elements that a service answered to one part of the questions."""

    elements: Mapping[tuple[str, int], Element]
    """By type (`node`, `way`, `relation`) and id, as Overpass gives them."""
    osm_time: str = ""
    """How old the data are: the oldest `timestamp_osm_base` of the answers; "" where they do not say."""
    asked: float = 0.0
    """When the oldest answer came, in seconds since 1970."""


@dataclass(frozen=True)
class FoundPlace:
    """What Nominatim took the name for."""

    label: str
    element: tuple[str, int]
    """Type and id in OpenStreetMap."""
    outline: BaseGeometry
    """Polygon or MultiPolygon, valid, WGS-84 degrees."""


class OpenStreetMap:
    """Asks OpenStreetMap's services about one place, each question only once."""

    def __init__(self, request: PlaceRequest, services: Services, cache: Path, say: Say) -> None:
        """Keep the answers under `cache`; `say` hears what is being asked."""
        self.request, self.services, self.cache, self.say = request, services, cache, say

    def place(self) -> FoundPlace:
        """Find the place and its outline.

        Raises
        ------
        ScenarioError
            If Nominatim knows no such place, or only as a point.
        FetchError
            If the service cannot be reached or refuses.
        """
        from osmnx._errors import InsufficientResponseError

        name = self.request.name
        self.say(f"asking Nominatim for {name}")
        try:
            with self._asking(self.services.nominatim_url, self.cache / "place") as osmnx:
                frame = osmnx.geocode_to_gdf(name, by_osmid=self.request.by_id)
        except InsufficientResponseError as error:
            raise ScenarioError(_unknown(name, "OpenStreetMap knows no place")) from error
        except TypeError as error:
            raise ScenarioError(_unknown(name, "OpenStreetMap has no outline of")) from error
        row = frame.iloc[0]
        outline = _polygons(row.geometry)
        if outline.is_empty:
            raise ScenarioError(_unknown(name, "OpenStreetMap has no outline of"))
        return FoundPlace(str(row["display_name"]), (str(row["osm_type"]), int(row["osm_id"])), outline)

    def roads(self, area: BaseGeometry) -> Answers:
        """Return all ways with a highway tag in use, all ferry lines, and their nodes."""
        return self._answers(
            "roads", area,
            lambda osmnx: osmnx.graph_from_polygon(area, network_type="all", simplify=False, retain_all=True),
            lambda osmnx: osmnx.graph_from_polygon(area, custom_filter=FERRIES, simplify=False, retain_all=True),
        )  # fmt: skip

    def features(self, part: str, area: BaseGeometry, tags: Mapping[str, Any]) -> Answers:
        """Return everything in the area that has one of the tags, with the nodes and ways it is made of."""
        return self._answers(part, area, lambda osmnx: osmnx.features_from_polygon(area, dict(tags)))

    def _answers(self, part: str, area: BaseGeometry, *questions: Callable[[Any], Any]) -> Answers:
        digest = hashlib.sha256(shapely.to_wkt(area, rounding_precision=6).encode()).hexdigest()[:12]
        folder = self.cache / f"{part}-{digest}"  # another area has answers of its own
        self.say(f"asking Overpass for {part}; this can take minutes")
        for ask in questions:
            # OSMnx stores the answers and stops there, which it tells by an InterruptedError.
            with self._asking_overpass(folder) as osmnx, suppress(InterruptedError):
                ask(osmnx)
        return _read(folder)

    def _asking_overpass(self, folder: Path) -> AbstractContextManager[ModuleType]:
        return self._asking(self.services.overpass_url, folder, cache_only_mode=True)

    @contextmanager
    def _asking(self, url: str, folder: Path, **settings: Any) -> Iterator[ModuleType]:
        """Lend OSMnx with its settings in place; failures of the network become a FetchError."""
        _drop_unreadable(folder)
        host = urlsplit(url).netloc
        try:
            if not any(folder.glob("*.json")):
                # OSMnx waits for minutes before it gives up; without any answer so far, look first.
                requests.get(url.rstrip("/") + "/status", timeout=SECONDS_TO_CONNECT, headers=_HEADERS)
            with osmnx_settings(
                **settings, cache_folder=folder, use_cache=True, http_user_agent=_HEADERS["User-Agent"],
                overpass_url=self.services.overpass_url, nominatim_url=self.services.nominatim_url,
                doh_url_template=None, requests_kwargs={"hooks": {"response": _Watch(host, self.say)}},
            ) as osmnx:  # fmt: skip
                yield osmnx
        except requests.RequestException as error:
            what = f"OpenStreetMap could not be reached at {host} ({type(error).__name__})"
            raise FetchError(Finding(what, self._remedy())) from error

    def _remedy(self) -> str:
        return (
            "What was answered so far is kept. Try again later, or fetch on a machine with internet and copy the "
            f"folder: {self.request.command()}"
        )


_HEADERS = {"User-Agent": f"facopt/{version('facopt')} (with OSMnx)"}


@contextmanager
def osmnx_settings(**settings: Any) -> Iterator[ModuleType]:
    """Lend OSMnx with some of its settings changed, and put back all that it changes in the process."""
    import osmnx

    before = {name: getattr(osmnx.settings, name) for name in settings}
    resolver = socket.getaddrinfo  # OSMnx replaces it to keep to one server
    try:
        for name, value in settings.items():
            setattr(osmnx.settings, name, value)
        yield osmnx
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = resolver


class _Watch:
    """Looks at every response before OSMnx does: half an answer is none, and a busy server is not asked for ever."""

    def __init__(self, host: str, say: Say) -> None:
        self.host, self.say, self.refusals = host, say, 0

    def __call__(self, response: Any, *_args: Any, **_kwargs: Any) -> None:
        if response.status_code in BUSY:
            self.refusals += 1
            self.say(f"{self.host} is busy; waiting a minute")
            trouble = "is too busy to answer" if self.refusals > MOST_REFUSALS else ""
        else:
            trouble = "" if response.url.endswith("/status") else _trouble(response)
        if trouble:
            response.close()
            remedy = "Try again later, what was answered so far is kept; or ask for a smaller place"
            raise FetchError(Finding(f"{self.host} {trouble}", remedy))


def _trouble(response: requests.Response) -> str:
    """Return what keeps a response from being a whole answer; "" where nothing does."""
    if not response.ok:
        return f"refused to answer ({response.status_code} {response.reason})"
    if response.content.lstrip()[:1] not in (b"{", b"["):
        return "answered with a page instead of data, as networks do that want a login first"
    if b'"remark"' in response.content:
        # Overpass breaks off with what it has so far, and says so only here.
        answer = response.json()
        remark = answer.get("remark") if isinstance(answer, dict) else None
        return f"broke off: {str(remark)[:200]}" if remark else ""
    return ""


def _unknown(name: str, what: str) -> Finding:
    remedy = "Write it as openstreetmap.org finds it, from small to large, or give its boundary's id, such as R123456"
    return Finding(f"{what} '{name}'", remedy)


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Return the valid polygons of a geometry as one."""
    parts = shapely.get_parts(shapely.make_valid(geometry))
    return shapely.union_all([part for part in parts if part.geom_type in ("Polygon", "MultiPolygon")])


def _drop_unreadable(folder: Path) -> None:
    """Take away answers whose writing was interrupted; OSMnx would stumble over them instead of asking again."""
    for path in folder.glob("*.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            path.unlink()


def _read(folder: Path) -> Answers:
    """Return the stored answers of a folder put together."""
    elements: dict[tuple[str, int], Element] = {}
    times, asked = set(), []
    for path in sorted(folder.glob("*.json")):
        answer = json.loads(path.read_text(encoding="utf-8"))
        elements.update({(one["type"], int(one["id"])): one for one in answer["elements"]})
        times.add(str(answer.get("osm3s", {}).get("timestamp_osm_base", "")))
        asked.append(path.stat().st_mtime)
    return Answers(elements, min(times - {""}, default=""), min(asked, default=0.0))
