"""The comparison as plain JSON, for other programs."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from facopt.outputs.compare.phrases import sentence
from facopt.outputs.run_json import plain

if TYPE_CHECKING:
    from facopt.outputs.compare.model import Change, Comparison, People


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as a dictionary that JSON can hold; outlines are left out.

    Figures are unrounded, absent ones None. `changes[n].people.points` lists only the demand points for which something
    changes: who gains, who loses, who goes elsewhere.
    """
    record: dict[str, Any] = plain(
        {
            "runs": [asdict(run) for run in comparison.runs],
            "comparable": not comparison.basis,
            "allowed": comparison.allowed,
            "basis": [asdict(difference) for difference in comparison.basis],
            "settings": [asdict(difference) for difference in comparison.settings],
            "settings_same": comparison.settings_same,
            "inputs": [asdict(difference) for difference in comparison.inputs],
            "inputs_same": comparison.inputs_same,
            "measures": [asdict(measure) for measure in comparison.measures],
            "changes": [_change(comparison, change) for change in comparison.changes],
        }
    )
    return record


def _change(comparison: Comparison, change: Change) -> dict[str, Any]:
    zh, en = sentence(comparison, change)
    sites = {key: [asdict(site) for site in getattr(change, key)] for key in ("only_base", "only_other", "both")}
    people = _people(change.people) if change.people is not None else None
    return {"run": change.run, "sentence_zh": zh, "sentence_en": en, "people": people, **sites}


def _people(people: People) -> dict[str, Any]:
    moved = people.points[people.points["change"].isin(("gain", "lose", "reassigned"))]
    told = asdict(replace(people, points=moved.iloc[:0]))
    return {**told, "points": moved.to_dict("records")}
