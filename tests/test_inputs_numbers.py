"""Numbers in cells are read with tolerance for how they are typed, and never guessed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from facopt.inputs.numbers import parse_number, parse_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), (" 5 ", 5), ("-1.5", -1.5), ("+3", 3), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1.2E-2", 0.012),
        ("1,234", 1234), ("1,234,567.5", 1234567.5), ("1 234 567", 1234567), ("1\u00a0234", 1234), ("1'234", 1234),
        ("１２３", 123), ("１，２３４．５", 1234.5), ("－5", -5), ("007", 7),
        ("126°33'52.5\"", 126 + 33 / 60 + 52.5 / 3600), ("43°52′N", 43 + 52 / 60), ("W 12°30'", -12.5),
        ("113°06′36″", 113.11), ("东经113度6分36秒", 113.11), ("北緯30°35’24”", 30.59), ("30º35.4'", 30.59),
        ("30.59°N", 30.59), ("30°35'24''", 30.59),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    """Full-width digits, separators of thousands and degrees are numbers."""
    assert parse_number(text) == pytest.approx(value)
    assert parse_numbers(np.array([text], dtype=object)).values[0] == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["abc", "1,5", "1,23,456", "1.2.3", "1 2", "12人", "50%", "nan", "NaN", "inf", "-Infinity", "1_000", "0x10",
             "--5", "5-", ",", ".", "1e999", "True", "三", "NA", "#N/A"],
)  # fmt: skip
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    """A decimal comma, a unit, an infinity or a word is an error, not a number."""
    assert math.isnan(parse_number(text))
    numbers = parse_numbers(np.array([text], dtype=object))
    assert numbers.bad.tolist() == [True]
    assert np.isnan(numbers.values).all()


def test_blank_cells_are_blank_and_not_wrong() -> None:
    """A blank is known as such."""
    numbers = parse_numbers(np.array(["1", "", "  "], dtype=object))
    assert numbers.blank.tolist() == [False, True, True]
    assert not numbers.bad.any()
