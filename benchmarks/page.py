"""Time to open the page and to get an answer, beside a bare Gradio page that echoes the picture.

    python -m benchmarks.page

Both are served on this machine and driven by the same Chromium, in turns; figures are medians in
milliseconds. Opening is what a new visitor waits, with nothing in the browser's cache. A photo is
dropped on a page that is warm; the answer has come when its picture is decoded, and its words when
the verdict stands there.
"""

import base64
import contextlib
import functools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path

from benchmarks import table
from benchmarks.photos import SIZES, make_photo

ECHO = """
import gradio as gr

with gr.Blocks(analytics_enabled=False) as demo:
    photo = gr.Image(type="filepath", image_mode=None, elem_classes=["photo-input"])
    answer = gr.Image(format="jpeg", elem_classes=["answer"], interactive=False)
    photo.change(lambda path: path, photo, answer, api_name="echo")
demo.launch()
"""
PLACE = '.photo-input button[aria-dropeffect="copy"]'  # where a photo can be dropped
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# Drops a file, and waits for pictures in the answer that were not there before and can be seen.
DROP = """
async ([encoded, place, words, pictures]) => {
  const bytes = Uint8Array.from(atob(encoded), c => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  const target = document.querySelector(place);
  const started = performance.now();
  for (const type of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true }));
  }
  let read;
  for (;;) {
    if (document.querySelector(words)) read ??= performance.now() - started;
    const images = [...document.querySelectorAll(pictures)];
    if (images.length && images.every(image => image.complete && image.naturalWidth)) break;
    await new Promise(requestAnimationFrame);
  }
  return [read, performance.now() - started];
}
"""


def measure(repeat: int) -> table.Tables:
    """Yield the tables "open" and "page"."""
    from playwright.sync_api import sync_playwright

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "echo.py").write_text(ECHO, encoding="utf-8")
        pages = {
            "ours": (
                stack.enter_context(served("app.py")),
                ("article.answer .headline", "article.answer .stack img"),
            ),
            "echo": (stack.enter_context(served(folder / "echo.py")), (".answer", ".answer img")),
        }
        chromium = stack.enter_context(sync_playwright()).chromium
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        opened = take_turns(pages, repeat, lambda address, _: time_opening(browser, address))
        moments = ("first content", "a photo can be dropped")
        yield (
            "open",
            [{"moment": name, **compare(opened, index)} for index, name in enumerate(moments)],
        )
        rows = []
        for name, size in SIZES.items():
            encoded = base64.b64encode(make_photo(size)).decode()
            found = take_turns(pages, repeat, functools.partial(time_drop, browser, encoded))
            words = statistics.median(words for words, _ in found["ours"])
            rows.append({"photo": name, "its words, ms": words, **compare(found, 1)})
    yield "page", rows


def take_turns(pages, repeat, measure_one) -> dict:
    """What `measure_one(address, shown)` gives of each page, turn by turn."""
    found = {key: [] for key in pages}
    for turn in range(repeat + 2):
        for key, page in pages.items():
            measured = measure_one(*page)
            if turn >= 2:  # the first ones warm both up
                found[key].append(measured)
    return found


def compare(found, index) -> dict[str, float]:
    """Medians of ours and of the echo in one of the times that were taken, and their ratio."""
    ours, echo = (statistics.median(times[index] for times in found[key]) for key in found)
    return {"page, ms": ours, "echo, ms": echo, "ratio": ours / echo}


def time_opening(browser, address) -> tuple[float, float]:
    """Milliseconds from a new visitor's navigation to the first content, and to a usable page."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    try:
        page.goto(address, wait_until="commit")
        usable = page.wait_for_function(
            "place => document.querySelector(place)?.offsetParent && performance.now()", arg=PLACE
        )
        return page.evaluate(PAINT), usable.json_value()
    finally:
        page.close()


def time_drop(browser, encoded, address, shown) -> tuple[float, float]:
    """Milliseconds from the drop on a freshly opened page to the answer's words and pictures."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    try:
        page.goto(address)
        page.locator(PLACE).wait_for()
        page.wait_for_load_state("networkidle")
        return page.evaluate(DROP, [encoded, PLACE, *shown])
    finally:
        page.close()


@contextlib.contextmanager
def served(script) -> Generator[str]:
    """Run a Gradio script on a free port until the block ends; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "GRADIO_SERVER_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
                break
            if process.poll() is not None:
                sys.exit(f"{script} ended before it served. Run it alone to see why.")
            time.sleep(0.2)
        yield address
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    table.run(__doc__, repeat=15, measure=measure)
