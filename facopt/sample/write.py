"""Write the sample county as a planner's files."""

from __future__ import annotations

from pathlib import Path


def write_sample(folder: Path) -> tuple[Path, ...]:
    """Write the sample county's data below a folder.

    Parameters
    ----------
    folder
        Where `data/` goes; made where it is missing. Files of the same names are overwritten.

    Returns
    -------
    The files written, sorted.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    from facopt.sample import readme, tables
    from facopt.sample.county import build_county
    from facopt.sample.osm import write_pbf
    from facopt.sample.raster import write_raster

    data = Path(folder) / "data"
    census, facilities, roads = data / "census", data / "facilities", data / "roads"
    for place in (census, facilities, roads):
        place.mkdir(parents=True, exist_ok=True)
    county = build_county()
    tables.write_table(census / "villages.csv", tables.VILLAGES, tables.village_rows(county.points))
    tables.write_table(census / "townships.csv", tables.TOWNSHIPS, tables.township_rows(county))
    tables.write_county(county, census)
    write_raster(county, census / "population_100m.tif")
    today, candidates = tables.facility_rows(county, county.today), tables.facility_rows(county, county.candidates)
    tables.write_table(facilities / "facilities.csv", tables.FACILITIES, today)
    tables.write_table(facilities / "candidates.csv", tables.FACILITIES, candidates)
    write_pbf(county, roads / "county.osm.pbf")
    words = {data / "README.md": readme.DATA, census / "SOURCES.md": readme.CENSUS}
    words[facilities / "SOURCES.md"] = readme.FACILITIES
    for path, text in words.items():
        path.write_bytes(text.encode("utf-8"))
    return tuple(sorted(path for path in data.rglob("*") if path.is_file() and path in _ours(data)))


def _ours(data: Path) -> set[Path]:
    """Return the paths of all files that belong to the sample."""
    census = ("villages.csv", "townships.csv", "townships.geojson", "county.geojson", "water.geojson",
              "population_100m.tif", "SOURCES.md")  # fmt: skip
    facilities = ("facilities.csv", "candidates.csv", "SOURCES.md")
    return {
        data / "README.md",
        data / "roads" / "county.osm.pbf",
        *(data / "census" / name for name in census),
        *(data / "facilities" / name for name in facilities),
    }
