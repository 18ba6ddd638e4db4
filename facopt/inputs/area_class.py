"""Urban, town or rural: each demand point's class by the best evidence there is, and which rule decided for whom."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.inputs.characters import simplified
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.study_area import AREA_CLASSES, FloatArray, TextArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from facopt.inputs.numbers import BoolArray
    from facopt.inputs.tables import Table

_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("urban", "城", "城区", "城市", "主城区", "城乡结合区", "街道", "市区"), "urban"),
    **dict.fromkeys(("town", "镇", "镇区", "镇中心区", "镇乡结合区", "特殊区域", "建制镇"), "town"),
    **dict.fromkeys(("rural", "乡", "乡村", "农村", "村", "乡中心区", "村庄", "countryside"), "rural"),
}
_ENDINGS = (
    ("urban", re.compile(r"(街道|街道办事处|街道办|街办事处|地区办事处)$")),
    ("town", re.compile(r"镇(人民政府|政府)?$|^.+镇$")),
    ("rural", re.compile(r"(乡|苏木)(人民政府|政府)?$")),
)
_PLAIN_RULES = frozenset({"scenario", "column area_class", "zones file"})
"""Rules that only read what somebody has stated."""
_DIVISION_CODE = re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{7}(\d{3})?")
"""Province, prefecture, county, township and perhaps village."""


@dataclass(frozen=True)
class RuleCount:
    """How much one rule decided."""

    rule: str
    points: int
    people: float


@dataclass(frozen=True)
class ClassEvidence:
    """What is known about the classes of demand points, best first; arrays have shape (I,)."""

    constant: str = ""
    """One class for all, as the scenario states it."""
    stated: TextArray | None = None
    zone_class: TextArray | None = None
    """What the zones file says of the zone in which the point lies."""
    class_code: TextArray | None = None
    """Code of the urban-rural classification, 111 to 220."""
    division_code: TextArray | None = None
    zone: TextArray | None = None


def area_class_of_word(word: str) -> str:
    """Return the class that a cell states in English, in Chinese or as a class code; "" for anything else."""
    plain = simplified(unicodedata.normalize("NFKC", word)).strip().casefold()
    return _WORDS.get(plain, "") or area_class_of_code(plain)


def area_class_of_code(code: str) -> str:
    """Return the class of a code of the urban-rural classification (111 city to 220 village); "" otherwise."""
    if not re.fullmatch(r"(11|12)[0-3]|100|2[0-2]0", code):
        return ""
    return "urban" if code.startswith("11") else "town" if code.startswith("12") else "rural" if code[0] == "2" else ""


def area_class_of_division(code: str) -> str:
    """Return the class that the township part of a 9 or 12 digit division code tells; "" for other codes."""
    if not _DIVISION_CODE.fullmatch(code):
        return ""
    township = int(code[6:9])
    return "" if township == 0 else "urban" if township < 100 else "town" if township < 200 else "rural"


def area_class_of_zone(name: str) -> str:
    """Return the class that the ending of a township's name tells (街道, 镇, 乡); "" otherwise."""
    return next((area_class for area_class, ending in _ENDINGS if ending.search(simplified(name).strip())), "")


def classify(
    table: Table, evidence: ClassEvidence, people: FloatArray, tier_classes: Sequence[Sequence[str]], log: FindingLog
) -> tuple[TextArray, tuple[RuleCount, ...]]:
    """Return the area class of each row, shape (I,), and how many people each rule classified.

    Rows that no rule can classify are an error, unless nobody has stated any class and all tiers serve the same classes
    (`tier_classes`), so that it makes no difference which of them a row has: then it takes the first.
    """
    result = np.full(len(table), "", dtype=object)
    wrong = _wrong_words(table, evidence, log)
    counts = []
    for rule, texts, read in _rules(table, evidence):
        taken = result == ""
        if not taken.any():
            break
        result[taken] = _each(texts[taken], read)
        taken &= result != ""
        if taken.any():
            counts.append(RuleCount(rule, int(taken.sum()), float(np.nansum(people[taken]))))
    missing = (result == "") & ~wrong
    if missing.any():
        stated = evidence.stated is not None and bool((evidence.stated != "").any())
        if len(set(map(frozenset, tier_classes))) == 1 and not stated:
            result[missing] = tier_classes[0][0]
            _note_assumed(table, missing, tier_classes[0][0], log)
        else:
            _note_unknown(table, missing, log)
    if {count.rule for count in counts} - _PLAIN_RULES:
        told = "; ".join(f"{c.rule}: {c.people:,.0f} people in {counted(c.points, 'row')}" for c in counts)
        log.warning(
            f"Area classes were worked out ({told})", "Give a column area_class to decide yourself",
            place=table.place("area_class"),
        )  # fmt: skip
    return result, tuple(counts)


def _wrong_words(table: Table, evidence: ClassEvidence, log: FindingLog) -> BoolArray:
    """Return the rows whose stated class is not understood, noted as an error."""
    if evidence.stated is None or evidence.constant:
        return np.zeros(len(table), dtype=np.bool_)
    wrong: BoolArray = (evidence.stated != "") & (_each(evidence.stated, area_class_of_word) == "")
    remedy = f"Use one of {', '.join(AREA_CLASSES)}, 城区, 镇区, 乡村 or a class code such as 111"
    table.complain("area_class", wrong, log, "is no area class", remedy)
    return wrong


def _rules(table: Table, evidence: ClassEvidence) -> Iterator[tuple[str, TextArray, Callable[[str], str]]]:
    if evidence.constant:
        yield "scenario", np.full(len(table), evidence.constant, dtype=object), str
        return
    rules: tuple[tuple[str, TextArray | None, Callable[[str], str]], ...] = (
        ("column area_class", evidence.stated, area_class_of_word),
        ("zones file", evidence.zone_class, area_class_of_word),
        ("class code", evidence.class_code, area_class_of_code),
        ("division code", evidence.division_code, area_class_of_division),
        ("name of the zone", evidence.zone, area_class_of_zone),
    )
    for rule, texts, read in rules:
        if texts is not None:
            yield rule, texts, read


def _each(texts: TextArray, read: Callable[[str], str]) -> TextArray:
    known = {text: read(text) for text in dict.fromkeys(texts.tolist())}
    result = np.empty(len(texts), dtype=object)
    result[:] = [known[text] for text in texts.tolist()]
    return result


def _note_assumed(table: Table, missing: BoolArray, area_class: str, log: FindingLog) -> None:
    whose = "all people" if missing.all() else f"the people of {counted(int(missing.sum()), 'row')}"
    log.warning(
        f"There are no area classes; {whose} are taken as {area_class}",
        "As every tier serves the same classes, they are served; give a column area_class to tell people apart",
        place=table.place("area_class"), count=int(missing.sum()),
    )  # fmt: skip


def _note_unknown(table: Table, missing: BoolArray, log: FindingLog) -> None:
    rows = np.flatnonzero(missing)
    log.error(
        f"The area class of {counted(len(rows), 'row')} is not known",
        "Fill the column area_class with urban, town or rural, or state one for all: area_class: rural",
        place=table.place("area_class", int(rows[0])), count=len(rows),
        examples=(f"line {table.lines[row]}" for row in rows[1:]),
    )  # fmt: skip
