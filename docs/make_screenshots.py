"""Take the screenshots of this folder: the page in its main states, with our own example photos.

python docs/make_screenshots.py http://127.0.0.1:7860
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent
EXAMPLES = DOCS.parent / "examples"
REAL = EXAMPLES / "admiral.jpg"
PORTRAIT, MANIPULATED = EXAMPLES / "astronaut.jpg", EXAMPLES / "astronaut-manipulated.jpg"


def main(address):
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        both = make_pair(Path(folder) / "both.png")
        with_photo(browser, address, REAL, name="page.png", height=1010)
        with_photo(browser, address, both, name="page-faces.png", height=1500)
        options = {"width": 360, "height": 1500, "color_scheme": "dark", "locale": "de-DE"}
        with_photo(browser, f"{address}/de", MANIPULATED, name="page-phone.png", **options)
        with_many(browser, address, [REAL, both, DOCS / "api.md"], name="page-many.png")
        browser.close()


def make_pair(path):
    """The portrait and its manipulated copy side by side."""
    pair = Image.new("RGB", (1024, 512))
    for index, example in enumerate((PORTRAIT, MANIPULATED)):
        pair.paste(Image.open(example), (512 * index, 0))
    pair.save(path)
    return path


def open_page(browser, address, *, width=1200, height, **options):
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.goto(address)
    page.locator(".answer.empty").wait_for()
    return page


def with_photo(browser, address, photo, *, name, **options):
    """The first tab with an answer."""
    page = open_page(browser, address, **options)
    page.locator(".photo-input input[type=file]").set_input_files(photo)
    page.locator(".answer .headline").wait_for()
    save(page, name)


def with_many(browser, address, photos, *, name):
    """The second tab with a table."""
    page = open_page(browser, address, height=1080)
    page.get_by_role("tab", name="Many photos").click()
    page.locator(".many-input input[type=file]").set_input_files(photos)
    page.locator(".many-input .file-preview tr").nth(len(photos) - 1).wait_for()
    page.get_by_role("button", name="Judge all").click()
    page.locator(".many tbody tr").nth(len(photos) - 1).wait_for()
    page.locator("a[download='verdicts.csv']").wait_for()
    save(page, name)


def save(page, name):
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # messages and colours fade
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture = picture.convert("RGB")
        # A palette makes files half as large; the default one loses the colours of the boxes.
        palette = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE)
        picture.quantize(palette=palette).save(DOCS / name, optimize=True)
    page.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860")
