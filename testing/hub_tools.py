"""Weights on the test hub, and processes of the real client that talk to it."""

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from PIL import Image

from detector.config import WEIGHTS_DIR
from detector.weights import FACES_FILE, KERAS_FILE, MODEL_FILE, SPEC_FILE
from train.data.sources import KAGGLE_SOURCE

from .hub_server import Hub

PLOTS = ("confusion.png", "curves.png", "reliability.png", "coverage.png")
ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "astronaut.jpg"


def weights(*, without=(), **changes) -> dict[str, bytes]:
    """The embedded weights with other values in detector.json, as {name: bytes}."""
    files = {name: (WEIGHTS_DIR / name).read_bytes() for name in (MODEL_FILE, FACES_FILE)}
    spec = json.loads((WEIGHTS_DIR / SPEC_FILE).read_text(encoding="utf-8"))
    spec["sha256"] = {name: spec["sha256"][name] for name in files}
    files[SPEC_FILE] = json.dumps(spec | changes).encode()
    return {name: content for name, content in files.items() if name not in without}


def figures(accuracy: float = 0.9) -> dict:
    """What `train.evaluation.evaluate.summarise` gives, recognisably not of any real model."""
    classes = {"precision": 0.9011, "recall": 0.8991, "f1": 0.9001}
    return {
        "pictures": 3600,
        "accuracy": accuracy,
        "balanced accuracy": 0.8881,
        "auc": 0.9551,
        "average precision": 0.9441,
        "false accusations per 1000 real": 77.7,
        "missed fakes per 1000 fake": 66.6,
        "ece": 0.0222,
        "conclusive": 0.8111,
        "accuracy of conclusive": 0.9777,
        "per class": {"Real": classes, "Fake": classes},
        "confusion matrix": [[1661, 139], [120, 1680]],
    }


def evaluation(version, sha256, *, accuracy=0.9) -> dict:
    """What `train.evaluation.evaluate.evaluate` finds, as far as the model card tells it."""
    return {
        "split": "Test",
        "model": version,
        "sha256": sha256,
        "labelled face": figures(accuracy),
        "whole photo": figures(accuracy),
        "95 % intervals": {"accuracy": [0.8765, 0.9234]},
        "sources": {KAGGLE_SOURCE: {}},
        "stability": {"JPEG 50": {"flips": 0.0345, "flips of conclusive verdicts": 0.0067}},
    }


def write_evaluated(folder, output, *, version="2.0.0", accuracy=0.9) -> None:
    """Make a folder of weights, and one of their evaluation, as training leaves them."""
    spec = json.loads((WEIGHTS_DIR / SPEC_FILE).read_text(encoding="utf-8"))
    keras = b"\0 stands for detector.keras " + version.encode()  # nothing opens it here
    checksums = spec["sha256"] | {KERAS_FILE: hashlib.sha256(keras).hexdigest()}
    metrics = spec["metrics"] | {"test": figures(accuracy)}
    files = weights(version=version, metrics=metrics, sha256=checksums) | {KERAS_FILE: keras}
    for path in (folder, output):
        path.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for name in PLOTS:
        Image.new("RGB", (8, 8)).save(output / name)
    found = evaluation(version, checksums[MODEL_FILE], accuracy=accuracy)
    (output / "evaluation.json").write_text(json.dumps(found))


def publish(
    hub: Hub, files: dict[str, bytes], *, name="alice/faces", tag=None, is_private=False
) -> str:
    """Put files into a repository, without a client; returns the commit."""
    repo = hub.store.repos.get(("model", name))
    user, _, last = name.partition("/")
    if repo is None:
        repo = hub.store.create(user, kind="model", name=last, is_private=is_private)
    commit = repo.commit(files, lfs=(MODEL_FILE, FACES_FILE))
    if tag:
        repo.tags[tag] = commit
    return commit


def environment(url, home, **more) -> dict[str, str]:
    """Variables of a process that knows no hub but the test's, with a cache of its own."""
    ours = ("DETECTOR_", "HF_", "HUGGING")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    fixed = {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(ROOT),
    }
    return kept | fixed | more


def run(hub: Hub, home, *arguments, stdin="", **more) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` against a hub."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=environment(hub.url, home, **more),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def judge(hub: Hub, home, **more) -> tuple[dict, str]:
    """`python -m detector PHOTO --json` against a hub: the `weights` of its result, and stderr."""
    done = run(hub, home, "-m", "detector", EXAMPLE, "--json", **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["weights"], done.stderr


@dataclasses.dataclass
class Worker:
    """A process of `hub_worker`, so that a test does not pay for imports."""

    process: subprocess.Popen
    home: Path

    def __call__(self, call: str, **arguments) -> Any:
        print(json.dumps({"call": call, **arguments}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "the worker died"
        return json.loads(line)

    def empty_cache(self) -> None:
        shutil.rmtree(self.home / "hub", ignore_errors=True)


@contextlib.contextmanager
def started_worker(hub: Hub, home) -> Generator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "testing.hub_worker"],
        cwd=ROOT,
        env=environment(hub.url, home, HF_HUB_DISABLE_PROGRESS_BARS="1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        yield Worker(process, Path(home))
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def started_hub(folder) -> Generator[Hub]:
    with Hub(folder).running() as hub:
        yield hub
