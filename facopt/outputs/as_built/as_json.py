"""The review as plain JSON, for other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from facopt.outputs.as_built.phrases import plain_sentences
from facopt.outputs.run_json import plain

if TYPE_CHECKING:
    from facopt.outputs.as_built.model import AsBuiltReview, Coverage


def as_built_json(review: AsBuiltReview) -> dict[str, Any]:
    """Return the review as a dictionary that JSON can hold.

    Figures are unrounded, absent ones None. `points` lists the demand points that the plan covers and that are not
    covered as built (`lose`), and those covered beyond the plan (`gain`).
    """
    zh, en = plain_sentences(review)
    plan, change = review.comparison.runs[0], review.comparison.changes[0]
    points = change.people.points if change.people is not None else None
    moved = [] if points is None else points[points["change"].isin(("gain", "lose"))].to_dict("records")
    record: dict[str, Any] = plain(
        {
            "kind": "as_built",
            "plan": asdict(plan),
            "register": {"file": review.file, "sha256": review.digest, "as_of": review.as_of},
            "inputs_changed": review.changed,
            "stage": None if review.stage is None else asdict(review.stage),
            "sentence_zh": zh,
            "sentence_en": en,
            "newly_covered_planned": review.newly_planned,
            "newly_covered_reached": review.newly_reached,
            "waiting": review.waiting,
            "lost": review.lost,
            "beyond_plan": review.beyond,
            "everybody": _coverage(review.everybody),
            **{f"by_{group}": _by_key(review, group) for group in ("tier", "area_class", "zone")},
            "targets": [asdict(target) for target in review.targets],
            "sites": [asdict(site) for site in review.sites],
            "measures": [asdict(measure) for measure in review.comparison.measures],
            "points": moved,
            "warnings": [str(finding) for finding in review.findings],
        }
    )
    return record


def _by_key(review: AsBuiltReview, group: str) -> dict[str, Any]:
    return {row.key: {"name": row.name, **_coverage(row)} for row in review.coverage if row.group == group}


def _coverage(row: Coverage) -> dict[str, Any]:
    figures = ("now", "plan", "built")
    return {
        "people": row.people,
        **{f"people_covered_{figure}": getattr(row, figure) for figure in figures},
        **{f"people_covered_percent_{figure}": row.percent(figure) for figure in figures},  # type: ignore[arg-type]
        "change_points": row.change_points,
    }
