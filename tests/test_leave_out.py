"""What is said of unseen origins is measured on pictures that the network never saw."""

import json

import numpy as np
import pytest

from testing import drawing
from train.config import TrainConfig
from train.data.manifest import read_manifest
from train.data.prepare import prepare
from train.fitting.run import read_run
from train.studies.leave_out import leave_out_each, summarise, to_text
from train.studies.shortcuts import describe_file, measure_shortcuts
from train.studies.shortcuts import to_text as shortcuts_to_text


@pytest.fixture
def data(tmp_path):
    """The Kaggle layout and two sources beside it."""
    drawing.write_data_set(tmp_path / "Dataset", counts={"Train": 6, "Validation": 4})
    for seed, name in enumerate(("video", "portraits"), start=1):
        counts = {"Train": 6, "Validation": 4}
        drawing.write_data_set(tmp_path / "Sources" / name, counts=counts, seed=seed)
    prepare(tmp_path)
    return tmp_path


def test_each_group_is_left_out_of_training_and_judged(data, tmp_path):
    config = TrainConfig().replace(**{**drawing.TINY, "epochs": 1})
    figures = leave_out_each(
        [["video"], ["portraits"]],
        config,
        data=data,
        output=tmp_path / "out",
        backbone_weights=None,
    )
    assert json.loads((tmp_path / "out" / "leave_out.json").read_text()) == figures
    for name in ("video", "portraits"):
        assert read_run(tmp_path / "out" / name)["config"]["leave_out"] == name
        row = figures["sources"][name]
        assert row["pictures"] == 20 and 0.0 <= row["auc"] <= 1.0
        assert None not in (row["caught"], row["accused"])
        assert name in to_text(figures)
    assert all(0.5 <= limit <= 0.999 for limit in figures["min_confidence"].values())


def test_a_left_out_fake_is_told_from_genuine_pictures_of_its_pool(data):
    """AUC against itself alone is no number."""
    pictures = [p for p in read_manifest(data, "Validation") if p.source == "video"]
    probabilities = [0.9 if p.label == "Fake" else 0.1 for p in pictures]
    row = summarise("video", pictures, np.array(probabilities))
    assert row == {"pictures": 8, "auc": 1.0, "caught": 1.0, "accused": 0.0}


def test_shortcuts_are_measured_before_and_after_augmentation(data):
    """Where size alone tells the label, a network learns the size."""
    pictures = read_manifest(data, "Train") + read_manifest(data, "Validation")
    figures = measure_shortcuts(pictures, TrainConfig(input_size=48))
    assert set(figures) == {"deepfake-and-real-images", "video", "portraits"}
    for row in figures.values():
        assert row["pictures"] > 0
        for name in ("of files", "of crops", "of augmented crops"):
            assert 0.0 <= row[name] <= 1.0
    assert "video" in shortcuts_to_text(figures)
    width, height, *_ = describe_file(pictures[0])
    assert (width, height) == pictures[0].size
