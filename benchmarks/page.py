"""Time from drop to verdict on the page, beside a bare Gradio page that only echoes the picture.

    python -m benchmarks.page

Both are served on this machine and driven by the same Chromium; a photo is dropped on each in turn,
warm, and figures are medians in milliseconds from the drop to the answer's picture, decoded.
"""

import base64
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
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
# Drops a file, and waits for pictures in the answer that were not there before and can be seen.
DROP = """
async ([encoded, shown]) => {
  const bytes = Uint8Array.from(atob(encoded), c => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  const target = document.querySelector('.photo-input button[aria-dropeffect="copy"]');
  const started = performance.now();
  for (const type of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true }));
  }
  for (;;) {
    const images = [...document.querySelectorAll(shown)];
    if (images.length && images.every(image => image.complete && image.naturalWidth)) break;
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - started;
}
"""


def measure(repeat):
    """Yield the table "page"."""
    from playwright.sync_api import sync_playwright

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "echo.py").write_text(ECHO, encoding="utf-8")
        pages = {
            "ours": (stack.enter_context(served("app.py")), "article.answer .stack img"),
            "echo": (stack.enter_context(served(folder / "echo.py")), ".answer img"),
        }
        chromium = stack.enter_context(sync_playwright()).chromium
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        rows = []
        for name, size in SIZES.items():
            encoded = base64.b64encode(make_photo(size)).decode()
            found = {key: [] for key in pages}
            for turn in range(repeat + 2):
                for key, (address, shown) in pages.items():
                    milliseconds = time_drop(browser, address, shown, encoded)
                    if turn >= 2:  # the first ones warm both up
                        found[key].append(milliseconds)
            ours, echo = (statistics.median(found[key]) for key in pages)
            rows.append({"photo": name, "page, ms": ours, "echo, ms": echo, "ratio": ours / echo})
    yield "page", rows


def time_drop(browser, address, shown, encoded):
    """Milliseconds from the drop on a freshly opened page to the pictures of its answer."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    try:
        page.goto(address)
        page.locator('.photo-input button[aria-dropeffect="copy"]').wait_for()
        page.wait_for_load_state("networkidle")
        return page.evaluate(DROP, [encoded, shown])
    finally:
        page.close()


@contextlib.contextmanager
def served(script):
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
