"""`python -m detector --engine ray` beside `--engine threads`, and with a worker killed midway.

    python -m benchmarks.cluster

`--repeat` is the number of photos, 640x480 px. Every run starts a cluster of its own on this
machine; a run of one photo tells how long that takes.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import table
from benchmarks.photos import SIZES, make_photo

TURNS = 3
RUNS = {  # engine, jobs, whether a worker is killed
    "threads, 1 job": ("threads", 1, False),
    "threads, 2 jobs": ("threads", 2, False),
    "Ray, 1 worker": ("ray", 1, False),
    "Ray, 2 workers": ("ray", 2, False),
    "Ray, 2 workers, one killed midway": ("ray", 2, True),
}


def measure(repeat: int) -> table.Tables:
    """Yield the table "cluster"."""
    data = make_photo(SIZES["640x480"])
    with tempfile.TemporaryDirectory() as folder:
        folders = {}
        for count in (1, repeat):
            folders[count] = Path(folder) / str(count)
            folders[count].mkdir()
            for index in range(count):
                (folders[count] / f"{index}.jpg").write_bytes(data)
        found = {(name, count): [] for name in RUNS for count in folders}
        for _ in range(TURNS):
            for (name, count), seconds in found.items():
                engine, jobs, is_killed = RUNS[name]
                is_killed = is_killed and count > 1
                seconds.append(score(folders[count], engine, jobs, is_killed=is_killed))
    rows, ones = [], {}
    for name, (engine, _, _) in RUNS.items():
        start, whole = (statistics.median(found[name, count]) for count in folders)
        rate = (repeat - 1) / (whole - start)
        ones.setdefault(engine, rate)
        rows.append(
            {
                "run": name,
                "photos": repeat,
                "seconds": whole,
                "of them start, and one photo": start,
                "photos a second, without the start": rate,
                "times one": rate / ones[engine],
            }
        )
    yield "cluster", rows


def score(photos, engine, jobs, *, is_killed) -> float:
    """Seconds of the command; with Ray, every photo must end with one verdict."""
    command = [sys.executable, "-m", "detector", str(photos), "--jobs", str(jobs)]
    with tempfile.TemporaryDirectory() as output:
        command += ["--engine", "ray", "--output", output] if engine == "ray" else ["--json"]
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**os.environ, "DETECTOR_THREADS": "1", "RAY_ADDRESS": "local"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if is_killed:
            while not list(Path(output).glob("*.parquet")):  # the first verdicts
                if process.poll() is not None:
                    raise RuntimeError("The run ended before a worker could be killed.")
                time.sleep(0.01)
            os.kill(find_workers(process.pid)[0], signal.SIGKILL)
        if process.wait():
            raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}.")
        seconds = time.perf_counter() - started
        if engine == "ray":
            import pyarrow.parquet

            judged = pyarrow.parquet.read_table(output)["path"].to_pylist()
            if sorted(judged) != sorted(map(str, photos.iterdir())):
                raise RuntimeError(f"{len(judged)} rows of {len(set(judged))} photos.")
    return seconds


def find_workers(pid) -> list[int]:
    """Processes of the workers of a cluster that a process started; Linux."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        title = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return []
    own = [int(pid)] if title.startswith(b"ray::MapWorker") else []
    return own + [worker for child in children for worker in find_workers(child)]


if __name__ == "__main__":
    table.run(__doc__, repeat=1000, measure=measure)
