"""Profiles are data with sources; tags become speeds and directions by their rules."""

from __future__ import annotations

import math

import pytest

from facopt.errors import ScenarioError
from facopt.inputs.roads import RoadTags
from facopt.travel.profiles import load_profile, profile_names
from facopt.travel.rules import duration_minutes, maxspeed_kmh, travel_on


def test_every_shipped_speed_has_a_source():
    """Four profiles ship, and each value says where it comes from and whether that was read."""
    assert profile_names() == ("walk", "cycle", "ebike", "drive")
    for name in profile_names():
        for row in load_profile(name).sources():
            assert row["source"]
            assert isinstance(row["verified"], bool)
            assert row["kmh"] > 0


def test_unknown_profile_names_the_known_ones():
    """An unknown name is answered with the names there are."""
    with pytest.raises(ScenarioError, match="walk, cycle, ebike, drive"):
        load_profile("helicopter")


def test_overrides_replace_single_values():
    """A scenario changes single values and keeps the rest."""
    profile = load_profile(
        "drive",
        {"speeds_kmh": {"secondary": 40}, "factor": 0.5, "off_road_kmh": 4, "terminal_minutes": 3,
         "maximum_snap_metres": 700, "class_factors": {"track": 0, "default": 0.5}, "ferry_kmh": 8},
    )  # fmt: skip
    assert profile.kmh("secondary") == 10
    assert profile.kmh("primary") == 15
    assert profile.kmh("track") == 0
    assert profile.kmh("ferry") == 8
    assert (profile.off_road_kmh, profile.terminal_minutes, profile.maximum_snap_metres) == (4, 3, 700)
    assert load_profile("drive").kmh("secondary") == 45


def test_terrain_slows_all_but_expressways_fully():
    """Hills and mountains slow roads by their factor, expressways by less; plain leaves all as it is."""
    assert load_profile("drive", {"terrain": "hills"}).kmh("primary") == pytest.approx(48)
    assert load_profile("drive", {"terrain": "mountain"}).kmh("motorway") == pytest.approx(80)
    assert load_profile("drive", {"terrain": "plain"}) == load_profile("drive")


def test_all_wrong_overrides_are_found_at_once():
    """Every override that cannot be used is a finding of its own."""
    wrong = {
        "speeds_kmh": {"primary": -1}, "factor": 0, "off_road_kmh": "5", "terrain": "moon", "maxspeed": "double",
        "maximum_snap_metres": math.nan, "speed": 3, "class_factors": [1], "obeys_oneway": 1, "terminal_minutes": True,
    }  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        load_profile("drive", wrong)
    assert {finding.place.key for finding in caught.value.findings} == set(wrong)


DRIVE, WALK, CYCLE = load_profile("drive"), load_profile("walk"), load_profile("cycle")


@pytest.mark.parametrize(
    ("tags", "profile", "forward", "backward"),
    [
        ({"highway": "primary"}, DRIVE, 60, 60),
        ({"highway": "primary", "oneway": "yes"}, DRIVE, 60, 0),
        ({"highway": "primary", "oneway": "-1"}, DRIVE, 0, 60),
        ({"highway": "primary", "oneway": "reversible"}, DRIVE, 0, 0),
        ({"highway": "primary", "oneway": "yes"}, WALK, 5, 5),
        ({"highway": "residential", "oneway": "yes"}, CYCLE, 12, 0),
        ({"highway": "residential", "oneway": "yes", "oneway_bicycle": "no"}, CYCLE, 12, 12),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, CYCLE, 12, 12),
        ({"highway": "residential", "junction": "roundabout"}, DRIVE, 20, 0),
        ({"highway": "residential", "junction": "roundabout", "oneway": "no"}, DRIVE, 20, 20),
        ({"highway": "motorway"}, DRIVE, 100, 0),
        ({"highway": "motorway", "oneway": "no"}, DRIVE, 100, 100),
        ({"highway": "motorway"}, WALK, 0, 0),
        ({"highway": "motorway"}, CYCLE, 0, 0),
        ({"highway": "footway"}, DRIVE, 0, 0),
        ({"highway": "steps"}, WALK, 2.5, 2.5),
        ({"highway": "construction"}, DRIVE, 0, 0),
        ({"highway": "primary", "maxspeed": "40"}, DRIVE, 40, 40),
        ({"highway": "primary", "maxspeed": "30 mph"}, DRIVE, 48.28032, 48.28032),
        ({"highway": "primary", "maxspeed": "120"}, DRIVE, 60, 60),
        ({"highway": "primary", "maxspeed": "4000"}, DRIVE, 60, 60),
        ({"highway": "primary", "maxspeed": "signals"}, DRIVE, 60, 60),
        ({"highway": "primary", "maxspeed": "120"}, load_profile("drive", {"maxspeed": "replace"}), 120, 120),
        ({"highway": "primary", "maxspeed": "40"}, load_profile("drive", {"maxspeed": "ignore"}), 60, 60),
        ({"highway": "tertiary", "surface": "mud"}, DRIVE, 10, 10),
        ({"highway": "track", "tracktype": "grade5"}, load_profile("drive", {"speeds_kmh": {"track": 30}}), 20, 20),
        ({"highway": "primary", "access": "no"}, DRIVE, 0, 0),
        ({"highway": "primary", "access": "private", "foot": "yes"}, DRIVE, 0, 0),
        ({"highway": "primary", "access": "private", "foot": "yes"}, WALK, 5, 5),
        ({"highway": "primary", "access": "no", "motor_vehicle": "yes"}, DRIVE, 60, 60),
        ({"highway": "primary", "vehicle": "no"}, CYCLE, 0, 0),
        ({"highway": "primary", "foot": "no"}, WALK, 0, 0),
        ({"highway": "primary", "motor_vehicle": "destination"}, DRIVE, 60, 60),
    ],
)
def test_tags_become_speeds(tags, profile, forward, backward):
    """Class, limit, surface, permission and one-way rule give the speed in each direction."""
    travel = travel_on(RoadTags(**tags), profile)
    assert (travel.forward_kmh, travel.backward_kmh) == pytest.approx((forward, backward))


def test_ferries_wait_and_keep_to_their_timetable():
    """A ferry travels at its speed after a wait, or takes the time that its line states; a closed one is closed."""
    plain = travel_on(RoadTags(route="ferry"), DRIVE)
    assert plain == (5, 5, 10)
    timed = travel_on(RoadTags(route="ferry", duration="1:15"), DRIVE)
    assert timed == (math.inf, math.inf, 85)
    assert travel_on(RoadTags(route="ferry", motor_vehicle="no"), DRIVE).forward_kmh == 0
    assert travel_on(RoadTags(route="ferry"), load_profile("drive", {"ferry_kmh": 0})).forward_kmh == 0


def test_posted_limits_and_durations_are_read_carefully():
    """Limits in both units, the lowest of several; durations as minutes, h:mm and h:mm:ss; nonsense is nothing."""
    assert maxspeed_kmh("50;30") == 30
    assert maxspeed_kmh("60 km/h") == 60
    assert maxspeed_kmh("none") is None
    assert maxspeed_kmh("0") is None
    assert [duration_minutes(t) for t in ("45", "0:45", "1:00:30", "PT45M", "")] == [45, 45, 60.5, None, None]
