"""A quick test sees both classes, even classes are even, and the same seed chooses the same."""

import collections
from pathlib import Path

import numpy as np
import pytest

from train.augment import flip_rotate_zoom
from train.manifest import Picture
from train.sampling import choose, undersample


def pictures(*, real, fake):
    names = [("Real", i) for i in range(real)] + [("Fake", i) for i in range(fake)]
    return [
        Picture(Path(f"{label}{i}.png"), "Train", label, f"{label}{i}", None, (64, 64))
        for label, i in names
    ]


def counts(chosen):
    return collections.Counter(picture.label for picture in chosen)


@pytest.mark.parametrize(
    "count, expected",
    [(10, {"Real": 8, "Fake": 2}), (2, {"Real": 1, "Fake": 1}), (50, {"Real": 40, "Fake": 10})],
)
def test_quick_test_keeps_both_classes(count, expected):
    """AUC of one class is no number."""
    assert counts(choose(pictures(real=80, fake=20), count, seed=1)) == expected


@pytest.mark.parametrize("count", [0, 100, 500])
def test_all_pictures_stay_as_they_are(count):
    given = pictures(real=80, fake=20)
    assert choose(given, count, seed=1) == given


def test_choice_repeats_with_its_seed():
    given = pictures(real=80, fake=20)
    assert choose(given, 20, seed=1) == choose(given, 20, seed=1)
    assert choose(given, 20, seed=1) != choose(given, 20, seed=2)


@pytest.mark.parametrize("real, fake", [(80, 20), (20, 80), (30, 30)])
def test_undersampled_classes_are_even(real, fake):
    """A network that sees one class more often learns to say its name."""
    given = pictures(real=real, fake=fake)
    chosen = undersample(given, seed=1)
    assert counts(chosen) == {"Real": min(real, fake), "Fake": min(real, fake)}
    assert len(set(chosen)) == len(chosen) and set(chosen) <= set(given)
    assert undersample(given, seed=1) == chosen


# Augmentation


def test_augmented_crop_keeps_its_subject_and_has_no_black_corner():
    """Black corners would tell augmented pictures, and a subject turned out of sight its label."""
    crop = np.full((64, 64, 3), 200, np.uint8)
    crop[24:40, 24:40] = (250, 90, 90)
    generator = np.random.default_rng(0)
    turned = [flip_rotate_zoom(crop, generator) for _ in range(30)]
    assert all(item.shape == crop.shape and item.dtype == np.uint8 for item in turned)
    assert min(item[..., 0].min() for item in turned) >= 199
    shares = [(item[..., 1] < 145).mean() * 64 * 64 / 256 for item in turned]
    assert 0.6 < min(shares) < 0.9 and 1.1 < max(shares) < 1.45  # zoomed out and in
    assert len({item.tobytes() for item in turned}) == 30


def test_half_of_the_crops_are_flipped():
    crop = np.zeros((64, 64, 3), np.uint8)
    crop[:, :32] = 255
    generator = np.random.default_rng(0)
    flipped = sum(flip_rotate_zoom(crop, generator)[:, 32:].mean() > 127 for _ in range(200))
    assert 70 < flipped < 130
