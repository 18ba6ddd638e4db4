"""A server on this machine that answers like Nominatim and Overpass, from the files of `tests/data/osm_cache`."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS = Path(__file__).parent / "data" / "osm_cache"
STATUS = """\
Connected as: 1
Current time: 2025-03-02T10:10:00Z
Announced endpoint: none
Rate limit: 2
2 slots available now.
"""


class OsmServer(ThreadingHTTPServer):
    """Answers, and remembers what it was asked; single answers can be replaced."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.replaced: dict[str, tuple[int, bytes]] = {}

    @property
    def nominatim_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/nominatim/"

    @property
    def overpass_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"

    def answer(self, part: str) -> tuple[int, bytes]:
        self.asked.append(part)
        return self.replaced.get(part) or (200, (ANSWERS / f"{part}.json").read_bytes())


class _Handler(BaseHTTPRequestHandler):
    server: OsmServer

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path.endswith("/status"):
            return self._send(200, STATUS.encode(), "text/plain")
        query = parse_qs(path.query)
        if path.path == "/nominatim/search":
            assert query["format"] == ["json"]
            assert query["polygon_geojson"] == ["1"]
            known = query["q"][0] == "Yunkou, Hubei, China"
            return self._send(*(self.server.answer("place") if known else (200, b"[]")))
        assert query["osm_ids"] == ["R9001"]
        return self._send(200, json.dumps(json.loads(self.server.answer("place")[1])[1:]).encode())

    def do_POST(self) -> None:
        assert urlsplit(self.path).path == "/api/interpreter"
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return self._send(*self.server.answer(_part(parse_qs(body)["data"][0])))

    def _send(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Keep standard error for what is tested."""


def _part(question: str) -> str:
    """Return which of the answers an Overpass question wants; an unexpected question fails the test."""
    assert question.startswith("[out:json][timeout:")
    assert "(poly:'" in question
    marks = {'["highway"]': "roads", '["route"="ferry"]': "ferries", "['place'='village']": "settlements",
             "['amenity'='clinic']": "facilities"}  # fmt: skip
    (part,) = [part for mark, part in marks.items() if mark in question]
    return part


@contextmanager
def osm_server() -> Iterator[OsmServer]:
    """Serve while the context lasts."""
    with OsmServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
