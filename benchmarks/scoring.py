"""`python -m detector` over many photos: one core and all, growth, memory.

    python -m benchmarks.scoring

`--repeat` is the number of photos, 640x480 px; five times as many verdicts are watched for memory.
Other sizes are judged a tenth as often.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import table
from benchmarks.photos import make_photo
from detector import load_detector
from detector.runtime import count_cores
from reporting.turns import time_turns

PHOTO = (640, 480)
SIZES = ((320, 240), (640, 480), (1280, 960), (2000, 1500), (4000, 3000), (8000, 6000))
TURNS = 3
MEMORY_STEPS = 5
PAGE = resource.getpagesize()


def measure(repeat: int) -> table.Tables:
    """Yield the tables "scoring", "size" and "memory"."""
    yield "scoring", measure_cores(repeat)
    yield "size", measure_sizes(max(1, repeat // 10))
    yield "memory", measure_memory(repeat)


def measure_cores(count: int) -> list[dict]:
    """Photos a second on one core and on all, for a quarter, a half and all of the photos."""
    cores = count_cores()
    with tempfile.TemporaryDirectory() as folder:
        photos = [Path(folder) / f"{index}.jpg" for index in range(count)]
        data = make_photo(PHOTO)
        for path in photos:
            path.write_bytes(data)
        parts = [max(1, count // 4), max(1, count // 2), count]
        found = {(part, jobs): [] for part in parts for jobs in (1, cores)}
        for _ in range(TURNS):
            for (part, jobs), seconds in found.items():
                started = time.perf_counter()
                score(photos[:part], jobs)
                seconds.append(time.perf_counter() - started)
    rows = []
    for part in parts:
        one, many = (statistics.median(found[part, jobs]) for jobs in (1, cores))
        rows.append(
            {
                "photos": part,
                "one core, seconds": one,
                f"{cores} cores, seconds": many,
                "photos a second": part / many,
                "times one core": one / many,
            }
        )
    return rows


def score(photos, jobs) -> None:
    """Run the command; one job stays on one core."""
    subprocess.run(
        [sys.executable, "-m", "detector", "--json", "--jobs", str(jobs), *map(str, photos)],
        env={**os.environ, "DETECTOR_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def measure_sizes(count: int) -> list[dict]:
    """Milliseconds a verdict by size of the photo."""
    detector = load_detector()
    rows = []
    for size in SIZES:
        data = make_photo(size)
        median = time_turns({size: lambda data=data: detector.predict(data)}, count)[size]
        megapixels = size[0] * size[1] / 1e6
        rows.append(
            {
                "photo": f"{size[0]}x{size[1]}",
                "megapixels": megapixels,
                "ms a verdict": median,
                "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    return rows


def measure_memory(count: int) -> list[dict]:
    """Resident memory after each of `MEMORY_STEPS` times that many verdicts."""
    detector = load_detector()
    data = make_photo(PHOTO)
    rows = []
    for step in range(MEMORY_STEPS + 1):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        rows.append({"verdicts": step * count, "resident memory, MB": pages * PAGE / 2**20})
        if step < MEMORY_STEPS:
            for _ in range(count):
                detector.predict(data)
    return rows


if __name__ == "__main__":
    table.run(__doc__, repeat=1000, measure=measure)
