"""What a run writes besides what every run writes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facopt.statement import Number, Section, YesNo


class OutputsSection(Section):
    """What a run writes besides what every run writes; all of it off by default."""

    geoparquet: YesNo = False
    """Also write the layers of plan.gpkg as GeoParquet files, one each, into the folder `layers`."""
    stability: YesNo = False
    """Solve again under other assumptions and tell which sites are chosen in most of these runs, and which are not."""
    stability_seconds: Annotated[Number, Field(gt=0)] = 300.0
    """The runs for `stability` take no longer than this altogether; those that do not fit are named as not made."""
