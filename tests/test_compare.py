"""Comparing runs: honest about what differs, who gains and who loses, checked by adding up people one by one."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from rich.cells import cell_len

from facopt.errors import DataError
from facopt.outputs.compare import (
    Comparison,
    compare_runs,
    comparison_json,
    phrases,
    render_terminal,
    write_comparison,
    write_comparison_html,
    write_comparison_workbook,
)
from facopt.outputs.compare.comparison_page import comparison_html
from facopt.outputs.compare.model import Change
from facopt.outputs.compare.twin_maps import twin_maps
from facopt.outputs.run_files import flattened, read_record
from tests.county_case import Choice, county_report
from tests.run_cases import write_case
from tests.test_gallery import EVIL, Page

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

RURAL = Choice(
    name="rural", title_zh="乡村优先", title_en="Rural first", build=("c00", "c02", "c08", "c09"), close=("e11",),
    status="feasible", gap_percent=0.8,
)  # fmt: skip
COVERED = ("covered", "newly_covered")


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of one county: base, rural first, stricter standard, fewer people, more money, without a plan."""
    out = tmp_path_factory.mktemp("maps")
    write_case(county_report(), out, finished="2026-11-21 09:12")
    write_case(county_report(RURAL), out, budget=25_000_000)
    write_case(county_report(name="strict", title_zh="从严", title_en="Strict", thc_minutes=20.0), out, minutes=20.0)
    write_case(
        county_report(name="fewer", title_zh="人口减少", title_en="Fewer", people_factor=0.9),
        out,
        inputs={"demand.csv": "1" * 64},
    )
    more = county_report(
        name="more", title_zh="加预算", title_en="More", build=("c00", "c02", "c04", "c06", "c08", "c09")
    )
    write_case(more, out, budget=40_000_000)
    write_case(county_report(name="none", title_zh="无方案", title_en="None", planned=False, status="infeasible"), out)
    return out


@pytest.fixture(scope="module")
def pair(maps: Path) -> Comparison:
    """Base against rural first."""
    return compare_runs([maps / "base", maps / "rural"])


def _covered(report: Report) -> dict[str, bool]:
    return dict(zip(report.points["id"], report.points["state"].isin(COVERED), strict=True))


def _site(report: Report) -> dict[str, str]:
    return dict(zip(report.points["id"], report.points["site"], strict=True))


def test_gains_and_losses_are_added_up_by_person(pair: Comparison) -> None:
    """People who gain, lose and go elsewhere are those a plain loop over the two reports finds."""
    a, b = county_report(), county_report(RURAL)
    people = dict(zip(a.points["id"], a.points["people"], strict=True))
    before, after, site_a, site_b = _covered(a), _covered(b), _site(a), _site(b)
    expected = {"gain": [0.0, 0], "lose": [0.0, 0], "reassigned": [0.0, 0], "uncovered": [0.0, 0]}
    for key, number in people.items():
        kind = "gain" if after[key] and not before[key] else "lose" if before[key] and not after[key] else ""
        kind = kind or ("uncovered" if not before[key] else "reassigned" if site_a[key] != site_b[key] else "")
        if kind:
            expected[kind][0] += number
            expected[kind][1] += 1
    found = pair.changes[0].people
    assert found is not None
    assert all(total > 0 for total, _ in expected.values()), "the case was meant to have everything"
    for kind, (total, points) in expected.items():
        assert (getattr(found, kind).people, getattr(found, kind).points) == (total, points)


def test_gain_minus_loss_is_the_difference_of_the_totals(pair: Comparison) -> None:
    """Gains and losses explain exactly how far the people covered differ, in all and by zone."""
    people = pair.changes[0].people
    assert people is not None
    assert people.gain.people - people.lose.people == phrases.measure(pair, "people_covered").differences[0]
    shares = [{s.key: s for s in county_report(choice).by_zone} for choice in (Choice(), RURAL)]
    changed = set()
    for zone in people.zones:
        before, after = shares[0][zone.zone].covered, shares[1][zone.zone].covered
        assert before is not None
        assert after is not None
        assert zone.gain - zone.lose == after - before
        assert zone.percent_base == pytest.approx(100 * before / zone.people)
        assert zone.percent_other == pytest.approx(100 * after / zone.people)
        changed.add(zone.zone)
    unchanged = [key for key in shares[0] if key not in changed]
    assert all(shares[0][key].covered == shares[1][key].covered for key in unchanged)
    assert people.zones_unchanged == len(unchanged)


