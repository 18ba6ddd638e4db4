"""Phrases of the report page."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "lead.coverage": (
            "{standard}人口覆盖率由 {now} 提高到 **{plan}**，新增覆盖 **{newly}**",
            "The share of residents {standard} rises from {now} to **{plan}**: **{newly}** people newly covered",
        ),
    }
)
