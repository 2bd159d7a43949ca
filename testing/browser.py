"""Chromium, and what a person does with the page in it."""

import base64
import contextlib
import shutil
from collections.abc import Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page  # imported where there is a browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

DROP = """
([encoded, name, type, selector]) => {
  const bytes = Uint8Array.from(atob(encoded), c => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  const target = document.querySelector(selector);
  for (const event of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(event, { dataTransfer: transfer, bubbles: true }));
  }
}
"""


@contextlib.contextmanager
def started_chromium() -> "Generator[Browser]":
    """Chromium of this machine until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(
    browser: "Browser", address: str, *, width: int = 1200, height: int = 900, **options
) -> "Generator[Page]":
    """The page in a window of its own until the block ends."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.locator(".answer.empty").wait_for()
    yield page
    context.close()


def drop(page: "Page", path, *, place: str = ".photo-input", kind: str = "image/jpeg") -> None:
    """Drop a file on the place for a photo, or another one, as with a mouse."""
    button = f'{place} button[aria-dropeffect="copy"]'
    page.locator(button).wait_for()
    encoded = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(DROP, [encoded, path.name, kind, button])


def wait_for_answer(page: "Page") -> "Locator":
    """The answer's element, when all of it is there."""
    headline = page.locator(".answer .headline")
    headline.wait_for()
    return page.locator("article.answer")
