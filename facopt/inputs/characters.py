"""Traditional characters read as the simplified ones that headings, kinds and names of townships are known by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Only characters of words that facopt itself looks for; names of places stay as they stand in the file.
_PAIRS = (
    "衛卫務务鄉乡鎮镇診诊醫医門门藥药動动寵宠獸兽貓猫齒齿療疗團团會会許许證证項项籌筹處处業业連连鎖锁經经緯纬編编號号碼码機机構构稱称"
    "類类別别設设級级規规費费資资總总歲岁區区劃划縣县東东標标圖图橫横縱纵點点時时間间鐘钟離离萬万億亿狀状態态現现備备選选擬拟實实際际"
    "數数戶户齡龄單单舉举辦办體体濟济運运營营啟启啓启開开層层農农莊庄養养婦妇產产兒儿護护錄录來来測测試试線线參参預预約约種种終终"
    "無无關关閉闭達达過过長长積积擴扩遷迁優优併并複复檔档導导報报計计註注說说"
)
_SIMPLE = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
_TRADITIONAL = re.compile(f"[{''.join(a for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b)}]")


def simplified(text: str) -> str:
    """Return a text in which the traditional characters of facopt's own words are simplified ones."""
    return text if text.isascii() else text.translate(_SIMPLE)


def with_traditional(texts: Iterable[str]) -> list[str]:
    """Return those of some texts that have such characters."""
    return [text for text in texts if _TRADITIONAL.search(text)]
