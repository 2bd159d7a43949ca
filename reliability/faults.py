"""Faults of the machine, one function each, and what came of them.

python -m reliability.faults --record
python -m reliability.faults --only "server killed"
"""

import argparse
import asyncio
import os
import shutil
import signal
import stat
import sys
import tempfile
import time
from pathlib import Path

from detector.config import WEIGHTS_DIR
from detector.weights import KERAS_FILE, load_weights
from testing import drawing, hub_tools

from .clients import Client, Tally
from .harness import (
    FaultError,
    count_files,
    draw_data,
    expect,
    judge,
    known_photos,
    limit_files,
    python,
    run_train,
)
from .load import run_clients
from .record import record
from .server import ROOT, started

KILLS = 3  # of each command, at random moments
LIMIT = 100_000  # bytes of a file where the disk is "full"


def kill_the_server(folder: Path) -> str:
    """Killed with uploads on its disk, and started again."""
    photos = known_photos()
    with started(folder) as server:
        tally = Tally()
        asyncio.run(_leave_half_an_upload(server.url, photos[0], tally))
        asyncio.run(run_clients(server.url, photos, clients=2, requests=4))
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    left = count_files(server.cache)
    with started(folder, settings={"delete_after": 40}) as server:
        tally = asyncio.run(run_clients(server.url, photos, clients=2, requests=10))
        expect(not tally.wrong + tally.lost, f"{tally.problems}")
        time.sleep(110)
        after = count_files(server.cache)
    shipped = len(list(ROOT.glob("examples/*.jpg")))
    expect(after <= shipped, f"{after} files are left, {shipped} of them examples")
    return f"it starts again and answers right; the {left - shipped} files left are deleted in time"


def run_two_servers_on_one_cache(folder: Path) -> str:
    """Two at once, with the same temporary folder, which both clean."""
    photos = known_photos()
    settings = {"delete_after": 60}
    with started(folder, settings=settings) as one, started(folder, settings=settings) as two:
        for _ in range(3):
            for server in (one, two):
                tally = asyncio.run(run_clients(server.url, photos, clients=3, requests=10))
                expect(not tally.wrong + tally.lost, f"{tally.problems}")
    return "every answer of both is right"


def fill_the_servers_disk(folder: Path) -> str:
    """No file may grow beyond 100 KB."""
    photos = known_photos()
    large = photos[0].content + b"\0" * LIMIT
    small = [photo for photo in photos if len(photo.content) < LIMIT]
    with started(folder) as server:
        limit_files(server.process.pid, LIMIT)
        tally = Tally()
        asyncio.run(_send(server.url, type(photos[0])(large, photos[0].answers), tally))
        expect(tally.lost == 1, "a photo that cannot be written was judged")
        tally = asyncio.run(run_clients(server.url, small, clients=2, requests=10))
        expect(not tally.wrong + tally.lost, f"{tally.problems}")
    return "what cannot be written is an error; the server goes on, and answers what fits"


def write_protect_the_weights(folder: Path) -> str:
    """Nobody may write into the weights folder."""
    weights = folder / "weights"
    shutil.copytree(WEIGHTS_DIR, weights)
    for path in (*weights.iterdir(), weights):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path.name: path.stat().st_mtime_ns for path in weights.iterdir()}
    result = judge(DETECTOR_WEIGHTS=str(weights))
    expect(result["label"] == "Real", f"{result}")
    expect(before == {path.name: path.stat().st_mtime_ns for path in weights.iterdir()}, "changed")
    weights.chmod(stat.S_IRWXU)
    return "it serves, and writes nothing there"


def cut_the_network(folder: Path) -> str:
    """Weights of the Hub are wanted, and no hub is there."""
    wanted = {"DETECTOR_REPO": "alice/faces", "HF_HOME": str(folder)}
    weights = judge(HF_ENDPOINT="http://127.0.0.1:9", **wanted)["weights"]
    expect(weights["source"] == "embedded" and "Hub" in weights["note"], f"{weights}")
    return "the embedded weights serve, and the result says why"


def damage_the_hubs_cache(folder: Path) -> str:
    """A bit of the network that was fetched is flipped."""
    with hub_tools.started_hub(folder / "hub") as hub:
        commit = hub_tools.publish(hub, hub_tools.weights(version="2.0.0"))
        home, wanted = folder / "home", {"DETECTOR_REPO": "alice/faces"}
        expect(hub_tools.judge(hub, home, **wanted)[0]["commit"] == commit, "not fetched")
        [path] = home.glob(f"hub/*/snapshots/{commit}/detector.tflite")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.resolve().write_bytes(content)
        with hub.fault("", status=503):
            expect(hub_tools.judge(hub, home, **wanted)[0]["source"] == "embedded", "it served")
        expect(hub_tools.judge(hub, home, **wanted)[0]["commit"] == commit, "not fetched again")
    return "damaged weights never serve, and are fetched again"


