"""index.html: every run of a folder as a card, newest first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from facopt.errors import DataError
from facopt.outputs import numbers
from facopt.outputs.gallery.cards import card, text_of
from facopt.outputs.gallery.inputs import InputFiles, InputState
from facopt.outputs.page import attribute, page, page_link
from facopt.outputs.run_files import read_record
from facopt.outputs.words import both, pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SORTS = ("time", "coverage", "cost", "name")


@dataclass(frozen=True)
class Run:
    """A run as the gallery shows it."""

    folder: Path
    record: Mapping[str, Any]
    inputs: InputState


def write_gallery(maps_folder: Path) -> Path:
    """Write `index.html` over all runs in a folder; returns its path.

    Each folder in it with a run.json is a run. One that cannot be read is a line under the cards and keeps no other
    from being shown. Whether a run's input files have changed is checked against their SHA-256 in run.json.

    Parameters
    ----------
    maps_folder
        Folder whose direct subfolders are the runs; made where it is missing.
    """
    maps_folder.mkdir(parents=True, exist_ok=True)
    runs, damaged = _read(maps_folder)
    comparisons = sorted(file.parent.name for file in maps_folder.glob("*/compare.html"))
    target = maps_folder / "index.html"
    partial = maps_folder / ".index.html.partial"
    partial.write_text(gallery_html(runs, damaged, comparisons), encoding="utf-8", newline="\n")
    os.replace(partial, target)
    return target


def _read(maps_folder: Path) -> tuple[list[Run], list[tuple[str, str]]]:
    """Runs, newest first, and (folder, what is wrong) of those that cannot be read."""
    runs: list[Run] = []
    damaged: list[tuple[str, str]] = []
    checked = InputFiles()
    for file in sorted(maps_folder.glob("*/run.json")):
        if file.parent.name.startswith("."):
            continue
        try:
            record = read_record(file.parent)
            runs.append(Run(file.parent, record, checked.state(record["inputs"], file.parent)))
        except DataError as error:
            damaged.append((file.parent.name, error.findings[0].what))
    runs.sort(key=lambda run: text_of(run.record, "scenario"))
    runs.sort(key=lambda run: text_of(run.record, "finished") or text_of(run.record, "generated"), reverse=True)
    return runs, damaged


def gallery_html(runs: Sequence[Run], damaged: Sequence[tuple[str, str]], comparisons: Sequence[str] = ()) -> str:
    """Return the page of all runs.

    Parameters
    ----------
    runs
        In the order in which they are shown.
    damaged
        Folder name and what is wrong with it.
    comparisons
        Names of folders that hold a comparison.
    """
    cards = "\n".join(card(run.folder, run.record, run.inputs, order) for order, run in enumerate(runs))
    head = f"{_head(runs, damaged)}\n{_comparisons(comparisons)}{_command()}"
    body = f"{head}\n<ul class='cards' id='cards'>\n{cards}\n{_last_card(runs)}\n</ul>"
    synthetic = any(run.record.get("synthetic") for run in runs)
    return page(
        pair("gallery.title"),
        body + _damaged(damaged),
        links="facopt",
        synthetic=synthetic,
        part="facopt.outputs.gallery",
    )


def _head(runs: Sequence[Run], damaged: Sequence[tuple[str, str]]) -> str:
    facts = [both("gallery.count_one" if len(runs) == 1 else "gallery.count", n=str(len(runs)))] if runs else []
    people = {run.record["people"] for run in runs}
    if len(people) == 1:
        told = numbers.in_both(lambda lang: numbers.people_headline(float(min(people)), lang))
        facts.append(both("gallery.same_people", people=told))
    if damaged:
        facts.append(both("gallery.damaged_count", n=str(len(damaged))))
    tools = _tools() if runs else ""
    return f'<div class="headrow"><div><h1>{both("gallery.title")}</h1><p>{" · ".join(facts)}</p></div>{tools}</div>'


def _tools() -> str:
    options = "".join(f'<option value="{key if key != "time" else "order"}" {_option(key)}</option>' for key in SORTS)
    return (
        f'<div class="tools"><input id="filter" type="search" size="16" {attribute("placeholder", "gallery.filter")} '
        'aria-label="筛选 Filter">'
        f'<select id="sort" aria-label="排序 Sort">{options}</select>'
        f'<button type="button" class="btn" id="compare" disabled>{both("gallery.compare_picked")}</button></div>'
    )


def _option(key: str) -> str:
    zh, en = (escape(text) for text in pair(f"gallery.by_{key}"))
    return f'data-zh="{zh}" data-en="{en}">{zh}'


def _comparisons(folders: Sequence[str]) -> str:
    """Links to the comparisons that stand beside the runs."""
    links = "".join(page_link(f"{name}/compare.html", escape(name.removeprefix("compare-"))) for name in folders)
    return f'<p class="comparisons"><b>{both("page.compare")}</b> {links}</p>\n' if links else ""


def _command() -> str:
    return (
        '<div class="command" id="command" aria-live="polite" hidden>'
        f"{both('gallery.compare_command')}<code></code></div>"
        f'<p id="none" hidden>{both("gallery.no_hits")}</p>'
    )


def _last_card(runs: Sequence[Run]) -> str:
    title = "gallery.again" if runs else "gallery.empty"
    # the newest run's own scenario, as it was understood, runs again as it stands
    again = f"{runs[0].folder.parent.name}/{runs[0].folder.name}/scenario.yaml" if runs else "scenarios/budget-60.yaml"
    command = f"facopt run {again} --set name=another --set limits.budget=60000000"
    return (
        f'<li class="card empty"><h2>{both(title)}</h2><p>{both("gallery.again_how")}</p>'
        f"<code>{escape(command)}</code></li>"
    )


def _damaged(damaged: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f"<li><b>{escape(name)}</b> {both('gallery.damaged_reason')} <span>{escape(what)}</span></li>"
        for name, what in damaged
    )
    return f'\n<ul class="damaged">{lines}</ul>' if lines else ""
