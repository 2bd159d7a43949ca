"""Training pictures are degraded as real ones are, and every run draws the same degradations."""

import numpy as np
import pytest

from train.data.corruptions import COUNT_PROBABILITIES, FAMILIES, contact_sheet, corrupt

CORRUPTIONS = {name: f for family in FAMILIES.values() for name, f in family.items()}
SIZES = [(64, 64), (37, 53), (101, 75), (160, 160)]  # height, width


def picture(size=(64, 64), seed=0):
    """A smooth colour gradient with noise: any corruption shows on it."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]] / max(size)
    waves = 128 + 90 * np.sin(np.stack([5 * x, 4 * y + 1, 3 * (x + y) + 2], axis=-1))
    return (waves + generator.normal(0, 12, (*size, 3))).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_shape_and_type_stay(name):
    """One odd crop in the middle of a night's training would end it."""
    for size in SIZES:
        for severity in (0.0, 0.5, 1.0):
            found = CORRUPTIONS[name](picture(size), severity, np.random.default_rng(1))
            assert (found.shape, found.dtype) == ((*size, 3), np.uint8)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_full_severity_is_visible(name):
    for seed in range(5):
        found = CORRUPTIONS[name](picture(), 1.0, np.random.default_rng(seed))
        assert np.abs(found.astype(int) - picture()).mean() > 0.5


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_same_generator_gives_the_same_picture(name):
    """A run that was killed and goes on must see what it would have seen."""
    first, second = (CORRUPTIONS[name](picture(), 0.7, np.random.default_rng(3)) for _ in "ab")
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_given_picture_is_not_changed(name):
    given = picture()
    CORRUPTIONS[name](given, 1.0, np.random.default_rng(1))
    assert np.array_equal(given, picture())


@pytest.mark.parametrize(
    "name", ["gaussian_noise", "gaussian_blur", "jpeg", "pixelate", "fog", "desaturation"]
)
def test_more_severe_is_further_from_the_photo(name):
    """Validation spans light to heavy damage; flat, it would measure one strength only."""

    def distance(severity):
        found = [CORRUPTIONS[name](picture(), severity, np.random.default_rng(i)) for i in range(4)]
        return np.abs(np.stack(found).astype(int) - picture()).mean()

    assert distance(0.1) < distance(0.5) < distance(1.0)


def test_corrupt_is_seeded_and_leaves_some_pictures_clean():
    """Without clean pictures in training, clean photos would be judged worse."""
    found = [corrupt(picture(), np.random.default_rng(seed)) for seed in range(200)]
    again = [corrupt(picture(), np.random.default_rng(seed)) for seed in range(200)]
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))
    clean = np.mean([np.array_equal(result, picture()) for result in found])
    assert clean == pytest.approx(COUNT_PROBABILITIES[0], abs=0.1)
    assert len({result.tobytes() for result in found}) > 130


def test_every_family_is_drawn():
    """A family that is never drawn is one that Test has and training has not."""
    hits = {family: 0 for family in FAMILIES}
    originals = {family: dict(members) for family, members in FAMILIES.items()}
    try:
        for family, members in FAMILIES.items():
            for name in members:

                def count(given, severity, generator, family=family):
                    assert 0.0 <= severity <= 1.0
                    hits[family] += 1
                    return given

                members[name] = count
        for seed in range(300):
            corrupt(picture(), np.random.default_rng(seed))
    finally:
        for family, members in originals.items():
            FAMILIES[family].update(members)
    assert min(hits.values()) > 0.5 * max(hits.values()) > 0


def test_contact_sheet_shows_every_corruption(photo):
    sheet = contact_sheet(photo, side=32, severities=(0.2, 1.0))
    assert sheet.size == (130 + 2 * 32, 32 * len(CORRUPTIONS))
    tiles = np.asarray(sheet)[:, 130:].reshape(len(CORRUPTIONS), 32, 2, 32, 3)
    for mild, severe in tiles.swapaxes(1, 2):
        assert mild.std() > 0 or severe.std() > 0
