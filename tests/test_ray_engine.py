"""`--engine ray`: on a cluster of two workers, whatever dies, each photo ends with one row."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not on every system")
import pyarrow.parquet

from benchmarks.cluster import find_workers
from detector.batch import ray_engine

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")
START = """
import ray
context = ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
print(context.address_info["address"], flush=True)
input()
"""
SECONDS = 180  # on a busy machine; a few on a quiet one


@pytest.fixture(scope="module")
def running(environment, tmp_path_factory):
    """A cluster that knows nothing of this repository: its process, and how to get there."""
    # A token for this cluster alone: Ray would make one in the home folder.
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex()}
    settings = {**environment, **token, "RAY_USAGE_STATS_ENABLED": "0"}
    settings.pop("PYTHONPATH")
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    address = process.stdout.readline().strip()
    assert address
    yield process.pid, {**environment, **token, "RAY_ADDRESS": address}
    process.communicate("\n", timeout=60)


@pytest.fixture
def start(running):
    """Start `python -m detector ARGUMENTS --engine ray` on that cluster; ended with the test."""
    with contextlib.ExitStack() as stack:

        def run(*arguments):
            process = subprocess.Popen(
                [sys.executable, "-m", "detector", *map(str, arguments), "--engine", "ray"],
                cwd=ROOT,
                env=running[1],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield run


def rows_of(folder):
    """Rows of a folder of Parquet, by path; twice the same one is an error."""
    rows = pyarrow.parquet.read_table(folder).to_pylist()
    found = {row["path"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def wait_for(what):
    deadline = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_a_killed_run_goes_on_and_a_killed_worker_is_replaced(
    running, start, run_python, photo, tmp_path
):
    """Of a week's work, a crash may cost seconds."""
    photos, output = tmp_path / "photos", tmp_path / "output"
    photos.mkdir()
    for index in range(20):
        photo.rotate(index).save(photos / f"{index:02d}.png")
    (photos / "bad.png").write_bytes(b"no photo")
    addresses = [f"{photos.as_uri()}/", photos / "00.png", tmp_path / "gone.png"]
    # A pipe holds the worker that opens it until somebody writes, so that no run ends too early.
    pipe = photos / "10.png"
    shutil.copy(pipe, tmp_path / "10.png")
    pipe.unlink()
    os.mkfifo(pipe)

    run = start(*addresses, "--output", output)
    wait_for(lambda: list(output.glob("*.parquet")))
    run.kill()
    run.wait()
    (part,) = output.glob("*.parquet")
    before = rows_of(output)
    (output / ".unfinished").write_bytes(b"PAR1 half a part")

    run = start(*addresses, "--output", output)
    wait_for(lambda: len(list(output.glob("*.parquet"))) > 1)
    for worker in wait_for(lambda: find_workers(running[0])):
        os.kill(worker, signal.SIGKILL)
    (tmp_path / "10.png").replace(pipe)
    told, errors = run.communicate(timeout=SECONDS)
    assert run.returncode == 1, errors
    after = rows_of(output)
    assert 0 < len(before) < 20 and part.exists()
    assert before.items() <= after.items()
    assert f"{21 - len(before)} photos judged, 2 bad, {len(before)} had a verdict" in told

    bad = {row["path"]: row["error"] for row in after.values() if row["error"]}
    assert set(bad) == {(photos / "bad.png").as_uri(), str(tmp_path / "gone.png")}
    assert all(f"{path}: {error}" in errors for path, error in bad.items())
    alone = run_python("-m", "detector", "--json", *addresses)
    for line in map(json.loads, alone.stdout.splitlines()):
        row = after.pop(line["photo"])
        if "error" in line:
            assert row["error"] == line["error"]
            continue
        assert row["weights_sha256"] == line["weights"]["sha256"]
        assert row["weights_version"] == line["weights"]["version"]
        assert (row["faces"], row["notes"]) == (len(line["faces"]), line["notes"])
        assert (row["label"], row["is_conclusive"]) == (line["label"], line["is_conclusive"])
        assert row["fake_probability"] == pytest.approx(line["fake_probability"], abs=2e-4)
        assert row["confidence"] == pytest.approx(line["confidence"], abs=2e-4)
    assert not after

    other = run_python(
        *("-m", "detector", photos / "00.png", "--engine", "ray", "--output", output),
        "--face-crop",
    )
    assert other.returncode == 2
    assert "holds verdicts of weights" in other.stderr and "Traceback" not in other.stderr


def test_a_photo_that_kills_workers_is_blamed_alone(detector, monkeypatch, tmp_path):
    """Else it would be tried for ever, or take the other photos of its block with it."""
    blocks = []

    def judge_blocks(detector, paths, block, is_face_crop, jobs):
        judge = ray_engine.Judge(detector, is_face_crop)
        for start in range(0, len(paths), block):
            blocks.append(paths[start : start + block])
            if "/deadly" not in blocks[-1]:
                yield judge({"item": pyarrow.array(blocks[-1])}).to_pylist()

    monkeypatch.setattr(ray_engine, "_connect", lambda: None)
    monkeypatch.setattr(ray_engine, "_judge_blocks", judge_blocks)
    photos = [*map(str, sorted((ROOT / "examples").glob("*.jpg"))), "/deadly"]
    before, judged, bad = ray_engine.judge_on_cluster(
        detector, photos * 2, str(tmp_path), is_face_crop=False, jobs=None
    )
    assert blocks == [photos, *([path] for path in photos)]
    assert (before, judged) == (0, len(photos) - 1)
    assert list(bad) == ["/deadly"] and "died" in bad["/deadly"]
    assert set(rows_of(tmp_path)) == set(photos)


def test_ray_may_be_missing(run_python, photo_path, tmp_path):
    (tmp_path / "ray.py").write_text("raise ImportError('No module named ray')")
    arguments = (photo_path, "--engine", "ray", "--output", tmp_path / "output")
    done = run_python("-m", "detector", *arguments, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert 'pip install "ray[data]"' in done.stderr and "Traceback" not in done.stderr
