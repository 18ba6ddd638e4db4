"""A review in words and figures, each as (Chinese, English): terminal, page, workbook and JSON say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.words import named, pair, say, say_html

if TYPE_CHECKING:
    from facopt.outputs.as_built.model import AsBuiltReview, Coverage, SiteCheck, TargetCheck
    from facopt.outputs.words import Text

Pair = tuple[str, str]
Clause = tuple[str, dict[str, "Text"]]


def sentences(review: AsBuiltReview) -> list[Pair]:
    """Return the headline sentences as plain text, one after the other."""
    return [pair(key, **texts) for key, texts in _clauses(review)]


def lead_html(review: AsBuiltReview) -> Pair:
    """Return the headline sentences as one paragraph of HTML, the figures that matter in bold."""
    clauses = _clauses(review)
    return (
        "".join(say_html(key, "zh", **texts) for key, texts in clauses),
        " ".join(say_html(key, "en", **texts) for key, texts in clauses),
    )


def _clauses(review: AsBuiltReview) -> list[Clause]:
    return [
        *_stage(review), _projects(review), *_extensions(review), _coverage(review), *_people(review),
        *_other_sites(review),
    ]  # fmt: skip


def _stage(review: AsBuiltReview) -> list[Clause]:
    """Which stage of the plan is compared, where it has stages."""
    stage = review.stage
    if stage is None or not stage.name:
        return []
    if not review.as_of:
        return [("built.against_last", {"stage": stage.name})]
    key = "built.against" if stage.begun else "built.against_first"
    return [(key, {"stage": stage.name, "day": review.as_of})]


def _projects(review: AsBuiltReview) -> Clause:
    planned, missing = len(review.projects), len(review.of_kind("not_built"))
    if not planned:
        return "built.no_projects" if review.stage is None else "built.no_projects_yet", {}
    counts = {"planned": planned, "built": planned - missing, "missing": missing}
    return "built.projects", {key: numbers.count(number) for key, number in counts.items()}


def _extensions(review: AsBuiltReview) -> list[Clause]:
    done, missing = len(review.of_kind("extended")), len(review.of_kind("not_extended"))
    if not done + missing:
        return []
    return [("built.extensions", {"planned": numbers.count(done + missing), "done": numbers.count(done)})]


def _coverage(review: AsBuiltReview) -> Clause:
    everybody = review.everybody
    shares = {figure: numbers.percent(everybody.percent(figure)) for figure in ("now", "plan", "built")}
    return "built.coverage", {**shares}


def _people(review: AsBuiltReview) -> list[Clause]:
    clauses: list[Clause] = []
    if review.newly_planned:
        counts = {"planned": review.newly_planned, "reached": review.newly_reached, "waiting": review.waiting}
        clauses.append(("built.newly", {key: headcount(number) for key, number in counts.items()}))
    clauses += [
        (f"built.{key}", {"people": headcount(number)})
        for key, number in (("lost", review.lost), ("beyond", review.beyond))
        if number
    ]
    return clauses


def _other_sites(review: AsBuiltReview) -> list[Clause]:
    counts = {kind: len(review.of_kind(kind)) for kind in ("gone", "smaller", "unplanned", "early", "still_open")}
    return [(f"built.{kind}_site{'s' * (n > 1)}", {"n": numbers.count(n)}) for kind, n in counts.items() if n]


def headcount(people: float) -> Pair:
    """Return people as a sentence says them: 18.5 万人, 185,235."""
    return numbers.in_both(lambda lang: numbers.people_headline(people, lang))


def basis(review: AsBuiltReview) -> Pair:
    """Return what the figures rest on."""
    date = pair("built.date", day=review.as_of) if review.as_of else ("", "")
    told = [pair("built.basis", file=review.file, date=date)]
    stage = review.stage
    if stage is not None:
        told.append(pair("built.basis_rooms", unit=named("workload", stage.unit)))
    if stage is not None and stage.name:
        told.append(pair("built.basis_stage", stage=stage.name))
        told += [pair("built.later", n=numbers.count(stage.later))] if stage.later else []
    return "".join(zh for zh, _ in told), " ".join(en for _, en in told)


def kind_words(site: SiteCheck) -> Pair:
    """Return what is the matter with a facility."""
    return pair(f"built.kind_{site.kind}")


def share(row: Coverage, figure: str) -> str:
    """Return a share as print shows it."""
    return numbers.percent(row.percent(figure))  # type: ignore[arg-type]


def target_words(review: AsBuiltReview, target: TargetCheck) -> Pair:
    """Return whom a target speaks of."""
    tiers = review.comparison.tiers
    parts: list[Pair] = []
    if target.tier:
        parts.append(tiers.get(target.tier, (target.tier, target.tier, ""))[:2])
    if target.area_class:
        parts.append(named("area_class", target.area_class))
    if any(target.zone):
        parts.append(target.zone)
    if target.segment:
        parts.append(named("segment", target.segment))
    parts = parts or [pair("built.everybody")]
    return "，".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)


def target_asked(target: TargetCheck) -> Pair:
    """Return what a target asks for: a share, or a number of people."""
    if target.at_least_percent is None:
        return pair("built.asked_people", people=numbers.people(target.needed))
    share = numbers.percent_stated(target.at_least_percent)
    return share, share


def target_reached(target: TargetCheck, people: float) -> Pair:
    """Return what is reached of a target, in the measure it is stated in."""
    if target.at_least_percent is None:
        return pair("built.asked_people", people=numbers.people(people))
    share = numbers.share_percent(people, target.people)
    return share, share


def target_state(target: TargetCheck) -> Pair:
    """Return whether a target is met as built, and how many people are missing."""
    if target.due:
        return pair("built.due", year=target.due)
    if not target.met:
        return pair("built.short", people=numbers.people(target.needed - target.built))
    if target.at_least_percent is None:
        return pair("built.met")
    reached = numbers.share_percent(target.built, target.people)
    full = target.at_least_percent < 100 or reached == numbers.percent_stated(100.0)
    return pair("built.met" if full or target.built >= target.people else "built.met_reachable")


def plain_sentences(review: AsBuiltReview) -> Pair:
    """Return the headline sentences as one text in each language."""
    clauses = _clauses(review)
    zh = "".join(say(key, "zh", **texts) for key, texts in clauses)
    return zh, " ".join(say(key, "en", **texts) for key, texts in clauses)
