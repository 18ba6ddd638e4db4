"""People who are in no zone are said to be left out of what is asked for each zone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.errors import Place, Severity
from facopt.location.planning.outside import outside_findings
from facopt.location.planning.problem import LevelWish, Stated
from facopt.location.planning.weighted import WeightedSum
from facopt.objectives import objective_classes
from facopt.rules.floor import Floor
from facopt.rules.sites_per_zone import SitesPerZone
from tests.planning_lp import county

FLOOR = Floor(kind="floor", per="zone", at_least_percent=70.0)
PER_ZONE = SitesPerZone(kind="sites_per_zone", tier="clinic")


def _said(zones: list[str], *rules, level: str = "cost") -> list[str]:
    problem = county()
    labels = replace(problem.labels, zone=np.array(zones, dtype=object), groups={"island": np.array(["", "e", "e"])})
    problem = problem.replace(
        labels=labels, levels=(LevelWish(objective_classes()[level]()),),
        rules=tuple(Stated(f"rules.{n}", rule) for n, rule in enumerate(rules)),
    )  # fmt: skip
    found = list(outside_findings(problem, lambda key: Place(key=key)))
    assert all(one.severity is Severity.WARNING and one.remedy for one in found)
    return [str(one) for one in found]


def test_nothing_is_said_where_everybody_is_in_a_zone() -> None:
    """Zones that hold all people leave nobody out."""
    assert _said(["a", "b", "b"], FLOOR, PER_ZONE, level="least_share") == []


@pytest.mark.parametrize("rule", [FLOOR, PER_ZONE])
def test_people_in_no_zone_are_counted_and_named(rule) -> None:
    """How many they are in the last stage, and which, the most people first."""
    (said,) = _said(["a", "", ""], rule)
    assert said.startswith("rules.0: rules.0: 2 demand points with 53 people are in no zone, so it does not ask for")
    assert "(for example p3, p2)" in said


def test_a_rule_that_is_about_nobody_is_called_so() -> None:
    """Where no demand point has a zone, a floor of each zone asks for nothing at all."""
    (said,) = _said(["", "", ""], FLOOR)
    assert "3 demand points with 65 people are in no zone; it asks for nothing, as nobody is in one" in said


def test_objectives_speak_of_zones_too() -> None:
    """The least share of zones counts nobody who is in none, also within a weighted sum."""
    (said,) = _said(["a", "a", ""], level="least_share")
    assert said.startswith("objective: objective: 1 demand point with 33 people is in no zone")
    both = LevelWish(WeightedSum(((objective_classes()["least_share"](), 1.0),)))
    labels = replace(county().labels, zone=np.array(["a", "a", ""], dtype=object))
    assert len(list(outside_findings(county().replace(levels=(both,), labels=labels), lambda key: Place(key=key)))) == 1


def test_other_parts_are_named_as_the_rule_names_them() -> None:
    """A floor of each island leaves out who is on none; one of each area class leaves out nobody."""
    (said,) = _said(["", "", ""], FLOOR.model_copy(update={"per": "island"}))
    assert "1 demand point with 12 people is in no island" in said
    assert _said(["", "", ""], FLOOR.model_copy(update={"per": "area_class"})) == []


def test_a_rule_of_named_zones_leaves_out_nobody() -> None:
    """Who asks for sites in one zone does not speak of people elsewhere."""
    assert _said(["a", "", ""], PER_ZONE.model_copy(update={"zones": ("a",)})) == []
