"""Make the pictures of the documentation: run the sample county and photograph its pages.

    python docs/make_images.py

Needs Chromium, a Chinese font (Debian: `apt-get install chromium fonts-noto-cjk`), and `pip install playwright pillow`.
Pictures are stored with 255 colours, so that the repository stays small.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright

from facopt.pipeline import run_all
from facopt.scenario.load import load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SCENARIO = "budget-60"
MOST_BYTES = 400_000
COLOURS = 255
SITE = "CT082"
"""A new clinic of the plan, whose card is shown."""


def main() -> int:
    """Write all pictures; return 1 where one is too large for the repository."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run_all([load_scenario(ROOT / "scenarios" / f"{SCENARIO}.yaml")], Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        sizes = {name: _store(name, picture) for name, picture in _pictures(browser, Path(folder) / SCENARIO)}
        browser.close()
    for name, size in sizes.items():
        sys.stdout.write(f"{size:9,} bytes  docs/images/{name}\n")
    return int(max(sizes.values()) > MOST_BYTES)


def _pictures(browser: Any, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, PNG) of each picture."""
    page = browser.new_page()

    def open_(address: str, width: int = 1280, height: int = 800) -> None:
        page.set_viewport_size({"width": width, "height": height})
        page.goto("about:blank")
        page.goto((folder / address.partition("#")[0]).as_uri() + "#" + address.partition("#")[2])

    open_("map.html#lang=zh", 1600, 1000)
    yield "map.png", page.screenshot()
    open_(f"map.html#lang=en&site={SITE}")
    yield "map-card.png", page.screenshot()
    open_("report.html#lang=zh", height=1000)
    yield "report.png", page.screenshot()
    open_("report.html#lang=en")
    for name, section in (("report-townships.png", "zones"), ("report-uncovered.png", "uncovered")):
        box = page.locator(f"#{section}").bounding_box()
        clip = {"x": box["x"] - 16, "y": box["y"], "width": box["width"] + 32, "height": min(box["height"], 560)}
        yield name, page.screenshot(full_page=True, clip=clip)


def _store(name: str, picture: bytes) -> int:
    """Store a picture with its most frequent colours, so that those of legend and marks stay exact."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    counts = sorted(image.getcolors(image.width * image.height), reverse=True)[:COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counts for part in colour])
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
    return (IMAGES / name).stat().st_size


if __name__ == "__main__":
    sys.exit(main())
