"""The presets that come with facopt, and local files in the same shape."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
ENDINGS = (".yaml", ".yml")


def preset_names() -> tuple[str, ...]:
    """Return the names of the presets that come with facopt, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def preset_file(name: str) -> Path | None:
    """Return the file of a preset that comes with facopt, None where there is none of that name."""
    return FOLDER / f"{name}.yaml" if name in preset_names() else None
