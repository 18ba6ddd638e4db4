"""Travel times from tables: pairs, units, modes, ids, and contradictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facopt.errors import DataError, Place
from facopt.inputs.od import read_od
from tests.inputs_cases import texts, write

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.travel.times import TravelTimes

DEMAND = np.array(["001", "1", "NA"], dtype=object)
SITES = np.array(["s", "t"], dtype=object)


def arcs(times: TravelTimes) -> list[tuple[str, str, float]]:
    """Return travel times as (demand point, site, minutes)."""
    rows = zip(times.demand.tolist(), times.site.tolist(), times.minutes.tolist(), strict=True)
    return [(DEMAND[i], SITES[j], minutes) for i, j, minutes in rows]


def read_text(folder: Path, text: str, mode: str = "drive", encoding: str = "utf-8", **options):
    """Return the arcs of a table and its warnings as text."""
    path = write(folder, "od.csv", text, encoding)
    times, findings = read_od(path, mode=mode, demand_ids=DEMAND, site_ids=SITES, **options)
    return arcs(times), texts(findings, folder)


def test_pairs_come_sorted_and_blank_or_missing_ones_are_out_of_reach(tmp_path: Path) -> None:
    """Zero is a time, a blank is none, and ids are text."""
    text = "demand_id,site_id,minutes\nNA,t,0\n1,s,7.5\n001,t,\n001,s,3\n"
    assert read_text(tmp_path, text) == ([("001", "s", 3.0), ("1", "s", 7.5), ("NA", "t", 0.0)], [])


def test_equal_pairs_are_taken_once(tmp_path: Path) -> None:
    """A pair that stands twice with the same time is no contradiction."""
    text = "demand_id,site_id,minutes\n1,s,3\n1,s,3.0\n001,s,1\n"
    assert read_text(tmp_path, text)[0] == [("001", "s", 1.0), ("1", "s", 3.0)]


@pytest.mark.parametrize(
    ("heading", "cell", "minutes"),
    [("minutes", "6", 6), ("seconds", "90", 1.5), ("duration_s", "90", 1.5), ("hours", "0.5", 30), ("分钟", "6", 6),
     ("时间（秒）", "90", 1.5), ("minutes", " 6 ", 6), ("minutes", "６", 6), ("minutes", '"1,200"', 1200)],
)  # fmt: skip
def test_units_and_ways_of_writing(tmp_path: Path, heading: str, cell: str, minutes: float) -> None:
    """Seconds and hours become minutes; unusual digits are read as elsewhere."""
    found, _ = read_text(tmp_path, f"demand_id,site_id,{heading}\n1,s,{cell}\nNA,s,\n")
    assert found == [("1", "s", pytest.approx(minutes))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Excel's CSV in Chinese reads like any other."""
    text = "需求点,设施,分钟\n1,s,5\nNA,t,6\n".replace(",", delimiter)
    assert read_text(tmp_path, text, encoding=encoding)[0] == [("1", "s", 5.0), ("NA", "t", 6.0)]


def test_only_the_rows_of_the_mode_count_where_the_table_has_modes(tmp_path: Path) -> None:
    """Walking and driving times may stand in one table."""
    text = "demand_id,site_id,minutes,mode\n1,s,5,walk\n1,s,2,drive\nNA,s,9,walk\n"
    assert read_text(tmp_path, text, mode="walk")[0] == [("1", "s", 5.0), ("NA", "s", 9.0)]
    assert read_text(tmp_path, text, mode="drive")[0] == [("1", "s", 2.0)]


def test_columns_are_mapped(tmp_path: Path) -> None:
    """The scenario says what the table calls its columns."""
    columns = {"demand_id": "home", "site_id": "clinic", "minutes": "cost"}
    assert read_text(tmp_path, "cost,clinic,home\n5,s,1\n", columns=columns)[0] == [("1", "s", 5.0)]


def test_unknown_ids_are_left_out_with_a_warning(tmp_path: Path) -> None:
    """A table may cover more than the study area; a misspelt id is seen in the examples."""
    found, warnings = read_text(tmp_path, "demand_id,site_id,minutes\n1,s,5\n01,s,6\n1,T,7\n")
    assert found == [("1", "s", 5.0)]
    assert warnings == [
        "od.csv: demand_id: 1 id is not that of a demand point; their pairs are left out (for example '01'). "
        'Ids are text: "001" is not "1".',
        "od.csv: site_id: 1 id is not that of a site; their pairs are left out (for example 'T'). "
        'Ids are text: "001" is not "1".',
    ]


