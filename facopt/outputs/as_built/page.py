"""compare.html of a review: the plan and what stands, on one page that opens without a network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.as_built import phrases
from facopt.outputs.as_built.model import AS_PLANNED, SITE_KINDS
from facopt.outputs.brevity import brief
from facopt.outputs.compare import phrases as compared
from facopt.outputs.compare.comparison_page import point_icon, zone_bars
from facopt.outputs.compare.gains_map import gains_map
from facopt.outputs.page import page, page_link
from facopt.outputs.words import both, both_of, named, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from facopt.outputs.as_built.model import AsBuiltReview, Coverage, SiteCheck, SiteKind, TargetCheck
    from facopt.outputs.words import Text

SIZE = 24
"""Most characters of a size's name, which stands in one line."""
MOST_SITES = 200
"""Facilities of a kind shown; the workbook lists all."""
FIGURES = ("now", "plan", "built")


def as_built_html(review: AsBuiltReview, gallery: str = "") -> str:
    """Return the page: sentences, coverage three times, targets, what waits where, facilities.

    Parameters
    ----------
    review
        A plan held against what stands.
    gallery
        Address of the page of all runs, for the bar on top; "" where there is none.
    """
    plan = review.comparison.runs[0]
    title = pair("built.title")
    body = "\n".join(
        [
            f'<p class="kicker">{both("built.title")} · {escape(plan.scenario)}</p>',
            f"<h1>{both_of((plan.title_zh, plan.title_en))}</h1>",
            _lead(review),
            _strip(review),
            _basis(review),
            _coverage(review),
            _targets(review),
            _behind(review),
            _sites(review),
            _measures(review),
            _zones(review),
        ]
    )
    window = (f"{title[0]} · {plan.title_zh} {plan.title_en}", title[1])
    links = page_link(gallery, both("page.index")) if gallery else "facopt"
    return page(window, body, links=links, synthetic=plan.synthetic, part="facopt.outputs.compare")


def _lead(review: AsBuiltReview) -> str:
    zh, en = phrases.lead_html(review)
    return f'<p class="lead built" lang="zh">{zh}</p><p class="lead built" lang="en">{en}</p>'


def _strip(review: AsBuiltReview) -> str:
    """The figures of the sentence, large."""
    everybody = review.everybody
    planned, missing = len(review.projects), len(review.of_kind("not_built"))
    shares = {figure: phrases.share(everybody, figure) for figure in ("now", "plan")}
    part = numbers.share_percent(review.waiting, review.newly_planned) if review.newly_planned else numbers.MISSING
    lost = _cell("built.strip_lost", point_icon("lose") + _people(review.lost), both("built.strip_lost_of"))
    cells = [
        _cell("built.strip_sites", numbers.count(planned - missing), both("built.strip_of", n=numbers.count(planned))),
        _cell("built.strip_coverage", phrases.share(everybody, "built"), both("built.strip_plan", **shares)),
        _cell("built.strip_waiting", _people(review.waiting), both("built.strip_newly", share=part)),
        *([lost] if review.lost else []),
    ]
    return f'<div class="tot num n{len(cells)}">{"".join(cells)}</div>'


def _cell(title: str, figure: str, below: str) -> str:
    return f"<div><small>{both(title)}</small><b>{figure}</b><em>{below}</em></div>"


def _people(people: float) -> str:
    return both_of(phrases.headcount(people))


def _basis(review: AsBuiltReview) -> str:
    changed = f'<div class="basis" role="note"><b>{both("built.changed")}</b></div>' if review.changed else ""
    notes = "".join(f"<li>{escape(str(finding))}</li>" for finding in review.findings)
    listed = f'<ul class="note">{notes}</ul>' if notes else ""
    return f'<p class="note">{both_of(phrases.basis(review))}</p>{changed}{listed}'


# --- coverage --------------------------------------------------------------------------------------------------------


def _coverage(review: AsBuiltReview) -> str:
    rows = [row for row in review.coverage if row.group != "zone"]
    return f'<section class="first"><h2>{both("built.coverage_title")}</h2>{_coverage_table(rows)}</section>'


