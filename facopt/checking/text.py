"""A check as the terminal shows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from facopt.checking.unfetched import Unfetched
from facopt.errors import Severity
from facopt.outputs.recognised import recognised_lines
from facopt.outputs.terminal import check_summary, note_lines

if TYPE_CHECKING:
    from facopt.checking.check import Checked


def check_text(checked: Checked | Unfetched) -> str:
    """Return what was understood, how the coordinates fared, and every finding, errors first."""
    if isinstance(checked, Unfetched):
        return "\n".join(unfetched_lines(checked))
    prepared = checked.prepared
    findings = [finding.seen_below(Path.cwd()) for finding in checked.findings]
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    warnings = [finding for finding in findings if finding.severity is Severity.WARNING]
    summary = check_summary(prepared.loaded.scenario, prepared.problem, warnings).split("\n")
    return "\n".join([
        summary[0],
        *(f"  {line}" for line in recognised_lines(prepared.recognised.as_dict())),
        *(f"  {test}" for test in checked.tests),
        *(f"error: {finding}" for finding in errors),
        *summary[1:],
    ])  # fmt: skip


def unfetched_lines(missing: Unfetched) -> list[str]:
    """Return what a scenario lacks, and the warnings about its text."""
    findings = [finding.seen_below(Path.cwd()) for finding in missing.findings]
    return [f"{missing.scenario}:", *(f"  {line}" for line in note_lines(findings))]
