"""Phrases of the workbook that no table brings along."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "workbook.sheet": ("工作表", "Sheet"),
        "workbook.rows": ("行数", "Rows"),
        "workbook.cut": (
            "本表过长，只列前 {n} 行；全部数据见 tables 文件夹中的 CSV。",
            "Too long for a sheet: the first {n} rows only; the CSV file in the folder tables has them all.",
        ),
    }
)
