"""From a scenario and timed trips to fitted factors in a file that scenarios name under `profile_file`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import yaml

from facopt.assembly.road_files import RoadFiles
from facopt.assembly.road_modes import road_modes
from facopt.assembly.study_area import study_area_request
from facopt.calibration.fit import Errors, Fit, fit_factors
from facopt.calibration.pairs import read_trips
from facopt.errors import Finding, ScenarioError
from facopt.inputs.reader import read_study_area
from facopt.scenario.schema import RoadTravel
from facopt.travel.network import build_network

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.scenario.load import LoadedScenario
    from facopt.travel.network import Network
    from facopt.travel.profiles import Profile


def calibrate(loaded: LoadedScenario, pairs: Path, mode: str, *, by_class: bool, crs: str = "wgs84") -> Fit:
    """Fit the speeds of a mode to timed trips.

    Factors fitted earlier (`profile_file`) are left aside; what else the scenario states of the mode holds.

    Raises
    ------
    ScenarioError
        If the mode is not one on roads.
    DataError
        If a file cannot be used.
    """
    travel = loaded.scenario.travel.get(mode)
    if not isinstance(travel, RoadTravel):
        on_roads = [name for name, one in loaded.scenario.travel.items() if isinstance(one, RoadTravel)]
        what = f"'{mode}' is no mode on roads of this scenario"
        remedy = f"Use one of {', '.join(on_roads)}" if on_roads else "State a mode of kind roads"
        raise ScenarioError(Finding(what, remedy, loaded.place("travel")))
    area, _, _ = read_study_area(study_area_request(loaded.scenario))
    plain = travel.model_copy(update={"profile_file": None})
    files = RoadFiles({mode: plain}, loaded.place)
    modes, _ = road_modes({mode: plain}, area.metric_crs, loaded.place, files)
    roads, closures = modes.files[travel.file], modes.modes[mode].closures

    def build(profile: Profile) -> Network:
        return build_network(roads, profile, metric_crs=area.metric_crs, closures=closures)

    return fit_factors(read_trips(pairs, area, crs), modes.modes[mode].profile, build, by_class=by_class)


def fit_record(fit: Fit, profile: str) -> dict[str, Any]:
    """Return a fit as plain values: profile, class_factors, trips, errors before, after and on trips left out."""
    return {
        "profile": profile,
        "class_factors": dict(fit.factors),
        "fit": {
            "trips": fit.trips,
            "trips_without_way": fit.without_way,
            "before": _rounded(fit.before),
            "after": _rounded(fit.after),
            "left_out": None if fit.left_out is None else _rounded(fit.left_out),
        },
    }


def write_fit(fit: Fit, profile: str, path: Path, *, scenario: str, mode: str) -> None:
    """Write the factors so that a scenario can name the file under `profile_file`."""
    head = (
        f"# Fitted by facopt calibrate to {fit.trips} timed trips of travel.{mode} in {scenario}.\n"
        f"# Use: travel: {{{mode}: {{profile_file: {path.name}}}}}\n"
    )
    text = yaml.safe_dump(fit_record(fit, profile), sort_keys=False, allow_unicode=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + text, encoding="utf-8", newline="\n")


def fit_text(fit: Fit) -> str:
    """Return a fit as lines for a terminal."""
    lines = [f"{fit.trips} timed trips" + (f", {fit.without_way} more without a way" if fit.without_way else "")]
    lines += [f"  {name:<16} x {factor:.3f}" for name, factor in fit.factors.items()]
    lines.append(f"  {'':<16} {'mean error':>12} {'in percent':>12} {'bias':>10} {'R2':>8}")
    for name, one in (("before", fit.before), ("after", fit.after), ("trips left out", fit.left_out)):
        if one is not None:
            lines.append(
                f"  {name:<16} {one.mean_absolute_minutes:>8.2f} min {one.mean_absolute_percent:>10.1f} % "
                f"{one.bias_minutes:>+6.2f} min {one.r_squared:>8.3f}"
            )
    return "\n".join(lines)


def _rounded(one: Errors) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(one).items()}
