"""People of settlements: counted, shared out, typical; and what the map's elements become. All by small cases."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from facopt.errors import DataError, Severity
from facopt.fetch.facilities import facilities_from, kind_of
from facopt.fetch.features import Feature, features_with, without_twins
from facopt.fetch.settlements import AREA_CLASSES, TYPICAL_PEOPLE, settlements_from, share_people

EVERYWHERE = shapely.box(-180, -90, 180, 90)


def settlement(number: int, place: str, population: str | None = None) -> Feature:
    tags = {"place": place} | ({} if population is None else {"population": population})
    return Feature("node", number, 113.0, 30.0 + number / 10, tags)


def shared(*described: tuple[str, str | None], total: int | None) -> tuple[list[int], list[str], list[str]]:
    features = [settlement(number, *one) for number, one in enumerate(described)]
    people, source, findings = share_people(features, total)
    assert all(finding.severity is Severity.WARNING for finding in findings)
    return people.tolist(), list(source), [finding.what for finding in findings]


@given(
    places=st.lists(st.sampled_from(sorted(TYPICAL_PEOPLE)), min_size=1, max_size=30),
    total=st.integers(min_value=1, max_value=2_000_000),
)
def test_shares_are_whole_fair_and_sum_to_the_total(places: list[str], total: int) -> None:
    """Each share is within one person of its proportion, and nobody is lost or made up."""
    people, source, _ = shared(*((place, None) for place in places), total=total)
    weight = sum(TYPICAL_PEOPLE[place] for place in places)
    assert sum(people) == total
    assert set(source) == {"shared"}
    assert all(abs(n - total * TYPICAL_PEOPLE[place] / weight) < 1 for n, place in zip(people, places, strict=True))


def test_tags_count_first_and_the_rest_is_shared() -> None:
    """A known population is kept; the others have what is left."""
    assert shared(("village", "700"), ("village", None), ("hamlet", None), total=1_850) == (
        [700, 1_000, 150], ["tag", "shared", "shared"], [],
    )  # fmt: skip


def test_without_a_total_people_are_typical_of_the_kind() -> None:
    """Nothing is scaled where the people of the place are not stated."""
    assert shared(("town", None), ("village", "12 345"), ("hamlet", None), total=None) == (
        [10_000, 12_345, 150], ["typical", "tag", "typical"], [],
    )  # fmt: skip


def test_a_tag_that_counts_the_division_is_not_used() -> None:
    """A town's tag that leaves nobody for the villages counts them too."""
    people, source, warnings = shared(("town", "9950"), ("village", None), ("village", "800"), total=10_800)
    assert people == [9_091, 909, 800]
    assert source == ["shared", "shared", "tag"]
    assert warnings == [
        "The population tags leave few people for the settlements without one; 1 of cities and towns seem to count "
        "whole divisions and are not used"
    ]


def test_village_tags_beyond_the_total_are_refused() -> None:
    """More people in some villages than in the whole place is a mistake that only the planner can mend."""
    with pytest.raises(DataError, match="sum to 9,000, but the place is said to have 5,000 people"):
        shared(("village", "9000"), ("village", None), total=5_000)


def test_all_tagged_but_another_total_is_told() -> None:
    """Counted people are not rescaled; the difference is a warning."""
    people, _, (warning,) = shared(("village", "400"), ("village", "500"), total=1_000)
    assert people == [400, 500]
    assert "sum to 900 people, not to 1,000" in warning


@pytest.mark.parametrize("text", ["约三千", "-5", "1e3", "3.5", "12,34", "²", "99999999999", "", " ", "800-900", "1;2"])
def test_what_is_no_number_of_people_is_not_used(text: str) -> None:
    """A tag is a plain whole number or it is not used, with a warning."""
    people, source, (warning,) = shared(("village", text), total=None)
    assert (people, source) == ([1_000], ["typical"])
    assert warning == "1 population tag is no number of people and not used"


def test_every_kind_has_an_area_class() -> None:
    """Each kind of place that is asked for is urban, town or rural."""
    assert set(AREA_CLASSES) == set(TYPICAL_PEOPLE)
    assert set(AREA_CLASSES.values()) == {"urban", "town", "rural"}


def elements(*found: dict[str, Any]) -> dict[tuple[str, int], dict[str, Any]]:
    return {(one["type"], one["id"]): one for one in found}


def node(number: int, lon: float, lat: float, **tags: str) -> dict[str, Any]:
    return {"type": "node", "id": number, "lon": lon, "lat": lat, "tags": tags}


SQUARE = (node(1, 0, 0), node(2, 1, 0), node(3, 1, 1), node(4, 0, 1))


