"""Figures by clip count clips, not frames, and say what would be if clips could be Real."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from detector.config import WEIGHTS_DIR
from detector.errors import DataError
from testing.server import ROOT
from train.data.manifest import Picture
from train.evaluation import clips
from train.evaluation.clips import group_clips, measure_clips, summarise, to_text


def picture(name, label, group, source="dfdc"):
    path = ROOT / "examples" / name if "." in name else Path(f"{name}.jpg")
    return Picture(path, "Validation", label, "0" * 64, None, (224, 224), source, group=group)


def verdict(fake_probability, is_conclusive=False):
    label = "Fake" if fake_probability >= 0.5 else "Real"
    confidence = max(fake_probability, 1 - fake_probability)
    return SimpleNamespace(
        fake_probability=fake_probability,
        label=label,
        confidence=confidence,
        is_conclusive=is_conclusive,
    )


def test_frames_are_grouped_by_clip():
    """A genuine clip and the fake made of it are two clips of one group."""
    pictures = [
        *(picture(f"a__a_{i}", "Real", "a") for i in (2, 0, 1)),
        *(picture(f"a__b_{i}", "Fake", "a") for i in range(2)),
        picture("c__c", "Real", "c"),
    ]
    found = group_clips(pictures)
    assert sorted(len(clip) for clip in found) == [1, 2, 3]
    assert [p.path.stem for p in max(found, key=len)] == ["a__a_0", "a__a_1", "a__a_2"]


def test_figures_by_hand():
    judged = [
        *(("Real", verdict(p)) for p in (0.1, 0.2, 0.6)),
        ("Real", verdict(0.99, True)),
        ("Fake", verdict(0.98, True)),
        ("Fake", verdict(0.7)),
        *(("Fake", verdict(p)) for p in (0.3, 0.01)),
    ]
    assert summarise(judged, limit=0.95) == {
        "genuine": 4,
        "fake": 4,
        "auc": 0.5,
        "genuine called Fake": 0.5,
        "genuine conclusively Fake": 0.25,
        "fakes called Fake": 0.5,
        "fakes conclusively Fake": 0.25,
        "fakes conclusively Real": 0.0,
        "fakes Real at the limit of photos": 0.25,
    }


def test_clips_are_judged_as_frames_and_as_files(tmp_path, monkeypatch):
    pictures = [
        picture("admiral.jpg", "Real", "a"),
        picture("generated.jpg", "Fake", "b"),
        picture("astronaut.jpg", "Real", "c", source="other"),
    ]
    monkeypatch.setattr(clips, "read_manifest", lambda data, split: pictures)
    figures = measure_clips(WEIGHTS_DIR, data="", source="dfdc", output=tmp_path, filmed=1)
    assert json.loads((tmp_path / "clips.json").read_text()) == figures
    for row in figures["clips"].values():
        assert (row["genuine"], row["fake"]) == (1, 1) and 0.0 <= row["auc"] <= 1.0
    assert "| filmed for two seconds | 1 | 1 |" in to_text(figures)
    with pytest.raises(DataError, match="no pictures of nowhere"):
        measure_clips(WEIGHTS_DIR, data="", source="nowhere", output=tmp_path)
