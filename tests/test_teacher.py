"""Weights that are there teach new ones: half of a target is their answer to the same crop."""

import numpy as np
import pytest

from detector.classifier import run_model
from detector.config import WEIGHTS_DIR
from detector.errors import ConfigError, WeightsError
from detector.preprocess import cut
from detector.score import calibrate
from detector.weights import load_weights
from train.config import TrainConfig
from train.data.batches import training_batches
from train.data.manifest import Picture
from train.data.teacher import Teacher
from train.fitting import sheets


@pytest.fixture
def pictures(photo, tmp_path):
    paths = {label: tmp_path / f"{label}.png" for label in ("Real", "Fake")}
    for path in paths.values():
        photo.save(path)
    box = (20.0, 20.0, 100.0, 100.0)
    return [Picture(path, "Train", label, "", box, photo.size) for label, path in paths.items()]


def unsure(crops):
    """A teacher that says the same of every crop."""
    return np.full((len(crops), 1), 0.8, np.float32)


def test_a_teacher_says_what_its_weights_serve(photo):
    weights = load_weights(WEIGHTS_DIR)
    crop = cut(photo, (0, 0, 160, 160), input_size=weights.spec.input_size)
    logit, _ = run_model(weights.model, crop)
    spec = weights.spec
    expected = calibrate(logit, temperature=spec.temperature, bias=spec.bias)
    answers = Teacher(WEIGHTS_DIR)(np.stack([crop, crop]))
    assert answers.shape == (2, 1) and answers.dtype == np.float32
    assert answers[:, 0] == pytest.approx([expected] * 2, abs=1e-3)


def test_a_teacher_is_asked_about_crops_of_any_size(photo):
    teacher = Teacher(WEIGHTS_DIR)
    small, large = (teacher(cut(photo, (0, 0, 160, 160), input_size=s)[None]) for s in (128, 160))
    assert abs(small - large).max() < 0.3


def test_a_taught_label_is_between_the_two_and_rounds_to_the_true_one(pictures):
    config = TrainConfig(input_size=48, batch_size=8, blend_share=0.5, teacher_share=0.5)
    taught, plain = (
        training_batches(pictures * 8, config, teacher=one)[0] for one in (unsure, None)
    )
    assert (taught[0] == plain[0]).all()
    assert set(plain[1].flat) == {0.0, 1.0}
    assert taught[1] == pytest.approx(0.5 * plain[1] + 0.4)
    assert (np.round(taught[1]) == plain[1]).all()


def test_a_taught_batch_is_drawn_with_its_true_labels(pictures, tmp_path, monkeypatch):
    """Fakes of .9 were called Real on the sheet."""
    config = TrainConfig(input_size=48, batch_size=8, blend_share=0.5, teacher_share=0.5)
    drawn = []
    monkeypatch.setattr(sheets.plots, "samples", lambda crops, labels, path: drawn.append(labels))
    for teacher in (unsure, None):
        batches = training_batches(pictures * 8, config, teacher=teacher)
        sheets.draw_training(batches, output=tmp_path / "plots")
    assert set(drawn[1]) == {0.0, 1.0}
    assert (drawn[0] == drawn[1]).all()


def test_a_share_that_would_drown_the_label_is_refused():
    with pytest.raises(ConfigError, match=r"teacher_share must be between 0 and 0\.5"):
        TrainConfig(teacher_share=0.6)


def test_a_teacher_that_is_not_there_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(WeightsError, match=r"detector\.json"):
        Teacher(tmp_path)
