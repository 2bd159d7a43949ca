"""A fresh process: time to the first verdict, memory, and the size on disk of what it needs.

    python -m benchmarks.start

Ours and the peer, `load_img` and `model.predict` on the same network, take turns; medians.
"""

import importlib.metadata
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from packaging.requirements import Requirement

from benchmarks import table

PHOTO = "examples/astronaut.jpg"
MEMORY = "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
PROGRAMS = {
    "this repository": f"""
from detector import load_detector
load_detector().predict("{PHOTO}")
""",
    "TensorFlow, same network": f"""
import keras
import numpy as np
model = keras.models.load_model("weights/detector.keras", compile=False)
picture = keras.utils.load_img("{PHOTO}", target_size=model.input_shape[1:3])
model.predict(np.asarray(picture, np.float32)[np.newaxis], verbose=0)
""",
}
ON_REQUEST = "# On request only"  # what stands below it in requirements.txt never serves a verdict


def measure(repeat: int) -> table.Tables:
    """Yield the tables "start" and "disk"."""
    seconds = {name: [] for name in PROGRAMS}
    memory = {name: [] for name in PROGRAMS}
    for turn in range(repeat + 1):  # the first one reads the disk and compiles
        for name, program in PROGRAMS.items():
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", program + MEMORY],
                env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=True,
            )
            if turn:
                seconds[name].append(time.perf_counter() - started)
                memory[name].append(float(done.stdout.split()[-1]))
    ours = next(iter(PROGRAMS))
    yield (
        "start",
        [
            {
                "process": name,
                "seconds to the first verdict": statistics.median(seconds[name]),
                "times ours": statistics.median(seconds[name]) / statistics.median(seconds[ours]),
                "resident memory, peak, MB": statistics.median(memory[name]),
                "of ours, times": statistics.median(memory[name]) / statistics.median(memory[ours]),
            }
            for name in PROGRAMS
        ],
    )
    serving, _, on_request = Path("requirements.txt").read_text("utf-8").partition(ON_REQUEST)
    verdicts = "\n".join(line for line in serving.splitlines() if not line.startswith("gradio"))
    yield (
        "disk",
        [
            {"installed for": name, "packages": len(found), "MB": measure_disk(found)}
            for name, found in {
                "`python -m detector`": with_dependencies(verdicts),
                "the page": with_dependencies(serving),
                "the page, and other heatmap methods (TensorFlow)": with_dependencies(
                    serving + on_request
                ),
            }.items()
        ],
    )


def with_dependencies(requirements: str) -> set[str]:
    """Names of the installed packages that requirements bring along."""
    lines = [line for line in requirements.splitlines() if re.match(r"\w", line)]
    found, waiting = set(), [Requirement(line) for line in lines]
    while waiting:
        requirement = waiting.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            needed = importlib.metadata.requires(name) or ()
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        waiting += [Requirement(line) for line in needed]
    return found


def measure_disk(names) -> float:
    """Megabytes of all files of these packages."""
    files = [file for name in names for file in importlib.metadata.files(name) or ()]
    paths = {Path(file.locate()) for file in files}
    return sum(path.stat().st_size for path in paths if path.is_file()) / 2**20


if __name__ == "__main__":
    table.run(__doc__, repeat=5, measure=measure)
