"""The head that looks for seams: trained on a finished run, exported beside the verdict."""

import dataclasses
import json

import drawing
import numpy as np
import pytest

from detector.errors import ConfigError, DataError
from detector.runtime import Network
from detector.weights import run_model
from train import architectures, seams
from train.config import TrainConfig
from train.export import convert
from train.familiarity import unfitted
from train.fit import load_network
from train.manifest import Picture, write_rows

SIZE = 64
CONFIG = TrainConfig(input_size=SIZE, seam_epochs=1)


def write_data(root, *, box):
    """Drawn faces with a box around each: those of the tests are too plain to be found."""
    drawing.write_data_set(root, counts={"Train": 10, "Validation": 4})
    rows = [
        Picture(path, path.parts[-3], path.parts[-2], path.name, box, (96, 96))
        for path in sorted(root.rglob("*.png"))
    ]
    write_rows(root / "manifest.csv", rows)
    (root / "splits.json").write_text(json.dumps({"fingerprint": "drawn", "sources": []}))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    write_data(root, box=(24, 16, 72, 80))
    return root


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """A run whose network is as it was drawn, with a head for seams."""
    folder = tmp_path_factory.mktemp("run")
    architectures.build("mobilenet_v2", input_size=SIZE).save_weights(folder / "best.weights.h5")
    made_of = {"config": dataclasses.asdict(CONFIG), "data": "drawn"}
    (folder / "config.json").write_text(json.dumps(made_of))
    seams.fit_seams(folder, data=data)
    return folder


def test_what_serves_is_what_was_trained(run, tmp_path):
    """Seam and verdict come from one forward pass, and the verdict is that of before."""
    network = load_network(run, CONFIG)
    whole = seams.with_seams(network, run / seams.WEIGHTS_FILE)
    path = tmp_path / "detector.tflite"
    convert(network, path, known=unfitted(network), seams=run / seams.WEIGHTS_FILE)
    served = Network(path.read_bytes(), name=path.name, threads=1)
    crops = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE, 3), np.uint8)
    expected = np.asarray(whole(crops.astype(np.float32))["seam"])[:, 0]
    logits = np.asarray(network(crops.astype(np.float32)))[:, 0]
    assert len(set(expected.tolist())) == 4
    for crop, seam, logit in zip(crops, expected, logits, strict=True):
        found = run_model(served, crop)
        assert (found[0], found[3]) == pytest.approx((logit, seam), abs=1e-3)


def test_a_finished_head_is_not_trained_again(run, data):
    report = seams.read_report(run)
    assert seams.fit_seams(run, data=data) == report
    assert 0.0 <= report["val_seam_auc"] <= 1.0 and report["pairs"] == 20


def test_a_head_of_another_network_is_refused(run, tmp_path):
    """It would read layers that say something else, and give numbers all the same."""
    (tmp_path / seams.REPORT_FILE).write_bytes((run / seams.REPORT_FILE).read_bytes())
    assert seams.read_report(tmp_path / "other") is None
    (tmp_path / "best.weights.h5").write_bytes(b"others")
    with pytest.raises(ConfigError, match="train seams"):
        seams.read_report(tmp_path)


def test_other_networks_have_no_head():
    with pytest.raises(ConfigError, match="mobilenet_v2"):
        seams.with_seams(architectures.build("tiny", input_size=48))
    assert not TrainConfig(architecture="tiny").looks_for_seams
    assert not TrainConfig(seam_epochs=0).looks_for_seams
    assert TrainConfig().looks_for_seams


def test_without_genuine_faces_there_is_nothing_to_learn_from(run, tmp_path):
    write_data(tmp_path, box=None)
    with pytest.raises(DataError, match="no genuine faces"):
        seams.fit_seams(run, data=tmp_path)
