"""The appendix: data checks, what is proven and how, how to repeat the run, and assumptions with their sources."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.html_report.first_page import status_words
from facopt.outputs.html_report.material import Section, note, paragraph
from facopt.outputs.html_report.table_html import Look, flag_tag, table_html
from facopt.outputs.tables.fine_grid import fine_grid_sentence
from facopt.outputs.tables.people import mode_name
from facopt.outputs.words import both, both_of, named

if TYPE_CHECKING:
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.html_report.table_html import Row

FACTS = (
    "nodes", "edges", "components", "length_km", "demand_without_connection", "speed_kmh", "detour", "pairs",
)  # fmt: skip
"""Facts of a travel mode that the page names, where the mode has them."""


def appendix(m: Material) -> Section:
    """Return what a reviewer asks for."""
    inner = f"<h3>{both('table.findings')}</h3>{_findings(m)}"
    inner += _fine_grid(m)
    inner += f"<h3>{both('table.objective')}</h3>{_objectives(m)}{_facts(m)}"
    inner += f"<h3>{both('table.assumptions')}</h3>{_assumptions(m)}"
    return Section("appendix", "section.appendix", inner)


def _findings(m: Material) -> str:
    if not len(m.tables["findings"]):
        return paragraph("appendix.findings_none")
    columns = ("place", "finding", "count", "examples", "how_to_mend")
    return table_html(m.tables["findings"], Look(columns))


def _fine_grid(m: Material) -> str:
    told = fine_grid_sentence(m.report)
    if told is None:
        return ""
    text = f"<h3>{both('table.fine_grid')}</h3><p>{both_of(told)}</p>"
    view = m.tables["fine_grid"]
    now = ("covered_now", "cells_covered_now", "cells_error_now", "cells_error_now_points")
    plan = ("covered", "cells_covered", "cells_error", "cells_error_points")
    columns = ("tier", "people", *(plan if m.planned else now), "cells_differ")
    return text + table_html(view, Look(columns)) + note("fine_grid.note") if len(view) else text


def _objectives(m: Material) -> str:
    return table_html(m.tables["objective"], Look(("level", "objective", "value", "bound", "gap")))


def _assumptions(m: Material) -> str:
    view = m.tables["assumptions"]
    unverified = sum(not assumption.verified for assumption in m.report.assumptions)
    counts = paragraph("appendix.assumptions", n=numbers.count(len(view)), unverified=numbers.count(unverified))

    def tag(row: Row) -> str:
        return "" if row["verified"] else flag_tag() + " "

    look = Look(("assumption", "value_text", "source"), before={"source": tag})
    return counts + (table_html(view, look) if len(view) else "")


def _facts(m: Material) -> str:
    proof = m.report.proof
    solver = both(
        "appendix.solver_facts",
        solver=proof.solver,
        version=proof.solver_version,
        variables=numbers.count(proof.variables),
        rows=numbers.count(proof.rows),
        limit=named("limit", proof.limit),
    )
    reproduce = both(
        "appendix.reproduce_facts", scenario=m.report.scenario, version=m.report.version, date=m.report.generated
    )
    rows = [(both("appendix.solver"), f"{both_of(status_words(m.report))}<br>{solver}")]
    if m.planned:
        rows.append((both("appendix.referee"), both("appendix.referee_facts")))
    rows += [_travel_row(m, mode, facts) for mode, facts in sorted(m.report.travel_facts.items()) if _named(facts)]
    if proof.log_file:
        rows.append((both("appendix.log"), f"<code>{html.escape(proof.log_file)}</code>"))
    rows.append((both("appendix.reproduce"), reproduce))
    body = "".join(f"<tr><td><b>{item}</b></td><td>{text}</td></tr>" for item, text in rows)
    return f'<div class="tbl"><table class="facts"><tbody>{body}</tbody></table></div>'


def _named(facts: dict[str, Any]) -> list[str]:
    return [key for key in FACTS if isinstance(facts.get(key), int | float)]


def _travel_row(m: Material, mode: str, facts: dict[str, Any]) -> tuple[str, str]:
    texts = (both(f"fact.{key}", n=numbers.trimmed(float(facts[key]), 1)) for key in _named(facts))
    return both("appendix.travel", mode=mode_name(m.report, mode)), " · ".join(texts)
