"""Online maps that readers may switch on beneath the plan; only where the scenario names one is its address written."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.measures.report import Report

_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=%s&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=KEY"
)
_SERVICES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "osm": {
            "name": ["OpenStreetMap", "OpenStreetMap"],
            "credit": "© OpenStreetMap contributors",
            "urls": ["https://tile.openstreetmap.org/{z}/{x}/{y}.png"],
            "hosts": "",
            "zoom": 19,
        },
        "tianditu": {
            "name": ["天地图", "Tianditu"],
            "credit": "© 天地图 Tianditu",
            "urls": [_TIANDITU % (layer, layer) for layer in ("vec", "cva")],
            "hosts": "01234567",
            "zoom": 18,
        },
    }
)
"""Name, credit line, addresses of the layers from below, subdomains and largest zoom by service."""


def base_map_of(report: Report) -> dict[str, Any] | None:
    """Return what the page needs to show the report's online map; None where it has none."""
    service = _SERVICES.get(report.base_map)
    if service is None:
        return None
    return {**service, "urls": [url.replace("tk=KEY", f"tk={report.base_map_key}") for url in service["urls"]]}
