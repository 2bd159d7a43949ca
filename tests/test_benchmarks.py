"""Benchmarks: every figure has its place, and what is counted rather than timed is right."""

import json
import re
import sys
from pathlib import Path

import pytest

from benchmarks import checkouts, photos, table
from benchmarks.__main__ import PARTS
from benchmarks.limit import count_macs
from benchmarks.speed import STAGES, judge_in_stages, measure_against
from benchmarks.start import with_dependencies
from detector.errors import ConfigError
from detector.weights import FACES_FILE, MODEL_FILE
from reporting.turns import time_turns

BENCHMARKS = Path(table.__file__).parent


def test_every_table_has_a_place_in_the_document():
    """Else an hour of measuring would end in an error."""
    parts = [(BENCHMARKS / f"{part}.py").read_text("utf-8") for part in PARTS]
    measured = {name for text in parts for name in re.findall(r'yield \(?\s*"(\w+)"', text)}
    places = re.findall(r"<!-- figures: (\w+) -->", table.DOCUMENT.read_text("utf-8"))
    assert len(measured) > 10
    assert sorted(places) == sorted(measured)


def test_rows_are_printed_and_kept(tmp_path, monkeypatch, capsys):
    document = tmp_path / "speed.md"
    document.write_text("Before\n<!-- figures: start -->\n<!-- end -->\nAfter\n")
    rows = [{"what": "ours", "ms": 0.01234}, {"what": "theirs", "ms": 123456.7}]
    monkeypatch.setattr(table, "DOCUMENT", document)
    monkeypatch.setattr(sys, "argv", ["benchmark", "--repeat", "3", "--record"])
    received = []

    def measure(repeat):
        received.append(repeat)
        yield "start", rows

    table.run("A benchmark.\n\nMore.", repeat=7, measure=measure)
    expected = "| what | ms |\n| --- | --- |\n| ours | 0.0123 |\n| theirs | 123,457 |\n"
    assert received == [3]
    assert expected in capsys.readouterr().out
    assert (
        document.read_text() == f"Before\n<!-- figures: start -->\n{expected}<!-- end -->\nAfter\n"
    )
    assert json.loads((tmp_path / "speed" / "start.json").read_text()) == rows


def test_multiply_accumulates_are_those_of_the_architecture():
    """MobileNetV2 has 300 million at 224 px (Sandler et al., CVPR 2018, table 4)."""
    expected = 300e6 * (160 / 224) ** 2
    assert count_macs(MODEL_FILE, (160, 160, 3)) == pytest.approx(expected, rel=0.03)
    # Twice the canvas, twice the work.
    once, twice = (count_macs(FACES_FILE, (height, 320, 3)) for height in (320, 640))
    assert twice == pytest.approx(2 * once, rel=0.01)


def test_contenders_take_turns():
    """One after the other, whatever else the machine does would meet one of them alone."""
    called = []
    medians = time_turns({name: lambda name=name: called.append(name) for name in "ab"}, 2)
    assert called == ["a", "a", "b", "b"] * 2 and set(medians) == {"a", "b"}


def test_stages_are_part_of_the_whole(detector):
    spent = judge_in_stages(detector, photos.make_photo((2400, 1800)))
    assert list(spent) == list(STAGES) and all(milliseconds > 0 for milliseconds in spent.values())


def test_a_checkout_is_timed_beside_another(tmp_path):
    [row] = measure_against(checkouts.ROOT, {"crop": photos.make_crop()}, repeat=1)
    assert row["photo"] == "crop" and row["ratio"] > 0
    with pytest.raises(ConfigError, match="is no checkout"):
        measure_against(tmp_path, {"crop": photos.make_crop()}, repeat=1)


def test_packages_that_packages_bring_are_counted():
    found = with_dependencies("# what serves\npillow==1\nhuggingface_hub==1\nno-such-package==1\n")
    assert {"pillow", "huggingface-hub", "fsspec", "pyyaml"} <= found
    assert not {"numpy", "no-such-package"} & found
