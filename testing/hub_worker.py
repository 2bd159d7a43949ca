"""Runs the project against a hub: a JSON call a line on stdin, its result a line on stdout."""

import contextlib
import io
import json
import os
import sys
import threading
import time

from detector import Detector, load_detector
from detector.config import WEIGHTS_DIR
from detector.photo import load_photo
from detector.refresh import Refresh
from detector.report import to_json
from detector.weights import hub
from train.__main__ import main

from .hub_tools import EXAMPLE

hub.PROBE_SECONDS = 2  # a test shall not wait for ten
PHOTO = load_photo(EXAMPLE)
EMBEDDED = load_detector(WEIGHTS_DIR).weights


def detector_of(weights) -> Detector:
    return type(load_detector(WEIGHTS_DIR))(weights)


def refresh(repo, revision="main") -> dict:
    """Try once; which weights give the next verdict, and whether another try may help."""
    detector = detector_of(EMBEDDED)
    retry = Refresh(detector, repo=repo, revision=revision).try_once()
    return {"retry": retry, **to_json(detector.predict(PHOTO))["weights"]}


def follow(repo, revision="main", seconds=20.0) -> dict[str, list]:
    """Start in the background and judge until the Hub's weights serve; the sources in order."""
    detector = detector_of(EMBEDDED)
    notes, sources, deadline = [], [], time.monotonic() + seconds
    Refresh(detector, repo=repo, revision=revision, delay=0.1, pauses=(0.2,)).start()
    while "hub" not in sources and time.monotonic() < deadline:
        info = detector.predict(PHOTO).weights
        sources.append(info.source)
        if info.note not in notes:
            notes.append(info.note)
    return {"sources": sources, "notes": notes}


def swap(repo, revisions, rounds=30) -> list:
    """Judge in threads while weights are swapped; pairs of version and probability seen."""
    sets = [hub.fetch_weights(repo, revision) for revision in revisions]
    detector = detector_of(sets[0])
    seen, is_over = set(), threading.Event()

    def ask():
        while not is_over.is_set():
            verdict = detector.predict(PHOTO)
            seen.add((verdict.weights.version, round(verdict.fake_probability, 4)))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for index in range(rounds):
        detector.weights = sets[index % len(sets)]
        time.sleep(0.03)
    is_over.set()
    for thread in threads:
        thread.join()
    return sorted(seen)


def train(arguments: list[str], token: str | None = None, stdin: str = "") -> dict:
    """`python -m train ARGUMENTS`: exit status and what it printed."""
    os.environ.pop("HF_TOKEN", None)
    if token:
        os.environ["HF_TOKEN"] = token
    status, printed, errors = 0, io.StringIO(), io.StringIO()
    sys.stdin = io.StringIO(stdin)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        try:
            main(arguments)
        except SystemExit as end:
            status = 1
            print(end, file=sys.stderr)
    return {"status": status, "stdout": printed.getvalue(), "stderr": errors.getvalue()}


if __name__ == "__main__":
    for line in sys.__stdin__:
        arguments = json.loads(line)
        print(json.dumps(globals()[arguments.pop("call")](**arguments)), flush=True)
