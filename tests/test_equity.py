"""Equity of minutes: against definitions written out as double sums, and against known values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facopt.measures import equity

TIMES = st.lists(
    st.tuples(st.floats(0, 200, allow_subnormal=False), st.floats(0.1, 5000), st.sampled_from("abc")),
    min_size=1,
    max_size=12,
)


def gini_by_pairs(times: list[float], people: list[float]) -> float:
    """Return half the mean difference of all pairs of people, relative to the mean."""
    total = sum(people)
    mean = sum(t * w for t, w in zip(times, people, strict=True)) / total
    pairs = sum(
        wi * wj * abs(ti - tj)
        for ti, wi in zip(times, people, strict=True)
        for tj, wj in zip(times, people, strict=True)
    )
    return pairs / (2 * total**2 * mean) if mean else 0.0


@given(TIMES)
def test_gini_is_half_the_relative_mean_difference(rows: list[tuple[float, float, str]]) -> None:
    """The area under the Lorenz curve gives the same Gini as all pairs of people."""
    times, people, _ = map(list, zip(*rows, strict=True))
    assert equity.gini(times, people) == pytest.approx(gini_by_pairs(times, people), abs=1e-9)


@given(TIMES)
def test_theil_is_the_sum_of_its_parts(rows: list[tuple[float, float, str]]) -> None:
    """Theil's T of everybody equals its definition and splits exactly into between and within groups."""
    times, people, groups = map(list, zip(*rows, strict=True))
    total = sum(people)
    mean = sum(t * w for t, w in zip(times, people, strict=True)) / total
    shares = [(w / total, t / mean) for t, w in zip(times, people, strict=True) if mean and t / mean > 0]
    expected = sum(w * ratio * math.log(ratio) for w, ratio in shares)
    parts = equity.theil_parts(times, people, groups)
    assert parts is not None
    assert equity.theil(times, people) == pytest.approx(expected, abs=1e-9)
    assert sum(parts) == pytest.approx(expected, abs=1e-9)


def test_theil_between_counts_only_the_means_of_the_groups() -> None:
    """Where all within a group take equally long, the whole of Theil's T lies between the groups."""
    between, within = equity.theil_parts([10, 10, 30, 30], [1, 2, 3, 4], ["a", "a", "b", "b"]) or (0.0, 0.0)
    assert within == pytest.approx(0.0, abs=1e-12)
    assert between == pytest.approx(equity.theil([10, 30], [3, 7]))


def test_equal_times_are_perfectly_even_and_one_traveller_is_the_opposite() -> None:
    """Gini and Theil are 0 for equal times; one of n who does all the travelling gives (n - 1) / n and ln n."""
    assert equity.gini([7, 7, 7], [1, 20, 300]) == pytest.approx(0.0, abs=1e-12)
    assert equity.theil([7, 7, 7], [1, 20, 300]) == pytest.approx(0.0, abs=1e-12)
    assert equity.gini([0, 0, 0, 8], [1, 1, 1, 1]) == pytest.approx(0.75)
    assert equity.theil([0, 0, 0, 8], [1, 1, 1, 1]) == pytest.approx(math.log(4))
    assert equity.gini([0, 0], [5, 5]) == 0.0
    assert equity.theil([0, 0], [5, 5]) == 0.0
    assert equity.theil_parts([0, 0], [5, 5], ["a", "b"]) == (0.0, 0.0)


def test_splitting_a_settlement_changes_nothing() -> None:
    """People count, not rows: a settlement in two halves gives the same measures."""
    whole, halves = ([5, 20], [100, 60]), ([5, 20, 5], [40, 60, 60])
    for measure in (equity.gini, equity.theil):
        assert measure(*whole) == pytest.approx(measure(*halves))
    assert equity.within_minutes(*whole, 0.5) == equity.within_minutes(*halves, 0.5)
    assert equity.mean_of_farthest(*whole, 0.5) == pytest.approx(equity.mean_of_farthest(*halves, 0.5))


def test_lorenz_curve_rises_from_nothing_to_all_below_the_diagonal() -> None:
    """The curve starts at (0, 0), ends at (1, 1), and nearest people come first."""
    people, minutes = equity.lorenz_curve([30, 10], [1, 3])
    assert people.tolist() == pytest.approx([0, 0.75, 1])
    assert minutes.tolist() == pytest.approx([0, 0.5, 1])
    assert equity.lorenz_curve([], [])[0].size == 0


def test_within_minutes_is_the_first_time_that_enough_people_have() -> None:
    """Nine of ten people are within the time of the ninth; those without people never count."""
    assert equity.within_minutes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 999], [1] * 10 + [0], 0.9) == 9
    assert equity.within_minutes([5, 1], [1, 99], 0.9) == 1
    assert equity.within_minutes([5, 1], [1, 99], 1.0) == 5


def test_mean_of_the_farthest_counts_a_settlement_on_the_edge_in_part() -> None:
    """The farthest tenth of 100 people are 5 at 60 minutes and 5 of those at 20."""
    assert equity.mean_of_farthest([60, 20, 1], [5, 15, 80], 0.1) == pytest.approx(40)
    assert equity.mean_of_farthest([60, 20, 1], [5, 15, 80], 1.0) == pytest.approx(
        np.average([60, 20, 1], weights=[5, 15, 80])
    )


def test_nobody_has_no_measure() -> None:
    """Without people there is nothing to measure, and no number is made up."""
    for measure in (equity.gini, equity.theil):
        assert measure([], []) is None
        assert measure([3.0], [0.0]) is None
    assert equity.theil_parts([3.0], [0.0], ["a"]) is None
    assert equity.within_minutes([], [], 0.9) is None
    assert equity.mean_of_farthest([], [], 0.1) is None


@pytest.mark.parametrize(
    ("minutes", "people"), [([1, 2], [1]), ([math.nan], [1]), ([math.inf], [1]), ([-1], [1]), ([1], [-1])]
)
def test_unusable_input_is_refused(minutes: list[float], people: list[float]) -> None:
    """Arrays of unequal length and values that are not finite or negative are errors."""
    with pytest.raises(ValueError, match="expected"):
        equity.gini(minutes, people)


def test_shares_and_groups_are_checked() -> None:
    """A share lies above 0 and at most at 1, and every point has a group."""
    for measure in (equity.within_minutes, equity.mean_of_farthest):
        for share in (0.0, 1.1):
            with pytest.raises(ValueError, match="share"):
                measure([1.0], [1.0], share)
    with pytest.raises(ValueError, match="groups"):
        equity.theil_parts([1.0, 2.0], [1.0, 1.0], ["a"])
