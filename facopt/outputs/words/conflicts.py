"""Phrases that say why there is no plan and what would help, in the report and the terminal."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "conflicts.clash": (
            "以下各条不能同时成立；去掉其中任何一条，其余各条即可同时成立：",
            "These cannot hold together; without any one of them the others can:",
        ),
        "conflicts.clash_in_time": (
            "以下各条不能同时成立（限时内未能确认每一条都缺一不可）：",
            "These cannot hold together (time ended before it was shown that none of them can be spared):",
        ),
        "conflicts.clash_single": (
            "这一条本身就无法满足，与其他各条无关：",
            "This cannot be kept by itself, whatever else is stated:",
        ),
        "conflicts.shortfalls": (
            "以下各项单独改动，限时内未能验证（标明“仍不够”的已经证明；放宽 solver.time_limit_seconds 可算出更多）：",
            "Changed alone, these were not verified in the time given (“not enough” is proven; "
            "a longer solver.time_limit_seconds may tell more):",
        ),
        "conflicts.none_verified": (
            "限时内没有找到经验证的办法；这并不说明没有。",
            "No way out was verified in the time given; that does not mean that there is none.",
        ),
        "conflicts.easier": (
            "作如下改动则有方案（经求解验证）；不改是否也有，限时内未能确定：",
            "With these changes there is a plan, verified by a solve; whether there is one without was not found out:",
        ),
        "conflicts.none_found": (
            "没有找到只改一条就能成立的办法；需要同时放宽几条。",
            "No single change makes a plan possible; several have to change together.",
        ),
        "conflicts.change": ("现定 {stated}，需要 {needed}（{place}）", "stated {stated}, needed {needed} ({place})"),
        "conflicts.today_only": (
            "以下各节只列现状数字，不含任何方案。",
            "The sections below show today's figures only and no plan.",
        ),
    }
)
