"""The face of each picture, found once, with the hash of the face and the copy that is read."""

import concurrent.futures
import dataclasses
import hashlib
import multiprocessing
from pathlib import Path

from detector import faces
from detector.config import WEIGHTS_DIR
from detector.errors import PhotoError
from detector.faces import FaceDetector
from detector.photo import load_photo
from detector.runtime import count_cores
from detector.weights import FACES_FILE

from .near_twins import difference_hash
from .reduced import is_reduced, write_copy

MANY = 500  # pictures, from which other processes are worth their start


def search_fingerprint() -> str:
    """Which search finds the faces, hex: a hash of its network and of its code.

    Where one of them changes, faces are looked for anew.
    """
    code = (path.read_bytes() for path in sorted(Path(faces.__file__).parent.glob("*.py")))
    return hashlib.sha256(b"".join([_read_network(), *code])).hexdigest()


def look_at_all(tasks):
    """Complete rows of the manifest, on all cores where there are many.

    Args:
        tasks: list of (`Picture`, whether its face is known from before).

    Yields:
        The `Picture`, with box, size and hash, and why it cannot be read, or None; in turn.
    """
    network = _read_network()
    if len(tasks) < MANY:
        _start(network)
        yield from map(_look, tasks)
        return
    workers = concurrent.futures.ProcessPoolExecutor(count_cores(), _spawning, _start, [network])
    with workers as pool:
        yield from pool.map(_look, tasks, chunksize=16)


_spawning = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
_detector = None  # of a worker


def _read_network():
    return (WEIGHTS_DIR / FACES_FILE).read_bytes()


def _start(network):
    global _detector
    _detector = FaceDetector(network, threads=1)


def _look(task):
    """Find the face of a picture, its hash, and write its copy if it needs one."""
    row, is_known = task
    is_copied = not is_reduced(row) or row.copy.is_file()
    if is_known and is_copied:
        return row, None
    try:
        photo = load_photo(row.path)
    except PhotoError as error:
        return row, str(error)
    if not is_known:
        seen = _detector.detect(photo)
        box = faces.central_face(seen, photo.size).box if seen else None
        row = dataclasses.replace(row, box=box, size=photo.size)
        row = dataclasses.replace(row, dhash=difference_hash(photo, row.square(margin=1.0)))
    if is_reduced(row):
        write_copy(photo, row)
    return row, None
