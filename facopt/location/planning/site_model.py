"""What becomes of the sites: moves, openings and money, rows (1) to (3) of the planning model."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from facopt.linear import Linear, column, constant, total
from facopt.location.planning.rows import Rows

if TYPE_CHECKING:
    from facopt.location.planning.problem import PlanningProblem


@dataclass
class SiteModel(Rows):
    """A model of what each site may become; expressions of its state, of money and of posts."""

    problem: PlanningProblem
    moved: dict[tuple[int, int], int] = field(default_factory=dict)
    """Column of m by (move, stage)."""

    @property
    def stages(self) -> range:
        """Numbers of the stages."""
        return range(self.problem.stage_count)

    @property
    def last(self) -> int:
        """Number of the last stage."""
        return self.problem.stage_count - 1

    def in_option(self, option: int, stage: int) -> Linear:
        """Return u: 1 where the site is in the option in a stage."""
        site = self.problem.options[option].site
        parts = [constant(float(self.problem.start[site] == option))]
        for number in self.problem.moves_of[site]:
            move = self.problem.moves[number]
            if (number, stage) in self.moved and option in (move.start, move.end):
                parts.append(column(self.moved[number, stage], 1.0 if option == move.end else -1.0))
        return total(parts)

    def open(self, site: int, stage: int) -> Linear:
        """Return 1 where the site is open in a stage."""
        if (site, stage) not in self._opens:
            options = [number for number in self.problem.options_of[site] if self.problem.options[number].open]
            self._opens[site, stage] = total(self.in_option(number, stage) for number in options)
        return self._opens[site, stage]

    def any_open(self, sites: tuple[int, ...], stage: int) -> Linear:
        """Return the number of open sites among some."""
        return total(self.open(site, stage) for site in sites)

    def figure(self, name: str, stage: int) -> Linear:
        """Return running_cost, staff, beds or floor_area over the open sites of a stage."""
        return total(
            self.in_option(number, stage) * getattr(option, name)
            for number, option in enumerate(self.problem.options)
            if getattr(option, name)
        )

    def capital(self, stage: int, source: int | None = None) -> Linear:
        """Return the money spent in a stage, by one funding source or by all."""
        parts = []
        for (number, t), now in self.moved.items():
            move = self.problem.moves[number]
            share = move.cost if source is None else move.cost * move.shares[source]
            if t == stage and share:
                parts.append(column(now, share))
                if (number, t - 1) in self.moved:
                    parts.append(column(self.moved[number, t - 1], -share))
        return total(parts)

    @cached_property
    def _opens(self) -> dict[tuple[int, int], Linear]:
        return {}

    def _add_moves(self) -> None:
        problem = self.problem
        for number, move in enumerate(problem.moves):
            for t in range(move.first_stage, problem.stage_count):
                self.moved[number, t] = self.column(f"move_{number}_{t}", integer=True)
                if (number, t - 1) in self.moved:
                    terms = column(self.moved[number, t]) - column(self.moved[number, t - 1])
                    self.row(f"stays_{number}_{t}", terms, at_least=0.0)
        for option in range(len(problem.options)):
            for t in self.stages:
                self._add_leaving(option, t)
        for number, move in enumerate(problem.moves):
            if move.partner >= 0:
                for t in range(move.first_stage, problem.stage_count):
                    left = self.open(move.partner, t) - column(self.moved[number, t])
                    self.row(f"partner_{number}_{t}", left, at_least=0.0)
        self._add_one_newcomer()

    def _add_leaving(self, option: int, t: int) -> None:
        """Add row (2)."""
        problem = self.problem
        site = problem.options[option].site
        out = [column(self.moved[n, t]) for n in problem.moves_of[site]
               if problem.moves[n].start == option and (n, t) in self.moved]  # fmt: skip
        if not out:
            return
        into = [column(self.moved[n, t - 1]) for n in problem.moves_of[site]
                if problem.moves[n].end == option and (n, t - 1) in self.moved]  # fmt: skip
        at_most = float(problem.start[site] == option)
        if len(out) > 1 or into or not at_most:
            self.row(f"leave_{option}_{t}", total(out) - total(into), at_most=at_most)

    def _add_one_newcomer(self) -> None:
        by_partner: dict[int, list[Linear]] = {}
        for number, move in enumerate(self.problem.moves):
            if move.action == "relocate" and (number, self.last) in self.moved:
                by_partner.setdefault(move.partner, []).append(column(self.moved[number, self.last]))
        for partner, moves in by_partner.items():
            if len(moves) > 1:
                self.row(f"newcomer_{partner}", total(moves), at_most=1.0)
