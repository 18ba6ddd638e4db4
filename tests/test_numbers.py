"""Figures as text: rounding, units and the honest edges of shares."""

from __future__ import annotations

import math

import pytest

from facopt.outputs import numbers as n

THIN = "\u2009"


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, f"0{THIN}人", "0"),
        (0.3, f"<1{THIN}人", "<1"),
        (1580, f"1,580{THIN}人", "1,580"),
        (9999.4, f"9,999{THIN}人", "9,999"),
        (9999.6, f"1.00{THIN}万人", "10,000"),
        (24_505, f"2.45{THIN}万人", "24,505"),
        (99_999, f"10.00{THIN}万人", "99,999"),
        (245_050, f"24.5{THIN}万人", "245,050"),
        (113_970, f"11.4{THIN}万人", "113,970"),
        (None, "–", "–"),
        (math.nan, "–", "–"),
    ],
)
def test_people_headline_changes_unit_at_ten_thousand(value: float | None, zh: str, en: str) -> None:
    """People in a headline stand in 万人 from 10,000 on in Chinese and in full in English."""
    assert (n.people_headline(value, "zh"), n.people_headline(value, "en")) == (zh, en)


def test_people_in_tables_never_print_nobody_for_somebody() -> None:
    """A part of a person prints as <1, nobody as 0, and halves round up as in spreadsheets."""
    assert [n.people(v) for v in (0, 0.2, 0.5, 2.5, 245_050, None)] == ["0", "<1", "1", "3", "245,050", "–"]


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (135_700_000, f"13,570{THIN}万元", "¥135.7 million"),
        (140_000_000, f"14,000{THIN}万元", "¥140.0 million"),
        (3_400_000, f"340{THIN}万元", "¥3.40 million"),
        (3_456_000, f"345.6{THIN}万元", "¥3.46 million"),
        (35_000, f"3.5{THIN}万元", "¥35,000"),
        (0, f"0{THIN}万元", "¥0"),
        (None, "–", "–"),
        (math.inf, "–", "–"),
    ],
)
def test_money_headline_uses_the_unit_of_each_language(amount: float | None, zh: str, en: str) -> None:
    """Yuan are told in 万元 in Chinese and in millions in English, with decimals that fit the size."""
    assert (n.money_headline(amount, "CNY", "zh"), n.money_headline(amount, "CNY", "en")) == (zh, en)


def test_money_in_sentences_turns_to_yi_and_billion() -> None:
    """Sums over 100 million yuan are told in 亿元 in running text, over a thousand million in billions."""
    assert n.money_sentence(135_700_000, "CNY", "zh") == f"1.36{THIN}亿元"
    assert n.money_sentence(99_000_000, "CNY", "zh") == f"9,900{THIN}万元"
    assert n.money_sentence(1_357_000_000, "CNY", "en") == "¥1.36 billion"
    assert n.money_sentence(135_700_000, "CNY", "en") == "¥135.7 million"


def test_other_currencies_are_printed_plainly_in_both_languages() -> None:
    """Money of another currency stands in full behind its code; its tables carry the code as unit."""
    assert {n.money_headline(1_234_567.6, "EUR", lang) for lang in n.LANGUAGES} == {"EUR 1,234,568"}
    assert {n.money_table(1_234_567.6, "EUR", lang) for lang in n.LANGUAGES} == {"1,234,568"}
    assert {n.money_unit("EUR", lang) for lang in n.LANGUAGES} == {"EUR"}
    assert n.money_per_person(71.4, "EUR", "zh") == "EUR 71"
    assert n.difference_money(-500.0, "EUR", "en") == "−500"


def test_money_tables_state_the_unit_in_the_heading() -> None:
    """A table prints yuan in 万元 or in millions, without unit, and takes the decimals of its column."""
    assert (n.money_unit("CNY", "zh"), n.money_unit("CNY", "en")) == ("万元", "¥ million")
    assert n.money_table(135_700_000, "CNY", "zh") == "13,570"
    assert n.money_table(135_700_000, "CNY", "en") == "135.7"
    assert n.money_table(5_250_000, "CNY", "en", 2) == "5.25"
    assert n.money_table(None, "CNY", "zh") == "–"
    assert n.money_per_person(553.8, "CNY", "zh") == f"554{THIN}元"
    assert n.money_per_person(553.8, "CNY", "en") == "¥554"
    assert n.money_per_person(None, "CNY", "en") == "–"


