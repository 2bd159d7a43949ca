"""Checkouts of this repository, each in a process of its own, to be timed in turns."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

from detector.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
# Judges the photos that it is told the paths of, in any checkout since 2.5.1.
WORKER = """
import sys
sys.path.insert(0, "")
from detector import load_detector
from detector.photo import load_photo
try:
    from detector.heatmap import close_up
except ImportError:  # its name until 3.3.0
    from detector.explain import close_up

detector = load_detector()
print("ready", flush=True)
for line in sys.stdin:
    with open(line.rstrip("\\n"), "rb") as file:
        photo = load_photo(file.read())
    close_up(photo, detector.predict(photo).crops)
    print("done", flush=True)
"""


@contextlib.contextmanager
def started(folder) -> Generator[Callable]:
    """Run a checkout's detector; gives a function that has it judge the photo at a path.

    Args:
        folder: of the checkout. Its `.venv` is used if it has one, else this Python.

    Raises:
        ConfigError: there is no detector, or it does not start.
    """
    folder = Path(folder).resolve()
    own = folder / ".venv" / "bin" / "python"
    process = subprocess.Popen(
        [own if own.is_file() else sys.executable, "-c", WORKER],
        cwd=folder if folder.is_dir() else None,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def wait_for(word):
        while line := process.stdout.readline():  # libraries may say something, too
            if line.strip() == word:
                return
        raise ConfigError(f"{folder} is no checkout whose detector starts (see above).")

    def judge(path):
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        wait_for("done")

    try:
        wait_for("ready")
        yield judge
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
