"""An explanation in words for the terminal, at most 80 columns wide, and as a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.measures.explained import PlaceFacts, SiteFacts
from facopt.outputs import numbers
from facopt.outputs.terminal import terminal_language
from facopt.outputs.terminal_text import TerminalText
from facopt.outputs.words import pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from facopt.measures.explain import Addition, Change, TierAtPlace
    from facopt.measures.explained import Forced
    from facopt.outputs.numbers import Lang

WIDTH = 80
MOST_NAMED = 5
"""So many places are named; the rest are counted."""

Words = tuple[str, str]
"""Chinese and English."""


@dataclass(frozen=True)
class Named:
    """What things are called."""

    place_id: Sequence[str]
    place: Callable[[int], Words]
    """Name of a demand point."""
    zone: Callable[[int], Words]
    """Name of a demand point's zone."""
    site_id: Sequence[str]
    site: Callable[[int], Words]
    site_tier: Callable[[int], Words]
    """Name of a site's own tier."""
    tier: Callable[[int], Words]
    tier_key: Sequence[str]
    statement: Callable[[str], Words]
    """What a key of the scenario asks for, with its file and line."""
    currency: str


def explanation_text(facts: PlaceFacts | SiteFacts, named: Named, lang: Lang | None = None) -> str:
    """Return an explanation for the terminal."""
    out = TerminalText(WIDTH, lang or terminal_language())
    teller = _Teller(out, named)
    if isinstance(facts, PlaceFacts):
        teller.place(facts)
    else:
        teller.site(facts)
    return out.written()


