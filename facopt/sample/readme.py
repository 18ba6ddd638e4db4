"""The words beside the data: that it is synthetic, what it is calibrated to, how to make it again."""

from __future__ import annotations

DATA = """\
# Sample data: Yunting County (云汀县), SYNTHETIC

**Nothing here is real.** Yunting County, its townships, villages, rivers, roads and clinics are invented; a generator
(`facopt/sample/`) writes them, and any likeness of a name to a real place is chance. The county lies on the Jianghan
plain, over real places it has nothing to do with, only so that coordinates behave as they do in China. Division codes
begin with 99, which no province has. Do not quote any figure from here as a fact about any place.

What is taken from the world are totals: the county has the people and the age structure that the seventh national
census (2020) published for Tianmen, Hubei, so that the sample is as large and as old as a real county:

| figure | value |
|---|---|
| people | 1,158,640 |
| 0-14 years | 199,981 (17.26 %) |
| 65 years and more | 208,092 (17.96 %) |
| in urban areas (area classes urban and town) | 502,966 (43.41 %) |
| area | 2,622 km² |
| township-level units | 28 |
| administrative villages | 850 ("about 850") |

Everything else, from the run of the rivers to the cost of a building, is judgement, made to show the planning problem
whole: few bridges over the rivers, hills in the north-west with gravel tracks and hamlets that no road reaches, a
county town where people walk, a farm without a clinic (鹤洲农场), a town with two (石渡镇), several that are too small.

- `census/`: demand points, township totals, outlines, a population grid; see `census/SOURCES.md`
- `facilities/`: what stands and where something could be built; see `facilities/SOURCES.md`
- `roads/county.osm.pbf`: roads, places and amenities in OpenStreetMap's format. It is **not** OpenStreetMap data.

All coordinates are WGS-84 (`crs: wgs84`) except those of the grid, which is in EPSG:4547.

Make it again with `facopt new --sample FOLDER`; the files come out the same, and a test proves it.
Licence: CC0 1.0, no rights reserved.
"""

CENSUS = """\
# Sources of the census tables: SYNTHETIC

Written by `facopt/sample/`, CC0 1.0. Calibrated to the totals of Tianmen, Hubei, in the seventh national census (2020).

- `villages.csv`: demand points. `id` is the 12-digit code of an administrative village or residents' committee, with
  `-01`, `-02` ... for the natural hamlets of a village that is split; `village` is the 12-digit code alone. `people`,
  `people_0_14`, `people_65_plus` are residents; `zone` is the 9-digit code of the township-level unit; `area_class` is
  `urban` (neighbourhoods of the county town), `town` (quarters of a town's seat) or `rural`.
- `townships.csv`: control totals; the villages of each unit add up to them exactly. `people_urban` counts the area
  classes urban and town; `villages` counts administrative villages.
- `townships.geojson`, `county.geojson`, `water.geojson`: outlines, WGS-84; `code` matches `zone`.
- `population_100m.tif`: the same people on cells of 100 m, EPSG:4547, whole numbers, 65535 outside the county. Its sum
  is the county's population.
"""

FACILITIES = """\
# Sources of the facility tables: SYNTHETIC

Written by `facopt/sample/`, CC0 1.0. No facility here exists.

- `facilities.csv`: what stands (`status` existing): `county_hospital`, `community_health_centre`, `township_clinic`,
  `village_clinic`, `private_clinic`.
- `candidates.csv`: sites where a community health centre or a township clinic could be built.

`capacity_people` is how many residents a building of that `size` (small, standard, large) can serve. Money is in yuan:
`build_cost` is floor space x 3,500 yuan per m², dearer in the middle of the county town, in the hills and on the
polders; `running_cost` is per year. Both are judgements for the sake of the example, not facts; put your own in.
"""
