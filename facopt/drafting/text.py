"""What `facopt new` tells of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.inputs.findings import counted

if TYPE_CHECKING:
    from facopt.drafting.draft import Draft


def draft_text(draft: Draft) -> str:
    """Return which file was taken for what, and what comes next."""
    lines = [f"{draft.file} written"]
    for one in draft.found:
        rows = f", {counted(one.size, 'row')}" if one.size else ""
        note = f" ({one.crs_note})" if one.crs_note else " (please confirm)"
        crs = f", crs {one.crs}{note}" if one.crs else f", {one.crs_note}" if one.crs_note else ""
        lines.append(f"  {one.file.name}: {one.role or 'not used'} ({one.note}{rows}{crs})")
    if draft.findings:
        lines.append("still to be mended:")
        lines += [f"  {finding}" for finding in draft.findings]
    return "\n".join([*lines, f"next: facopt check {draft.file}"])