def test_sites_are_those_of_one_plan_only(pair: Comparison) -> None:
    """Sites open in one plan, in the other and in both are the set differences of what is open."""
    a, b = (
        {r.id for r in report.sites.itertuples() if r.action in ("keep", "build")}
        for report in (county_report(), county_report(RURAL))
    )
    change = pair.changes[0]
    assert {site.site_id for site in change.only_base} == a - b == {"c04", "c06", "e11"}
    assert {site.site_id for site in change.only_other} == b - a == {"c00", "c09"}
    assert {site.site_id for site in change.both} == a & b
    costs = {site.site_id: site.cost for site in change.only_base}
    assert costs == {"c04": 5_600_000, "c06": 10_500_000, "e11": 0}


def test_differing_settings_are_told_and_equal_ones_counted(pair: Comparison) -> None:
    """The budget differs; the scenario's name is no assumption; all other settings and files are the same."""
    assert [(row.key, row.values) for row in pair.settings] == [("limits.budget", ("30000000", "25000000"))]
    assert pair.settings_same == 6
    assert (pair.inputs, pair.inputs_same) == ((), 1)


def test_measures_carry_differences_and_who_is_better(pair: Comparison) -> None:
    """Differences are other minus base, unrounded; more cover, fewer minutes and less money are better."""
    reports = [county_report(), county_report(RURAL)]
    rows = {row.key: row for row in pair.measures}
    cost = rows["cost"]
    assert cost.values == (reports[0].cost, reports[1].cost)
    assert cost.better == ("other",)
    share = rows["people_covered_percent"]
    assert share.differences[0] == share.values[1] - share.values[0]  # type: ignore[operator]
    assert share.better == ("base",)
    assert rows["mean_minutes"].better == ("base",)
    assert rows["by_area_class.town.people_covered_percent"].better == ("other",)
    assert rows["unreachable_people"].better == ("same",)
    assert rows["new_sites"].better == ("",)
    assert rows["worst_zone_percent"].values[0] == min(100 * (z.covered or 0) / z.people for z in reports[0].by_zone)


def test_nine_in_ten_residents(pair: Comparison) -> None:
    """The time of nine in ten residents is the least time that so many do not exceed, everybody counted."""
    points = county_report().points
    total, reached, expected = points["people"].sum(), 0.0, None
    for minutes, people in sorted(zip(points["minutes"], points["people"], strict=True)):
        reached += people
        if reached >= 0.9 * total:
            expected = minutes
            break
    assert phrases.measure(pair, "minutes_of_90_percent").values[0] == expected


def test_a_comparison_turned_round_is_its_mirror(maps: Path, pair: Comparison) -> None:
    """With the base exchanged, gains are losses, differences change sign and the better run stays the same."""
    mirror = compare_runs([maps / "rural", maps / "base"])
    one, other = pair.changes[0].people, mirror.changes[0].people
    assert one is not None
    assert other is not None
    assert (one.gain, one.lose, one.reassigned) == (other.lose, other.gain, other.reassigned)
    turned = {"base": "other", "other": "base", "same": "same", "": ""}
    for row, back in zip(pair.measures, mirror.measures, strict=True):
        assert row.differences[0] is None or row.differences[0] == -back.differences[0]  # type: ignore[operator]
        assert turned[row.better[0]] == back.better[0]


def test_a_run_against_a_copy_of_itself(maps: Path, tmp_path: Path) -> None:
    """Nothing differs: nobody gains or loses, no zone changes, every site is in both."""
    shutil.copytree(maps / "base", tmp_path / "copy")
    same = compare_runs([maps / "base", tmp_path / "copy"])
    people = same.changes[0].people
    assert people is not None
    assert people.gain.people == people.lose.people == people.reassigned.people == 0
    assert people.zones == same.settings == same.inputs == same.basis == ()
    assert same.changes[0].only_base == same.changes[0].only_other == ()
    assert {row.better[0] for row in same.measures} <= {"same", ""}
    assert "the same people are covered" in render_terminal(same, lang="en")
    assert "A 基本方案" in phrases.run_name(same, 0)[0]


