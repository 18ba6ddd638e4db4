"""compare.html: two or more runs on one page that opens without a network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from facopt.outputs import numbers, sketch
from facopt.outputs.compare import phrases
from facopt.outputs.compare.gains_map import gains_map
from facopt.outputs.compare.twin_maps import UPON, twin_maps
from facopt.outputs.page import attribute, page, page_link
from facopt.outputs.words import both, both_of, pair

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.outputs.compare.model import Change, Comparison, Measure, People, SiteChange, ZoneChange

MOST_ZONES = 40
"""Bars drawn at most; the workbook lists all."""
MOST_SITES = 200
BAR = 78.0
"""Pixels of the longest bar."""


def write_comparison_html(comparison: Comparison, path: Path) -> None:
    """Write the comparison as one HTML file; the same comparison gives the same bytes."""
    path.write_text(comparison_html(comparison), encoding="utf-8", newline="\n")


def comparison_html(comparison: Comparison, gallery: str = "") -> str:
    """Return the page: sentences, gains and losses, inputs that differ, results, map and units, facilities.

    Parameters
    ----------
    comparison
        Two or more runs.
    gallery
        Address of the page of all runs, for the bar on top; "" where there is none.
    """
    names = [f"{run.title_zh} {run.title_en}" for run in comparison.runs]
    title = pair("compare.title")
    body = "\n".join(
        [
            f'<p class="kicker">{both("compare.title")}</p>',
            _heading(comparison),
            *(_lead(comparison, change) for change in comparison.changes),
            _runs(comparison),
            _basis(comparison),
            *(_totals(comparison, change) for change in comparison.changes if len(comparison.changes) == 1),
            _inputs(comparison),
            _results(comparison),
            *(_who(comparison, change) for change in comparison.changes),
            *(_side_by_side(comparison, change) for change in comparison.changes),
            *(_facilities(comparison, change) for change in comparison.changes),
        ]
    )
    synthetic = any(run.synthetic for run in comparison.runs)
    window = (f"{title[0]} · {' · '.join(names)}", title[1])
    links = page_link(gallery, both("page.index")) if gallery else "facopt"
    return page(window, body, links=links, synthetic=synthetic, part="facopt.outputs.compare")


def _box(letter: str) -> str:
    return f'<span class="ab{"" if letter == "A" else " b"}">{letter}</span>'


def _name(comparison: Comparison, run: int) -> str:
    summary = comparison.runs[run]
    return both_of((summary.title_zh, summary.title_en))


def _heading(comparison: Comparison) -> str:
    runs = [
        f'<span class="run">{_box(run.letter)}{_name(comparison, at)}</span>' for at, run in enumerate(comparison.runs)
    ]
    if len(runs) > 2:
        return f'<h1 class="many">{"".join(runs)}</h1>'
    between = f'<span class="vs">{both("compare.and")}</span>'
    return f"<h1>{between.join(runs)}</h1>"


def _lead(comparison: Comparison, change: Change) -> str:
    zh, en = phrases.sentence_html(comparison, change)
    kind = phrases.sentence_kind(change)
    return f'<p class="lead {kind}" lang="zh">{zh}</p><p class="lead {kind}" lang="en">{en}</p>'


def _runs(comparison: Comparison) -> str:
    """Which run each letter is, from when, and how far it is proven."""
    rows = "".join(
        f"<dt>{_box(run.letter)}{escape(run.scenario)}</dt><dd>{escape(run.generated)}</dd>"
        f'<dd><span class="st {run.status}">{both_of(phrases.status_words(run))}</span>'
        f"{_unverified(run.unverified)}</dd>"
        for run in comparison.runs
    )
    return f'<dl class="runs num">{rows}</dl>'


def _unverified(count: int) -> str:
    return f' <span class="flag">{both("gallery.unverified", n=numbers.count(count))}</span>' if count else ""


def _basis(comparison: Comparison) -> str:
    """The red line where runs rest on different people or standards."""
    if not comparison.basis:
        return ""
    reasons = "".join(
        f"<li>{both_of(phrases.basis_words(comparison, difference))}</li>" for difference in comparison.basis
    )
    key = "compare.basis_allowed" if comparison.allowed else "compare.basis_refused"
    return f'<div class="basis" role="note"><b>{both(key)}</b><ul>{reasons}</ul></div>'


# --- gains and losses ------------------------------------------------------------------------------------------------


def _totals(comparison: Comparison, change: Change) -> str:
    people = change.people
    if people is None:
        return ""
    letter = comparison.runs[change.run].letter
    cells = [
        _total(
            both("compare.gain", b=letter),
            point_icon("gain") + numbers.people(people.gain.people),
            _points(people.gain.points),
        ),
        _total(
            both("compare.lose", b=letter),
            point_icon("lose") + numbers.people(people.lose.people),
            _points(people.lose.points),
        ),
        _total(both("compare.reassigned"), numbers.people(people.reassigned.people), both("compare.in_neither")),
    ]
    return f'<div class="tot num">{"".join(cells)}</div>{_left_out(people)}'


def _total(title: str, figure: str, below: str) -> str:
    return f"<div><small>{title}</small><b>{figure}</b><em>{below}</em></div>"


def _points(count: int) -> str:
    return both_of(phrases.settlements(count))


def _left_out(people: People) -> str:
    if not people.left_out.points:
        return ""
    texts = {"points": numbers.count(people.left_out.points), "people": numbers.people(people.left_out.people)}
    return f'<p class="note">{both("compare.left_out", **texts)}</p>'


_ICONS = {
    "gain": sketch.diamonds([(12, 12, 9)]),
    "lose": sketch.hanging_triangles([(12, 11, 9)]),
    "uncovered": sketch.triangles([(12, 12, 9)]),
    "covered": sketch.dots([(12, 12, 7)]),
}


_STAR = '<path class="star" d="M12 6.2l1.8 3.7 4.1.5-3 2.9.7 4.1-3.6-2-3.6 2 .7-4.1-3-2.9 4.1-.5z"/>'


def point_icon(change: str) -> str:
    """Return the mark of settlements for which something changes, as an icon for a text."""
    return f'<svg viewBox="0 0 24 24" aria-hidden="true"><path class="p-{change}" d="{_ICONS[change]}"/></svg>'


# --- inputs ----------------------------------------------------------------------------------------------------------


def _inputs(comparison: Comparison) -> str:
    title = f'<section class="first"><h2>{both("compare.inputs")}</h2>'
    if not comparison.settings and not comparison.inputs:
        return f'{title}<p class="note">{both("compare.inputs_none")}</p></section>'
    heads = "".join(f"<th>{_box(run.letter)}{_name(comparison, at)}</th>" for at, run in enumerate(comparison.runs))
    rows = "".join(_setting(comparison, row.key, row.values) for row in comparison.settings)
    rows += "".join(_file(row.key, row.values) for row in comparison.inputs)
    same = {"settings": numbers.count(comparison.settings_same), "files": numbers.count(comparison.inputs_same)}
    return (
        f'{title}<div class="scroll"><table><thead><tr><th>{both("compare.item")}</th>{heads}</tr></thead><tbody>{rows}'
        f'</tbody></table></div><p class="note">{both("compare.inputs_rest", **same)}</p></section>'
    )


def _setting(comparison: Comparison, key: str, values: tuple[str, ...]) -> str:
    name = both_of(phrases.setting_name(comparison, key))
    told = f"{name}<code>{escape(key)}</code>" if name else f'<code class="alone">{escape(key)}</code>'
    cells = "".join(
        f"<td>{both_of(phrases.setting_value(comparison, key, run, value))}</td>" for run, value in enumerate(values)
    )
    return f"<tr><td>{told}</td>{cells}</tr>"


def _file(path: str, digests: tuple[str, ...]) -> str:
    cells = "".join(
        f"<td><code>SHA-256 {escape(digest[:12])}…</code></td>" if digest else f"<td>{both('compare.absent')}</td>"
        for digest in digests
    )
    return f"<tr><td>{both('compare.file')}<code>{escape(path)}</code></td>{cells}</tr>"


# --- results ---------------------------------------------------------------------------------------------------------


def _results(comparison: Comparison) -> str:
    runs = comparison.runs
    heads = "".join(f'<th class="r">{run.letter}</th>' for run in runs)
    heads += "".join(f'<th class="r">{run.letter} {numbers.MINUS} A</th>' for run in runs[1:])
    heads += f"<th>{both('compare.better')}</th>" if len(runs) == 2 else ""
    rows = "".join(_measure(comparison, row) for row in comparison.measures)
    proofs = "".join(
        f'<td class="r"><span class="st {run.status}">{both_of(phrases.status_words(run))}</span></td>' for run in runs
    )
    rest = "<td></td>" * (len(runs) - 1 + (len(runs) == 2))
    flagged = f" {both('compare.flagged')}" if comparison.basis and comparison.allowed else ""
    return (
        f'<section><h2>{both("compare.results")}</h2><div class="scroll"><table><thead><tr>'
        f"<th>{both('compare.measure')}</th>{heads}</tr></thead><tbody>"
        f"<tr><td>{both('compare.proof')}</td>{proofs}{rest}</tr>{rows}</tbody></table></div>"
        f'<p class="note">{both("compare.rounding")}{flagged}</p></section>'
    )


def _measure(comparison: Comparison, row: Measure) -> str:
    runs = range(len(comparison.runs))
    part = ' class="part"' if phrases.is_part(row) else ""
    name = both_of(phrases.measure_name(comparison, row))
    values = "".join(f'<td class="r">{both_of(phrases.measure_value(comparison, row, run))}</td>' for run in runs)
    differences = "".join(_difference(comparison, row, run) for run in runs[1:])
    better = f"<td>{_better(comparison, row)}</td>" if len(runs) == 2 else ""
    return f"<tr><td{part}>{name}</td>{values}{differences}{better}</tr>"


def _difference(comparison: Comparison, row: Measure, run: int) -> str:
    told = both_of(phrases.measure_difference(comparison, row, run))
    mark = "" if comparison.comparable(run) or row.differences[run - 1] is None else " ※"
    style = {"other": " up", "base": " down"}.get(row.better[run - 1], "") if len(comparison.runs) > 2 else ""
    return f'<td class="r{style}">{told}{mark}</td>'


def _better(comparison: Comparison, row: Measure) -> str:
    style = {"other": "up", "base": "down"}.get(row.better[0], "eqv")
    return f'<span class="{style}">{both_of(phrases.better_words(comparison, row, 1))}</span>'


# --- who gains, who loses --------------------------------------------------------------------------------------------


def _title(comparison: Comparison, change: Change, key: str) -> str:
    """Heading of a section; it names the runs only where there are more than two."""
    if len(comparison.changes) == 1:
        return f"<h2>{both(key)}</h2>"
    a, b = (phrases.run_name(comparison, run) for run in (0, change.run))
    return f"<h2>{both(f'{key}_of', a=a, b=b)}</h2>"


def _who(comparison: Comparison, change: Change) -> str:
    if change.people is None:
        return ""
    drawn = gains_map(comparison, change)
    totals = _totals(comparison, change) if len(comparison.changes) > 1 else ""
    figure = f'<figure class="mapfig">{drawn}{_legend(comparison, change)}</figure>' if drawn else _no_map()
    return (
        f"<section>{_title(comparison, change, 'compare.who')}{totals}"
        f'<div class="cols">{figure}<div>{zone_bars(change.people)}</div></div></section>'
    )


def _side_by_side(comparison: Comparison, change: Change) -> str:
    """Both plans as maps that move together."""
    drawn = twin_maps(comparison, change)
    if not drawn:
        return ""
    heads = [
        f"<h3>{_box(comparison.runs[run].letter)}{_name(comparison, run)}</h3>{one}"
        for run, one in zip((0, change.run), drawn, strict=True)
    ]
    buttons = "".join(
        f'<button type="button" data-twin="{key}" {attribute("aria-label", f"compare.twin_{key}")}>{sign}</button>'
        for key, sign in (("in", "+"), ("out", "−"), ("all", "⤢"))
    )
    entries = [f"<span>{point_icon(kind)}{both(f'compare.twin_{kind}')}</span>" for kind in ("covered", "uncovered")]
    entries += [
        f'<span><svg viewBox="0 0 24 24" aria-hidden="true">{sketch.site_mark("square", 12, 12, 9, f"s-{action}")}'
        f'<g transform="translate(12 12) scale(1.5)">{UPON[action]}</g></svg>{both(f"compare.twin_{action}")}</span>'
        for action in ("keep", "build", *_changes_made(change))
    ]
    return (
        f"<section>{_title(comparison, change, 'compare.twin')}"
        f'<div class="twin"><p class="twinbar">{buttons}<span>{both("compare.twin_how")}</span></p>'
        f'<div class="two">{"".join(f"<figure>{one}</figure>" for one in heads)}</div>'
        f'<p class="legend">{"".join(entries)}</p></div></section>'
    )


def _changes_made(change: Change) -> tuple[str, ...]:
    """What else than keeping and building the plans do with the facilities that stand in them."""
    sites = (*change.only_base, *change.only_other, *change.both)
    made = {action for site in sites for action in (site.action, site.action_other)}
    return tuple(action for action in ("extend", "refurbish") if action in made)


def _no_map() -> str:
    return f'<p class="note">{both("compare.no_map")}</p>'


def _legend(comparison: Comparison, change: Change) -> str:
    letters = (comparison.runs[0].letter, comparison.runs[change.run].letter)
    entries = [
        f"<span>{point_icon(kind)}{both(f'compare.legend_{kind}', b=letters[1])}</span>"
        for kind in ("gain", "lose", "uncovered", "covered")
    ]
    for letter, style in zip(letters, "ab", strict=True):
        drawn = f'<rect x="4" y="4" width="16" height="16"/><text x="12" y="16">{letter}</text>'
        icon = f'<svg viewBox="0 0 24 24" aria-hidden="true"><g class="letter {style}">{drawn}</g></svg>'
        entries.append(f"<span>{icon}{both('compare.legend_only', run=letter)}</span>")
    return f'<figcaption class="legend">{"".join(entries)}</figcaption>'


def zone_bars(people: People, words: str = "compare", *, worst_first: bool = False) -> str:
    """Return the units where somebody gains or loses, as a table with bars.

    Parameters
    ----------
    people
        Who gains and who loses.
    words
        Where the catalogue has the headings of gains and losses.
    worst_first
        Whether the deepest fall of the share covered comes first, not the largest rise.
    """
    if not people.zones:
        return f'<p class="note">{both("compare.no_unit_changes")}</p>'
    longest = max(max(zone.gain, zone.lose) for zone in people.zones)
    ranked = sorted(people.zones, key=lambda zone: -max(zone.gain, zone.lose))[:MOST_ZONES]
    rows = [_zone(zone, longest) for zone in people.zones if zone in ranked]
    ordered = "".join(rows[::-1] if worst_first else rows)
    notes = both("compare.units_rest", n=numbers.count(people.zones_unchanged), people=numbers.people(longest))
    if len(people.zones) > MOST_ZONES:
        cut = {"n": numbers.count(len(people.zones)), "shown": numbers.count(MOST_ZONES)}
        notes = f"{both('compare.units_cut', **cut)} {notes}"
    heads = (
        f'<th class="r">{both(f"{words}.bars_lose")}</th><th class="c"></th>'
        f'<th class="r">{both(f"{words}.bars_gain")}</th><th class="r">{both("compare.share_change")}</th>'
    )
    return (
        f'<div class="scroll"><table class="div"><thead><tr><th>{both("compare.unit")}</th>{heads}</tr></thead>'
        f"<tbody>{ordered}</tbody></table></div>"
        f'<p class="note">{notes}</p>'
    )


def _zone(zone: ZoneChange, longest: float) -> str:
    bars = "".join(
        f'<i class="{style}" style="width:{max(BAR * people / longest, 1.5):.1f}px"></i>'
        for style, people in (("g", zone.gain), ("l", zone.lose))
        if people
    )
    points = zone.percent_other - zone.percent_base
    style = "up" if points > 0 else "down" if points < 0 else "eqv"
    lose, gain = numbers.difference_people(-zone.lose), numbers.difference_people(zone.gain)
    return (
        f'<tr><td>{both_of(zone.names)}</td><td class="r">{lose if zone.lose else ""}</td>'
        f'<td class="c"><span class="dv" aria-hidden="true">{bars}<s></s></span></td>'
        f'<td class="r">{gain if zone.gain else ""}</td>'
        f'<td class="r {style}">{numbers.difference_points(points)}</td></tr>'
    )


# --- facilities ------------------------------------------------------------------------------------------------------


def _facilities(comparison: Comparison, change: Change) -> str:
    if not (comparison.runs[0].planned and comparison.runs[change.run].planned):
        return ""
    lists = "".join(
        f"<div><h3>{_box(comparison.runs[run].letter)}{both_of(phrases.only_words(comparison, change, run))}</h3>"
        f"{_sites(comparison, run, sites)}</div>"
        for run, sites in ((0, change.only_base), (change.run, change.only_other))
    )
    return (
        f'<section>{_title(comparison, change, "compare.projects")}<div class="two">{lists}</div>'
        f'<p class="note">{both_of(phrases.both_words(change))}</p>{_done_otherwise(comparison, change)}</section>'
    )


def _done_otherwise(comparison: Comparison, change: Change) -> str:
    """Facilities that stand in both plans, with another action, stage or size."""
    sites = [site for site in change.both if site.differs]
    if not sites:
        return ""
    letters = (comparison.runs[0].letter, comparison.runs[change.run].letter)
    heads = "".join(f"<th>{_box(letter)}</th>" for letter in letters)
    rows = "".join(
        f"<tr><td>{both_of(site.names)}</td>"
        f"<td>{both_of(phrases.done_words(site.action, site.stage, site.size))}</td>"
        f"<td>{both_of(phrases.done_words(site.action_other, site.stage_other, site.size_other))}</td></tr>"
        for site in sites[:MOST_SITES]
    )
    return (
        f"<h3>{both('compare.actions')}</h3><table><thead><tr><th>{both('compare.project')}</th>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _sites(comparison: Comparison, run: int, sites: tuple[SiteChange, ...]) -> str:
    if not sites:
        return ""
    staged = any(site.stage for site in sites)
    unit = both_of(numbers.in_both(lambda lang: numbers.money_unit(comparison.runs[run].currency, lang)))
    heads = f'<th class="r">{both("compare.stage")}</th>' if staged else ""
    rows = "".join(_site(comparison, run, site, staged) for site in sites[:MOST_SITES])
    more = f'<p class="note">… {numbers.count(len(sites) - MOST_SITES)}</p>' if len(sites) > MOST_SITES else ""
    return (
        f'<table><thead><tr><th>{both("compare.project")}</th>{heads}<th class="r">{unit}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{more}"
    )


def _site(comparison: Comparison, run: int, site: SiteChange, staged: bool) -> str:
    symbol = comparison.tiers.get(site.tier, ("", "", "circle"))[2]
    mark = sketch.site_mark(symbol, 12, 12, 9, f"s-{site.action}") + (_STAR if site.action == "build" else "")
    icon = f'<svg viewBox="0 0 24 24" aria-hidden="true">{mark}</svg>'
    currency = comparison.runs[run].currency
    cost = both_of(numbers.in_both(lambda lang: numbers.money_table(site.cost, currency, lang)))
    stage = f'<td class="r">{escape(site.stage)}</td>' if staged else ""
    told = both_of(phrases.done_words(site.action, "", site.size))
    kept = f' <span class="eqv">{told}</span>' if site.action != "build" else ""
    return f'<tr><td>{icon}{both_of(site.names)}{kept}</td>{stage}<td class="r">{cost}</td></tr>'
