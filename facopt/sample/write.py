"""Write the sample county as a planner's files."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def write_sample(folder: Path) -> tuple[Path, ...]:
    """Write the sample county's data and scenarios below a folder.

    Parameters
    ----------
    folder
        Where `data/` and `scenarios/` go; made where they are missing. Files of the same names are overwritten.

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
    written = [path for path in data.rglob("*") if path.is_file() and path in _ours(data)]
    return tuple(sorted([*written, *_write_scenarios(Path(folder) / "scenarios")]))


def _write_scenarios(folder: Path) -> list[Path]:
    """Write the scenarios that come with the package, and the schema by which editors complete them."""
    from facopt.scenario.json_schema import json_schema_text

    folder.mkdir(parents=True, exist_ok=True)
    shipped = resources.files("facopt.sample").joinpath("scenarios")
    texts = {entry.name: entry.read_bytes() for entry in shipped.iterdir() if entry.name.endswith(".yaml")}
    texts["schema.json"] = json_schema_text().encode("utf-8")
    for name, text in texts.items():
        (folder / name).write_bytes(text.replace(b"\r\n", b"\n"))
    return [folder / name for name in texts]


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
