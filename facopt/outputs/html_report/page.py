"""The page around the sections: head, contents, numbers of the sections, symbols, style and script, all in one file."""

from __future__ import annotations

import html
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from facopt.outputs.brevity import brief_report
from facopt.outputs.html_report import people_sections, plan_sections, robustness_sections, stage_sections
from facopt.outputs.html_report.appendix import appendix
from facopt.outputs.html_report.first_page import first_page
from facopt.outputs.html_report.frontier_section import frontier
from facopt.outputs.html_report.material import material_of
from facopt.outputs.map.symbols import symbols_of
from facopt.outputs.words import both, say

if TYPE_CHECKING:
    from facopt.measures.report import Report
    from facopt.outputs.html_report.material import Section

_SECTIONS = (
    first_page,
    plan_sections.conflicts,
    stage_sections.stages,
    people_sections.definitions,
    people_sections.tiers,
    people_sections.zones,
    people_sections.area_classes,
    people_sections.time_bands,
    people_sections.uncovered,
    stage_sections.actions,
    plan_sections.facilities,
    plan_sections.benefit,
    plan_sections.cost,
    frontier,
    plan_sections.equity_section,
    robustness_sections.sensitivity,
    robustness_sections.resilience,
    plan_sections.compare,
    plan_sections.targets,
    stage_sections.rules,
    robustness_sections.monitoring,
    plan_sections.projects,
    appendix,
)
"""In the fixed order of planning reports; a section of which the run knows nothing is left out."""


BESIDE = MappingProxyType({"index.html": "page.index", "map.html": "page.map", "report.xlsx": "page.workbook"})
"""Files that the page can link to, by their name, and the phrase of the link."""


def html_report(report: Report, beside: tuple[str, ...] = ()) -> str:
    """Return the whole page; the same report gives the same text. `beside` as in `write_html_report`."""
    report = brief_report(report)
    material = material_of(report)
    sections = [section for build in _SECTIONS if (section := build(material)) is not None]
    title = f"{report.title_zh} {report.title_en}".strip()
    return (
        '<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_asset('report.css')}</style>\n</head>\n<body>\n"
        f'{symbols_of(report)}\n{_bar(report, beside)}\n<div class="page">\n{_contents(sections)}\n<main>\n'
        f"{''.join(_numbered(number, section) for number, section in enumerate(sections, start=1))}"
        f"</main>\n</div>\n<script>\n{_asset('report.js')}</script>\n</body>\n</html>\n"
    )


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def _bar(report: Report, beside: tuple[str, ...]) -> str:
    mock = f'<span class="mock">{both("tag.synthetic")}</span>' if report.synthetic else ""
    buttons = "".join(
        f'<button type="button" data-lang="{code}" aria-pressed="{str(code == "zh-Hans").lower()}">{name}</button>'
        for code, name in (("zh-Hans", "中文"), ("en", "English"))
    )
    name = html.escape(f"{say('report.language', 'zh')} {say('report.language', 'en')}")
    language = f'<span class="seg" role="group" aria-label="{name}">{buttons}</span>'
    links = "".join(f'<a href="{html.escape(path)}">{both(BESIDE[path.rpartition("/")[2]])}</a>' for path in beside)
    return f'<div class="bar1"><div><span>{links}</span><span>{mock}{language}</span></div></div>'


def _contents(sections: list[Section]) -> str:
    items = "".join(
        f'<li><a href="#{section.key}"><i class="num">{number}</i><span>{both(section.title)}</span></a></li>\n'
        for number, section in enumerate(sections, start=1)
    )
    name = html.escape(f"{say('report.contents', 'zh')} {say('report.contents', 'en')}")
    return f'<nav aria-label="{name}"><ol>\n{items}</ol></nav>'


def _numbered(number: int, section: Section) -> str:
    if number == 1:
        return f'<section id="{section.key}">{section.html}</section>\n'
    title = f'<h2><i class="num">{number}</i>{both(section.title)}</h2>'
    return f'<section id="{section.key}">{title}{section.html}</section>\n'