@pytest.mark.parametrize(
    ("found", "at"),
    [
        (node(9, 0.25, 0.75, place="village"), (0.25, 0.75)),
        ({"type": "way", "id": 9, "nodes": [1, 2, 3, 4, 1], "tags": {"place": "village"}}, (0.5, 0.5)),
        ({"type": "way", "id": 9, "nodes": [1, 2], "tags": {"place": "village"}}, (0.5, 0)),
        ({"type": "way", "id": 9, "nodes": [1, 2, 77, 3, 4, 1], "tags": {"place": "village"}}, (0.5, 0.5)),
        (
            {"type": "relation", "id": 9, "tags": {"place": "town"}, "members": [
                {"type": "way", "ref": 50, "role": "outer"}, {"type": "node", "ref": 3, "role": "label"}]},
            (1, 1),
        ),
        (
            {"type": "relation", "id": 9, "tags": {"place": "town"}, "members": [
                {"type": "node", "ref": 88, "role": "label"}, {"type": "node", "ref": 2, "role": ""}]},
            (1, 0),
        ),
    ],
)  # fmt: skip
def test_position_of_points_areas_lines_and_relations(found: dict[str, Any], at: tuple[float, float]) -> None:
    """Areas stand inside themselves, relations at their label; missing nodes are no hindrance."""
    (feature,) = features_with(elements(*SQUARE, found), {"place": True}, EVERYWHERE)
    lon, lat = at
    if feature.kind == "way" and len(found["nodes"]) == 2:
        assert 0 <= feature.lon <= 1
        assert feature.lat == 0
    else:
        assert (feature.lon, feature.lat) == pytest.approx((lon, lat))


def test_what_has_no_position_or_is_gone_or_outside_is_left_out() -> None:
    """Only what stands, within the outline, and can be placed is taken."""
    found = elements(
        node(1, 5, 5, place="village"),
        node(2, 0.5, 0.5, place="village", abandoned="yes"),
        {"type": "way", "id": 3, "nodes": [70, 71], "tags": {"place": "village"}},
        {"type": "relation", "id": 4, "members": [{"type": "way", "ref": 9, "role": ""}], "tags": {"place": "town"}},
        node(5, 0.5, 0.5, place="locality"),
    )
    assert features_with(found, {"place": ["village", "town"]}, shapely.box(0, 0, 1, 1)) == []


def test_member_nodes_with_other_tags_of_the_same_key_are_no_facilities() -> None:
    """A parking space at a clinic's corner has an amenity too."""
    corners = (*SQUARE[:3], node(4, 0, 1, amenity="parking"))
    clinic = {"type": "way", "id": 7, "nodes": [1, 2, 3, 4, 1], "tags": {"amenity": "clinic"}}
    assert [one.id for one in facilities_from(elements(*corners, clinic), EVERYWHERE).features] == ["w7"]


def test_twins_share_name_kind_and_place() -> None:
    """The better described of two is kept; far ones, unnamed ones and other kinds are no twins."""

    def clinic(number: int, lon: float, name: str, **tags: str) -> Feature:
        return Feature("node", number, lon, 30.0, {"amenity": "clinic", **({"name": name} if name else {}), **tags})

    near, better, far = clinic(1, 113.0, "甲"), clinic(2, 113.001, "甲", beds="9"), clinic(3, 113.1, "甲")
    unnamed, other = clinic(4, 113.0, ""), clinic(5, 113.0, "乙")
    kept, dropped = without_twins([near, better, far, unnamed, clinic(6, 113.0, ""), other], kind_of, 250)
    assert [one.number for one in kept] == [2, 3, 4, 5, 6]
    assert dropped == 1


def test_divisions_are_no_settlements() -> None:
    """A county drawn with a place tag is the ground, not a town in it."""
    county = {"type": "relation", "id": 9, "members": [{"type": "node", "ref": 1, "role": "label"}],
              "tags": {"place": "city", "admin_level": "6"}}  # fmt: skip
    found = settlements_from(elements(node(1, 0, 0), county, node(2, 0.5, 0.5, place="village")), EVERYWHERE, None)
    assert [one.id for one in found.features] == ["n2"]
    assert found.left_out == {"administrative divisions": 1}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "hospital", "name": "岳口镇卫生院"}, "township_clinic"),
        ({"amenity": "clinic", "name": "某镇中心卫生院"}, "central_township_clinic"),
        ({"healthcare": "centre", "name": "Vavuniya"}, "health_centre"),
        ({"healthcare": "yes", "name": "Vavuniya"}, "other"),
        ({"amenity": "social_facility", "healthcare": "hospice"}, "hospice"),
        ({"amenity": "pharmacy", "healthcare": "centre", "name": "岳口镇卫生院"}, "pharmacy"),
        ({"amenity": "doctors"}, "doctors"),
    ],
)
def test_kind_of_facility(tags: dict[str, str], kind: str) -> None:
    """What tags rule out is ruled out; else the Chinese name decides, then the tags."""
    assert kind_of(Feature("node", 1, 0, 0, tags)) == kind
