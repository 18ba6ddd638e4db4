"""Every page runs in Chromium 69: no newer script, no newer style without a fallback; the check itself sees them."""

from __future__ import annotations

import pytest

from facopt.as_built import review_as_built
from facopt.outputs.as_built.page import as_built_html
from facopt.outputs.compare import compare_runs
from facopt.outputs.compare.comparison_page import comparison_html
from facopt.outputs.gallery import write_gallery
from facopt.outputs.html_report import write_html_report
from facopt.outputs.map import write_map
from tests.cli_runner import run_record, write_table
from tests.county_case import Choice, county_report
from tests.grid_county import SCENARIO, county
from tests.old_browser import Parts, code_only, newer_script, newer_style
from tests.report_fixture import infeasible_report, small_report
from tests.run_cases import write_case


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every kind of page, by its name."""
    folder = tmp_path_factory.mktemp("pages")
    runs = [write_case(county_report(), folder), write_case(county_report(Choice(name="other")), folder)]
    write_gallery(folder)
    found = {"comparison": comparison_html(compare_runs(runs)), "gallery": (folder / "index.html").read_text("utf-8")}
    for name, report in (("small", small_report()), ("county", county_report()), ("none", infeasible_report())):
        write_map(report, folder / "map.html")
        write_html_report(report, folder / "report.html")
        found |= {f"{kind} of {name}": (folder / f"{kind}.html").read_text("utf-8") for kind in ("map", "report")}
    county(folder)
    run_record(folder, SCENARIO.replace("CRS", "wgs84"), "--set", "outputs.stability=true")
    grid = folder / "maps" / "grid"
    register = write_table(folder / "register.csv", "id", [("s1",)])
    found["as-built"] = as_built_html(review_as_built(grid, register))
    found["report, solved again"] = (grid / "report.html").read_text("utf-8")
    return found


def test_scripts_are_of_es5_and_of_calls_that_old_browsers_have(pages: dict[str, str]) -> None:
    """No arrow functions, let, template strings, spread, `?.`, `??` and no later methods, in any page."""
    for name, page in pages.items():
        scripts = Parts(page).scripts
        assert sum(map(len, scripts)) > 500, name
        assert [found for script in scripts for found in newer_script(script)] == [], name


def test_styles_are_known_to_old_browsers_or_have_a_fallback(pages: dict[str, str]) -> None:
    """No gap in flex boxes, no inset, aspect-ratio, clamp() or :is; `anywhere` stands beside what did it before."""
    for name, page in pages.items():
        styles = Parts(page).styles
        assert sum(map(len, styles)) > 1000, name
        assert [found for style in styles for found in newer_style(style)] == [], name


@pytest.mark.parametrize(
    "script",
    [
        "var f = x => x;", "let a = 1;", "const b = 2;", "class A { }", "async function f() {}", "var t = `a`;",
        "f(...a);", "a?.b;", "a ?? b;", "a ** b;", "for (var x of y) {}", "import x from 'y';",
        "a.replaceAll('b', 'c');",
        "a.at(-1);", "a.flat();", "a.flatMap(f);", "globalThis.x = 1;", "node.replaceChildren();", "var n = 1_000;",
        "document.querySelector(':is(a, b)');", "document.querySelectorAll('p:has(a)');", "structuredClone(a);",
        "text = a / b; go(`c`);",
    ],
)  # fmt: skip
def test_the_check_sees_newer_scripts(script: str) -> None:
    """Each of these would stop an old browser."""
    assert newer_script(script)


@pytest.mark.parametrize(
    "script",
    [
        "var s = '=> let a ?? `b` ...'; // const c\n/* a?.b */", "var r = /[`?.]{2}=>/g;", "var x = a ? .5 : 1;",
        "letters.of = 1; constant = 2; classes.push(at);", "f('a\\'b => c');", "x.exports = 1; this.import = f;",
        "var a = b / c, d = '`' + e / f;",
    ],
)  # fmt: skip
def test_the_check_leaves_old_scripts_alone(script: str) -> None:
    """Words in strings, comments, regular expressions and names of one's own are no syntax."""
    assert newer_script(script) == []


@pytest.mark.parametrize(
    "style",
    [
        ".a{display:flex;gap:4px}", ".a{inset:0}", ".a{aspect-ratio:1}", ".a{width:clamp(1px,2vw,3px)}",
        ".a{width:min(1px,2px)}", ":is(.a,.b){color:red}", ".a:has(b){color:red}",
        ".a{color:color-mix(in srgb,red,blue)}",
        "@container (min-width:1px){.a{color:red}}", ".a{overflow-wrap:anywhere}", ".a:focus-visible{outline:0}",
        ".a{translate:1px}", ".a{height:100dvh}", "@media (width<600px){.a{color:red}}", ".a{print-color-adjust:exact}",
    ],
)  # fmt: skip
def test_the_check_sees_newer_styles(style: str) -> None:
    """Each of these would be ignored by an old browser, and be missed."""
    assert newer_style(style)


def test_the_check_leaves_old_styles_alone() -> None:
    """Gaps of grids, fallbacks, variables and what an old browser drops without harm are no findings."""
    style = (
        ".a{display:grid;gap:4px}.b{display:grid;grid-gap:2px}.c{word-break:break-word;overflow-wrap:anywhere}"
        ":root{--gap:1px}.d{min-width:0;max-height:calc(1px + var(--gap))}:focus:not(:focus-visible){outline:0}"
        "@media (min-width:1px){.e{transform:translate(1px)}}"
    )
    assert newer_style(style) == []


def test_only_strings_comments_and_expressions_are_blanked() -> None:
    """What is code stays code."""
    assert code_only("a = 'b' + /c/.test(d); // e") == 'a = "" +/_/.test(d);  '