class _Teller:
    """Writes the parts of an explanation."""

    def __init__(self, out: TerminalText, named: Named) -> None:
        self.out, self.named = out, named

    def say(self, key: str, **figures: Any) -> None:
        """Write a phrase on a line of its own."""
        self.out.line(pair(key, **figures))

    def title(self, key: str, **figures: Any) -> None:
        """Write a phrase after an empty line."""
        self.out.title(key, **figures)

    # --- a place -----------------------------------------------------------------------------------------------------

    def place(self, facts: PlaceFacts) -> None:
        """Tell why a place is covered or not."""
        whole, none = facts.share >= 1 - 1e-9, facts.share <= 1e-9
        key = "place_covered" if whole else "place_uncovered" if none else "place_partly"
        self.say(
            f"explain.{key}", place=_with_id(self.named.place(facts.point), self.named.place_id[facts.point]),
            zone=self.named.zone(facts.point), people=numbers.people(facts.people),
            share=numbers.percent(100 * facts.share),
        )  # fmt: skip
        if facts.reason:
            self.say("explain.why", reason=pair(f"reason.{facts.reason}"))
        self._tiers(facts.tiers)
        if whole:
            return
        if facts.additions:
            self.title("explain.additions", could=numbers.count(facts.could))
            self._additions(facts.additions)
        else:
            self.say("explain.no_additions")
        if facts.forced is not None:
            self._forced("explain.forced_place", facts.forced)

    def _tiers(self, tiers: Sequence[TierAtPlace]) -> None:
        say = self.out.say
        heads = [(say("explain.tier"), "left"), (say("explain.standard"), "right"),
                 (say("explain.nearest_open"), "left"), (say("explain.minutes"), "right"),
                 (say("explain.nearest_usable"), "left"), (say("explain.minutes"), "right")]  # fmt: skip
        rows = [
            [self.out.text(self.named.tier(one.tier)), numbers.trimmed(one.standard_minutes),
             self._site(one.nearest_open), numbers.minutes(one.minutes_open),
             self._site(one.nearest_usable), numbers.minutes(one.minutes_usable)]
            for one in tiers
        ]  # fmt: skip
        self.out.table(heads, rows)  # type: ignore[arg-type]

    def _site(self, site: int) -> str:
        return numbers.MISSING if site < 0 else self.out.text(_with_id(self.named.site(site), self.named.site_id[site]))

    # --- a site ------------------------------------------------------------------------------------------------------

    def site(self, facts: SiteFacts) -> None:
        """Tell why a site is open or not, and what else could be."""
        state = {(True, True): "keep", (True, False): "build", (False, True): "closed", (False, False): "none"}
        self.say(
            "explain.site_open", site=self.named.site(facts.site), tier=self.named.site_tier(facts.site),
            id=self.named.site_id[facts.site], state=pair(f"explain.state_{state[facts.open, facts.standing]}"),
        )  # fmt: skip
        if facts.open:
            self._open_site(facts)
        elif facts.addition is not None:
            self.title("explain.one_more")
            self._change(facts.addition.change)
            self._swap(facts.addition)
        else:
            self.say("explain.cannot_open")
        if facts.instead is not None:
            other = self._names(facts.instead.added)
            self.title("explain.instead", other=other)
            self._change(facts.instead)
            if facts.forced_instead is not None:
                self._forced("explain.forced_instead", facts.forced_instead, other=other)
        self._next(facts.next_sites)

    def _open_site(self, facts: SiteFacts) -> None:
        self.say("explain.serves", people=numbers.people(facts.people_served))
        if facts.points_only_here:
            places = self._places(facts.points_only_here)
            self.say("explain.only_here", people=numbers.people(facts.people_only_here), places=places)
        else:
            self.say("explain.only_here_nobody")
        if facts.rank is not None:
            self.say("explain.rank", rank=numbers.count(facts.rank[0]), count=numbers.count(facts.rank[1]))
        if facts.without is not None:
            self.title("explain.without")
            self._change(facts.without)
        if facts.forced_without is not None:
            self._forced("explain.forced_without", facts.forced_without)

    def _next(self, additions: Sequence[Addition]) -> None:
        if not additions:
            self.title("explain.no_next")
            return
        self.title("explain.next")
        self._additions(additions)

    # --- parts of both -----------------------------------------------------------------------------------------------

    def _additions(self, additions: Sequence[Addition]) -> None:
        say = self.out.say
        heads = [(say("explain.site"), "left"), (say("explain.gains"), "right"), (say("explain.costs"), "right"),
                 (say("explain.per_person"), "right"), (say("explain.stopped_by"), "left")]  # fmt: skip
        rows = []
        for one in additions:
            stopped = ", ".join(one.change.breaks) or say("explain.nothing_stops")
            per_person = numbers.money_per_person(one.cost_per_person, self.named.currency, self.out.lang)
            rows.append(
                [self._site(one.site), numbers.people(one.change.people_gained), self._money(one.change.cost),
                 per_person, stopped]
            )  # fmt: skip
        self.out.table(heads, rows)  # type: ignore[arg-type]
        for key in dict.fromkeys(key for one in additions for key in one.change.breaks):
            self.say("explain.stops", which=key, statement=self.named.statement(key))
        for one in additions:
            if one.swap is not None:
                self._swap(one)

    def _swap(self, one: Addition) -> None:
        if one.swap is not None:
            self.say(
                "explain.swap", added=self._names(one.swap.added), removed=self._names(one.swap.removed),
                gained=numbers.people(one.swap.people_gained), lost=numbers.people(one.swap.people_lost),
                cost=self._signed_money(one.swap.cost),
            )  # fmt: skip
        elif one.change.breaks:
            self.say("explain.no_swap", added=self._names((one.site,)))

    def _change(self, change: Change, *, travel: bool = True) -> None:
        self.say(
            "explain.difference" if travel else "explain.difference_of_people",
            gained=numbers.people(change.people_gained),
            lost=numbers.people(change.people_lost),
            cost=self._signed_money(change.cost),
            **({"minutes": numbers.difference(change.person_minutes, 0)} if travel else {}),
        )
        if change.gain_points:
            self.say("explain.places", places=self._places(change.gain_points))
        if change.loss_points:
            self.say("explain.losers", places=self._places(change.loss_points))
        for key in change.breaks:
            self.say("explain.breaks", statement=self.named.statement(key))

    def _forced(self, key: str, forced: Forced, **figures: Any) -> None:
        self.title(key, **figures)
        if forced.change is None:
            self.say("explain.no_plan" if forced.status == "infeasible" else "explain.no_time")
            for way in forced.ways[:MOST_NAMED]:
                self.say("explain.way", way=way)
            return
        change = forced.change
        if change.added:
            self.say("explain.adds", sites=self._names(change.added))
        if change.removed:
            self.say("explain.drops", sites=self._names(change.removed))
        if not change.added and not change.removed:
            self.say("explain.same")
        self._change(change, travel=False)
        if forced.status != "optimal":
            self.say("explain.unproven")

    def _names(self, sites: Sequence[int]) -> Words:
        named = [_with_id(self.named.site(j), self.named.site_id[j]) for j in sites[:MOST_NAMED]]
        return _listed(named, len(sites) - len(named))

    def _places(self, points: Sequence[int]) -> Words:
        named = [_with_id(self.named.place(i), self.named.place_id[i]) for i in points[:MOST_NAMED]]
        return _listed(named, len(points) - len(named))

    def _money(self, amount: float) -> str:
        return numbers.money_headline(amount, self.named.currency, self.out.lang)

    def _signed_money(self, amount: float) -> Words:
        sign = "+" if amount > 0 else numbers.MINUS if amount < 0 else ""
        return numbers.in_both(lambda lang: sign + numbers.money_headline(abs(amount), self.named.currency, lang))


