"""The page works in a browser: a photo dropped on it gets an answer that can be seen."""

import base64
import shutil

import pytest
from PIL import Image
from server import ROOT

EXAMPLE = ROOT / "examples" / "astronaut.jpg"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

DROP = """
([encoded, name]) => {
  const bytes = Uint8Array.from(atob(encoded), c => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const target = document.querySelector('button[aria-label="Drop an image file here to upload"]');
  for (const type of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true }));
  }
}
"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, url):
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(url)
    page.wait_for_selector("text=Drop")
    yield page
    page.close()


def drop(page, path):
    page.evaluate(DROP, [base64.b64encode(path.read_bytes()).decode(), path.name])


def test_a_dropped_photo_shows_label_confidence_and_heatmap(page, detector):
    drop(page, EXAMPLE)
    verdict = detector.predict(EXAMPLE)
    heading = page.locator(".output-class")
    heading.wait_for()
    assert heading.inner_text().strip() == verdict.label
    shown = page.locator(".confidence").all_inner_texts()
    assert f"{verdict.confidence:.0%}" in [text.strip() for text in shown]
    heatmap = page.locator('img[src*="/file="]').last
    heatmap.wait_for()
    assert heatmap.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_a_bad_file_says_why_and_leaves_no_old_verdict(page, tmp_path):
    drop(page, EXAMPLE)
    page.locator(".output-class").wait_for()
    page.get_by_label("Remove Image").first.click()
    page.locator(".output-class").wait_for(state="detached")
    bad = tmp_path / "photo.jpg"
    bad.write_bytes(b"not a picture")
    drop(page, bad)
    page.get_by_text("not a photo that can be read").wait_for()
    assert page.locator(".output-class").count() == 0


def test_numbered_faces_appear_only_when_there_are_several(page, photo, tmp_path):
    both = Image.new("RGB", (2 * photo.width, photo.height))
    both.paste(photo, (0, 0))
    both.paste(photo, (photo.width, 0))
    both.save(tmp_path / "both.png")
    assert page.get_by_text("Faces, largest first").count() == 0
    drop(page, tmp_path / "both.png")
    page.get_by_text("Faces, largest first").wait_for()