def test_a_money_column_gets_the_decimals_that_keep_its_sum_exact() -> None:
    """The decimals of a column are the fewest that print every value exactly, up to three."""
    assert n.money_decimals([5_600_000, 3_400_000], "CNY", "zh") == 0
    assert n.money_decimals([5_605_000, 3_400_000], "CNY", "zh") == 1
    assert n.money_decimals([5_600_000, 3_400_000], "CNY", "en") == 1
    assert n.money_decimals([5_250_000, None, math.nan], "CNY", "en") == 2
    assert n.money_decimals([1.0], "CNY", "en") == 3
    assert n.money_decimals([1.5], "EUR", "en") == 0


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1000, 1000, "100.0%"),
        (999_999, 1_000_000, "99.9%"),
        (999, 1000, "99.9%"),
        (0, 1000, "0.0%"),
        (1, 1_000_000, "<0.1%"),
        (6, 10_000, "0.1%"),
        (902, 1000, "90.2%"),
        (1, 0, "–"),
        (None, 10, "–"),
    ],
)
def test_shares_print_all_and_none_only_for_all_and_none(part: float | None, whole: float, text: str) -> None:
    """100.0% means every person and 0.0% nobody, whatever rounding would say."""
    assert n.share_percent(part, whole) == text


def test_a_sum_of_floats_that_misses_the_whole_by_a_hair_is_all() -> None:
    """Adding a tenth ten times gives all of one, though not exactly in floating point."""
    assert sum([0.1] * 10) != 1.0
    assert n.share_percent(sum([0.1] * 10), 1.0) == "100.0%"
    assert n.share_percent(1_400_000_000 - 1, 1_400_000_000) == "99.9%"


def test_stated_percentages_keep_only_the_decimals_they_need() -> None:
    """A target reads as it was stated."""
    assert [n.percent_stated(v) for v in (90, 99.5, 100, 0, None)] == ["90%", "99.5%", "100%", "0%", "–"]


def test_gaps_print_more_decimals_near_nothing() -> None:
    """A closed gap reads 0.00%, a tiny one never so."""
    values = (0.0, 0.004, 0.05, 0.094, 0.8, 12.34, None, math.inf)
    texts = ["0.00%", "<0.01%", "0.05%", "0.09%", "0.8%", "12.3%", "–", "–"]
    assert [n.gap_percent(v) for v in values] == texts


def test_minutes_have_one_decimal_and_maxima_none_rounded_up() -> None:
    """A longest time is never printed shorter than it is."""
    assert n.minutes(14.25) == "14.3"
    assert [n.minutes_longest(v) for v in (15.0, 15.04, 14.2, 15.0000000001, None, math.nan)] == [
        "15", "16", "15", "15", "–", "–",
    ]  # fmt: skip


def test_bands_are_named_by_their_edges() -> None:
    """A band reads from–to, the last one with a plus."""
    assert [n.minutes_range(*b) for b in ((0, 15), (15, 22.5), (60, math.inf))] == ["0–15", "15–22.5", "60+"]


def test_differences_carry_a_true_minus_and_never_hide_a_change() -> None:
    """A difference has its sign, zero has none, and a change too small to print is not zero."""
    assert [n.difference_points(v) for v in (21.0, -3.24, 0.0, 0.01, -0.01, None)] == [
        "+21.0", "−3.2", "0.0", "+<0.1", "−<0.1", "–",
    ]  # fmt: skip
    assert [n.difference_people(v) for v in (245_050, -1580, 0)] == ["+245,050", "−1,580", "0"]
    assert n.difference_minutes(-3.8) == "−3.8"
    assert (n.difference_money(10_500_000, "CNY", "zh"), n.difference_money(-10_500_000, "CNY", "en")) == (
        "+1,050",
        "−10.5",
    )


def test_plain_figures_round_half_up_and_know_no_negative_zero() -> None:
    """0.25 rounds to 0.3 as in a spreadsheet, and -0.01 prints as 0.0 without a sign."""
    assert [n.fixed(v, 1) for v in (0.25, 2.675e3, -0.01, -12.34, math.nan)] == ["0.3", "2,675.0", "0.0", "−12.3", "–"]
    assert [n.trimmed(v) for v in (15.0, 22.5, 0.014, 1200, None)] == ["15", "22.5", "0.01", "1,200", "–"]
    assert n.count(1160) == "1,160"


def test_in_both_gives_chinese_first() -> None:
    """The pair that the catalogue takes is (Chinese, English)."""
    assert n.in_both(lambda lang: n.people_headline(245_050, lang)) == (f"24.5{THIN}万人", "245,050")


@pytest.mark.parametrize(
    ("amount", "currency", "zh", "en"),
    [
        (161_600_000, "CNY", "16,160\u2009万元", "¥161.6 million"),
        (161_600_001, "CNY", "16,160.0001\u2009万元", "¥161.600001 million"),
        (8, "CNY", "8\u2009元", "¥8"),
        (1200.5, "EUR", "EUR 1,200.5", "EUR 1,200.5"),
        (None, "CNY", "–", "–"),
    ],
)
def test_exact_money_loses_nothing(amount: float | None, currency: str, zh: str, en: str) -> None:
    """Money that a planner may type in again is printed to the last yuan."""
    assert (n.money_exact(amount, currency, "zh"), n.money_exact(amount, currency, "en")) == (zh, en)
