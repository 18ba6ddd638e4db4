"""Stated values -> Scenario; whatever does not fit the schema is said in a planner's words, at its line."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from facopt.errors import Finding, Place, ScenarioError
from facopt.scenario.document import Stated, plain
from facopt.scenario.schema import Scenario
from facopt.scenario.suggest import nearest

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails


def validate(top: Stated) -> tuple[Scenario, Stated]:
    """Return the scenario and the values it was made from, text where the schema asks for text.

    Where text is expected, a value is taken as it is written: a zone `0420` stays `0420`, a column `2020` is `2020`.

    Raises
    ------
    ScenarioError
        With every value that does not fit, in the order of the files.
    """
    try:
        return Scenario.model_validate(plain(top)), top
    except ValidationError as error:
        textual = _as_written(top, error.errors(include_url=False))
    try:
        return Scenario.model_validate(plain(textual)), textual
    except ValidationError as error:
        raise ScenarioError(_findings(textual, error.errors(include_url=False))) from None


def _as_written(top: Stated, errors: Sequence[ErrorDetails]) -> Stated:
    for error in errors:
        if error["type"] in ("string_type", "path_type"):
            top = _change(top, _Spot.of(error["loc"]).parts)
    return top


def _change(stated: Stated, parts: Sequence[str]) -> Stated:
    """Return the values with the single, unquoted value at a place taken as text."""
    if not parts:
        return replace(stated, value=stated.text) if isinstance(stated.value, (int, float)) else stated
    if isinstance(stated.value, Mapping):
        return replace(stated, value={**stated.value, parts[0]: _change(stated.value[parts[0]], parts[1:])})
    if isinstance(stated.value, tuple):
        index = int(parts[0])
        changed = _change(stated.value[index], parts[1:])
        return replace(stated, value=(*stated.value[:index], changed, *stated.value[index + 1 :]))
    return stated


# --- where in the schema, and where in the text ----------------------------------------------------------------------


def _choices(annotation: Any) -> tuple[Any, ...]:
    """Return the types that an annotation allows, without None and without decoration."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _choices(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(choice for arg in get_args(annotation) if arg is not type(None) for choice in _choices(arg))
    return (annotation,)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _kinds(model: Any) -> tuple[Any, ...]:
    """Return the values of `kind` that a section answers to."""
    return get_args(model.model_fields["kind"].annotation) if _is_model(model) and "kind" in model.model_fields else ()


def _below(annotation: Any, item: str | int) -> tuple[Any, ...]:
    if _is_model(annotation):
        info: FieldInfo | None = annotation.model_fields.get(item)
        return _choices(info.annotation) if info else ()
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return _choices(arguments[1])
    return _choices(arguments[0]) if get_origin(annotation) in (tuple, list) else ()


def _keys_of(mapping: tuple[Any, ...]) -> tuple[Any, ...]:
    return _choices(get_args(mapping[0])[0]) if mapping and get_origin(mapping[0]) is dict else ()


def _branch(choices: tuple[Any, ...], tag: str | int) -> tuple[Any, ...]:
    """Narrow alternatives to those that pydantic names: by their shape, by their `kind`, or by a key of theirs."""
    if tag in _SHAPES:
        return tuple(choice for choice in choices if _SHAPES[str(tag)](choice))
    return tuple(choice for choice in choices if tag in _kinds(choice)) or tuple(
        choice for choice in choices if _is_model(choice) and tag in choice.model_fields
    )


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "list": lambda choice: get_origin(choice) is tuple,
    "mapping": _is_model,
    "number": lambda choice: choice is float,
    "text": lambda choice: get_origin(choice) is Literal,
}
"""What the tags of alternatives of different shape stand for."""


@dataclass(frozen=True)
class _Spot:
    """A place in the schema: the keys that lead there, without the branches pydantic names on the way."""

    parts: tuple[str, ...]
    parent: tuple[Any, ...]
    """Types of the section that holds the last key; one, unless a branch is undecided."""
    here: tuple[Any, ...]
    """Types that the value, or the key if that is meant, may have."""
    is_key: bool = False
    """Whether the key itself is meant, not its value."""

    @classmethod
    def of(cls, loc: Sequence[str | int]) -> _Spot:
        parts: list[str] = []
        parent: tuple[Any, ...] = ()
        here: tuple[Any, ...] = (Scenario,)
        for item in loc:
            if item == "[key]":
                return cls(tuple(parts), parent, _keys_of(parent), is_key=True)
            if len(here) > 1:
                here = _branch(here, item)
            else:
                parent = here
                here = _below(here[0], item) if here else ()
                parts.append(str(item))
        return cls(tuple(parts), parent, here)

    @property
    def key(self) -> str:
        return ".".join(self.parts)

    def description(self) -> str:
        """Return the first sentence of what the manual says about this key."""
        fields = self.parent[0].model_fields if self.parent and _is_model(self.parent[0]) else {}
        text = fields[self.parts[-1]].description if self.parts and self.parts[-1] in fields else None
        return re.split(r"[.;:]\s|[.:]$", (text or "").replace("\n", " ").replace("`", "'"))[0].strip()


