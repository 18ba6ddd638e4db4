"""Timed trips give the factors they were made with, and the file they are written to changes the times."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from facopt.calibration.fit import errors
from facopt.errors import ScenarioError
from facopt.pipeline import prepare
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from facopt.travel.fitted import combined_factors, read_fitted
from tests.cli_runner import facopt

SCENARIO = Path(__file__).parents[1] / "scenarios/full-coverage.yaml"
DRIVE = "travel.ebike={profile: drive, cutoff_minutes: 90}"
TRUE = {"primary": 0.7, "secondary": 0.85, "tertiary": 1.2, "default": 0.9}


@pytest.fixture(scope="module")
def county():
    """Return ids, and minutes by pair as they truly are: the drive profile with factors that facopt is not told."""
    stated = json.dumps({"class_factors": TRUE})
    prepared = prepare(load_scenario(SCENARIO, [DRIVE, f"travel.ebike={stated}"]), QuietProgress())
    return prepared.area.demand.id, prepared.area.sites.id, prepared.travelled.times["ebike"]


def _trips(folder, county, count, noise, seed=1):
    """Write timed trips drawn at random from all pairs of at least five minutes."""
    demand, site, times = county
    rng = np.random.default_rng(seed)
    chosen = rng.choice(np.flatnonzero(times.minutes >= 5), count, replace=False)
    minutes = times.minutes[chosen] * np.exp(rng.normal(0, noise, count))
    rows = zip(demand[times.demand[chosen]], site[times.site[chosen]], minutes, strict=True)
    text = "demand_id,site_id,minutes\n" + "".join(f"{i},{j},{m:.3f}\n" for i, j, m in rows)
    (folder / "trips.csv").write_text(text, encoding="utf-8")
    return folder / "trips.csv"


def _calibrate(trips, out, *more):
    called = facopt("calibrate", SCENARIO, trips, "--mode", "ebike", "--out", out, "--set", DRIVE, "--json", *more)
    assert called.status == 0, called.err
    return called.json()


def test_factors_by_class_are_recovered(tmp_path, county):
    """From fifty trips timed to 3 % the factor of every class comes back to within 6 %; trips left out agree."""
    found = _calibrate(_trips(tmp_path, county, 50, 0.03), tmp_path / "p.yaml")
    factors, fit = found["class_factors"], found["fit"]
    for name in ("primary", "secondary", "tertiary"):
        assert factors.get(name, factors["default"]) == pytest.approx(TRUE[name], rel=0.06), name
    assert fit["after"]["mean_absolute_percent"] < 4 < fit["before"]["mean_absolute_percent"]
    assert fit["left_out"]["mean_absolute_percent"] < 5
    assert abs(fit["after"]["bias_minutes"]) < 0.5
    assert fit["after"]["r_squared"] > 0.98


def test_exact_times_give_exact_factors(tmp_path, county):
    """Without noise hardly any error is left, and every trip is used."""
    fit = _calibrate(_trips(tmp_path, county, 50, 0.0), tmp_path / "p.yaml")["fit"]
    assert fit["trips"] == 50
    assert fit["after"]["mean_absolute_percent"] < 1


def test_one_factor_overall(tmp_path, county):
    """One factor for all classes lies between those of the classes, and its error above theirs."""
    trips = _trips(tmp_path, county, 50, 0.03)
    one = _calibrate(trips, tmp_path / "one.yaml", "--by", "overall")
    each = _calibrate(trips, tmp_path / "each.yaml")
    assert list(one["class_factors"]) == ["default"]
    assert 0.7 < one["class_factors"]["default"] < 1.2
    errors_of = [found["fit"]["after"]["mean_absolute_percent"] for found in (each, one)]
    assert errors_of == sorted(errors_of)


def test_written_factors_bring_the_times_near(tmp_path, county):
    """A scenario that names the file has the true times to within a few percent, its own factors on top."""
    _calibrate(_trips(tmp_path, county, 50, 0.0), tmp_path / "p.yaml")
    named = [DRIVE, f"travel.ebike.profile_file={(tmp_path / 'p.yaml').as_posix()}"]
    times = prepare(load_scenario(SCENARIO, named), QuietProgress()).travelled.times["ebike"]
    true = county[2]
    both, row, true_row = np.intersect1d(times.pair_keys(), true.pair_keys(), return_indices=True)
    assert errors(times.minutes[row], true.minutes[true_row]).mean_absolute_percent < 2
    assert len(both) > 0.9 * len(true)


def test_trips_from_coordinates(tmp_path, county):
    """A map service's trips begin at coordinates; those of another system are moved first."""
    from facopt.inputs.coordinates import gcj02_from_wgs84

    _, site, times = county
    area = prepare(load_scenario(SCENARIO), QuietProgress()).area
    rows = range(0, len(times), len(times) // 30)
    lon, lat = gcj02_from_wgs84(area.demand.lon[times.demand[rows]], area.demand.lat[times.demand[rows]])
    lines = zip(lon, lat, site[times.site[rows]], times.minutes[rows] + 0.01, strict=True)
    text = "lon,lat,site_id,minutes\n" + "".join(f"{x!r},{y!r},{j},{m!r}\n" for x, y, j, m in lines)
    (tmp_path / "t.csv").write_text(text.replace("np.float64(", "").replace(")", ""), encoding="utf-8")
    found = _calibrate(tmp_path / "t.csv", tmp_path / "p.yaml", "--crs", "gcj02")
    assert found["fit"]["after"]["mean_absolute_percent"] < 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demand_id,site_id,minutes\nnobody,nowhere,3\n", "is not among the ids"),
        ("demand_id,site_id,minutes\n", "too few"),
        ("site_id,minutes\nTC10,3\n", "demand_id"),
    ],
)
def test_unusable_trips_are_refused(tmp_path, text, said):
    """Unknown ids, no trips and missing columns are said, and nothing is written."""
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    called = facopt("calibrate", SCENARIO, tmp_path / "t.csv", "--mode", "ebike", "--out", tmp_path / "p.yaml")
    assert called.status == 2
    assert said in called.err
    assert not (tmp_path / "p.yaml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profile: walk\nclass_factors: {default: 1}\n", "profile walk, not drive"),
        ("profile: drive\n", "no mapping class_factors"),
        ("profile: drive\nclass_factors: {primary: 9, default: x}\n", "is no factor: 9"),
    ],
)
def test_files_of_factors_are_checked(tmp_path, text, said):
    """A file for another profile, without factors or with impossible ones is refused at its line."""
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        read_fitted(tmp_path / "p.yaml", "drive")


def test_fitted_and_stated_factors_multiply():
    """Class by class, the default of either for classes that only the other names, ferries only by name."""
    both = combined_factors({"primary": 0.5, "default": 0.8}, {"secondary": 0.5, "default": 0.5, "ferry": 0.9})
    assert both == pytest.approx({"primary": 0.25, "default": 0.4, "secondary": 0.4, "ferry": 0.9})
    assert yaml.safe_dump(both)
