"""What every kind of rule is."""

from __future__ import annotations

from facopt.statement import Section


class Rule(Section):
    """Something that every plan must keep, told from others by its `kind`."""

    kind: str
    """Which kind of rule this is."""
