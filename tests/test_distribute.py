"""A network without global average pooling, trained on two devices, serves with its heatmap."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from detector import load_detector
from detector.classifier import run_model
from detector.errors import ConfigError
from detector.heatmap import grad_cam
from detector.weights import KERAS_FILE, MODEL_FILE, self_test_crops
from testing import drawing
from train.config import TrainConfig
from train.fitting import distribute
from train.fitting.distribute import scope
from train.fitting.progress import read_history

SETTINGS = ("input_size=48", "epochs=4", "batch_size=8", "epoch_batches=5", "pictures=40")
TWO_DEVICES = """
import sys
import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from train.__main__ import main
data, run, weights, *fit = sys.argv[1:]
main(["prepare", "--data", data])
main(["fit", "--data", data, "--run", run, "--distribute", "mirrored", *fit])
main(["export", "--data", data, "--run", run, "--weights", weights, "--version", "4.4.4"])
"""


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory, run_python):
    """A dense network trained on two virtual CPUs and exported; to read, not to change."""
    root = tmp_path_factory.mktemp("mirrored")
    paths = SimpleNamespace(data=root / "data", run=root / "run", weights=root / "weights")
    drawing.write_data_set(paths.data, counts={"Train": 24, "Validation": 12})
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    # Statistics of few batches: with Keras' momentum validation would lag behind.
    settings += ["--set", "batch_norm_momentum=0.6", "--preset", "three_block_cnn"]
    done = run_python("-c", TWO_DEVICES, paths.data, paths.run, paths.weights, *settings)
    assert done.returncode == 0, done.stderr
    return paths


def test_two_devices_train_one_network(mirrored):
    """Who has two GPUs pays for both."""
    assert json.loads((mirrored.run / "versions.json").read_text())["replicas"] == 2
    history = read_history(mirrored.run / "history.csv")
    assert sorted(history) == [0, 1, 2, 3]
    assert history[3]["accuracy"] > 0.9
    assert max(row["val_auc"] for row in history.values()) > 0.9


def test_run_leaves_what_its_reader_needs(mirrored):
    """Curves, verdicts and logs are drawn while the pictures and the weights are at hand."""
    for name in ("history.png", "samples.png", "training.png"):
        assert (mirrored.run / "plots" / name).stat().st_size > 5000
    for part in ("train", "validation"):
        assert list((mirrored.run / "logs" / part).glob("events.*"))
    seconds = read_history(mirrored.run / "seconds.csv")
    assert sorted(seconds) == [0, 1, 2, 3]
    versions = json.loads((mirrored.run / "versions.json").read_text())
    assert versions["backend"] == "tensorflow" and {"keras", "numpy", "code"} < set(versions)


def test_network_that_ends_in_dense_layers_serves(mirrored):
    """Its logit and its heatmap in LiteRT are those of the trained network."""
    import keras
    from tf_keras_vis.gradcam import Gradcam

    detector = load_detector(mirrored.weights)
    spec = detector.weights.spec
    assert (spec.version, spec.architecture) == ("4.4.4", "three_block_cnn")
    assert spec.views[1].margin == 100
    model = keras.models.load_model(mirrored.weights / KERAS_FILE)
    generator = np.random.default_rng(3)
    faces = [np.asarray(drawing.face(label, generator, side=48)) for label in ("Real", "Fake")]
    for crop in (*faces, *self_test_crops(48)):
        picture = crop[np.newaxis].astype(np.float32)
        logit, evidence = run_model(detector.weights.model, crop)
        assert logit == pytest.approx(float(np.asarray(model(picture))[0, 0]), abs=1e-2)
        assert evidence.shape == (12, 12)
        label, sign = ("Fake", 1.0) if logit > 0 else ("Real", -1.0)
        expected = Gradcam(model, clone=False)(
            lambda output, sign=sign: sign * output[:, 0],
            picture,
            penultimate_layer=model.layers[-8].name,  # the last ReLU before pooling
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )[0]
        expected = np.asarray(expected) / max(np.max(expected), 1e-12)
        assert grad_cam(evidence, label) == pytest.approx(expected, abs=1e-2)


def test_dense_weights_are_stored_once(mirrored):
    """The backward pass must not double a file that is large already."""
    size = (mirrored.weights / MODEL_FILE).stat().st_size
    parameters = load_detector(mirrored.weights).weights.spec.training["parameters"]
    assert size < 1.2 * 4 * parameters


def test_other_backends_are_refused(monkeypatch):
    monkeypatch.setattr(distribute.keras.backend, "backend", lambda: "torch")
    with pytest.raises(ConfigError, match="needs KERAS_BACKEND=tensorflow"):
        scope("mirrored")


def test_mixed_precision_keeps_the_logit_exact():
    """In half precision a sure logit loses its digits; the policy must not leak into the app."""
    import keras

    from train.models import architectures

    before = keras.config.dtype_policy().name
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = architectures.build("three_block_cnn", input_size=32)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("logit").compute_dtype == "float32"
    assert model.get_layer("embedding").compute_dtype == "float16"
    crops = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    assert np.asarray(model(crops)).dtype == np.float32
    assert TrainConfig().precision == "float32"
