"""What a call of `facopt fetch` did, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facopt.fetch.place import Fetched


def fetch_record(fetched: Fetched) -> dict[str, Any]:
    """Return plain values."""
    return {
        "folder": fetched.folder.as_posix(),
        "written": list(fetched.written),
        "kept": list(fetched.kept),
        "sources": fetched.sources,
    }


def fetch_summary(fetched: Fetched) -> str:
    """Return the same as lines."""
    sources, folder = fetched.sources, fetched.folder.as_posix()
    lines = [f"{sources.get('place', 'place')} ({sources.get('osm', 'not known')})"]
    lines += [f"  written  {folder}/{name}" for name in fetched.written]
    lines += [f"  kept     {folder}/{name}" for name in fetched.kept]
    lines += _counted(sources.get("counts", {}))
    lines += [f"  {file}: {text}" for file, text in sources.get("estimated", {}).items()]
    lines += [str(finding) for finding in fetched.findings]
    return "\n".join(lines)


def _counted(counts: dict[str, Any]) -> list[str]:
    lines = []
    if "roads" in counts:
        lines.append(f"  {counts['roads']['ways']:,} roads")
    if "facilities" in counts:
        lines.append(f"  facilities: {_listed(counts['facilities']['by_tier'])}")
        lines += _left_out(counts["facilities"])
    if "settlements" in counts:
        lines.append(f"  settlements: {_listed(counts['settlements']['by_place'])}")
        lines.append(f"  people: {counts['settlements']['people']:,}")
        lines += _left_out(counts["settlements"])
    return lines


def _left_out(counts: dict[str, Any]) -> list[str]:
    return [f"    left out: {_listed(counts['left_out'])}"] if counts["left_out"] else []


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items()) or "none"
