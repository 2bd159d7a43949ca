"""What a fault needs to be tried: commands that can be killed, photos whose answers are known."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from detector import load_detector
from testing import drawing

from .clients import Photo
from .load import draw_photos
from .server import ROOT

EXAMPLE = ROOT / "examples" / "astronaut.jpg"


class FaultError(Exception):
    """A fault did harm."""


def expect(is_so, otherwise) -> None:
    """Raise `FaultError` with a reason unless something is so."""
    if not is_so:
        raise FaultError(otherwise)


def known_photos() -> list[Photo]:
    """Eight photos whose answers are known."""
    detector = load_detector()
    return draw_photos({detector.weights.info.version: detector}, count=8)


def count_files(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def limit_files(pid, most) -> None:
    """Let no file of a running process grow beyond a size, as on a full disk; Linux only."""
    import resource

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def python(*arguments, **environment) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` from the repository."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
    )


def judge(**environment) -> dict:
    """The result of `python -m detector` on an example."""
    done = python("-m", "detector", str(EXAMPLE), "--json", **environment)
    expect(done.returncode == 0, done.stderr)
    return json.loads(done.stdout)


def run_train(*arguments, kill_before=None) -> float:
    """Run `python -m train ARGUMENTS`; gives its seconds.

    Args:
        arguments: of the command.
        kill_before: seconds; it is killed at a random moment before.
    """
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "train", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    # Not in the first half, where little but imports would be hit.
    after = kill_before and random.uniform(0.5, 1.0) * kill_before
    try:
        _, error = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    else:
        expect(process.returncode == 0, error[-2000:])
    return time.monotonic() - start


def draw_data(folder) -> Path:
    """A small data set of drawn faces."""
    data = folder / "data"
    counts = {"Train": 24, "Validation": 12, "Test": 12}
    drawing.write_data_set(data, counts=counts)
    return data
