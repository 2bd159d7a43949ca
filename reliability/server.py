"""The real app as a process to try things on: files deleted soon, weights swapped at will.

Run as `python -m reliability.server SETTINGS`, it is `python app.py` with other settings.
"""

import contextlib
import dataclasses
import json
import os
import runpy
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

from testing.server import ROOT, answers

SAMPLE_SECONDS = 0.5


@dataclasses.dataclass
class Server:
    """A server that runs.

    Attributes:
        url: of the page.
        process: `subprocess.Popen`.
        cache: folder of Gradio's temporary files.
        log: path of what it prints.
        samples: what it used, every half second: (bytes of memory, open files, bytes of `cache`).
    """

    url: str
    process: subprocess.Popen
    cache: Path
    log: Path
    samples: list

    def sample(self) -> None:
        """Note what the server uses now; Linux only."""
        folder = Path(f"/proc/{self.process.pid}")
        pages = int((folder / "statm").read_text().split()[1])
        files = sum(1 for _ in (folder / "fd").iterdir())
        disk = 0
        for place, _, names in os.walk(self.cache):  # which goes on where a folder is deleted
            for name in names:
                with contextlib.suppress(OSError):  # deleted meanwhile
                    disk += Path(place, name).stat().st_size
        self.samples.append((pages * os.sysconf("SC_PAGE_SIZE"), files, disk))


@contextlib.contextmanager
def started(folder, *, settings=None, seconds=180, **environment) -> Generator[Server]:
    """Run the app on a free port until the block ends.

    Args:
        folder: to put its temporary files and log into.
        settings: `delete_after` in seconds, and `swap`, a repository and two revisions that shall
            serve in turn; default is the app as it is.
        seconds: to wait for its first answer.
        environment: variables.

    Yields:
        `Server`.

    Raises:
        RuntimeError: it did not start; with what it printed.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cache, log = Path(folder) / "cache", Path(folder) / f"{port}.log"
    cache.mkdir(parents=True, exist_ok=True)
    places = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(cache)}
    command = ["-m", "reliability.server", json.dumps(settings)] if settings else ["app.py"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **places, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", process, cache, log, [])
    try:
        deadline = time.monotonic() + seconds
        while not answers(server.url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"app.py did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.2)
        yield server
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def sampled(server) -> Generator[None]:
    """Sample what a server uses until the block ends."""
    is_over = threading.Event()

    def run() -> tuple[list, list[str]]:
        while not is_over.wait(SAMPLE_SECONDS):
            server.sample()

    thread = threading.Thread(target=run)
    server.sample()
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _swap_on(detector, repo, revisions):
    from detector.refresh import Refresh

    def run() -> tuple[list, list[str]]:
        while True:
            for revision in revisions:
                Refresh(detector, repo=repo, revision=revision).try_once()
                time.sleep(1)

    threading.Thread(target=run, daemon=True).start()


def _main(settings):
    import detector
    from page.server import cleaning

    if after := settings.get("delete_after"):
        cleaning.EVERY, cleaning.AGE, cleaning.LEFTOVER_AGE = after // 3, after, 2 * after
    load = detector.load_detector

    def load_and_swap():
        loaded = load()
        if "swap" in settings:
            _swap_on(loaded, *settings["swap"])
        return loaded

    detector.load_detector = load_and_swap
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
