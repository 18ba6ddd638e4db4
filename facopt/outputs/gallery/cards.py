"""One run as a card: thumbnail, state, headline figure, money, sites and links."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.brevity import TITLE, brief
from facopt.outputs.gallery.thumbnail import thumbnail_svg
from facopt.outputs.page import page_link
from facopt.outputs.words import both, both_of, pair

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from facopt.outputs.gallery.inputs import InputState

LINKS = (("map.html", "page.map"), ("report.html", "page.report"), ("report.xlsx", "page.workbook"))
PLANNED = ("optimal", "feasible")
_SITE_WORDS = ("gallery.sites", "gallery.sites_changed")
"""Phrases of counts of sites: of plans that build and close, and of plans that do more."""


def card(folder: Path, record: Mapping[str, Any], inputs: InputState, order: int) -> str:
    """Return a run's card as a list item.

    Parameters
    ----------
    folder
        The run folder; links are made to what stands in it.
    record
        Its run.json. Keys that every record holds are there; all others may be missing or wrong.
    inputs
        What has become of its input files.
    order
        Place in the gallery's first order, from 0.
    """
    planned = record["status"] in PLANNED and number_of(record, "people_covered_percent") is not None
    inside = _figures(record) if planned else _reason(record)
    return (
        f"<li class='card' {_data(folder, record, planned, order)}>\n{_thumbnail(folder, record, planned)}\n"
        f'<div class="body"><h2>{_title(folder, record)}</h2><p class="id num">{_identity(record)}</p>\n{inside}\n'
        f"{_inputs(inputs)}{_links(folder, record)}</div></li>"
    )


def text_of(record: Mapping[str, Any], key: str) -> str:
    """Return a text of a record; "" where it is missing or no text."""
    value = record.get(key)
    return brief(value, TITLE) if isinstance(value, str) else ""


def number_of(record: Mapping[str, Any], key: str) -> float | None:
    """Return a figure of a record; None where it is missing or no number."""
    value = record.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def status_chip(status: str, gap: float | None) -> str:
    """Return a run's state in words; a plan that is not proven tells how far from the best it may be."""
    if status == "feasible" and gap is not None:
        return both("status.feasible_gap", gap=numbers.gap_percent(gap))
    return both(f"status.{status}")


def gap_of(record: Mapping[str, Any]) -> float | None:
    """Return the largest gap of a record's chain of objectives; None where one is not proven at all."""
    gaps = [number_of(level, "gap_percent") if isinstance(level, dict) else None for level in record["objective"]]
    known = [gap for gap in gaps if gap is not None]
    return max(known) if known and len(known) == len(gaps) else None


def _data(folder: Path, record: Mapping[str, Any], planned: bool, order: int) -> str:
    names = (text_of(record, key) for key in ("scenario", "title_zh", "title_en", "status", "question"))
    values = {
        "order": str(order),
        "coverage": f"{record['people_covered_percent']}" if planned else "",
        "cost": f"{record['cost']}" if planned and number_of(record, "cost") is not None else "",
        "name": text_of(record, "scenario"),
        "folder": folder.name,
        "text-all": " ".join(dict.fromkeys(name.lower() for name in names if name)),
    }
    return " ".join(f'data-{key}="{escape(value)}"' for key, value in values.items())


def _thumbnail(folder: Path, record: Mapping[str, Any], planned: bool) -> str:
    status = record["status"]
    box = f'<input type="checkbox" aria-label="{escape(folder.name)}">'
    tick = f'<label class="pick">{box}{both("gallery.compare")}</label>'
    return (
        f'<div class="thumb{"" if planned else " quiet"}">{thumbnail_svg(record.get("thumbnail"))}'
        f'<span class="chip {status}">{status_chip(status, gap_of(record))}</span>{tick if planned else ""}</div>'
    )


def _title(folder: Path, record: Mapping[str, Any]) -> str:
    name = record["scenario"]
    title = both_of((text_of(record, "title_zh") or name, text_of(record, "title_en") or name))
    target = next((file for file, _ in LINKS if (folder / file).is_file()), None)
    if target is None:
        return title
    return page_link(f"{folder.name}/{target}", title)


def _identity(record: Mapping[str, Any]) -> str:
    when = text_of(record, "finished") or text_of(record, "generated")
    return " · ".join(escape(part) for part in (record["scenario"], when) if part)


