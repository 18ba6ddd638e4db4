"""Which sites are chosen in most runs under varied assumptions, and what each variant costs and covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.problem import LocationProblem
    from facopt.location.stability import SolvedAgain

STABLE_PERCENT = 80.0
"""A site chosen in at least so many of the runs is stable."""
RUN_COLUMNS = (
    "kind", "subject", "change_percent", "status", "people", "people_covered", "cost", "new_sites", "same_sites",
)  # fmt: skip
SITE_COLUMNS = ("site", "planned", "chosen", "runs")


def stability_runs_table(runs: Sequence[SolvedAgain]) -> pd.DataFrame:
    """Return one row per run, the plan itself first, as `Report.stability_runs` names the columns."""
    planned = runs[0].open
    return pd.DataFrame([_row(run, planned) for run in runs], columns=list(RUN_COLUMNS))


def stability_sites_table(problem: LocationProblem, runs: Sequence[SolvedAgain]) -> pd.DataFrame:
    """Return one row per candidate that any run chooses, as `Report.stability_sites` names the columns.

    The plan's own come first, each group by how many runs choose it. Runs without a plan do not count.
    """
    counted = [run.open for run in runs if run.open is not None]
    chosen = np.sum(counted, axis=0, dtype=np.int64) * ~problem.existing
    planned = np.zeros(problem.site_count, dtype=bool) if runs[0].open is None else runs[0].open & ~problem.existing
    sites = np.flatnonzero(chosen)
    order = np.lexsort((sites, -chosen[sites], ~planned[sites]))
    sites = sites[order]
    columns = {"site": sites, "planned": planned[sites], "chosen": chosen[sites], "runs": len(counted)}
    return pd.DataFrame(columns, columns=list(SITE_COLUMNS))


def _row(run: SolvedAgain, planned: np.ndarray[Any, np.dtype[np.bool_]] | None) -> dict[str, Any]:
    variant, found = run.variant, run.evaluation
    problem = variant.problem
    change = np.nan if variant.change_percent is None else variant.change_percent
    row: dict[str, Any] = {
        "kind": variant.kind,
        "subject": variant.subject,
        "change_percent": change,
        "status": "not_made" if run.status is None else run.status.value,
        "people": float(problem.people.sum()),
    }
    if found is None or run.open is None:
        return row | dict.fromkeys(("people_covered", "cost", "new_sites", "same_sites"), np.nan)
    new = run.open & ~problem.existing
    same = np.nan if planned is None else float((new & planned).sum())
    figures = {"people_covered": found.people_covered, "cost": found.cost, "new_sites": float(new.sum())}
    return row | figures | {"same_sites": same}
