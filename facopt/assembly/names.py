"""Names that sentences give to zones and sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facopt.inputs.study_area import StudyArea


def names_of(area: StudyArea) -> dict[str, tuple[str, str]]:
    """Return the names in Chinese and English by the id of a zone or site, for those that have one."""
    zones = {zone: (name, area.zone_names_en.get(zone) or name) for zone, name in area.zone_names.items() if name}
    sites = area.sites
    english = sites.name if sites.name_en is None else sites.name_en
    named = zip(sites.id, sites.name, english, strict=True)
    return {**{str(site): (str(name), str(en or name)) for site, name, en in named if name}, **zones}
