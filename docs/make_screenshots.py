"""Take the screenshots of this folder: the page in its main states, with our own example photos.

python docs/make_screenshots.py http://127.0.0.1:7860 [FOLDER]
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

import av
from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent
EXAMPLES = DOCS.parent / "examples"
REAL, GENERATED = EXAMPLES / "admiral.jpg", EXAMPLES / "generated.jpg"
ALTERED, GROUP = EXAMPLES / "astronaut-manipulated.jpg", EXAMPLES / "two-people.jpg"
UNSURE = EXAMPLES / "astronaut.jpg"


def main(address, folder):
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        save(open_page(browser, address, width=1280, height=720), folder / "page-empty.png")
        for photo, name in (
            *((REAL, "page.png"), (GENERATED, "page-generated.png")),
            *((ALTERED, "page-altered.png"), (UNSURE, "page-unsure.png")),
        ):
            with_photo(browser, address, photo, path=folder / name, height=860)
        with_photo(browser, address, GROUP, path=folder / "page-faces.png", height=1330)
        options = {"height": 860, "color_scheme": "dark"}
        with_photo(browser, address, ALTERED, path=folder / "page-dark.png", **options)
        options = {"width": 390, "height": 1500, "color_scheme": "dark", "locale": "de-DE"}
        with_photo(browser, f"{address}/de", ALTERED, path=folder / "page-phone.png", **options)
        photos = [REAL, GENERATED, ALTERED, GROUP, DOCS / "api.md"]
        with_many(browser, address, photos, path=folder / "page-many.png")
        with_clip(browser, address, path=folder / "page-clip.png")
        browser.close()


def open_page(browser, address, *, width=1200, height, **options):
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.goto(address)
    page.locator(".answer.empty").wait_for()
    return page


def with_photo(browser, address, photo, *, path, **options):
    """The first tab with an answer."""
    page = open_page(browser, address, **options)
    page.locator(".photo-input input[type=file]").set_input_files(photo)
    page.locator(".answer .headline").wait_for()
    save(page, path)


def with_many(browser, address, photos, *, path):
    """The second tab with a table."""
    page = open_page(browser, address, height=1250)
    page.get_by_role("tab", name="Many photos").click()
    page.locator(".many-input input[type=file]").set_input_files(photos)
    page.locator(".many-input .file-preview tr").nth(len(photos) - 1).wait_for()
    page.get_by_role("button", name="Judge all").click()
    page.locator(".many tbody tr").nth(len(photos) - 1).wait_for()
    page.locator("a[download='verdicts.csv']").wait_for()
    save(page, path)


def with_clip(browser, address, *, path):
    """The third tab with an answer."""
    page = open_page(browser, address, height=1500)
    page.get_by_role("tab", name="One clip").click()
    with tempfile.TemporaryDirectory() as folder:
        clip = make_clip(Path(folder) / "two-people.mp4")
        page.locator(".clip-input input[type=file]").set_input_files(clip)
        page.locator(".clip-input .file-preview").wait_for()
    page.get_by_role("button", name="Judge the clip").click()
    page.locator("article.watched").wait_for(timeout=120_000)
    save(page, path)


def make_clip(path) -> Path:
    """Two people, a cut, and one of them alone; six seconds."""
    size = (640, 360)
    with Image.open(GROUP) as group, Image.open(REAL) as one:
        side = min(one.size)
        together = group.convert("RGB").resize(size)
        alone = Image.new("RGB", size, (90, 90, 120))
        alone.paste(one.convert("RGB").crop((0, 0, side, side)).resize((360, 360)), (140, 0))
    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=10, options={"crf": "16"})
        track.width, track.height = size
        track.pix_fmt = "yuv420p"
        for frame in [together] * 40 + [alone] * 20:
            out.mux(track.encode(av.VideoFrame.from_image(frame)))
        out.mux(track.encode())
    return path


def save(page, path):
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # messages and colours fade
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture = picture.convert("RGB")
        # A palette makes files half as large; the default one loses the colours of the boxes.
        palette = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE)
        picture.quantize(palette=palette).save(path, optimize=True)
    page.close()


if __name__ == "__main__":
    address, folder = (*sys.argv[1:3], *("http://127.0.0.1:7860", DOCS)[len(sys.argv) - 1 :])
    main(address, Path(folder))
