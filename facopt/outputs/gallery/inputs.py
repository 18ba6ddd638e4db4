"""Whether the files a run was made from are still the same."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

InputState = Literal["same", "changed", "absent", ""]
"""All files as they were; one at least differs; one at least is not to be found; the run read no files."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class InputFiles:
    """Checks input files, each file of a gallery once however many runs were made from it."""

    def __init__(self) -> None:
        self._digests: dict[Path, str] = {}

    def state(self, inputs: Mapping[str, object], folder: Path) -> InputState:
        """Compare a run's input files with what they were.

        Parameters
        ----------
        inputs
            SHA-256 by path; relative paths count from the run folder, else from the current folder.
        folder
            The run folder.
        """
        found = [self._same(path, str(digest), folder) for path, digest in inputs.items()]
        if not found:
            return ""
        if False in found:
            return "changed"
        return "absent" if None in found else "same"

    def _same(self, path: str, digest: str, folder: Path) -> bool | None:
        """Whether a file is as it was; None where it is not to be found or was never known."""
        file = _located(path, folder)
        if file is None or not _DIGEST.fullmatch(digest):
            return None
        try:
            return self._digest(file) == digest
        except OSError:
            return None

    def _digest(self, file: Path) -> str:
        if file not in self._digests:
            with file.open("rb") as stream:
                self._digests[file] = hashlib.file_digest(stream, "sha256").hexdigest()
        return self._digests[file]


def _located(path: str, folder: Path) -> Path | None:
    try:
        return next((file for file in (folder / path, Path(path)) if file.is_file()), None)
    except (OSError, ValueError):
        return None