def test_money_per_person_gained(maps: Path) -> None:
    """Where money buys cover and nobody loses it, the price of one person is told; otherwise it is not."""
    people = compare_runs([maps / "base", maps / "more"]).changes[0].people
    assert people is not None
    assert people.lose.people == 0
    assert people.cost_per_gained_person == pytest.approx(11_200_000 / people.gain.people)
    back = compare_runs([maps / "more", maps / "base"]).changes[0].people
    assert back is not None
    assert back.cost_per_gained_person is None


# --- different basis -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [("strict", "standard"), ("fewer", "people")])
def test_a_different_basis_is_refused(maps: Path, name: str, kind: str) -> None:
    """Other standards or other people: figures stand side by side, nothing is subtracted, and the reason is told."""
    comparison = compare_runs([maps / "base", maps / name])
    assert [difference.kind for difference in comparison.basis] == [kind]
    assert comparison.changes[0].people is None
    assert all(row.differences == (None,) and row.better == ("",) for row in comparison.measures)
    assert phrases.measure(comparison, "people_covered").values[1] is not None
    text = render_terminal(comparison, lang="en")
    assert "no difference is computed" in text
    page = comparison_html(comparison)
    assert 'class="basis"' in page
    assert 'class="tot' not in page


def test_a_different_basis_can_be_allowed_and_is_flagged(maps: Path) -> None:
    """Allowed, differences are computed, marked on every figure, and the red line stays."""
    comparison = compare_runs([maps / "base", maps / "strict"], allow_different_basis=True)
    people = comparison.changes[0].people
    assert people is not None
    assert people.lose.people > 0
    assert comparison.basis[0].other == ("镇、乡驾车 20 分钟", "20 minutes driving (town, rural)")
    row = phrases.measure(comparison, "people_covered")
    assert row.differences[0] == row.values[1] - row.values[0]  # type: ignore[operator]
    text = render_terminal(comparison, lang="en")
    assert "read the differences with care" in text
    assert text.count("※") >= len([m for m in comparison.measures if m.differences[0] is not None])
    assert comparison_html(comparison).count("※") > 10


def test_points_of_one_run_only_are_left_out(maps: Path, tmp_path: Path) -> None:
    """Demand points that only one run has are a different basis; allowed, they are in no figure and told."""
    report = county_report(name="smaller")
    keep = report.points["id"] != "0507"
    gone = float(report.points.loc[~keep, "people"].sum())
    folder = write_case(report, tmp_path)
    table = folder / "tables" / "demand_points.csv"
    lines = table.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if not line.startswith("0507,")), encoding="utf-8-sig")
    record = read_record(folder)
    covered = bool(report.points.loc[~keep, "state"].isin(COVERED).iloc[0])
    record.update(people=record["people"] - gone, people_covered=record["people_covered"] - gone * covered)
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    refused = compare_runs([maps / "base", folder])
    assert [difference.kind for difference in refused.basis] == ["people", "demand_points"]
    assert refused.basis[1].base == ("1", "1")
    allowed = compare_runs([maps / "base", folder], allow_different_basis=True).changes[0].people
    assert allowed is not None
    assert (allowed.left_out.people, allowed.left_out.points) == (gone, 1)
    assert len(allowed.points) == len(report.points) - 1


def test_people_moved_between_points_are_a_different_basis(maps: Path, tmp_path: Path) -> None:
    """The same total in other places is not the same people."""
    folder = tmp_path / "moved"
    shutil.copytree(maps / "base", folder)
    table = folder / "tables" / "demand_points.csv"
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    header = lines[0].split(",")
    people, state = header.index("people"), header.index("state")
    rows = [line.split(",") for line in lines[1:]]
    first, second = [row for row in rows if row[state] == "covered"][:2]
    first[people], second[people] = str(int(first[people]) - 10), str(int(second[people]) + 10)
    table.write_text("\n".join([lines[0], *map(",".join, rows)]), encoding="utf-8-sig")
    comparison = compare_runs([maps / "base", folder])
    assert [(d.kind, d.base) for d in comparison.basis] == [("people_of_points", ("2", "2"))]


