"""Names that are safe wherever facopt writes them: as folders on every system, as keys, as coordinate systems."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from facopt.statement import refuse

LONGEST_NAME = 60
LONGEST_FOLDER_NAME = 100
_MOST_BYTES = 240
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def checked_folder_name(name: str) -> str:
    """Return a scenario's name if Windows, macOS and Linux all take it as the name of one folder; else refuse it."""
    forbidden = next((c for c in name if c in '/\\:*?"<>|' or unicodedata.category(c).startswith("C")), None)
    if not name:
        refuse("is empty", "Name the scenario, as in walk-15-minutes")
    if forbidden is not None:
        shown = f"'{forbidden}'" if forbidden.isprintable() else f"U+{ord(forbidden):04X}"
        refuse(f"holds {shown}, which no folder's name may hold", "Use letters, digits, - and _")
    if name[0] in ". " or name[-1] in ". " or name != name.strip():
        refuse(f"is '{name}': a folder's name may not begin or end with a dot or a space", "Remove it")
    if _DEVICES.fullmatch(name) or name.casefold() == "index.html":
        refuse(f"is '{name}', which is no name for a folder", "Choose another name")
    if len(name) > LONGEST_FOLDER_NAME or len(name.encode()) > _MOST_BYTES:
        most = f"{LONGEST_FOLDER_NAME} letters (80 in Chinese)"
        refuse("is too long for the name of a folder", f"Use at most {most} and put the rest under 'title'")
    return name


def checked_name(name: str) -> str:
    """Return the name of a tier or a way to travel; refuse what cannot be a key, a column and part of a file name."""
    if not re.fullmatch(r"\w([\w -]*\w)?", name):
        refuse("is no name", "Use letters, digits, _ and -, as in township_clinic or 乡镇卫生院")
    if len(name) > LONGEST_NAME:
        refuse(f"is a name of {len(name)} letters", f"Use at most {LONGEST_NAME}, and 'name' for what is shown")
    return name


def checked_access_key(key: str) -> str:
    """Return the key of an online map if it can stand in an address as it is; refuse all else."""
    if not re.fullmatch(r"[0-9A-Za-z]{1,64}", key):
        refuse("is no key of an online map", "Write the letters and digits that the service gave you")
    return key


def canonical_crs(text: str) -> str:
    """Return a coordinate system as `wgs84`, `gcj02`, `bd09`, `cgcs2000` or `EPSG:n`, whatever its case and hyphens."""
    plain = re.sub(r"[-_ ]", "", text).casefold()
    if plain in ("wgs84", "gcj02", "bd09", "cgcs2000"):
        return plain
    epsg = re.fullmatch(r"epsg:(\d{4,6})", plain)
    if epsg is None:
        number = re.fullmatch(r"\d{4,6}", plain)
        remedy = f"Write EPSG:{plain}" if number else "Write wgs84, gcj02, bd09, cgcs2000 or EPSG:n"
        refuse(f"is '{text}', which is no coordinate system known here", remedy)
    return f"EPSG:{epsg[1]}"


CrsName = Annotated[
    str,
    AfterValidator(canonical_crs),
    Field(json_schema_extra={"examples": ["wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4490"]}),
]
FolderName = Annotated[
    str, AfterValidator(checked_folder_name), Field(json_schema_extra={"maxLength": LONGEST_FOLDER_NAME})
]
Name = Annotated[str, AfterValidator(checked_name)]
AccessKey = Annotated[str, AfterValidator(checked_access_key)]
