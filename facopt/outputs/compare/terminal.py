"""The comparison in a terminal: sentence, what was assumed differently, figures, who gains and loses, facilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.compare import phrases
from facopt.outputs.plain_text import printable
from facopt.outputs.terminal import terminal_language
from facopt.outputs.terminal_text import TerminalText
from facopt.outputs.words import pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.outputs.compare.model import Change, Comparison, Measure, SiteChange
    from facopt.outputs.numbers import Lang
    from facopt.outputs.terminal_text import Side

MOST_ROWS = 12
"""Zones and facilities listed each; the page and the workbook list all."""


def render_terminal(comparison: Comparison, width: int = 80, lang: Lang | None = None) -> str:
    """Return the comparison as plain text.

    Parameters
    ----------
    comparison
        Two or more runs.
    width
        Columns of the terminal; Chinese characters take two.
    lang
        zh or en; by default the terminal's language.
    """
    writer = _Writer(comparison, width, lang or terminal_language())
    writer.write()
    return writer.written()


class _Writer(TerminalText):
    """Writes one comparison in one language."""

    def __init__(self, comparison: Comparison, width: int, lang: Lang) -> None:
        super().__init__(width, lang)
        self.comparison = comparison

    def write(self) -> None:
        for change in self.comparison.changes:
            self.line(phrases.sentence(self.comparison, change))
        self.basis()
        self.settings()
        self.measures()
        for change in self.comparison.changes:
            self.people(change)
            self.sites(change)

    def heading(self, key: str, change: Change) -> None:
        """Title of a section about one pair, which it names only where there are several."""
        if len(self.comparison.changes) == 1:
            self.title(key)
        else:
            a, b = (phrases.run_name(self.comparison, run) for run in (0, change.run))
            self.title(f"{key}_of", a=a, b=b)

    def letters(self) -> list[tuple[str, Side]]:
        return [(run.letter, "right") for run in self.comparison.runs]

    def basis(self) -> None:
        if not self.comparison.basis:
            return
        self.title("compare.basis_allowed" if self.comparison.allowed else "compare.basis_refused")
        for difference in self.comparison.basis:
            self.console.print(f"  ! {self.text(phrases.basis_words(self.comparison, difference))}")

    def settings(self) -> None:
        comparison = self.comparison
        self.title("compare.inputs")
        if not comparison.settings and not comparison.inputs:
            self.console.print(self.say("compare.inputs_none"))
            return
        rows = [[self._setting(row.key), *self._values(row.key, row.values)] for row in comparison.settings]
        rows += [[row.key, *(value[:12] or "–" for value in row.values)] for row in comparison.inputs]
        self.table([(self.say("compare.item"), "left"), *((run.letter, "left") for run in comparison.runs)], rows)
        same = {"settings": numbers.count(comparison.settings_same), "files": numbers.count(comparison.inputs_same)}
        self.console.print(self.say("compare.inputs_rest", **same))

    def _setting(self, key: str) -> str:
        """What a setting is called; its key where it has no name."""
        return self.text(phrases.setting_name(self.comparison, key)) or printable(key)

    def _values(self, key: str, values: Sequence[str]) -> list[str]:
        return [self.text(phrases.setting_value(self.comparison, key, run, value)) for run, value in enumerate(values)]

    def measures(self) -> None:
        comparison = self.comparison
        self.title("compare.results")
        others = range(1, len(comparison.runs))
        heads: list[tuple[str, Side]] = [(self.say("compare.measure"), "left"), *self.letters()]
        heads += [(f"{comparison.runs[run].letter} {numbers.MINUS} A", "right") for run in others]
        if len(comparison.runs) == 2:
            heads.append((self.say("compare.better"), "left"))
        self.table(heads, [self._measure(row) for row in comparison.measures])
        for run in comparison.runs:
            name, proof = self.text((run.title_zh, run.title_en)), self.text(phrases.status_words(run))
            self.console.print(f"{run.letter}  {name} ({printable(run.scenario)})  {proof}")

    def _measure(self, row: Measure) -> list[str]:
        comparison, runs = self.comparison, range(len(self.comparison.runs))
        name = self.text(phrases.measure_name(comparison, row))
        cells = ["  " + name if phrases.is_part(row) else name]
        cells += [self.text(phrases.measure_value(comparison, row, run)) for run in runs]
        for run in runs[1:]:
            mark = "" if comparison.comparable(run) or row.differences[run - 1] is None else "※"
            cells.append(self.text(phrases.measure_difference(comparison, row, run)) + mark)
        if len(runs) == 2:
            cells.append(self.text(phrases.better_words(comparison, row, 1)))
        return cells

    def people(self, change: Change) -> None:
        people, b = change.people, self.comparison.runs[change.run].letter
        if people is None:
            return
        self.heading("compare.who", change)
        counts = (("gain", people.gain, 1), ("lose", people.lose, -1), ("reassigned", people.reassigned, 0))
        for key, count, sign in counts:
            figure = numbers.difference_people(sign * count.people) if sign else numbers.people(count.people)
            told = self.text(phrases.settlements(count.points))
            self.console.print(f"  {figure:>12}  {self.say(f'compare.{key}', b=b)} ({told})")
        if people.left_out.points:
            left = {"points": numbers.count(people.left_out.points), "people": numbers.people(people.left_out.people)}
            self.console.print(self.say("compare.left_out", **left))
        self._zones(change)

    def _zones(self, change: Change) -> None:
        people = change.people
        if people is None or not people.zones:
            return
        heads = ("compare.unit", "compare.gain_people", "compare.lose_people", "compare.share_change")
        sides: tuple[Side, ...] = ("left", "right", "right", "right")
        shown = sorted(people.zones, key=lambda zone: -(zone.gain + zone.lose))[:MOST_ROWS]
        rows = [
            [
                self.text(zone.names), numbers.difference_people(zone.gain), numbers.difference_people(-zone.lose),
                numbers.difference_points(zone.percent_other - zone.percent_base),
            ]
            for zone in people.zones if zone in shown
        ]  # fmt: skip
        others = [zone for zone in people.zones if zone not in shown]
        if others:
            sums = (sum(zone.gain for zone in others), -sum(zone.lose for zone in others))
            rows.append([f"… {numbers.count(len(others))}", *map(numbers.difference_people, sums), ""])
        self.table([(self.say(key), side) for key, side in zip(heads, sides, strict=True)], rows)

    def sites(self, change: Change) -> None:
        if not (self.comparison.runs[0].planned and self.comparison.runs[change.run].planned):
            return
        self.heading("compare.projects", change)
        for run, sites in ((0, change.only_base), (change.run, change.only_other)):
            self.line(phrases.only_words(self.comparison, change, run))
            for site in sites[:MOST_ROWS]:
                self.console.print(f"  {self._site(site)}")
            if len(sites) > MOST_ROWS:
                self.console.print(f"  … {numbers.count(len(sites) - MOST_ROWS)}")
        self.line(phrases.both_words(change))
        otherwise = [site for site in change.both if site.differs]
        if otherwise:
            self.line(pair("compare.actions"))
        for site in otherwise[:MOST_ROWS]:
            done = [
                self.text(phrases.done_words(*facts))
                for facts in (
                    (site.action, site.stage, site.size), (site.action_other, site.stage_other, site.size_other),
                )
            ]  # fmt: skip
            self.console.print(f"  {self.text(site.names)}: {done[0]} → {done[1]}")

    def _site(self, site: SiteChange) -> str:
        return f"{self.text(site.names)} ({printable(site.site_id)}, {self.say(f'action.{site.action}')})"
