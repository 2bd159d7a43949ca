"""Many clients at once on a real server; each answer is compared with the known one of its photo.

    python -m reliability.load --requests 10000 --clients 50 --record
    python -m reliability.load --swap

`--swap` does the same while a hub of `testing` gives other weights, back and forth.
"""

import argparse
import asyncio
import contextlib
import io
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageEnhance

from detector import Detector, load_detector
from detector.report import to_json
from detector.weights import load_weights
from testing import hub_tools

from .clients import BAD_FILES, Client, Photo, Tally
from .record import record
from .server import ROOT, sampled, started

PHOTOS = 60  # different ones, each with an answer of its own
DELETE_AFTER = 60  # seconds; so that a run of minutes shows whether the disk fills
# What clients do, out of 100; the rest sends photos.
BAD, BROKEN_UPLOADS, CANCELLED = 8, 5, 5
VERSIONS = {"v2": {"version": "2.0.0"}, "v3": {"version": "3.0.0", "bias": 2.0}}
REPO = "alice/faces"


def draw_photos(detectors, *, count=PHOTOS, seed=0) -> list[Photo]:
    """Make photos out of `examples`, and judge them in advance.

    Args:
        detectors: by version of their weights.
        count: of photos.
        seed: of the variations.

    Returns:
        `Photo`s, no two with the same answer.
    """
    draw = random.Random(seed)
    sources = [Image.open(path).convert("RGB") for path in sorted(ROOT.glob("examples/*.jpg"))]
    photos = []
    while len(photos) < count:
        picture = sources[len(photos) % len(sources)]
        width, height = picture.size
        left, top = draw.randint(0, width // 12), draw.randint(0, height // 12)
        picture = picture.crop((left, top, width, height))
        picture = ImageEnhance.Brightness(picture).enhance(draw.uniform(0.7, 1.3))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=draw.randint(60, 95))
        answers = {}
        for version, detector in detectors.items():
            answers[version] = to_json(detector.predict(buffer.getvalue()))
            del answers[version]["weights"]
        if all(answers != photo.answers for photo in photos):
            photos.append(Photo(buffer.getvalue(), answers))
    return photos


async def run_clients(url, photos, *, clients, requests, seed=0) -> Tally:
    """Let clients send requests, one after the other each, until there were enough.

    Args:
        url: of the page.
        photos: from `draw_photos`.
        clients: how many at once.
        requests: how many in all.
        seed: of what each does.

    Returns:
        `Tally`.
    """
    tally, draw = Tally(), random.Random(seed)
    left = iter(range(requests))

    async def be_a_client():
        client = Client(url, tally)
        async with client.http:
            for _ in left:  # shared by all clients
                what, photo = draw.uniform(0, 100), draw.choice(photos)
                if what < BAD:
                    await client.send_bad_file(draw.choice(list(BAD_FILES)))
                elif what < BAD + BROKEN_UPLOADS:
                    await client.break_off_upload(photo)
                elif what < BAD + BROKEN_UPLOADS + CANCELLED:
                    await client.cancel_job(photo)
                else:
                    await client.send_photo(photo)

    await asyncio.gather(*(be_a_client() for _ in range(clients)))
    return tally


def summarise(tally, samples, *, clients, seconds) -> dict:
    """What was measured, as `reliability.record` takes it.

    Args:
        tally: `Tally`.
        samples: of the server, see `reliability.server.Server`.
        clients: how many there were.
        seconds: that the run took.

    Returns:
        A dict, text to text or number.
    """
    memory, files, disk = zip(*samples, strict=True)
    fifth = max(len(samples) // 5, 1)
    growth = statistics.median(memory[-fifth:]) - statistics.median(memory[fifth : 2 * fifth])
    latency = sorted(tally.seconds)
    return {
        "requests": tally.requests,
        "clients at once": clients,
        "right answers": tally.right,
        "wrong answers": tally.wrong,
        "lost answers": tally.lost,
        'told "busy", and asked again': tally.busy,
        "uploads and jobs broken off by clients": tally.broken_off,
        "weights that answered": ", ".join(sorted(tally.versions)),
        "requests per second": round(tally.requests / seconds, 1),
        "seconds to an answer, median": round(statistics.median(latency), 2),
        "seconds to an answer, 95 of 100": round(latency[int(0.95 * (len(latency) - 1))], 2),
        "memory at most, MB": max(memory) // 2**20,
        "memory, last fifth over second fifth, MB": round(growth / 2**20),
        "open files at the start, at most, at the end": f"{files[0]}, {max(files)}, {files[-1]}",
        "temporary files at most, MB": round(max(disk) / 2**20, 1),
        "temporary files at the end, MB": round(disk[-1] / 2**20, 1),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--swap", action="store_true", help="swap the weights meanwhile")
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        detectors = {(known := load_detector()).weights.info.version: known}
        settings, environment = {"delete_after": DELETE_AFTER}, {}
        if options.swap:
            more, environment = stack.enter_context(_hub(Path(folder)))
            detectors |= more
            settings["swap"] = [REPO, list(VERSIONS)]
        photos = draw_photos(detectors)
        server = stack.enter_context(started(folder, settings=settings, **environment))
        with sampled(server):
            start = time.monotonic()
            tally = asyncio.run(
                run_clients(server.url, photos, clients=options.clients, requests=options.requests)
            )
            seconds = time.monotonic() - start
            # Whatever clients left must be gone by then.
            time.sleep(2.5 * DELETE_AFTER)
        figures = summarise(tally, server.samples, clients=options.clients, seconds=seconds)
    for what, figure in figures.items():
        print(f"{what}: {figure}")
    for problem in tally.problems:
        print(problem, file=sys.stderr)
    if options.record:
        record("load-swap" if options.swap else "load", figures)
    return 1 if tally.wrong or tally.lost or tally.requests < options.requests else 0


@contextlib.contextmanager
def _hub(folder):
    """The tests' hub with two sets of weights: their detectors, and the server's variables."""
    with hub_tools.started_hub(folder / "hub") as hub:
        detectors = {}
        for tag, changes in VERSIONS.items():
            files = hub_tools.weights(**changes)
            hub_tools.publish(hub, files, name=REPO, tag=tag)
            (folder / tag).mkdir()
            for name, content in files.items():
                (folder / tag / name).write_bytes(content)
            detectors[changes["version"]] = Detector(load_weights(folder / tag))
        yield detectors, {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "home")}


if __name__ == "__main__":
    sys.exit(main())
