"""A review in a terminal: sentences, coverage, targets, facilities that are not as planned, units behind the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.as_built import phrases
from facopt.outputs.as_built.model import AS_PLANNED, SITE_KINDS
from facopt.outputs.plain_text import printable
from facopt.outputs.terminal import terminal_language
from facopt.outputs.terminal_text import TerminalText
from facopt.outputs.words import pair

if TYPE_CHECKING:
    from facopt.outputs.as_built.model import AsBuiltReview, Coverage, SiteCheck
    from facopt.outputs.numbers import Lang
    from facopt.outputs.terminal_text import Side

MOST_ROWS = 12
"""Facilities of a kind, and units, listed; page and workbook list all."""


def as_built_text(review: AsBuiltReview, width: int = 80, lang: Lang | None = None) -> str:
    """Return the review as plain text in the terminal's language, or in `lang`."""
    writer = _Writer(review, width, lang or terminal_language())
    writer.write()
    return writer.written()


class _Writer(TerminalText):
    def __init__(self, review: AsBuiltReview, width: int, lang: Lang) -> None:
        super().__init__(width, lang)
        self.review = review

    def write(self) -> None:
        review = self.review
        for sentence in phrases.sentences(review):
            self.line(sentence)
        if review.changed:
            self.console.print(f"! {self.say('built.changed')}")
        self.coverage("built.coverage_title", [row for row in review.coverage if row.group != "zone"])
        self.targets()
        self.sites()
        self.zones()
        self.console.print()
        self.line(phrases.basis(review))

    def coverage(self, title: str, rows: list[Coverage]) -> None:
        self.title(title)
        heads: list[tuple[str, Side]] = [(self.say("built.who"), "left")]
        keys = ("people", "now", "plan", "built", "change")
        heads += [(self.say(f"built.{key}"), "right") for key in keys]
        self.table(heads, [self._covered(row) for row in rows])

    def _covered(self, row: Coverage) -> list[str]:
        shares = [phrases.share(row, figure) for figure in ("now", "plan", "built")]
        people, change = numbers.people(row.people), numbers.difference_points(row.change_points)
        return [self.text(row.name), people, *shares, change]

    def targets(self) -> None:
        review = self.review
        if not review.targets:
            return
        self.title("built.targets")
        for target in review.targets:
            asked = self.text(phrases.target_asked(target))
            reached = self.text(phrases.target_reached(target, target.built))
            who, state = self.text(phrases.target_words(review, target)), self.text(phrases.target_state(target))
            self.console.print(f"  {who}: {reached} / {asked}  {state}")

    def sites(self) -> None:
        self.title("built.sites")
        listed = [kind for kind in SITE_KINDS if kind not in AS_PLANNED and self.review.of_kind(kind)]
        if not listed:
            self.line(pair("built.all_as_planned"))
        for kind in listed:
            sites = self.review.of_kind(kind)
            self.console.print(f"{self.say(f'built.kind_{kind}')}: {numbers.count(len(sites))}")
            for site in sites[:MOST_ROWS]:
                self.console.print(f"  {self._site(site)}")
            if len(sites) > MOST_ROWS:
                self.console.print(f"  … {numbers.count(len(sites) - MOST_ROWS)}")

    def _site(self, site: SiteCheck) -> str:
        told = f"{self.text(site.name)} ({printable(site.site_id)})"
        if not site.people_waiting:
            return told
        return f"{told}  {self.say('built.site_waits', people=numbers.people(site.people_waiting))}"

    def zones(self) -> None:
        behind = [row for row in self.review.coverage if row.group == "zone" and row.built != row.plan]
        if behind:
            self.coverage("built.zones_title", behind[:MOST_ROWS])
            if len(behind) > MOST_ROWS:
                self.console.print(f"… {numbers.count(len(behind) - MOST_ROWS)}")
