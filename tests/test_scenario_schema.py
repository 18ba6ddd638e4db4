"""The schema as editors see it, and what it promises to code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from facopt.scenario.json_schema import json_schema, json_schema_text
from facopt.scenario.schema import Scenario

SHIPPED = Path(__file__).parents[1] / "scenarios" / "schema.json"
REFRESH = (
    'python -c "from pathlib import Path; from facopt.scenario.json_schema import json_schema_text; '
    "Path('scenarios/schema.json').write_text(json_schema_text(), encoding='utf-8', newline='\\n')\""
)


def test_shipped_schema_is_current() -> None:
    """The file that editors read is the one the code generates."""
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert shipped == json.loads(json_schema_text()), f"refresh it with\n{REFRESH}"


def test_nothing_is_required() -> None:
    """A file may hold part of a scenario only, its rest in the file it extends or in those that extend it."""
    schema = json_schema()
    assert schema["properties"]["extends"]["type"] == ["string", "null"]
    assert "required" not in schema
    assert all("required" not in definition for definition in schema["$defs"].values())


def test_every_key_has_help_and_may_be_empty() -> None:
    """Editors show a sentence for every key, and accept an empty value, which removes a parent's."""
    schema = json_schema()
    properties = [item for part in (schema, *schema["$defs"].values()) for item in part["properties"].items()]
    assert len(properties) > 60
    for name, value in properties:
        assert value.get("description"), name
        assert name == "extends" or {"type": "null"} in value["anyOf"], name


def test_unknown_keys_are_marked_and_kinds_may_overlap() -> None:
    """Editors mark unknown keys everywhere; half a section, its kind left to the parent, fits several kinds."""
    schema = json_schema()
    assert all(definition["additionalProperties"] is False for definition in schema["$defs"].values())
    assert "oneOf" not in json.dumps(schema)


def test_references_resolve() -> None:
    """Every `$ref` names a definition."""
    schema = json_schema()

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    found = references(schema)
    assert found
    assert found <= {f"#/$defs/{name}" for name in schema["$defs"]}


GOOD: dict[str, Any] = {
    "name": "good",
    "demand": {"kind": "table", "file": "demand.csv", "crs": "GCJ-02"},
    "facilities": {"kind": "table", "file": "sites.csv", "crs": "epsg:4490"},
    "travel": {"drive": {"kind": "straight_line", "speed_kmh": 25}},
    "tiers": {"clinic": {"mode": "drive", "standard_minutes": 30}},
    "objective": ["cost"],
}


def test_coordinate_systems_have_one_spelling() -> None:
    """However a coordinate system is written, code sees one spelling."""
    scenario = Scenario.model_validate(GOOD)
    assert scenario.demand.crs == "gcj02"  # type: ignore[union-attr]
    assert scenario.facilities.crs == "EPSG:4490"  # type: ignore[union-attr]


def test_replace_validates_again() -> None:
    """A changed copy is checked like the original, which stays as it was."""
    scenario = Scenario.model_validate(GOOD)
    assert scenario.replace(objective=("travel",)).objective == ("travel",)
    assert scenario.objective == ("cost",)
    with pytest.raises(ValidationError):
        scenario.replace(objective=())


def test_scenario_is_frozen() -> None:
    """A scenario cannot be changed under the stages that share it."""
    scenario = Scenario.model_validate(GOOD)
    with pytest.raises(ValidationError, match="frozen"):
        scenario.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["a", "步行15分钟", "plan 2030", "x" * 100, "中" * 80, "v1.2", "Console"])
def test_names_that_are_folders(name: str) -> None:
    """Ordinary names, Chinese ones among them, pass."""
    assert Scenario.model_validate({**GOOD, "name": name}).name == name


@pytest.mark.parametrize(
    "name", [".", "..", "a/b", "a\\b", "C:", "NUL", "com1.csv", "lpt¹", "a ", " a", "x" * 101, "中" * 81, "a\n"]
)
def test_names_that_leave_or_break_the_folder(name: str) -> None:
    """No name leads out of the output folder or is refused by any system."""
    with pytest.raises(ValidationError):
        Scenario.model_validate({**GOOD, "name": name})
