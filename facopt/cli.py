"""The commands: each reads its arguments, calls one function, prints what came back and sets the exit status.

Exit status: 0 done; 1 the plan misses its targets or none exists (report and map are written); 2 bad input (nothing is
written); 3 anything else.
"""

from __future__ import annotations

import gc
import json
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from facopt.errors import DataError, FacoptError, Finding, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EXIT_MISSED, EXIT_INPUT, EXIT_OTHER = 1, 2, 3

app = typer.Typer(
    name="facopt",
    help="Where to place health centres and clinics: from a scenario file to a proven plan, a map and a report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Scenarios = Annotated[list[Path], typer.Argument(help="Scenario files (YAML).", metavar="SCENARIO...")]
Overrides = Annotated[
    list[str],
    typer.Option("--set", help="Change a value: limits.budget=5000000. May be repeated.", metavar="KEY=VALUE"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]


@app.command()
def run(
    scenarios: Scenarios,
    out: Annotated[Path, typer.Option(help="Folder of all results.")] = Path("maps"),
    overrides: Overrides = [],  # noqa: B006  (typer reads the default and never changes it)
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compute travel times anew and keep none under OUT/.cache.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Solve scenarios; write map, report, tables and run.json for each."""

    def work() -> int:
        from facopt.pipeline import run_all
        from facopt.progress import progress_for_terminal

        loaded = _load(scenarios, overrides)
        _tell_fetching(loaded)
        runs = run_all(loaded, out, progress_for_terminal, cache=not no_cache)
        _show(as_json, [one.record for one in runs], [one.summary for one in runs], "runs")
        return max(one.exit_status for one in runs)

    _finish(work, as_json=as_json)


@app.command()
def check(
    scenarios: Scenarios,
    overrides: Overrides = [],  # noqa: B006
    fix: Annotated[
        Path | None,
        typer.Option(help="Write cleaned copies of the tables into this folder; originals stay.", metavar="FOLDER"),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(help="Write a table of what every facility was taken for, to be confirmed.", metavar="FILE.csv"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check scenarios and their data: what was understood, what is doubtful, what is wrong. Solves nothing."""

    def work() -> int:
        from facopt.checking.check import Checked, check_all
        from facopt.checking.classes import write_classes
        from facopt.checking.fix import write_fixed
        from facopt.checking.select import without_parts
        from facopt.checking.text import check_text
        from facopt.progress import progress_for_terminal

        paths, parts = without_parts(scenarios)
        for part in parts:
            _say(f"{part}: passed over, as its name begins with _: a part that other scenarios extend")
        all_loaded = _load(paths, overrides)
        fixed = () if fix is None else write_fixed([loaded.scenario for loaded in all_loaded], fix)
        for one in fixed:
            _say(f"fix: {one}")
        checked = check_all(all_loaded, progress_for_terminal)
        if classes is not None:
            read = [one.prepared.recognised for one in checked if isinstance(one, Checked)]
            rows = write_classes((found for one in read for found in one.classes), classes)
            _say(f"{classes}: {rows:,} facilities and what they were taken for")
        told = {} if fix is None else {"fixed": [one.as_dict() for one in fixed]}
        _show(
            as_json, [{**one.as_dict(), **told} for one in checked], [check_text(one) for one in checked], "scenarios"
        )
        return EXIT_INPUT if any(one.has_errors for one in checked) else 0

    _finish(work, as_json=as_json)


@app.command()
def show(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.")],
    overrides: Overrides = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Print a scenario as it is understood, with the file and line of each value."""

    def work() -> int:
        from facopt.scenario.write import resolved_yaml_with_places

        (loaded,) = _load([scenario], overrides)
        _show(as_json, [loaded.resolved()], [resolved_yaml_with_places(loaded)], "scenarios")
        return 0

    _finish(work, as_json=as_json)


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Run folders (maps/NAME); the first is the base.", metavar="A B...")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder of the comparison; by default compare-A-B beside A.")] = None,
    allow_different_basis: Annotated[
        bool, typer.Option(help="Subtract figures although people or standards differ; they are flagged.")
    ] = False,
    as_built: Annotated[
        Path | None,
        typer.Option(help="Hold one run's plan against this table of what stands by now.", metavar="FILE"),
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="With --as-built: what opened after this date does not count.", metavar="DATE")
    ] = "",
    crs: Annotated[
        str, typer.Option(help="With --as-built: coordinate system of facilities that were not planned.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Compare runs: what differs in the assumptions, the figures, who gains and who loses, which sites.

    With --as-built, hold one plan against what stands: which planned sites do, which do not, who still waits.
    """

    def review(table: Path) -> int:
        from facopt.as_built import review_as_built
        from facopt.outputs.as_built import as_built_json, as_built_text, write_as_built
        from facopt.progress import progress_for_terminal

        if len(runs) != 1:
            raise DataError(Finding(f"--as-built goes with one run, not {len(runs)}", "Name the folder of one run"))
        with progress_for_terminal() as progress:
            found = review_as_built(
                runs[0], table, crs=crs, as_of=as_of, allow_changed=allow_different_basis, progress=progress
            )
        folder = out or runs[0].resolve().parent / f"compare-{runs[0].resolve().name}-as-built"
        written = write_as_built(found, folder)
        for finding in found.findings:
            _say(_with_severity(finding))
        _show(as_json, [as_built_json(found)], [f"{as_built_text(found)}\n{written}"], "reviews")
        return 0

    def work() -> int:
        if as_built is not None:
            return review(as_built)
        from facopt.outputs.compare import compare_runs, comparison_json, render_terminal, write_comparison

        comparison = compare_runs(runs, allow_different_basis=allow_different_basis)
        folder = out or runs[0].resolve().parent / f"compare-{'-'.join(run.resolve().name for run in runs)}"
        written = write_comparison(comparison, folder)
        _show(as_json, [comparison_json(comparison)], [f"{render_terminal(comparison)}\n{written}"], "comparisons")
        return 0

    _finish(work, as_json=as_json)


@app.command()
def fetch(
    place: Annotated[
        str,
        typer.Argument(
            help="Name as openstreetmap.org finds it, or the id of its boundary (R123456).", metavar="PLACE"
        ),
    ],
    to: Annotated[Path | None, typer.Option(help="Folder of the files; data/osm/PLACE by default.")] = None,
    buffer_km: Annotated[float, typer.Option(min=0, max=50, help="Fetch roads this far beyond the boundary.")] = 5.0,
    people: Annotated[
        int | None,
        typer.Option(min=1, help="People of the whole place, shared out over settlements without a population."),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask anew and replace the files, changes made by hand too.")
    ] = False,
    overpass_url: Annotated[str | None, typer.Option(help="Another Overpass server.", metavar="URL")] = None,
    nominatim_url: Annotated[str | None, typer.Option(help="Another Nominatim server.", metavar="URL")] = None,
    as_json: Json = False,
) -> None:
    """Fetch boundary, roads, health facilities and settlements of a place from OpenStreetMap, for scenarios to name."""

    def work() -> int:
        from facopt.fetch.place import fetch_place
        from facopt.fetch.request import PlaceRequest, default_folder, services_at
        from facopt.fetch.summary import fetch_record, fetch_summary

        request = PlaceRequest(place, to or default_folder(place), buffer_km, people)
        fetched = fetch_place(request, _say, services_at(overpass_url, nominatim_url), refresh=refresh)
        _show(as_json, [fetch_record(fetched)], [fetch_summary(fetched)], "places")
        return 0

    _finish(work, as_json=as_json)


@app.command()
def frontier(
    scenario: Annotated[Path, typer.Argument(help="Scenario file (YAML).")],
    by: Annotated[Literal["sites", "budget"], typer.Option(help="What grows along the curve.")] = "sites",
    points: Annotated[int, typer.Option(min=2, max=500, help="Points of the curve.")] = 20,
    out: Annotated[Path, typer.Option(help="Folder of all results.")] = Path("maps"),
    overrides: Overrides = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Most people covered with each number of new sites or each sum of money, with what is proven of each point."""

    def work() -> int:
        from facopt.outputs.frontier import frontier_record, frontier_text, write_frontier
        from facopt.pipeline import coverage_curve
        from facopt.progress import progress_for_terminal

        (loaded,) = _load([scenario], overrides)
        with progress_for_terminal() as progress:
            found, site_ids = coverage_curve(loaded, by, points, progress)
        name = loaded.scenario.name
        write_frontier(found, name, out / name, loaded.scenario.currency)
        _show(as_json, [frontier_record(found, name, site_ids)], [frontier_text(found, out / name)], "frontiers")
        return 0

    _finish(work, as_json=as_json)


@app.command()
def explain(
    source: Annotated[
        Path, typer.Argument(help="Scenario file, or a run folder (maps/NAME).", metavar="SCENARIO_OR_RUN")
    ],
    place: Annotated[str | None, typer.Option(help="Why is this place covered, or not?", metavar="ID|NAME")] = None,
    site: Annotated[str | None, typer.Option(help="Why is this site open, or not?", metavar="ID|NAME")] = None,
    instead: Annotated[
        str | None, typer.Option(help="With --site: what if this one stood instead?", metavar="ID|NAME")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder whose .cache keeps travel times.")] = Path("maps"),
    overrides: Overrides = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Why is this village not covered, why this site and not that one, what the next one would add."""

    def work() -> int:
        from facopt.explaining.ask import Question, case_of
        from facopt.explaining.ask import explain as answer
        from facopt.explaining.names import named_of
        from facopt.outputs.explain import explanation_record, explanation_text
        from facopt.progress import progress_for_terminal

        question = Question(place, site, instead)
        with progress_for_terminal() as progress:
            case = case_of(source, overrides, out, progress)
            facts, named = answer(case, question), named_of(case.prepared)
        _show(as_json, [explanation_record(facts, named)], [explanation_text(facts, named)], "explanations")
        return 0

    _finish(work, as_json=as_json)


@app.command()
def calibrate(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.")],
    pairs: Annotated[
        Path, typer.Argument(help="Timed trips: site_id, minutes, and demand_id or lon, lat.", metavar="PAIRS")
    ],
    mode: Annotated[str, typer.Option(help="The mode under travel whose speeds are fitted.")],
    out: Annotated[Path, typer.Option(help="File to write, for profile_file in scenarios.")] = Path("profile.yaml"),
    by: Annotated[
        str, typer.Option(help="One factor for each road class, or one overall.", metavar="class|overall")
    ] = "class",
    crs: Annotated[str, typer.Option(help="Coordinate system of lon, lat in PAIRS.")] = "wgs84",
    overrides: Overrides = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Fit the speeds of a mode to timed trips; write the factors and print the error before and after."""

    def work() -> int:
        from facopt.calibration.calibrate import calibrate as fit_speeds
        from facopt.calibration.calibrate import fit_record, fit_text, write_fit
        from facopt.inputs.coordinates import canonical_crs

        if by not in ("class", "overall"):
            raise ScenarioError(Finding(f"--by {by} is not known", "Say class or overall"))
        (loaded,) = _load([scenario], overrides)
        fit = fit_speeds(loaded, pairs, mode, by_class=by == "class", crs=canonical_crs(crs))
        profile = loaded.scenario.travel[mode].profile
        write_fit(fit, profile, out, scenario=scenario.name, mode=mode)
        _show(as_json, [{**fit_record(fit, profile), "file": str(out)}], [f"{fit_text(fit)}\n{out}"], "fits")
        return 0

    _finish(work, as_json=as_json)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder of your files, or one to write into.")],
    sample: Annotated[bool, typer.Option("--sample", help="Write the sample county with its scenarios.")] = False,
    preset: Annotated[
        str | None, typer.Option(help="Standards to start from, such as cn_rural or generic_1h.", metavar="NAME")
    ] = None,
) -> None:
    """Write a first scenario: from the files in a folder, from a preset, or the sample county."""

    def work() -> int:
        from facopt.drafting.new import write_new

        if not sample:
            print(write_new(folder, preset))
            return 0
        from facopt.sample import write_sample

        written = write_sample(folder)
        print(f"{len(written)} files written to {folder}")
        return 0

    _finish(work)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Print versions, solvers and what else decides whether facopt works here."""

    def work() -> int:
        from facopt.doctor import diagnose, doctor_text

        found = diagnose()
        _show(as_json, [found], [doctor_text(found)], "machines")
        return 0 if found["usable"] else EXIT_OTHER

    _finish(work, as_json=as_json)


def main() -> None:
    """Entry point of the `facopt` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not be able to print Chinese otherwise
            stream.reconfigure(encoding="utf-8", errors="replace")
    # The tables of a province are millions of small objects without circles: looking for some costs a second.
    gc.set_threshold(200_000, 20, 100)
    app()


def _load(paths: Iterable[Path], overrides: list[str]) -> tuple[Any, ...]:
    from facopt.scenario.load import load_scenarios

    return load_scenarios(paths, overrides)


def _tell_fetching(scenarios: Iterable[Any]) -> None:
    """Say beforehand which scenarios will ask OpenStreetMap."""
    from facopt.fetch.on_demand import missing_files

    for loaded in scenarios:
        missing = missing_files(loaded.scenario)
        if missing:
            place = loaded.scenario.place
            _say(
                f"{loaded.file}: fetching {place.name} from OpenStreetMap into {place.folder} ({len(missing)} missing)"
            )


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _show(as_json: bool, records: list[dict[str, Any]], texts: list[str], plural: str) -> None:
    """Print one object for one thing, a list under its name for several; text with a blank line between."""
    if as_json:
        print(json.dumps(records[0] if len(records) == 1 else {plural: records}, ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(text.rstrip("\n") for text in texts))


def _finish(work: Callable[[], int], *, as_json: bool = False) -> None:
    """Do the work and leave with its exit status; say what is wrong in words, not in a traceback."""
    try:
        status = work()
    except (ScenarioError, DataError) as error:
        _complain(error, as_json)
        status = EXIT_INPUT
    except (FacoptError, OSError, MemoryError) as error:
        _complain(error, as_json)
        status = EXIT_OTHER
    except KeyboardInterrupt:
        print("stopped; nothing was written for the scenario that was running", file=sys.stderr)
        status = EXIT_OTHER
    except Exception:
        # Not the planner's fault and nothing they can mend: show all there is, so that it can be reported.
        traceback.print_exc()
        print("facopt itself failed; please report this with the lines above", file=sys.stderr)
        status = EXIT_OTHER
    if status:
        raise typer.Exit(status)


def _complain(error: BaseException, as_json: bool) -> None:
    lines = list(_lines(error))
    if as_json:
        print(json.dumps({"status": "error", "findings": lines}, ensure_ascii=False, indent=2))
    for line in lines:
        print(line, file=sys.stderr)


def _lines(error: BaseException) -> Iterator[str]:
    if isinstance(error, FacoptError):
        for finding in error.findings:
            yield _with_severity(finding)
    else:
        yield f"error: {error}" if str(error) else f"error: {type(error).__name__}"


def _with_severity(finding: Finding) -> str:
    shown = finding.seen_below(Path.cwd())
    return str(shown) if str(shown.place) else f"error: {shown}"