def _coverage_table(rows: Iterable[Coverage]) -> str:
    keys = ("people", *FIGURES, "behind", "change")
    heads = "".join(f'<th class="r">{both(f"built.{key}")}</th>' for key in keys)
    body = "".join(_covered(row) for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr><th>{both("built.who")}</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _covered(row: Coverage) -> str:
    part = ' class="part"' if row.group in ("tier", "area_class") else ""
    shares = "".join(f'<td class="r">{phrases.share(row, figure)}</td>' for figure in FIGURES)
    points = row.change_points or 0.0
    style = "up" if points > 0 else "down" if points < 0 else "eqv"
    return (
        f"<tr><td{part}>{both_of(row.name)}</td>{_figure(numbers.people(row.people))}{shares}"
        f"{_figure(numbers.difference_people(row.built - row.plan))}"
        f'<td class="r {style}">{numbers.difference_points(row.change_points)}</td></tr>'
    )


def _figure(text: Text) -> str:
    return f'<td class="r">{both_of(text)}</td>'


def _targets(review: AsBuiltReview) -> str:
    if not review.targets:
        return ""
    rows = "".join(
        f"<tr><td>{both_of(phrases.target_words(review, target))}</td>"
        f"{_figure(phrases.target_asked(target))}"
        f"{_figure(phrases.target_reached(target, target.plan))}"
        f"{_figure(phrases.target_reached(target, target.built))}"
        f'<td class="{_target_style(target)}">{both_of(phrases.target_state(target))}</td></tr>'
        for target in review.targets
    )
    heads = "".join(f'<th class="r">{both(f"built.{key}")}</th>' for key in ("at_least", "plan", "built"))
    return (
        f"<section><h2>{both('built.targets')}</h2><table><thead><tr><th>{both('built.target')}</th>{heads}"
        f"<th>{both('built.state')}</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _target_style(target: TargetCheck) -> str:
    return "eqv" if target.due else "up" if target.met else "down"


def _zones(review: AsBuiltReview) -> str:
    """Units that are behind or ahead of the plan, with all three shares."""
    zones = [row for row in review.coverage if row.group == "zone"]
    other = [row for row in zones if row.built != row.plan]
    if not zones:
        return ""
    if not other:
        table, note = "", both("built.zones_same")
    else:
        table, note = _coverage_table(other), both("built.zones_rest", n=numbers.count(len(zones) - len(other)))
    return f'<section><h2>{both("built.zones_title")}</h2>{table}<p class="note">{note}</p></section>'


def _behind(review: AsBuiltReview) -> str:
    """Where people wait: the map beside the units."""
    change = review.comparison.changes[0]
    if change.people is None or not (change.people.gain.people or change.people.lose.people):
        return ""
    drawn = gains_map(review.comparison, change)
    if drawn:
        figure = f'<figure class="mapfig">{drawn}{_legend()}</figure>'
    else:
        figure = f'<p class="note">{both("compare.no_map")}</p>'
    bars = zone_bars(change.people, "built", worst_first=True)
    return f'<section><h2>{both("built.map")}</h2><div class="cols">{figure}<div>{bars}</div></div></section>'


def _legend() -> str:
    kinds = ("lose", "gain", "covered", "uncovered")
    entries = [f"<span>{point_icon(kind)}{both(f'built.legend_{kind}')}</span>" for kind in kinds]
    for letter in "AB":
        box = f'<rect x="4" y="4" width="16" height="16"/><text x="12" y="16">{letter}</text>'
        icon = f'<svg viewBox="0 0 24 24" aria-hidden="true"><g class="letter {letter.lower()}">{box}</g></svg>'
        entries.append(f"<span>{icon}{both(f'built.legend_{letter.lower()}')}</span>")
    return f'<figcaption class="legend">{"".join(entries)}</figcaption>'


# --- figures ---------------------------------------------------------------------------------------------------------


def _measures(review: AsBuiltReview) -> str:
    comparison = review.comparison
    heads = "".join(f'<th class="r">{both(f"built.{key}")}</th>' for key in ("plan", "built", "change"))
    rows = "".join(
        f"<tr><td>{both_of(compared.measure_name(comparison, row))}</td>"
        f"{_figure(compared.measure_value(comparison, row, 0))}{_figure(compared.measure_value(comparison, row, 1))}"
        f"{_figure(compared.measure_difference(comparison, row, 1))}</tr>"
        for row in comparison.measures
        if not compared.is_part(row)
    )
    return (
        f'<section><h2>{both("built.measures")}</h2><div class="scroll"><table><thead><tr>'
        f"<th>{both('compare.measure')}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="note">{both("built.cost_note")}{_unknown_cost(review)}</p></section>'
    )


def _unknown_cost(review: AsBuiltReview) -> str:
    unknown = sum(site.cost is None and site.cost_actual is None for site in review.of_kind("unplanned"))
    return f" {both('built.cost_unknown', n=numbers.count(unknown))}" if unknown else ""


# --- facilities ------------------------------------------------------------------------------------------------------


def _sites(review: AsBuiltReview) -> str:
    kinds = [kind for kind in SITE_KINDS if kind != "kept" and review.of_kind(kind)]
    parts = "".join(_of_kind(review, kind) for kind in kinds)
    same = "" if any(kind not in AS_PLANNED for kind in kinds) else f"<p>{both('built.all_as_planned')}</p>"
    kept = len(review.of_kind("kept"))
    rest = f'<p class="note">{both("built.kept_count", n=numbers.count(kept))}</p>' if kept else ""
    return f"<section><h2>{both('built.sites')}</h2>{same}{parts}{rest}</section>"


def _of_kind(review: AsBuiltReview, kind: SiteKind) -> str:
    sites = review.of_kind(kind)
    shown = sites[:MOST_SITES]
    more = f'<p class="note">… {numbers.count(len(sites) - MOST_SITES)}</p>' if len(sites) > MOST_SITES else ""
    heading = f"<h3>{both(f'built.kind_{kind}')} · {numbers.count(len(sites))}</h3>"
    return f'<div class="kind">{heading}{_sites_table(review, shown)}{more}</div>'


def _unit(review: AsBuiltReview, key: str) -> str:
    """Return the unit of a column's figures, to follow its heading."""
    currency = review.comparison.runs[0].currency
    if key.startswith("cost"):
        return f" ({both_of(numbers.in_both(lambda lang: numbers.money_unit(currency, lang)))})"
    if key.startswith("room") and review.stage is not None:
        return f" ({both_of(named('workload', review.stage.unit))})"
    return ""


def _sites_table(review: AsBuiltReview, sites: Sequence[SiteCheck]) -> str:
    """Columns that nobody has anything in are left out."""
    currency = review.comparison.runs[0].currency

    def money(amount: float | None) -> str:
        return both_of(numbers.in_both(lambda lang: numbers.money_table(amount, currency, lang)))

    columns: list[tuple[str, list[str]]] = [
        ("stage", [escape(site.stage) for site in sites]),
        ("opened", [escape(site.opened) for site in sites]),
        ("size", [escape(brief(site.size, SIZE)) for site in sites]),
        ("size_built", [escape(brief(site.size_built, SIZE)) for site in sites]),
        ("room", [numbers.people(site.room) if site.room is not None else "" for site in sites]),
        ("room_built", [numbers.people(site.room_built) if site.room_built is not None else "" for site in sites]),
        ("cost", [money(site.cost) if site.cost else "" for site in sites]),
        ("cost_actual", [money(site.cost_actual) if site.cost_actual is not None else "" for site in sites]),
        ("people_planned", [numbers.people(site.people_planned) if site.people_planned else "" for site in sites]),
        ("people_built", [numbers.people(site.people_built) if site.people_built else "" for site in sites]),
        ("people_waiting", [numbers.people(site.people_waiting) if site.people_waiting else "" for site in sites]),
    ]
    kept = [(key, cells) for key, cells in columns if any(cells)]
    heads = "".join(f'<th class="r">{both(f"built.{key}")}{_unit(review, key)}</th>' for key, _ in kept)
    rows = "".join(
        f"<tr><td>{both_of(site.name)}<code>{escape(site.site_id)}</code></td><td>{both_of(site.zone)}</td>"
        + "".join(f'<td class="r">{cells[at]}</td>' for _, cells in kept)
        + "</tr>"
        for at, site in enumerate(sites)
    )
    return (
        f'<div class="scroll"><table><thead><tr><th>{both("built.facility")}</th><th>{both("built.unit")}</th>{heads}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )
