"""What goes wrong while fetching that the planner's files are not to blame for."""

from __future__ import annotations

from facopt.errors import FacoptError


class FetchError(FacoptError, RuntimeError):
    """OpenStreetMap could not be reached or did not answer in full; nothing is written (exit status 3)."""
