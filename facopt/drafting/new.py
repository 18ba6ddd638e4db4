"""What `facopt new` does with a folder and a preset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.drafting.draft import draft_scenario
from facopt.drafting.survey import survey
from facopt.drafting.template import write_template
from facopt.drafting.text import draft_text
from facopt.errors import Finding, Place, ScenarioError
from facopt.presets.library import preset_names
from facopt.scenario.suggest import nearest

if TYPE_CHECKING:
    from pathlib import Path


def write_new(folder: Path, preset: str | None) -> str:
    """Draft a scenario from a folder's files, or write a preset's template where it has none; return what to say.

    Raises
    ------
    ScenarioError
        When there is no such preset, or neither files nor a preset to start from.
    """
    if preset is not None and preset not in preset_names():
        near = nearest(preset, preset_names())
        remedy = f"Perhaps '{near}' is meant" if near else f"Presets are {', '.join(preset_names())}"
        raise ScenarioError(Finding(f"there is no preset '{preset}'", remedy, Place(key="--preset")))
    if folder.is_dir() and any(one.role for one in survey(folder)):
        return draft_text(draft_scenario(folder, preset))
    if preset is None:
        remedy = "Name a folder with your files, or say --preset cn_rural, or --sample for the sample county"
        raise ScenarioError(Finding("there are no files to start from", remedy, Place(folder)))
    written = write_template(folder, preset)
    return "\n".join(
        [*(f"{path} written" for path in written), f"next: fill in the tables, then: facopt check {written[0]}"]
    )
