"""report.html as text: figures equal the report's, both languages are complete, hostile names stay text."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from facopt.outputs import numbers
from facopt.outputs.html_report import html_report, table_html, write_html_report
from facopt.outputs.tables import report_tables
from facopt.outputs.tables.summary import headline
from tests.plain_columns import with_covered
from tests.report_fixture import (
    VARIANTS,
    feasible_report,
    hostile_report,
    infeasible_report,
    many_uncovered_report,
    no_solution_report,
    report_without_zones,
    small_report,
)

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br", "input", "img", "link", "hr"}


class Page(HTMLParser):
    """What a test needs of a page: balance of tags, anchors, figures, visible text by language."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.addresses: list[str] = []
        self.figures: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.words: dict[str, list[str]] = {"zh": [], "en": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append((tag, found))
        self.ids += [found["id"]] if found.get("id") else []
        self.links += [str(found["href"])] if tag == "a" else []
        self.addresses += [str(value) for key, value in attrs if key in ("src", "href", "action", "data", "srcset")]
        assert not any(key.startswith("on") for key, _ in attrs), attrs
        if "data-figure" in found:
            self.figures.append((str(found["data-figure"]), str(found["data-value"])))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}> near {self.getpos()}"

    def handle_data(self, data: str) -> None:
        languages = [str(attrs["lang"]) for tag, attrs in self.open if tag != "html" and attrs.get("lang")]
        if self.open and self.open[-1][0] not in ("script", "style"):
            for language in languages[-1:] or ("zh", "en"):
                self.words[language].append(data)

    def text(self, language: str) -> str:
        """Return what a reader of that language sees, without line breaks."""
        return re.sub(r"\s+", " ", "".join(self.words[language]))


PAGES = {name: html_report(make()) for name, make in VARIANTS.items()}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_well_formed_and_its_anchors_lead_somewhere(name: str) -> None:
    """Tags are balanced, ids unique, every link of the contents has its section."""
    page = Page(PAGES[name])
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.links


@pytest.mark.parametrize("name", PAGES)
def test_nothing_in_the_page_leads_outside_it(name: str) -> None:
    """No address leaves the file: only anchors and symbols inside it, no web address, no imports."""
    page = Page(PAGES[name])
    assert all(address.startswith("#") for address in page.addresses)
    assert "://" not in PAGES[name]
    assert "@import" not in PAGES[name]
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", PAGES[name]))


def test_links_to_other_results_stand_only_where_they_exist() -> None:
    """Files beside the report are linked when the caller says that they are there."""
    page = Page(html_report(small_report(), beside=("../index.html", "map.html")))
    assert page.links[:2] == ["../index.html", "map.html"]
    with pytest.raises(KeyError):
        html_report(small_report(), beside=("passwords.txt",))


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_of_a_table_is_the_tables_own(name: str) -> None:
    """Each number in the page carries its exact value, and the tables hold that value in that column."""
    known: dict[str, set[str]] = {}
    for table in report_tables(VARIANTS[name]()):
        for column in table.columns:
            if column.numeric:
                values = [*table.frame[column.key], (table.total or {}).get(column.key)]
                exact = {"" if v is None or not math.isfinite(v) else repr(float(v) + 0.0) for v in values}
                known[f"{table.key}.{column.key}"] = exact
    figures = [(key, value) for key, value in Page(PAGES[name]).figures if "." in key and key in known]
    assert len(figures) > 100
    assert [(key, value) for key, value in figures if value not in known[key]] == []


def test_headline_figures_carry_the_reports_values() -> None:
    """The four figures and the parts of the bar are those of the report, to the last digit."""
    report = small_report()
    h, figures = headline(report), dict(Page(PAGES["small"]).figures)
    assert float(figures["people_covered_percent"]) == h.covered_percent
    assert float(figures["people_newly_covered"]) == h.newly_covered
    assert float(figures["cost"]) == report.cost
    assert float(figures["people_uncovered"]) == h.uncovered
    reasons = [float(value) for key, value in figures.items() if key.startswith("people_uncovered_by_reason.")]
    assert sum(reasons) == pytest.approx(h.uncovered)
    parts = [float(value) for key, value in figures.items() if key.startswith("people_by_state.")]
    assert len(parts) == 5
    assert sum(parts) == pytest.approx(h.people)