# --- without a plan, several runs, proof ---------------------------------------------------------------------------


@pytest.mark.parametrize("order", [("base", "none"), ("none", "base")])
def test_a_run_without_a_plan_has_no_gains(maps: Path, order: tuple[str, str]) -> None:
    """Nothing is subtracted from or compared with a run that found no plan, whichever is the base."""
    comparison = compare_runs([maps / name for name in order])
    assert comparison.changes[0].people is None
    assert comparison.changes[0].only_base == comparison.changes[0].both == ()
    assert all(row.differences == (None,) for row in comparison.measures)
    assert "无方案没有方案" in phrases.sentence(comparison, comparison.changes[0])[0]
    assert "✕ no feasible plan" in render_terminal(comparison, lang="en")
    comparison_html(comparison)


def test_several_runs_are_each_held_against_the_first(maps: Path) -> None:
    """With four runs there are three changes; each is what the pair alone would give."""
    many = compare_runs([maps / name for name in ("base", "rural", "more", "strict")])
    assert [run.letter for run in many.runs] == ["A", "B", "C", "D"]
    for run, name in enumerate(("rural", "more", "strict"), 1):
        alone = compare_runs([maps / "base", maps / name])
        mine, theirs = many.changes[run - 1].people, alone.changes[0].people
        assert (mine is None) == (theirs is None)
        if mine is not None and theirs is not None:
            assert (mine.gain, mine.lose, mine.zones) == (theirs.gain, theirs.lose, theirs.zones)
        for row, single in zip(many.measures, alone.measures, strict=True):
            assert row.differences[run - 1] == single.differences[0]


def test_a_verdict_within_the_solvers_gap_is_open(maps: Path, tmp_path: Path) -> None:
    """Where the worse run's bound reaches the better run's figure, the page does not call the verdict settled."""
    loose = write_case(county_report(RURAL, name="loose", gap_percent=60.0), tmp_path)
    row = phrases.measure(compare_runs([maps / "base", loose]), "people_covered")
    assert (row.better, row.within_gap) == (("base",), (True,))
    tight = phrases.measure(compare_runs([maps / "base", maps / "rural"]), "people_covered")
    assert (tight.better, tight.within_gap) == (("base",), (False,))


# --- damaged folders -------------------------------------------------------------------------------------------------


