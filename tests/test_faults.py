"""Kills, a full disk and a clock that jumps leave nothing behind that harms.

The slow ones are `python -m reliability.faults`.
"""

import os
import time

import pytest

from detector.errors import WeightsError
from detector.weights import load_weights
from page.server.cleaning import clean
from reliability import faults
from train.disk import write_whole

HOUR = 3600


def make(path, *, age):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"photo")
    os.utime(path, (time.time() - age,) * 2)
    os.utime(path.parent, (time.time() - age,) * 2)
    return path


def test_photos_that_a_killed_server_left_are_deleted_and_nothing_else_is(tmp_path):
    old = [
        make(tmp_path / ("a" * 64) / "photo.jpg", age=2 * HOUR),  # an upload
        make(tmp_path / ("b" * 32) / "report.png", age=2 * HOUR),  # an answer
        make(tmp_path / ("c" * 64) / "photo.jpg", age=-2 * HOUR),  # the clock was set back since
        make(tmp_path / "tmpabcd_123", age=2 * HOUR),  # an upload that broke off
    ]
    kept = [
        make(tmp_path / ("d" * 64) / "photo.jpg", age=HOUR / 2),
        make(tmp_path / ("e" * 64) / "example.jpg", age=2 * HOUR),
        make(tmp_path / "holiday" / "photo.jpg", age=2 * HOUR),  # somebody's own, in the same place
        make(tmp_path / "notes.txt", age=2 * HOUR),
    ]
    clean(tmp_path, age=HOUR, shipped={str(kept[1])})
    assert [path.exists() for path in old + kept] == [False] * 4 + [True] * 4
    assert not old[0].parent.exists() and not old[1].parent.exists()
    clean(tmp_path, age=HOUR)  # another server, which does not ship that example
    assert kept[1].exists()


def test_a_file_is_written_as_a_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "detector.json"
    write_whole(path, "old")

    def full_disk(path, text, **_):
        path.write_bytes(text[:1].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_text", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_text() == "old"


def test_weights_cut_off_at_any_point_never_load(weights_copy):
    for name in ("detector.tflite", "faces.tflite", "detector.json"):
        content = (weights_copy / name).read_bytes()
        for share in (0, 0.3, 0.999):
            (weights_copy / name).write_bytes(content[: int(share * len(content))])
            with pytest.raises(WeightsError):
                load_weights(weights_copy)
        (weights_copy / name).write_bytes(content)
    load_weights(weights_copy)


@pytest.mark.slow
def test_without_a_network_the_embedded_weights_serve(tmp_path):
    assert faults.cut_the_network(tmp_path)