@pytest.mark.parametrize("name", PAGES)
def test_each_language_has_the_whole_page(name: str) -> None:
    """Chinese and English stand side by side everywhere."""
    assert PAGES[name].count(' lang="zh"') == PAGES[name].count(' lang="en"')
    page = Page(PAGES[name])
    assert len(page.text("zh")) > 1000
    assert len(page.text("en")) > 1000


def test_the_lead_is_one_sentence_in_official_style() -> None:
    """The first sentence tells now, plan, gain, target, measures, money and who is left, in both languages."""
    page = Page(PAGES["small"])
    assert (
        "标准时间内人口覆盖率由 57.8% 提高到 74.3%，新增覆盖 2.78 万人，达到 70% 的目标。"
        "规划新建 3 处、撤并 1 处，总投资 2,660 万元。"
        "仍有 4.16 万人未覆盖，其中 1,060 人因调整失去覆盖；逐点列出原因与办法。"
    ) in page.text("zh")
    assert (
        "The share of residents within the standard time rises from 57.8% to 74.3%: 27,810 people newly covered, and "
        "the 70% target met. The plan builds 3 and closes 1, for ¥26.6 million. 41,550 people remain uncovered, 1,060 "
        "of them losing the cover they have today; each settlement is listed with its reason and remedy."
    ) in page.text("en")


def test_one_standard_for_all_is_named_in_the_lead() -> None:
    """Where every tier has the same standard, the sentence says its minutes."""
    report = small_report()
    page = Page(html_report(replace(report, tiers=report.tiers[:1])))
    assert "15 分钟人口覆盖率由" in page.text("zh")
    assert "The share of residents within 15 minutes rises" in page.text("en")


def test_a_plan_that_changes_nothing_says_so() -> None:
    """No rise is claimed where coverage stays as it is, and nothing built costs nothing."""
    report = small_report()
    points = report.points.assign(
        state=report.points["state"].replace({"newly_covered": "uncovered", "loses_cover": "covered"})
    )
    points = with_covered(points)
    sites = report.sites.assign(action=np.where(report.sites["status"] == "existing", "keep", "none"))
    same = replace(report.everybody, covered=report.everybody.covered_now)
    page = Page(html_report(replace(report, points=points, sites=sites, everybody=same, cost=0.0)))
    assert "标准时间内人口覆盖率为 57.8%，与现状相同" in page.text("zh")
    assert "Nothing is built or closed." in page.text("en")
    assert "rises" not in page.text("en")


def test_everybody_covered_is_said_plainly() -> None:
    """With nobody left the page says so instead of an empty list, and 100.0% appears."""
    report = small_report()
    people = report.everybody.people
    points = report.points.assign(state="covered", reason="", remedy="")
    everybody = replace(report.everybody, covered=people, covered_now=people)
    page = Page(html_report(replace(report, points=points, everybody=everybody)))
    assert "全部居民点均已覆盖。" in page.text("zh")
    assert "100.0%" in page.text("zh")


def test_a_gap_stands_beside_the_headline_and_optimal_nowhere() -> None:
    """A plan with an open gap is called feasible in amber, on the first page twice, never optimal."""
    page = Page(PAGES["feasible"])
    assert page.text("zh").count("◐ 可行，差距 0.8%") >= 2
    assert page.text("en").count("◐ feasible, gap 0.8%") >= 2
    assert "最优" not in page.text("zh")
    assert "optimal" not in page.text("en")
    assert feasible_report().status == "feasible"


