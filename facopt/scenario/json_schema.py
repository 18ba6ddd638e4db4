"""The schema as JSON, by which editors complete and check scenarios while they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from facopt.presets.library import preset_names
from facopt.scenario.schema import Scenario

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a scenario file.

    It is more lenient than the loader, since a file may say only half: what is missing may stand in the file it extends
    or in those that extend it, and an empty value removes what stands there.
    """
    schema = Scenario.model_json_schema(mode="validation")
    for definition in schema["$defs"].values():
        _relax(definition)
    _relax(schema)
    extends = {"type": ["string", "null"], "description": "Scenario file whose values hold where this one states none."}
    preset = _or_empty(
        {
            "type": "string",
            "description": "Standards, names and costs of tiers that hold where this scenario states none: the name of "
            "a preset, or a file of your own (.yaml).",
            "examples": list(preset_names()),
        }
    )
    schema["properties"] = {"extends": extends, "preset": preset, **schema["properties"]}
    return {"$schema": DRAFT, **schema}


def json_schema_text() -> str:
    """Return the JSON schema as the text of `scenarios/schema.json`."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _relax(section: dict[str, Any]) -> None:
    """Let a section leave out its keys, and let each key be empty."""
    section.pop("required", None)
    for name, value in section.get("properties", {}).items():
        section["properties"][name] = _or_empty(_open(value))


def _open(value: Any) -> Any:
    """Return a key's schema without titles, with alternatives that may overlap, and with entries that may be empty."""
    if isinstance(value, list):
        return [_open(item) for item in value]
    if not isinstance(value, dict):
        return value
    opened = {key: _open(item) for key, item in value.items() if key not in ("title", "discriminator")}
    if "const" in opened:
        opened.pop("enum", None)  # older releases of pydantic say it twice, and wrap references
    if len(opened.get("allOf", ())) == 1:
        opened.update(opened.pop("allOf")[0])
    if "oneOf" in opened:
        opened["anyOf"] = opened.pop("oneOf")
    if isinstance(opened.get("additionalProperties"), dict):
        opened["additionalProperties"] = _or_empty(opened["additionalProperties"])
    return opened


def _or_empty(value: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also allows null, its description and default outside the alternatives."""
    alternatives = value.get("anyOf", [])
    if _NULL in alternatives:
        return value
    outer = {key: item for key, item in value.items() if key in ("description", "default")}
    inner = {key: item for key, item in value.items() if key not in outer}
    return {**outer, "anyOf": [*(alternatives or [inner]), _NULL]}


def main() -> None:
    """Write `scenarios/schema.json` under the current folder anew; `make schema` calls this."""
    Path("scenarios/schema.json").write_text(json_schema_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
