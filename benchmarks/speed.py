"""One photo, from bytes to verdict and heatmap, beside what a Keras user would write.

    python -m benchmarks.speed

All take turns in one run; figures are medians in milliseconds. But for the one "at our faces and
looks", the peers shrink the whole photo to the network's input, as their authors do, and look at it
once: they do less. One more contender is our serving network at just that.

    python -m benchmarks.speed --against FOLDER

times another checkout instead, in a process of its own, in turns with this one.
"""

import contextlib
import functools
import statistics
import sys
import tempfile
import time
import unittest.mock
from pathlib import Path

from PIL import Image

import detector.classifier
from benchmarks import checkouts, table
from benchmarks.peers import load_peers
from benchmarks.photos import SIZES, make_crop, make_photo
from detector import Detector, load_detector
from detector.faces import FaceDetector
from detector.heatmap import close_up
from detector.photo import load_photo
from reporting.turns import time_turns

STAGES = {  # what is timed for each: holder and name of a function
    "decode": ((sys.modules[__name__], "load_photo"),),
    "faces": ((FaceDetector, "detect"),),
    "crop": ((detector.classifier, "cut"),),
    "forward": ((detector.classifier, "run_model"),),
    "heatmap": ((sys.modules[__name__], "close_up"),),
}


def measure(repeat: int, against: str) -> table.Tables:
    """Yield the tables "stages" and "speed", or "against"."""
    photos = {"crop 256x256": make_crop()}
    photos |= {f"photo {name}": make_photo(size) for name, size in SIZES.items() if size[0] > 256}
    if against:
        yield "against", measure_against(against, photos, repeat)
        return
    ours = load_detector()
    peers = load_peers(ours, judge_ours)
    stages, speeds = [], []
    for name, data in photos.items():
        contenders = {"this repository": functools.partial(judge_ours, ours, data)}
        contenders |= {peer: functools.partial(judge, data) for peer, judge in peers.items()}
        parts = []  # in turns with the others: the machine's speed changes within minutes
        contenders["stages"] = lambda data=data, parts=parts: parts.append(
            judge_in_stages(ours, data)
        )
        medians = time_turns(contenders, repeat)
        del medians["stages"], parts[::2]  # of two calls the second counts
        total = medians["this repository"]
        stages.append(
            {"photo": name}
            | {stage: statistics.median(row[stage] for row in parts) for stage in STAGES}
            | {"total": total}
        )
        for contender, median in medians.items():
            speeds.append(
                {"photo": name, "contender": contender, "ms": median, "times ours": median / total}
            )
    yield "stages", stages
    yield "speed", speeds


def measure_against(folder, photos: dict[str, bytes], repeat: int) -> list[dict]:
    """The rows of this checkout beside another one, each in a process of its own."""
    rows = []
    with (
        tempfile.TemporaryDirectory() as directory,
        checkouts.started(checkouts.ROOT) as ours,
        checkouts.started(folder) as theirs,
    ):
        for name, data in photos.items():
            path = Path(directory) / "photo"
            path.write_bytes(data)
            calls = {"ours": lambda: ours(path), "theirs": lambda: theirs(path)}  # noqa: B023
            found = time_turns(calls, repeat)
            rows.append(
                {
                    "photo": name,
                    "this version, ms": found["ours"],
                    "the other version, ms": found["theirs"],
                    "ratio": found["ours"] / found["theirs"],
                }
            )
    return rows


def judge_ours(ours, data) -> Image.Image:
    """Verdict and heatmap, as `/predict` makes them."""
    photo = load_photo(data)
    crops = ours.predict(photo).crops
    return close_up(photo, crops)


def judge_in_stages(ours: Detector, data: bytes) -> dict[str, float]:
    """Milliseconds of each stage of `judge_ours`; a stage inside another counts for itself."""
    spent, inner = dict.fromkeys(STAGES, 0.0), []

    def timed(stage, function):
        def call(*arguments, **options):
            inner.append(0.0)
            started = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                took = 1000 * (time.perf_counter() - started)
                spent[stage] += took - inner.pop()
                if inner:
                    inner[-1] += took

        return call

    with contextlib.ExitStack() as patches:
        for stage, places in STAGES.items():
            for holder, name in places:
                stand_in = timed(stage, getattr(holder, name))
                patches.enter_context(unittest.mock.patch.object(holder, name, stand_in))
        judge_ours(ours, data)
    return spent


if __name__ == "__main__":
    table.run(__doc__, repeat=15, against="", measure=measure)
