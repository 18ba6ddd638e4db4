"""Finding a place or site by its id or name; what is not found is answered with what is near."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import Finding, ScenarioError

if TYPE_CHECKING:
    from facopt.inputs.study_area import TextArray

MOST = 5


def find_one(asked: str, what: str, ids: TextArray, names: TextArray, names_en: TextArray | None) -> int:
    """Return the index of the row with this id, or with this name where only one has it. Raises ScenarioError.

    `what` is `place` or `site`, for the message.
    """
    by_id = np.flatnonzero(ids.astype(str) == asked)
    if len(by_id):
        return int(by_id[0])
    columns = [names.astype(str)] if names_en is None else [names.astype(str), names_en.astype(str)]
    by_name = np.flatnonzero(np.any([column == asked for column in columns], axis=0))
    if len(by_name) == 1:
        return int(by_name[0])
    if len(by_name):
        shown = tuple(str(ids[row]) for row in by_name[:MOST])
        raise ScenarioError(
            Finding(f"{len(by_name)} {what}s have the name '{asked}'", "Name one by its id", examples=shown)
        )
    raise ScenarioError(Finding(f"no {what} has the id or name '{asked}'", _near(asked, ids, columns)))


def _near(asked: str, ids: TextArray, columns: list[TextArray]) -> str:
    known = [(str(text), str(ids[row])) for column in (ids, *columns) for row, text in enumerate(column) if text]
    close = get_close_matches(asked, dict(known), n=MOST, cutoff=0.5)
    close += [text for text, _ in known if asked in text and text not in close][: MOST - len(close)]
    if not close:
        return "Names and ids are in tables/points.csv and tables/sites.csv of a run"
    told = [text if text == dict(known)[text] else f"{text} ({dict(known)[text]})" for text in close]
    return f"Close to it: {', '.join(told)}"