def _figures(record: Mapping[str, Any]) -> str:
    percent = float(record["people_covered_percent"])
    figure = numbers.percent(percent).removesuffix("%")
    return (
        f'<div class="fig num"><b>{figure}<u>%</u></b><span>{both("gallery.covered")}<br>{_target(record)}</span></div>'
        f"{_meter(percent, _aim(record))}{_stages(record)}"
        f'<dl class="kv num"><dt>{both("gallery.cost")}</dt><dd>{_cost(record)}</dd>'
        f"<dt>{both(_SITE_WORDS['actions' in record])}</dt><dd>{_sites(record)}</dd></dl>"
    )


def _targets(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    targets = record.get("targets")
    return [target for target in targets if isinstance(target, dict)] if isinstance(targets, list) else []


def _aim(record: Mapping[str, Any]) -> float | None:
    """Share that all people together must reach, where a target says so."""
    whole = [
        target for target in _targets(record) if not any(target.get(key) for key in ("tier", "area_class", "zone"))
    ]
    return number_of(whole[0], "at_least_percent") if len(whole) == 1 else None


def _target(record: Mapping[str, Any]) -> str:
    """How the run stands to its targets; without any, how people are covered today."""
    targets = _targets(record)
    missed = [target for target in targets if target.get("met") is False]
    aim, reached = _aim(record), number_of(record, "people_covered_percent")
    if not targets:
        today = record.get("baseline")
        now = number_of(today, "people_covered_percent") if isinstance(today, dict) else None
        return both("gallery.covered_now", percent=numbers.percent(now)) if now is not None else ""
    if not missed:
        return f'<span class="met">{both("gallery.target_met")}</span>'
    if len(targets) == 1 and aim is not None and reached is not None:
        return f'<span class="notmet">{both("target.short", points=numbers.fixed(aim - reached, 1))}</span>'
    key = "gallery.target_missed_one" if len(missed) == 1 else "gallery.targets_missed"
    return f'<span class="notmet">{both(key, n=str(len(missed)))}</span>'


def _meter(percent: float, aim: float | None) -> str:
    tick = f'<em style="left:{min(max(aim, 0.0), 100.0):.2f}%"></em>' if aim is not None else ""
    return f'<div class="meter"><i style="width:{min(max(percent, 0.0), 100.0):.2f}%"></i>{tick}</div>'


def _cost(record: Mapping[str, Any]) -> str:
    cost, currency = number_of(record, "cost"), text_of(record, "currency")
    return both_of(numbers.in_both(lambda lang: numbers.money_headline(cost, currency, lang)))


def _sites(record: Mapping[str, Any]) -> str:
    opened = [site for site in record["opened"] if isinstance(site, dict)]
    closed = record.get("closed")
    new = sum(site.get("action") == "build" for site in opened)
    changed = sum(site.get("action") in ("extend", "refurbish") for site in opened)
    counts = [new, *([changed] if "actions" in record else []), len(opened) - new - changed]
    return " / ".join(map(str, [*counts, len(closed) if isinstance(closed, list) else 0]))


def _stages(record: Mapping[str, Any]) -> str:
    """Coverage of today and of each stage, for plans with dated stages."""
    stages = record.get("stages")
    found = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
    base = number_of(record, "base_year")
    if base is None or len(found) < 2:
        return ""
    names = [str(int(base)), *(text_of(stage, "stage") for stage in found[1:])]
    told = (
        f"<span>{escape(name)} <b>{numbers.percent(number_of(stage, 'people_covered_percent'))}</b></span>"
        for name, stage in zip(names, found, strict=True)
    )
    return f'<p class="stages num">{" → ".join(told)}</p>'


def _reason(record: Mapping[str, Any]) -> str:
    """Why there is no plan: the ways out of a contradiction, or that time was too short."""
    if record["status"] != "infeasible":
        return f'<p class="why">{both("gallery.no_solution_reason")}</p>'
    ways = [way for way in record.get("conflicts") or [] if isinstance(way, dict)][:2]
    zh, en = pair("gallery.no_plan_reason")
    told = (
        "".join([zh, *(text_of(way, "sentence_zh") for way in ways)]),
        " ".join([en, *(text_of(way, "sentence_en") for way in ways)]),
    )
    return f'<p class="why">{both_of(told)}</p>'


def _inputs(state: InputState) -> str:
    return f'<p class="state {state}">{both(f"gallery.inputs_{state}")}</p>' if state else ""


def _links(folder: Path, record: Mapping[str, Any]) -> str:
    links = "".join(page_link(f"{folder.name}/{file}", both(key)) for file, key in LINKS if (folder / file).is_file())
    unverified = number_of(record, "assumptions_unverified")
    flag = f'<span class="flag">{both("gallery.unverified", n=numbers.count(unverified))}</span>' if unverified else ""
    return f'<p class="links"><span>{links}</span>{flag}</p>'