def _with_id(words: Words, key: str) -> Words:
    """Return a name with its id, where they differ."""
    return tuple(name if name == key else f"{name} ({key})" for name in words)  # type: ignore[return-value]


def _listed(named: Sequence[Words], more: int) -> Words:
    zh, en = "、".join(one[0] for one in named), ", ".join(one[1] for one in named)
    if more <= 0:
        return zh, en
    together = pair("explain.and_more", places=(zh, en), count=(str(len(named) + more), str(more)))
    return together[0], together[1]


# --- as a record -----------------------------------------------------------------------------------------------------


def explanation_record(facts: PlaceFacts | SiteFacts, named: Named) -> dict[str, Any]:
    """Return what `facopt explain --json` prints: ids instead of names, None for what is unknown."""
    if isinstance(facts, PlaceFacts):
        return {
            "place_id": named.place_id[facts.point], "name": named.place(facts.point)[0], "people": facts.people,
            "people_covered": facts.people * facts.share, "reason": facts.reason or None,
            "tiers": [_tier(one, named) for one in facts.tiers],
            "sites_that_could_cover": facts.could,
            "additions": [_addition(one, named) for one in facts.additions],
            "if_it_had_to_be_covered": _forced(facts.forced, named),
        }  # fmt: skip
    return {
        "site_id": named.site_id[facts.site], "name": named.site(facts.site)[0], "open": facts.open,
        "standing": facts.standing, "people_served": facts.people_served, "people_only_here": facts.people_only_here,
        "places_only_here": [named.place_id[i] for i in facts.points_only_here],
        "rank": None if facts.rank is None else facts.rank[0],
        "open_sites": None if facts.rank is None else facts.rank[1],
        "without": _change(facts.without, named), "if_ruled_out": _forced(facts.forced_without, named),
        "as_one_more": None if facts.addition is None else _addition(facts.addition, named),
        "instead": _change(facts.instead, named), "instead_solved_again": _forced(facts.forced_instead, named),
        "next_sites": [_addition(one, named) for one in facts.next_sites],
    }  # fmt: skip


def _tier(one: TierAtPlace, named: Named) -> dict[str, Any]:
    def site(j: int) -> str | None:
        return None if j < 0 else named.site_id[j]

    def minutes(value: float) -> float | None:
        return value if np.isfinite(value) else None

    return {
        "tier": named.tier_key[one.tier], "standard_minutes": one.standard_minutes, "within": one.within,
        "nearest_open": site(one.nearest_open), "minutes_open": minutes(one.minutes_open),
        "nearest_usable": site(one.nearest_usable), "minutes_usable": minutes(one.minutes_usable),
    }  # fmt: skip


def _addition(one: Addition, named: Named) -> dict[str, Any]:
    return {
        "site_id": named.site_id[one.site], "change": _change(one.change, named),
        "cost_per_person": one.cost_per_person, "swap": _change(one.swap, named),
    }  # fmt: skip


def _change(change: Change | None, named: Named) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "removed": [named.site_id[j] for j in change.removed], "added": [named.site_id[j] for j in change.added],
        "people_gained": change.people_gained, "people_lost": change.people_lost, "cost": change.cost,
        "person_minutes": change.person_minutes,
        "places_gaining": [named.place_id[i] for i in change.gain_points],
        "places_losing": [named.place_id[i] for i in change.loss_points],
        "breaks": list(change.breaks),
    }  # fmt: skip


def _forced(forced: Forced | None, named: Named) -> dict[str, Any] | None:
    if forced is None:
        return None
    ways = [{"zh": zh, "en": en} for zh, en in forced.ways]
    return {"status": forced.status, "change": _change(forced.change, named), "ways_out": ways}
