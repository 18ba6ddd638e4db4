"""Every way in which a scenario can be wrong, with the whole text of what facopt says about it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from facopt.errors import ScenarioError
from facopt.scenario.load import load_scenario

FOLDER = Path(__file__).parent / "bad_scenarios"
NOT_BAD = {"good.yaml"}
BLOCKS = re.split(r"^== (.*)\n", (FOLDER / "messages.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
MESSAGES = dict(zip(BLOCKS[::2], BLOCKS[1::2], strict=True))


@pytest.fixture(autouse=True)
def _in_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("name", MESSAGES)
def test_whole_message(name: str) -> None:
    """A bad scenario gives exactly these findings, each with file, line and column, in file order."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path(name))
    said = str(caught.value).replace(str(FOLDER), "<folder>")
    assert said == MESSAGES[name].removesuffix("\n")


def test_every_bad_scenario_has_its_message() -> None:
    """No file in the folder goes untested, and no message lacks its file."""
    assert {file.name for file in FOLDER.glob("*.yaml")} - NOT_BAD == set(MESSAGES)


def test_the_good_scenario_is_good() -> None:
    """The scenario that most of the bad ones extend has nothing wrong with it, so each is bad in one way only."""
    assert load_scenario(Path("good.yaml")).warnings == ()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("limits.budjet=5", "limits: unknown key 'budjet'. Perhaps 'budget' is meant."),
        ("limits.budget", "this sets nothing. Write --set key=value, as in limits.budget=5000000."),
        ("limits..budget=5", "this sets nothing. Write --set key=value, as in limits.budget=5000000."),
        ("=5", "this sets nothing. Write --set key=value, as in limits.budget=5000000."),
        ("limits.budget='5'", "limits.budget should be a number, but is '5' in quotes. Write 5 without quotes."),
        ("targets.1.at_least_percent=9", "'1' is no place in this list of 1. Count from 0 to 0."),
        ("targets.-1.at_least_percent=9", "'-1' is no place in this list of 1. Count from 0 to 0."),
        ("targets.first=9", "'first' is no place in this list of 1. Count from 0 to 0."),
        ("extends=other.yaml", "'extends' cannot be set. State it in a scenario file."),
        ("name=", "the key 'name' is empty. Add it: name of the scenario and of its folder of results."),
        ("name.first=a", "name should be text, but is a group of keys. Write one text."),
        (
            "objective=[cost",
            "the value cannot be read: expected ',' or ']', but got '<stream end>'. "
            "Write a number, text, [a, b] or {key: value}, in quotes against the shell.",
        ),
        (
            "demand.file=nowhere.csv",
            "demand.file: no such file: 'nowhere.csv' in <folder>. Check the path.",
        ),
    ],
)
def test_override_message(override: str, message: str) -> None:
    """What is wrong with an override is said at the override, as it was typed."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path("good.yaml"), [override])
    assert str(caught.value).replace(str(FOLDER), "<folder>") == f"--set {override}: {message}"


def test_all_overrides_are_judged() -> None:
    """Two unusable overrides are both named."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path("good.yaml"), ["a", "b"])
    assert [str(finding.place) for finding in caught.value.findings] == ["--set a", "--set b"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none.yaml", "none.yaml: no such file. Check the path and the folder you are in."),
        (str(FOLDER), f"{FOLDER}: this is a folder. Name a scenario file in it."),
    ],
)
def test_no_scenario_at_all(path: str, message: str) -> None:
    """A scenario that is not there, or is a folder, is refused in words."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path(path))
    assert str(caught.value) == message


def test_data_file_given_as_scenario(tmp_path: Path) -> None:
    """A long file is refused before it is parsed."""
    file = tmp_path / "demand.csv"
    file.write_text("001,106.1,29.1\n" * 20_000, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    message = "the file is longer than 256 kB. Name a scenario, and the data files inside it."
    assert str(caught.value) == f"{file}: {message}"


@pytest.mark.skipif(os.name == "nt", reason="Windows reads both slashes")
def test_backslash_in_a_path() -> None:
    """A path as Windows shows it is refused where backslashes divide no folders."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path("good.yaml"), ["demand.file=data\\county.csv"])
    what = f"demand.file: no such file: 'data\\county.csv' in {FOLDER}. Write / between folders, not \\."
    assert str(caught.value).endswith(what)


@pytest.mark.skipif(os.name == "nt", reason="other systems have other limits")
def test_name_too_long_for_any_file_system() -> None:
    """A path that the system refuses to look at is a finding, not a crash."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path("good.yaml"), [f"demand.file={'x' * 5000}"])
    assert "demand.file: the path cannot be followed" in str(caught.value)