def test_an_infeasible_scenario_shows_ways_out_and_no_coverage_of_a_plan() -> None:
    """The conflicts are listed with what would be needed; plan figures, projects and costs do not appear."""
    page, report = Page(PAGES["infeasible"]), infeasible_report()
    zh, en = page.text("zh"), page.text("en")
    assert "没有可行方案" in zh
    assert all(way.sentence_zh in zh and way.sentence_en in en for way in report.conflicts)
    assert "yuntang.yaml:21" in en
    for absent in ("people_covered_percent", "people_newly_covered", "cost"):
        assert absent not in dict(page.figures)
    assert not {"projects", "benefit", "cost", "resilience"} & set(page.ids)
    assert "74.3%" not in zh
    assert float(dict(page.figures)["people_covered_now_percent"]) == headline(report).covered_now_percent


def test_no_plan_in_time_is_never_called_infeasible() -> None:
    """A search that ended without a plan says what to change and does not claim that none exists."""
    page = Page(PAGES["no_solution"])
    assert "限时内没有找到方案" in page.text("zh")
    assert "allow more time or a larger gap" in page.text("en")
    assert "infeasible" not in page.text("en")
    assert "no feasible plan" not in page.text("en")
    assert "conflicts" not in page.ids
    assert no_solution_report().status == "no_solution"


def test_sections_stand_in_the_fixed_order_numbered_without_gaps() -> None:
    """The order is that of planning reports; a section that has nothing to say takes no number."""
    order = re.findall(r'<section id="(\w+)">', PAGES["small"])
    assert order == [
        "summary", "definitions", "tiers", "zones", "area_classes", "time_bands", "uncovered", "facilities", "benefit",
        "cost", "equity", "resilience", "compare", "targets", "monitoring", "projects", "appendix",
    ]  # fmt: skip
    assert re.findall(r'<h2><i class="num">(\d+)', PAGES["small"]) == [str(n) for n in range(2, len(order) + 1)]
    without = re.findall(r'<section id="(\w+)">', html_report(report_without_zones()))
    assert without == [key for key in order if key != "zones"]


def test_unverified_values_are_flagged_on_the_first_page_and_where_they_are_used() -> None:
    """The amber tag stands beside the standard on page one, in the definitions and in the appendix."""
    first, rest = PAGES["small"].split('<section id="definitions">')
    definitions, others = rest.split('<section id="tiers">')
    assert "标准未核实" in first
    assert "3 项采用值未核实" in first
    assert definitions.count("未核实</span>") >= 2
    assert "未核实</span>" in others.split('<section id="appendix">')[1]
    verified = replace(
        small_report(),
        tiers=tuple(replace(t, standard_verified=True) for t in small_report().tiers),
        assumptions=tuple(replace(a, verified=True) for a in small_report().assumptions),
    )
    assert 'class="flag"' not in html_report(verified)


def test_definitions_name_facility_set_mode_threshold_and_denominator() -> None:
    """Every coverage figure can be traced to what it means, on the first page and in its own section."""
    page = Page(PAGES["small"])
    assert "社区卫生服务中心（城区：步行 15 分钟）；乡镇卫生院（镇、乡：驾车 30 分钟）" in page.text("zh")
    assert "分母为全部常住人口 161,830 人，含不可达者" in page.text("zh")
    assert "2 existing, 3 candidates" in page.text("en")


def test_hostile_names_stay_text() -> None:
    """Markup in names opens no element, adds no script and closes none; the page still shows the name."""
    page, harmless = Page(PAGES["hostile"]), Page(PAGES["small"])
    assert page.tags.count("script") == harmless.tags.count("script") == 1
    assert "img" not in page.tags
    assert hostile_report().title_zh in page.text("zh")


def test_long_lists_are_complete_with_the_rest_folded() -> None:
    """All rows are in the page; those after the fiftieth are in a part that a checkbox opens."""
    report, text = many_uncovered_report(), PAGES["many_uncovered"]
    table = re.search(r'<table data-table="uncovered".*?</table>', text, flags=re.DOTALL)
    assert table is not None
    shown, rest = table.group().split('<tbody class="rest">')
    rows = sum(state not in ("covered", "newly_covered") for state in report.points["state"])
    assert shown.count("<tr>") - 1 == 50
    assert rest.count("<tr>") - 1 == rows - 50
    assert 'id="fold-uncovered"' in text
    assert f"显示全部 {rows} 行" in text