def test_completeness_is_a_fact(tmp_path: Path) -> None:
    """How many pairs there are, and who has none, is known to the report."""
    path = write(tmp_path, "od.csv", "demand_id,site_id,minutes\n1,s,5\n001,s,6\n")
    times, _ = read_od(path, mode="drive", demand_ids=DEMAND, site_ids=SITES)
    facts = times.facts
    assert (facts["pairs"], facts["possible_pairs"], facts["demand_without_pair"], facts["sites_without_pair"]) == (
        2, 6, 1, 1,
    )  # fmt: skip


def test_findings_point_to_the_line_over_blank_lines(tmp_path: Path) -> None:
    """The line is the one an editor shows."""
    with pytest.raises(DataError) as caught:
        read_text(tmp_path, "demand_id,site_id,minutes\n\n1,s,5\n\n\nNA,s,-2\n")
    assert texts(caught.value.findings, tmp_path) == [
        "od.csv:6: minutes: 1 pair has a negative time (for example 'NA' to 's': -2). Correct the times."
    ]


def test_a_missing_file_is_named_at_its_place_in_the_scenario(tmp_path: Path) -> None:
    """The finding points to the scenario, where the path can be mended."""
    with pytest.raises(DataError, match=r"scenario\.yaml:7: There is no file .*none\.csv"):
        read_od(
            tmp_path / "none.csv",
            mode="x",
            demand_ids=DEMAND,
            site_ids=SITES,
            place=Place(tmp_path / "scenario.yaml", 7),
        )


@pytest.mark.parametrize("ids", [int, float, str])
def test_parquet_ids_may_be_numbers(tmp_path: Path, ids: type) -> None:
    """A whole number in a Parquet table is the id that it is in a CSV."""
    frame = pd.DataFrame({"demand_id": pd.Series([1, 1], dtype=ids), "site_id": ["t", "s"], "seconds": [90, 30]})
    frame.to_parquet(tmp_path / "od.parquet")
    times, _ = read_od(tmp_path / "od.parquet", mode="drive", demand_ids=DEMAND, site_ids=SITES)
    assert arcs(times) == [("1", "s", 0.5), ("1", "t", 1.5)]


def test_a_parquet_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    """The columns that there are stand in the message."""
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "od.parquet")
    with pytest.raises(DataError, match=r"There is no column 'demand_id'. The file has a;"):
        read_od(tmp_path / "od.parquet", mode="drive", demand_ids=DEMAND, site_ids=SITES)


def test_a_table_without_times_is_said(tmp_path: Path) -> None:
    """Nobody reaches anything: possible, but hardly meant."""
    assert read_text(tmp_path, "demand_id,site_id,minutes\n") == (
        [], ["od.csv: The table has no travel times, so everybody is out of reach. Check the file."],
    )  # fmt: skip


def test_other_formats_read_alike(tmp_path: Path) -> None:
    """A workbook or a Parquet table of travel times gives the same arcs."""
    frame = pd.DataFrame({"demand_id": ["001", "NA"], "site_id": ["t", "s"], "minutes": [5.0, None]})
    frame.to_excel(tmp_path / "od.xlsx", index=False)
    frame.to_parquet(tmp_path / "od.parquet")
    for name in ("od.xlsx", "od.parquet"):
        times, _ = read_od(tmp_path / name, mode="drive", demand_ids=DEMAND, site_ids=SITES)
        assert arcs(times) == [("001", "t", 5.0)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(DEMAND.tolist()), st.sampled_from(SITES.tolist())),
        st.one_of(st.none(), st.floats(0, 1e6)),
    ),
    st.randoms(use_true_random=False),
)
def test_any_table_is_read_as_a_plain_loop_would(tmp_path: Path, pairs: dict, random) -> None:
    """Arcs are what a loop over the shuffled rows finds, whatever their order."""
    rows = [f"{i},{j},{'' if minutes is None else repr(minutes)}\n" for (i, j), minutes in pairs.items()]
    random.shuffle(rows)
    expected = sorted(
        ((i, j, minutes) for (i, j), minutes in pairs.items() if minutes is not None),
        key=lambda arc: (DEMAND.tolist().index(arc[0]), SITES.tolist().index(arc[1])),
    )
    assert read_text(tmp_path, "demand_id,site_id,minutes\n" + "".join(rows))[0] == expected