def take_the_fonts(folder: Path) -> str:
    """A machine without any font of its own draws a report."""
    code = (
        "from PIL import Image; from detector import load_detector; from page.keep import *;"
        "from page.texts import LANGUAGES; photo = Image.open('examples/astronaut.jpg');"
        "print(draw_report(photo, load_detector().predict(photo), '0' * 64, LANGUAGES['de']).size)"
    )
    nowhere = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS")}
    done = python("-c", code, FONTCONFIG_PATH=str(folder), **nowhere)
    expect(done.returncode == 0, done.stderr)
    return "the report is drawn with the font that is installed along"


def kill_prepare(folder: Path) -> str:
    """`python -m train prepare`, killed at random moments."""
    data = draw_data(folder)
    command = ("prepare", "--data", data)
    seconds = run_train(*command)
    whole = {name: (data / name).read_bytes() for name in ("manifest.csv", "splits.json")}
    for name in whole:
        (data / name).unlink()
    for _ in range(KILLS):
        run_train(*command, kill_before=seconds)
    run_train(*command)
    for name, content in whole.items():
        expect((data / name).read_bytes() == content, f"{name} differs")
    return f"after {KILLS} kills the next run writes the same manifest"


def kill_training(folder: Path) -> str:
    """`python -m train fit`, killed at random moments, each run going on from the last."""
    import h5py
    import numpy as np

    tiny = drawing.SET_TINY
    data = draw_data(folder)
    run_train("prepare", "--data", data)
    runs = folder / "whole", folder / "killed"
    seconds = run_train("fit", "--data", data, "--run", runs[0], *tiny)
    for _ in range(KILLS):
        run_train("fit", "--data", data, "--run", runs[1], *tiny, kill_before=seconds)
    run_train("fit", "--data", data, "--run", runs[1], *tiny)
    worst = 0.0
    with (
        h5py.File(runs[0] / "best.weights.h5") as one,
        h5py.File(runs[1] / "best.weights.h5") as two,
    ):

        def compare(name, item):
            nonlocal worst
            if isinstance(item, h5py.Dataset):
                worst = max(worst, float(np.abs(item[()] - two[name][()]).max(initial=0.0)))

        one.visititems(compare)
    expect(worst < 1e-4, f"weights differ by {worst}")
    return f"after {KILLS} kills the weights differ by at most {worst:.1g} from an unbroken run's"


def kill_export(folder: Path) -> str:
    """`python -m train export` over weights that serve, killed, and with the disk full."""
    tiny = drawing.SET_TINY
    data, weights = draw_data(folder), folder / "weights"
    shutil.copytree(WEIGHTS_DIR, weights)
    old = load_weights(weights).spec.version
    run_train("prepare", "--data", data)
    run_train("fit", "--data", data, "--run", folder / "run", *tiny)
    command = ("export", "--data", data, "--run", folder / "run", "--weights", weights)
    seconds = run_train(*command, "--version", "9.0.0")
    expect(load_weights(weights).spec.version == "9.0.0", "not exported")
    shutil.rmtree(weights)
    shutil.copytree(WEIGHTS_DIR, weights)
    for _ in range(KILLS):
        run_train(*command, "--version", "9.0.1", kill_before=seconds)
        found = load_weights(weights).spec.version
        expect(found in (old, "9.0.1"), found)
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}));"
    code += "import runpy, sys; sys.argv[0] = 'train'; runpy.run_module('train', None, '__main__')"
    done = python("-c", code, *map(str, command), "--version", "9.0.2")
    expect(done.returncode != 0, "a full disk was not noticed")
    expect(load_weights(weights).spec.version != "9.0.2", "half of it was taken for the whole")
    run_train(*command, "--version", "9.0.3")
    expect(load_weights(weights).spec.version == "9.0.3", "not exported")
    expect((weights / KERAS_FILE).exists(), "no training form")
    return "the old weights serve until the new ones are whole; the next run exports"


FAULTS = {
    "server killed": kill_the_server,
    "two servers on one cache folder": run_two_servers_on_one_cache,
    "server's disk full": fill_the_servers_disk,
    "weights folder write-protected": write_protect_the_weights,
    "no network": cut_the_network,
    "cache of the Hub damaged": damage_the_hubs_cache,
    "no fonts": take_the_fonts,
    "`prepare` killed": kill_prepare,
    "training killed": kill_training,
    "`export` killed, and its disk full": kill_export,
}


async def _leave_half_an_upload(url, photo, tally):
    client = Client(url, tally)
    async with client.http:
        await client.break_off_upload(photo)


async def _send(url, photo, tally):
    client = Client(url, tally)
    async with client.http:
        await client.send_photo(photo)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=FAULTS, help="one fault")
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args(arguments)
    outcomes, has_failed = {}, False
    for name in [options.only] if options.only else FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                outcomes[name] = FAULTS[name](Path(folder))
            except FaultError as error:
                outcomes[name], has_failed = f"HARM: {error}", True
        print(f"{name}: {outcomes[name]}", flush=True)
    if options.record and not options.only:
        record("faults", outcomes)
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