def find(top: Stated, parts: Sequence[str]) -> Stated:
    """Return the value at a place, or the nearest section around it that was written."""
    here = top
    for part in parts:
        below: Stated | None = None
        if isinstance(here.value, Mapping):
            below = here.value.get(part)
        elif isinstance(here.value, tuple) and part.isdecimal() and int(part) < len(here.value):
            below = here.value[int(part)]
        if below is None:
            return here
        here = below
    return here


# --- what is said ----------------------------------------------------------------------------------------------------


def _findings(top: Stated, errors: Sequence[ErrorDetails]) -> list[Finding]:
    """Return one finding for each error, in file order, without what follows from another."""
    found: dict[Finding, None] = {}
    meant: set[str] = set()
    spots = [_Spot.of(error["loc"]) for error in errors]
    for error, spot in zip(errors, spots, strict=True):
        if error["type"] == "extra_forbidden":
            near = nearest(spot.parts[-1], _valid_keys(spot.parent))
            meant.add(".".join((*spot.parts[:-1], near or "")))
    around = {spot.parts[:end] for spot in spots for end in range(len(spot.parts))}
    for error, spot in zip(errors, spots, strict=True):
        if not _follows(error, spot, meant, around):
            found[_finding(top, error, spot)] = None
    return sorted(found, key=lambda finding: in_order(finding.place, top))


def _follows(error: ErrorDetails, spot: _Spot, meant: set[str], around: set[tuple[str, ...]]) -> bool:
    """Return whether an error only follows from others: a mistyped key missing, a list short of its wrong entries."""
    if error["type"] == "missing":
        return spot.key in meant
    return error["type"] == "too_short" and spot.parts in around


def in_order(place: Place, top: Stated) -> tuple[bool, bool, str, int, int]:
    """Return a sort key: the scenario's own file first, then other files, then the command line."""
    own = top.place.file
    return (place.file is None, place.file != own, str(place.file), place.line or 0, place.column or 0)


def _finding(top: Stated, error: ErrorDetails, spot: _Spot) -> Finding:
    stated = find(top, spot.parts)
    kind = error["type"]
    if kind in ("missing", "union_tag_not_found"):
        return _missing(stated, spot, without_kind=kind != "missing")
    if kind == "extra_forbidden" or (kind == "literal_error" and spot.is_key):
        return _unknown_key(stated, spot)
    if kind == "union_tag_invalid":
        stated = find(top, (*spot.parts, "kind"))
        return _one_of(stated, f"{spot.key}.kind", _quoted(str(error.get("ctx", {}).get("expected_tags"))))
    what, remedy = _value_words(error, spot, stated)
    place = stated.key_place if spot.is_key else stated.place
    return Finding(what, remedy, place)


def _missing(stated: Stated, spot: _Spot, *, without_kind: bool) -> Finding:
    *above, key = (*spot.parts, "kind") if without_kind else spot.parts
    under = f"{'.'.join(above)}: " if above else ""
    what = f"{under}the key '{key}' is {'empty' if stated.value is None else 'missing'}"
    if without_kind:
        return Finding(what, f"Add it with one of: {', '.join(_all_kinds(spot))}", stated.place)
    return Finding(what, f"Add it: {_lower(spot.description())}", stated.place)


def _all_kinds(spot: _Spot) -> list[str]:
    return [str(kind) for choice in spot.here for kind in _kinds(choice)]


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _valid_keys(parent: tuple[Any, ...]) -> list[str]:
    return list(parent[0].model_fields) if parent and _is_model(parent[0]) else []


def _unknown_key(stated: Stated, spot: _Spot) -> Finding:
    *above, key = spot.parts
    where = f"{'.'.join(above)}: " if above else ""
    valid = _literals(spot.here) if spot.is_key else _valid_keys(spot.parent)
    near = nearest(key, valid)
    remedy = f"Perhaps '{near}' is meant" if near else f"Known here: {', '.join(valid)}"
    return Finding(f"{where}unknown key '{key}'", remedy, stated.key_place)


def _quoted(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)


def _one_of(stated: Stated, key: str, known: Sequence[str]) -> Finding:
    near = nearest(stated.text or "", known)
    remedy = f"Perhaps '{near}' is meant" if near else "Write one of these"
    return Finding(f"{key} is {_shown(stated)}, not one of {', '.join(known)}", remedy, stated.place)