def test_a_list_too_long_for_a_page_says_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most rows of a page the last row names how many the files have; the total still holds all."""
    monkeypatch.setattr(table_html, "MOST_ROWS", 60)
    report = many_uncovered_report()
    page = Page(html_report(report))
    left = sum(state not in ("covered", "newly_covered") for state in report.points["state"]) - 60
    assert f"其余 {left} 行见 report.xlsx" in page.text("zh")
    assert ("uncovered.people", repr(headline(report).uncovered)) in page.figures


def test_money_of_other_currencies_is_printed_plainly() -> None:
    """A plan in euro shows no yuan anywhere."""
    report = small_report()
    report = replace(report, currency="EUR", question="", objectives=(), limits=report.limits.iloc[1:])
    page = Page(html_report(report))
    assert "EUR 26,600,000" in page.text("zh")
    assert "万元" not in page.text("zh")
    assert "¥" not in page.text("en")


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two pages of one report are equal, in UTF-8 with plain line ends."""
    for name in ("a.html", "b.html"):
        write_html_report(small_report(), tmp_path / name)
    first = (tmp_path / "a.html").read_bytes()
    assert first == (tmp_path / "b.html").read_bytes()
    assert b"\r" not in first
    assert first.decode("utf-8") == PAGES["small"]


def test_script_and_style_are_plain_enough_for_old_browsers() -> None:
    """ES5 and CSS that Chromium 69 knows: no arrows, no template strings, no flex gap, no :has."""
    assets = files("facopt.outputs.html_report") / "assets"
    script = (assets / "report.js").read_text(encoding="utf-8")
    style = (assets / "report.css").read_text(encoding="utf-8")
    for modern in ("=>", "`", "?.", "??", "let ", "const ", "class ", "...", "for (var x of"):
        assert modern not in script
    for modern in (":has", "aspect-ratio", "color-mix", "inset:", ";gap:", "{gap:", ":is(", ":where("):
        assert modern not in style


def test_stability_that_is_left_out_is_said() -> None:
    """A scenario that asks for it and gets none reads so in both languages; others read nothing of it."""
    left_out = Page(html_report(replace(small_report(), stability_left_out=True)))
    assert "故不列稳定与易变站点" in left_out.text("zh")
    assert "no stable or fragile sites are listed" in left_out.text("en")
    assert "stable or fragile" not in Page(html_report(small_report())).text("en")


def test_losses_that_time_did_not_tell_are_counted() -> None:
    """An open facility whose loss is not known is not passed over in silence."""
    report = small_report()
    first = report.sites["people_lost_without"].notna().idxmax()
    lost = report.sites["people_lost_without"].drop(first).reindex(report.sites.index)
    page = Page(html_report(replace(report, sites=report.sites.assign(people_lost_without=lost))))
    assert "1 处机构的“少了它失去覆盖”限时内未算出" in page.text("zh")
    assert "限时内未算出" not in Page(html_report(report)).text("zh")


def test_more_people_are_drawn_as_worse() -> None:
    """Of people a tenth more or fewer, the lower coverage stands left of the higher in words and chart."""
    report = small_report()
    covered = float(report.everybody.covered or 0.0)
    people = float(report.everybody.people)
    rows = [
        ("stated", "", "", np.nan, np.nan, people, 0.0, covered),
        ("people", "", "", -10.0, np.nan, people, 0.0, covered * 1.05),
        ("people", "", "", 10.0, np.nan, people, 0.0, covered * 0.9),
    ]
    columns = ["kind", "tier", "segment", "change_percent", "minutes", "people", "people_covered_now", "people_covered"]
    table = pd.DataFrame(rows, columns=columns)
    low, high = (numbers.percent(100 * covered * factor / people) for factor in (0.9, 1.05))
    assert f"people ±10%; coverage lies between {low} and {high}" in Page(
        html_report(replace(report, sensitivity=table))
    ).text("en")
