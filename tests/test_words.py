"""The message catalogue: both languages complete, figures in place, everything escaped."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from facopt.measures.report import POINT_STATES, REASONS, REMEDIES, SITE_ACTIONS
from facopt.outputs.words import WORDS, both, both_of, named, pair, say, say_html


def fields(phrase: str) -> set[str]:
    """Return the names of a phrase's figures."""
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


def test_both_languages_say_the_same() -> None:
    """Each phrase exists in both languages with the same figures and as many bold passages."""
    for key, (zh, en) in WORDS.items():
        assert zh, key
        assert en, key
        assert fields(zh) == fields(en), key
        assert zh.count("**") == en.count("**"), key
        assert zh.count("**") % 2 == 0, key


def test_machine_keys_are_plain_english() -> None:
    """Keys are lower-case ASCII with dots and underscores."""
    assert [key for key in WORDS if not re.fullmatch(r"[a-z0-9_.]+", key)] == []


def test_punctuation_is_full_width_in_chinese_and_half_width_in_english() -> None:
    """Chinese phrases use ，：；（） beside Chinese characters, English ones contain nothing Chinese at all."""
    half = r"[\u4e00-\u9fff][,:;()]|[,;()][\u4e00-\u9fff]"
    assert [key for key, (zh, _) in WORDS.items() if re.search(half, zh)] == []
    full = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
    assert [key for key, (_, en) in WORDS.items() if re.search(full, en)] == []


def test_every_state_action_and_status_has_a_name() -> None:
    """No machine key of the report can reach a page without words."""
    needed = [f"state.{s}" for s in POINT_STATES] + [f"action.{a}" for a in SITE_ACTIONS]
    needed += [f"status.{s}" for s in ("optimal", "feasible", "infeasible", "no_solution")]
    needed += [f"reason.{r}" for r in REASONS] + [f"remedy.{r}" for r in REMEDIES]
    needed += [f"area_class.{c}" for c in ("urban", "town", "rural")]
    needed += [f"objective.{o}" for o in ("coverage", "cost", "sites", "travel", "worst_travel")]
    assert [key for key in needed if key not in WORDS] == []


def test_both_escapes_figures_and_shows_each_language_its_own() -> None:
    """A hostile figure is text in the page, and a pair gives each language its own figure."""
    html = both("target.short", points=("<b>1,0</b>", "{x} **y**"))
    assert html == (
        '<span lang="zh">▲ 差 &lt;b&gt;1,0&lt;/b&gt; 个百分点</span><span lang="en">▲ {x} **y** points short</span>'
    )


def test_say_gives_plain_text_without_marks() -> None:
    """Plain text has the figure in place and neither escapes nor bold marks."""
    assert say("status.feasible_gap", "en", gap="<0.01%") == "◐ feasible, gap <0.01%"
    assert pair("status.feasible_gap", gap="0.8%") == ("◐ 可行，差距 0.8%", "◐ feasible, gap 0.8%")


def test_bold_comes_from_the_phrase_only() -> None:
    """Marks in the catalogue become bold in HTML and vanish in plain text; marks in a figure stay as they are."""
    key = next(key for key in sorted(WORDS) if "**" in WORDS[key][0])
    figures = dict.fromkeys(fields(WORDS[key][0]), "**<i>**")
    html = say_html(key, "zh", **figures)
    assert "<b>" in html
    assert "<i>" not in html
    assert "**&lt;i&gt;**" in html
    assert "<b>" not in say(key, "zh", **figures)


def test_an_unknown_phrase_or_a_missing_figure_is_an_error() -> None:
    """Nothing is made up where the catalogue has no phrase or the caller no figure."""
    with pytest.raises(KeyError):
        say("no.such.phrase", "zh")
    with pytest.raises(KeyError):
        say("target.short", "zh")


def test_names_fall_back_to_the_machine_key() -> None:
    """A mode that a planner named himself is shown by that name."""
    assert named("mode", "walk") == ("步行", "walking")
    assert named("mode", "<horse>") == ("<horse>", "<horse>")
    assert both_of(named("mode", "<horse>")) == "&lt;horse&gt;"
    assert both_of(("步行", "walking")) == '<span lang="zh">步行</span><span lang="en">walking</span>'