def _shown(stated: Stated) -> str:
    if stated.value is None:
        return "empty"
    if isinstance(stated.value, Mapping):
        return "a group of keys"
    if isinstance(stated.value, tuple):
        return "a list"
    if not isinstance(stated.value, str):
        return stated.text or ""
    text = " ".join((stated.text or "").split())
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"


_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}


def _value_words(error: ErrorDetails, spot: _Spot, stated: Stated) -> tuple[str, str]:
    """Return what is wrong with a value and how to mend it."""
    kind, context = error["type"], error.get("ctx", {})
    key = spot.key
    if kind == "literal_error":
        finding = _one_of(stated, key, _literals(spot.here))
        return finding.what, finding.remedy
    if kind in _BOUNDS:
        name, word = _BOUNDS[kind]
        return f"{key} is {_shown(stated)}", f"Write a number {word} {context[name]:g}"
    if kind in ("float_type", "int_type", "int_from_float", "finite_number"):
        return _number_words(key, stated, whole=kind.startswith("int"))
    if kind == "too_short":
        found = f"has only {context['actual_length']}" if context["actual_length"] else "is empty"
        least = {1: "one", 2: "two"}.get(context["min_length"], context["min_length"])
        return f"{key} {found}", f"State at least {least}: {_lower(spot.description())}"
    if "remedy" in context:
        return f"{key} {error['msg']}", str(context["remedy"])
    return _shape_words(kind, spot, stated, error["msg"])


def _literals(here: tuple[Any, ...]) -> list[str]:
    return [str(value) for choice in here if get_origin(choice) is Literal for value in get_args(choice)]


def _shape_words(kind: str, spot: _Spot, stated: Stated, message: str) -> tuple[str, str]:
    mapping = ("keys with values", _keys_for(spot, stated))
    expects = {
        "bool_type": ("true or false", _yes_or_no(stated)),
        "string_type": ("text", "Write one text"),
        "path_type": ("the path of a file", "Write one path"),
        "tuple_type": ("a list", f"Write [{stated.text}]" if stated.text else "Begin each entry with '- '"),
        **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), mapping),
    }
    if kind in expects:
        expected, remedy = expects[kind]
        return f"{spot.key} should be {expected}, but is {_shown(stated)}", remedy
    return f"{spot.key}: {_lower(message)}", "Correct the value"


def _keys_for(spot: _Spot, stated: Stated) -> str:
    kinds = _all_kinds(spot)
    if kinds and isinstance(stated.value, str) and "file" in spot.here[0].model_fields:
        return f"Write {{kind: {kinds[0]}, file: {stated.text}}}"
    if _yes_or_no(stated) == "Write true":
        return "Write {}, or lines 'key: value' beneath it"
    return "Write lines 'key: value' beneath it"


def _yes_or_no(stated: Stated) -> str:
    text = (stated.text or "").casefold()
    if text in ("yes", "on", "y", "true", "1", "是"):
        return "Write true"
    return "Write false" if text in ("no", "off", "n", "false", "0", "否") else "Write true or false"


def _number_words(key: str, stated: Stated, *, whole: bool) -> tuple[str, str]:
    what = f"{key} should be a {'whole ' if whole else ''}number, but is {_shown(stated)}"
    text = stated.text or ""
    if stated.quoted and re.fullmatch(r"[-+]?[0-9.]+", text):
        return f"{what} in quotes", f"Write {text} without quotes"
    meant = None if isinstance(stated.value, float) else _number_meant(text)
    if isinstance(stated.value, float) and stated.value.is_integer():
        meant = f"{stated.value:.0f}"
    return what, f"Write {meant}" if meant else "Write one number in digits, as in 30"


def _number_meant(text: str) -> str | None:
    """Return the digits a planner most likely meant: `1:30` is 90, `6000万` is 60000000, `15 min` and `15%` are 15."""
    clock = re.fullmatch(r"(\d{1,3}):([0-5]\d)", text)
    if clock:
        return str(int(clock[1]) * 60 + int(clock[2]))
    joined = re.sub(r"(?<=\d)[,，_ ](?=\d{3})", "", text)
    amount = re.fullmatch(r"\s*([-+]?\d+(?:\.\d+)?)\s*(万|亿)?\s*([^\d\s].*)?", joined)
    if amount is None:
        return None
    if amount[2] is None:
        return str(int(amount[1])) if amount[1].isdecimal() else amount[1]
    return f"{float(amount[1]) * {'万': 1e4, '亿': 1e8}[amount[2]]:.0f}"