def test_all_unreadable_folders_are_told_at_once(maps: Path, tmp_path: Path) -> None:
    """Missing and broken folders are one error with a finding each."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError) as error:
        compare_runs([maps / "base", tmp_path / "gone", tmp_path / "broken"])
    assert len(error.value.findings) == 2
    assert "run.json is missing" in str(error.value)


@pytest.mark.parametrize(
    "file", ["tables/demand_points.csv", "tables/sites.csv", "tables/assignment.csv", "scenario.yaml"]
)
def test_missing_and_damaged_files_are_findings(maps: Path, tmp_path: Path, file: str) -> None:
    """Every file a comparison needs is asked for by name when it is missing or no table."""
    for name, content in (("a", None), ("b", b"\xff\xfe\x00"), ("c", b"x: [")):
        shutil.copytree(maps / "rural", tmp_path / name)
        target = tmp_path / name / file
        target.unlink()
        if content is not None:
            target.write_bytes(content)
        with pytest.raises(DataError, match=target.name):
            compare_runs([maps / "base", tmp_path / name])


def test_files_of_different_runs_in_one_folder_are_refused(maps: Path, tmp_path: Path) -> None:
    """A table that does not add up to run.json is not of that run."""
    shutil.copytree(maps / "rural", tmp_path / "mixed")
    shutil.copy(maps / "base" / "tables" / "demand_points.csv", tmp_path / "mixed" / "tables")
    with pytest.raises(DataError, match="does not add up"):
        compare_runs([maps / "base", tmp_path / "mixed"])


def test_one_run_or_the_same_twice_is_no_comparison(maps: Path) -> None:
    """Fewer than two runs, more than 26, or one named twice are refused."""
    for folders in ([maps / "base"], [maps / "base"] * 27):
        with pytest.raises(DataError, match="runs were given"):
            compare_runs(folders)
    with pytest.raises(DataError, match="named twice"):
        compare_runs([maps / "base", maps / "rural", maps / "rural" / ".." / "base"])


def test_yaml_tags_are_refused(maps: Path, tmp_path: Path) -> None:
    """A resolved scenario is read as plain data, never as Python objects."""
    shutil.copytree(maps / "rural", tmp_path / "evil")
    (tmp_path / "evil" / "scenario.yaml").write_text("a: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        compare_runs([maps / "base", tmp_path / "evil"])


def test_settings_are_flattened_to_dotted_keys() -> None:
    """Mappings and lists of mappings become keys; lists of values stay one value; empty ones are nothing."""
    document = {"a": {"b": 1.0, "c": [1, 2.5], "d": None, "e": {}}, "t": [{"k": True}, {"k": "x"}], "z": []}
    assert flattened(document) == [("a.b", "1"), ("a.c", "1, 2.5"), ("t[1].k", "true"), ("t[2].k", "x")]


# --- outputs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_terminal_text_keeps_within_its_width(maps: Path, lang: Any, width: int) -> None:
    """No line is wider than the terminal, Chinese characters counting two."""
    comparison = compare_runs([maps / name for name in ("base", "rural", "strict")])
    text = render_terminal(comparison, width, lang)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_both_languages_tell_the_same_figures(pair: Comparison) -> None:
    """Gains, losses and shares stand in the Chinese and the English text alike."""
    people = pair.changes[0].people
    assert people is not None
    zh, en = (render_terminal(pair, lang=lang) for lang in ("zh", "en"))
    for figure in (f"{people.gain.people:,.0f}", f"{people.lose.people:,.0f}", "90.7%", "17,336"):
        assert figure in zh
        assert figure in en


def test_json_is_strict_and_complete(pair: Comparison) -> None:
    """The JSON holds sentence, measures and every point that changes, without NaN."""
    record = json.loads(json.dumps(comparison_json(pair), allow_nan=False))
    people = record["changes"][0]["people"]
    assert sum(point["people"] for point in people["points"] if point["change"] == "gain") == people["gain"]["people"]
    assert record["comparable"] is True
    assert record["changes"][0]["sentence_en"].startswith("With Rural first, 17,336 people gain cover")
    assert {measure["key"] for measure in record["measures"]} >= {"people_covered_percent", "cost"}


def test_workbook_lists_every_change(pair: Comparison, tmp_path: Path) -> None:
    """Zones, sites and settlements in the workbook are all those that change, and two writings are the same bytes."""
    for name in ("a.xlsx", "b.xlsx"):
        write_comparison_workbook(pair, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    change = pair.changes[0]
    assert change.people is not None
    rows = {sheet.title: list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book}
    assert sum(row[4] for row in rows["乡镇、街道"]) == change.people.gain.people
    assert len(rows["机构"]) == len(change.only_base) + len(change.only_other) + len(change.both)
    assert sum(row[4] for row in rows["居民点"] if "gains" in row[5]) == change.people.gain.people


def test_page_is_whole_offline_and_the_same_each_time(pair: Comparison, tmp_path: Path) -> None:
    """The page's elements close, nothing comes from outside, and two writings are the same bytes."""
    write_comparison_html(pair, tmp_path / "a.html")
    write_comparison_html(pair, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not [tag for tag, attrs in page.elements if tag in ("link", "img") or "src" in attrs]
    assert "//" not in text.split("</style>")[1].split("<script>")[0]
    assert len(page.with_class("m-zone")) == 2  # of the gains, and of the two maps, which share their ground
    marks = [attrs["d"] or "" for attrs in page.with_class("p-gain") if attrs.get("d", "").count("M") > 1]  # type: ignore[union-attr]
    assert pair.changes[0].people is not None
    assert marks[0].count("M") == pair.changes[0].people.gain.points


def test_two_maps_draw_who_each_run_covers_and_which_sites_it_opens(pair: Comparison, maps: Path) -> None:
    """Covered and uncovered settlements and open facilities of each map are those of its run."""
    drawn = twin_maps(pair, pair.changes[0])
    assert drawn is not None
    for report, svg in zip((county_report(), county_report(RURAL)), drawn, strict=True):
        covered, sites = _covered(report), report.sites[report.sites["action"].isin(("keep", "build"))]
        marks = {name: re.search(rf'<path class="p-{name}" d="([^"]*)"', svg) for name in ("covered", "uncovered")}
        assert marks["covered"][1].count("M") == sum(covered.values())
        assert marks["uncovered"][1].count("M") == len(covered) - sum(covered.values())
        assert svg.count('class="site"') == len(sites)
        assert svg.count('class="star"') == (sites["action"] == "build").sum()
    assert twin_maps(compare_runs([maps / "base", maps / "none"]), Change(1, None, (), (), ())) is None


def test_english_names_are_shown_in_english_where_the_runs_have_them(tmp_path: Path) -> None:
    """Page and terminal name units and facilities in their language; without English names the one name serves both."""
    reports = []
    for report in (county_report(), county_report(RURAL)):
        sites = report.sites.assign(name_en="Site " + report.sites["id"], zone_name_en="Unit " + report.sites["zone"])
        points = report.points.assign(name_en="", zone_name_en="Unit " + report.points["zone"])
        zones = tuple(replace(zone, name_en=f"Unit {zone.key}") for zone in report.by_zone)
        reports.append(replace(report, sites=sites, points=points, by_zone=zones))
    comparison = compare_runs([write_case(report, tmp_path) for report in reports])
    (site, *_), (zone, *_) = comparison.changes[0].only_base, comparison.changes[0].people.zones
    assert (site.name_en, zone.name_en) == (f"Site {site.site_id}", f"Unit {zone.zone}")
    page = comparison_html(comparison)
    assert f'<span lang="zh">{zone.name}</span><span lang="en">{zone.name_en}</span>' in page
    assert site.name_en in render_terminal(comparison, lang="en")
    assert site.name in render_terminal(comparison, lang="zh")
    write_comparison_workbook(comparison, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    units = {zone.name_en for zone in comparison.changes[0].people.zones}
    for sheet, heading, names in (
        ("乡镇、街道", "乡镇、街道英文名 / Unit in English", units),
        ("机构", "英文名称 / Name in English", {f"Site {id_}" for id_ in ("c04", "c06", "e11", "c00", "c09")}),
        ("居民点", "乡镇、街道英文名 / Unit in English", units),
    ):
        head, *rows = book[sheet].iter_rows(values_only=True)
        assert names <= {row[head.index(heading)] for row in rows}


def test_workbook_says_every_heading_and_setting_in_both_languages(pair: Comparison, tmp_path: Path) -> None:
    """Each heading of each sheet is a letter, a difference of letters, or Chinese and English; money is as stated."""
    write_comparison_workbook(pair, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for sheet in book.worksheets[1:]:
        for head in next(sheet.iter_rows(max_row=1, values_only=True)):
            assert re.fullmatch(r"[AB]|B \u2212 A|.*[\u4e00-\u9fff].* / .*[a-z].*", head), (sheet.title, head)
    rows = list(book["改动的输入"].iter_rows(min_row=2, max_row=2, values_only=True))
    assert rows == [("预算 / Budget", "limits.budget", "30000000", "25000000")]


def test_inequality_of_times_is_that_of_the_report(pair: Comparison, maps: Path) -> None:
    """Gini and Theil of each run equal those of its table of equity, to the last digit."""
    rows = {row.key: row for row in pair.measures}
    for at, name in enumerate(("base", "rural")):
        table = pd.read_csv(maps / name / "tables" / "equity.csv", encoding="utf-8-sig").set_index("measure")
        for key in ("gini", "theil"):
            assert rows[key].values[at] == pytest.approx(table.loc[key, "plan"], rel=1e-12)
            assert rows[key].values[at] != 0


def test_inputs_that_differ_come_before_results(pair: Comparison) -> None:
    """A reader meets the changed assumptions before any figure that follows from them."""
    page = comparison_html(pair)
    assert page.index("改动的输入") < page.index("主要结果") < page.index("谁得到，谁失去") < page.index("机构的差异")


def test_text_from_strangers_is_text(maps: Path, tmp_path: Path) -> None:
    """Markup, escapes and formulas in names and settings stay text on the page, in the terminal and in the workbook."""
    report = county_report(RURAL, name="evil", title_zh=EVIL, title_en="\x1b[31m" + EVIL)
    points, sites = report.points.copy(), report.sites.copy()
    points["zone_name"], sites["name"] = EVIL, "[bold]=1+1" + EVIL
    folder = write_case(replace(report, points=points, sites=sites), tmp_path)
    (folder / "scenario.yaml").write_text(json.dumps({"limits": {"budget": EVIL}, EVIL: EVIL}), encoding="utf-8")
    comparison = compare_runs([maps / "base", folder])
    page = Page(comparison_html(comparison))
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    text = render_terminal(comparison, lang="en")
    assert "\x1b" not in text
    assert "[bold]" in text
    write_comparison_workbook(comparison, tmp_path / "a.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


def test_without_coordinates_there_is_no_map(tmp_path: Path) -> None:
    """Runs without coordinates are compared all the same; a sentence stands where the map would be."""
    a = write_case(county_report(coordinates=False), tmp_path)
    b = write_case(county_report(RURAL, coordinates=False), tmp_path)
    comparison = compare_runs([a, b])
    assert comparison.changes[0].people is not None
    page = comparison_html(comparison)
    assert "数据没有坐标" in page
    assert "mapfig" not in page.split("</style>")[1]


def test_scripts_and_styles_suit_old_browsers() -> None:
    """The page's style uses nothing that Chromium 69 lacks."""
    from facopt.outputs.page import asset

    for package in ("facopt.outputs.compare", "facopt.outputs.gallery"):
        style = asset(package, "style.css") + asset("facopt.outputs", "page.css")
        words = (":has(", "aspect-ratio", "color-mix", "inset:", "clamp(", "min(", ":is(", ":where(", "url(")
        assert not [word for word in words if word in style]


def test_a_comparison_is_written_beside_its_runs_and_listed(maps: Path, pair: Comparison, tmp_path: Path) -> None:
    """Page, workbook and JSON are written; a page of all runs beside the folder lists the comparison."""
    shutil.copytree(maps / "base", tmp_path / "base")
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    page = write_comparison(pair, tmp_path / "compare-base-rural")
    assert {file.name for file in page.parent.iterdir()} == {"compare.html", "compare.xlsx", "compare.json"}
    assert 'href="../index.html"' in page.read_text(encoding="utf-8")
    assert 'href="compare-base-rural/compare.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    alone = write_comparison(pair, tmp_path / "elsewhere" / "c")
    assert "index.html" not in alone.read_text(encoding="utf-8")


def test_scenario_files_and_labels_are_no_assumptions(maps: Path, tmp_path: Path) -> None:
    """Titles, questions and the scenarios' own files are not listed as inputs that differ; data files are."""
    report = county_report(RURAL, name="labels")
    folder = write_case(report, tmp_path, inputs={"demand.csv": "1" * 64, "labels.yaml": "2" * 64})
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    (folder / "scenario.yaml").write_text(f"{text}title: x\nquestion_en: y\ndata_note: z\n", encoding="utf-8")
    comparison = compare_runs([maps / "base", folder])
    assert comparison.settings == ()
    assert [(row.key, row.values) for row in comparison.inputs] == [("demand.csv", ("0" * 64, "1" * 64))]


def test_the_dense_area_is_drawn_once_more(maps: Path, tmp_path: Path) -> None:
    """Where the urban settlements lie close together, an inset shows every change there again."""
    folders = []
    for choice in (Choice(), RURAL):
        report = county_report(choice)
        urban = report.points["area_class"] == "urban"
        points = report.points.copy()
        points.loc[urban, "lon"] = 112.4 + (points.loc[urban, "lon"] - 112.4) * 0.2
        folders.append(write_case(replace(report, points=points), tmp_path))
    comparison = compare_runs(folders)
    page = Page(comparison_html(comparison))
    people = comparison.changes[0].people
    assert people is not None
    assert len(page.with_class("inset-name")) == 1
    losing = [attrs["d"] or "" for attrs in page.with_class("p-lose") if (attrs.get("d") or "").count("M") > 1]
    assert [marks.count("M") for marks in losing] == [people.lose.points] * 2
    assert not Page(comparison_html(compare_runs([maps / "base", maps / "rural"]))).with_class("inset-name")
