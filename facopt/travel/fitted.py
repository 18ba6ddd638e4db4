"""Factors by road class that were fitted to timed trips, in a file of their own that scenarios name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from facopt.errors import Finding, Place, ScenarioError
from facopt.scenario.document import Stated, read_document

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FACTOR = 3.0


def read_fitted(path: Path, profile: str) -> dict[str, float]:
    """Return the factor of the speed by road class, "default" for all others, from a file that `calibrate` wrote.

    Raises
    ------
    ScenarioError
        If the file is no such file, was fitted for another profile, or a factor is not above 0 and at most 3.
    """
    top, _ = read_document(path)
    assert isinstance(top.value, Mapping)
    stated = top.value.get("profile")
    if stated is None or stated.value != profile:
        what = f"these factors were fitted for profile {'?' if stated is None else stated.value}, not {profile}"
        raise ScenarioError(Finding(what, "Calibrate the mode that uses them", Place(path, 1, 1)))
    factors = top.value.get("class_factors")
    if factors is None or not isinstance(factors.value, Mapping):
        what = "the file has no mapping class_factors from road class to number"
        raise ScenarioError(Finding(what, "Write it with facopt calibrate", Place(path, 1, 1)))
    findings = [_not_a_factor(name, one) for name, one in factors.value.items() if not _is_factor(one.value)]
    if findings:
        raise ScenarioError(findings)
    return {name: float(one.value) for name, one in factors.value.items()}  # type: ignore[arg-type]  # just checked


def combined_factors(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Return the product of two mappings of factors by road class, "default" standing for all others but ferries."""
    names = dict.fromkeys((*first, *second))
    return {name: _factor(first, name) * _factor(second, name) for name in names}


def _factor(factors: Mapping[str, float], name: str) -> float:
    return factors.get(name, 1.0 if name == "ferry" else factors.get("default", 1.0))


def _is_factor(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 < value <= LARGEST_FACTOR


def _not_a_factor(name: str, stated: Stated) -> Finding:
    what = f"class_factors.{name} is no factor: {stated.text}"
    return Finding(what, "State a number above 0, at most 3", stated.place)
