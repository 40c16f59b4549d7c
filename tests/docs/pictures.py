"""Take the pictures of docs/images anew from a published site: `python -m tests.docs.pictures _site`.

Needs Chromium, and pdftoppm (poppler-utils) for the printed pages. Look at them before you commit them.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import CHROMIUM, ROOT

IMAGES = ROOT / "docs" / "images"
SCREENS = {
    "city": ("index.html", 1280, 1440),
    "district": ("don-vi/006-dong-da/tai-khoan.html", 1280, 1560),
    "directive": ("chi-thi.html", 1280, 1400),
    "phone": ("index.html", 390, 1400),
}
"""Picture → page, width and height in pixels."""
PRINTED, PAGES, DOTS = "index.html", 3, 58
"""The page that is printed, how many of its sheets stand side by side, and dots an inch."""
COLOURS = 200
GAP = 10


def main(site: Path) -> None:
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, (address, width, height) in SCREENS.items():
            keep(name, screen(browser, site / address, width, height))
        keep("print", printed(browser, site / PRINTED))
        browser.close()


def screen(browser: Browser, page: Path, width: int, height: int) -> Image.Image:
    """Return the top of a page as it stands on a screen of that size."""
    opened = browser.new_page(viewport={"width": width, "height": height})
    opened.goto(page.as_uri())
    opened.evaluate("document.fonts.ready.then(() => true)")
    return Image.open(io.BytesIO(opened.screenshot())).convert("RGB")


def printed(browser: Browser, page: Path) -> Image.Image:
    """Return the first sheets of a page printed on A4, side by side."""
    opened = browser.new_page()
    opened.goto(page.as_uri())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        opened.pdf(path=str(folder / "page.pdf"), format="A4")
        subprocess.run(["pdftoppm", "-r", str(DOTS), "-l", str(PAGES), "-png", "page.pdf", "sheet"], cwd=folder, check=True)
        sheets = [Image.open(path).convert("RGB") for path in sorted(folder.glob("sheet-*.png"))]
    width, height = sheets[0].size
    whole = Image.new("RGB", (len(sheets) * (width + GAP) + GAP, height + 2 * GAP), "#9aa5b1")
    for at, sheet in enumerate(sheets):
        whole.paste(sheet, (GAP + at * (width + GAP), GAP))
    return whole


def keep(name: str, picture: Image.Image) -> None:
    """Write a picture small."""
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder of a published site: python -m tests.docs.pictures _site")
    main(Path(sys.argv[1]).resolve())
