"""What a run writes besides what every run writes."""

from __future__ import annotations

from facopt.statement import Section, YesNo


class OutputsSection(Section):
    """What a run writes besides what every run writes; all of it off by default."""

    geoparquet: YesNo = False
    """Also write the layers of plan.gpkg as GeoParquet files, one each, into the folder `layers`."""
