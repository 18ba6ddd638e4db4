"""What is said of an infeasible scenario: sentences of its diagnosis, on the terminal and in the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from facopt.assembly.conflicts import Telling, clashes, conflicts, shortfalls
from facopt.location.solution import Relaxation
from facopt.outputs.html_report.page import html_report
from facopt.outputs.terminal import run_summary
from facopt.scenario.load import load_scenario
from tests import report_fixture

INFEASIBLE = Path(__file__).parent / "data/infeasible"
PROVEN = Relaxation("limits.budget", 11.6e6, 14.8e6, "money", together=False)
NEARLY = replace(PROVEN, least=False, not_enough=14.2e6)
SHORT = Relaxation(
    "targets.0", 100.0, 93.5, "percent", together=False, field="at_least_percent", least=False, not_enough=93.5,
    verified=False,
)  # fmt: skip


def plain(text: str) -> str:
    """Return a sentence with common spaces where figures have narrow ones."""
    return " ".join(text.split())


def telling() -> Telling:
    loaded = load_scenario(INFEASIBLE / "budget.yaml")
    return Telling(loaded.scenario, lambda key: loaded.place(key).seen_from(INFEASIBLE), {})


def test_what_is_proven_of_a_way_out_is_said() -> None:
    """A least change is a change; of others it is said what is known not to be enough."""
    proven, nearly = conflicts((PROVEN, NEARLY, SHORT), telling())
    assert plain(proven.sentence_zh) == "预算由 1,160 万元改为 1,480 万元（+320 万元），其余条件不变即可行。"
    assert plain(nearly.sentence_zh).endswith("其余条件不变即可行（可能更少即可，但已证明 1,420 万元不够）。")
    assert plain(nearly.sentence_en).endswith(
        "everything else can stay as it is (less may do, but ¥14.2 million is proven not to be enough)."
    )
    assert (proven.not_enough, nearly.not_enough) == (None, 14.2e6)


def test_what_is_only_known_not_to_be_enough_is_no_way_out() -> None:
    """It stands in a list of its own, with the figure that was tried and its line."""
    (short,) = shortfalls((PROVEN, NEARLY, SHORT), telling())
    assert (short.key, short.place) == ("targets.0.at_least_percent", "budget.yaml:5:54")
    assert short.sentence_zh == "乡镇卫生院覆盖率目标由 100% 改为 93.5%，仍不够。"
    assert short.sentence_en == "Coverage target of township clinic: 100% → 93.5% is not enough."


def test_what_nothing_is_known_of_is_said_so() -> None:
    """No value is made up for a figure that time did not suffice for."""
    nothing = [replace(SHORT, needed=SHORT.stated, not_enough=None)]
    nothing.append(replace(nothing[0], key="limits.budget", field="", unit="statement"))
    figure, whole = shortfalls(tuple(nothing), telling())
    assert figure.not_enough is None
    assert figure.sentence_zh == "乡镇卫生院覆盖率目标：现定 100%，改为多少才够，未能算出。"
    assert figure.sentence_en == "Coverage target of township clinic: 100%; what is enough was not found out."
    assert plain(whole.sentence_en) == (
        "Leave this out: Budget: at most ¥11.6 million; whether that is enough was not found out."
    )
    report = replace(report_fixture.infeasible_report(), conflicts=(), shortfalls=(figure,))
    assert "No way out was verified in the time given" in run_summary(report, Path("maps/x"), [], "en")
    assert "several have to change together" not in html_report(report)


def test_terminal_and_report_list_them() -> None:
    """Both say the conflict, the ways out and what is not enough, each under its own heading."""
    told = telling()
    report = replace(
        report_fixture.infeasible_report(), clashes=clashes(("limits.budget", "targets.0"), {}, told),
        conflicts=conflicts((NEARLY,), told), shortfalls=shortfalls((SHORT,), told),
    )  # fmt: skip
    text = run_summary(report, Path("maps/x"), [], "en")
    lines = text.splitlines()
    heading = next(n for n, line in enumerate(lines) if line.startswith("Changed alone, these were not verified"))
    assert lines[heading + 1] == "  budget.yaml:5:54: Coverage target of township clinic: 100% → 93.5% is not enough."
    page = html_report(report)
    assert "仍不够" in page
    assert "These cannot hold together; without any one of them the others can:" in page


def test_changes_that_have_a_plan_where_time_ended() -> None:
    """They stand under a heading that claims nothing of the scenario as it is."""
    for without, heading in (((), False), (conflicts((PROVEN,), telling()), True)):
        report = replace(report_fixture.no_solution_report(), conflicts=without)
        text, page = run_summary(report, Path("maps/x"), [], "en"), html_report(report)
        assert "No plan was found in time" in text
        assert ("With these changes there is a plan" in text) == heading
        assert ("With these changes there is a plan" in page) == heading
        assert (plain("¥11.6 million → ¥14.8 million") in plain(text)) == heading


def test_one_statement_that_cannot_be_kept() -> None:
    """A conflict of one is no conflict between statements, and is not called one."""
    report = replace(report_fixture.infeasible_report(), clashes=clashes(("targets.0",), {}, telling()))
    assert "This cannot be kept by itself, whatever else is stated:" in run_summary(report, Path("maps/x"), [], "en")
    assert "这一条本身就无法满足" in html_report(report)
