"""Fakes made of genuine photos, to train with and to measure with."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from train.data.blend import blend
from train.data.manifest import Picture
from train.evaluation.pastes import EDGES, measure_pastes, paste

BOX = (60.0, 50.0, 130.0, 140.0)  # of the photo
DONOR_BOX = (20.0, 30.0, 90.0, 110.0)


def make_photo(*, seed, size=(192, 160)):
    """A photo with texture everywhere, so that nothing pasted can hide."""
    pixels = np.random.default_rng(seed).integers(60, 200, (*size[::-1], 3), np.uint8)
    return Image.fromarray(pixels)


def blends(count=40, box=BOX):
    for seed in range(count):
        photo, donor = make_photo(seed=1), make_photo(seed=2, size=(128, 128))
        forged, mask = blend(photo, box, donor, DONOR_BOX, np.random.default_rng(seed))
        assert mask.shape == photo.size[::-1] and 0.0 <= mask.min() < mask.max() < 1.001
        yield photo, forged


def test_blend_is_seeded_and_leaves_its_photos_alone():
    first, again = (list(blends(5)) for _ in range(2))
    for (photo, forged), (_, repeated) in zip(first, again, strict=True):
        assert np.array_equal(forged, repeated)
        assert np.array_equal(photo, make_photo(seed=1))
        assert forged.size == photo.size and forged.mode == "RGB"
    assert len({np.asarray(forged).tobytes() for _, forged in first}) == 5


def test_every_blend_changes_the_face():
    """A genuine photo called a fake would teach the network to accuse."""
    for photo, forged in blends():
        change = np.abs(np.int16(forged) - np.int16(photo)).mean(-1)
        left, top, right, bottom = map(int, BOX)
        assert (change[top:bottom, left:right] > 10).mean() > 0.05


def test_blend_changes_the_face_alone():
    """If the rest of a photo changed too, its colours or sharpness would become the label."""
    for photo, forged in blends():
        change = np.abs(np.int16(forged) - np.int16(photo))
        left, top, right, bottom = map(int, BOX)
        change[top - 20 : bottom + 20, left - 20 : right + 20] = 0
        assert change.max() == 0


@pytest.mark.parametrize("box", [(-8, -12, 60, 70), (120, 90, 199, 170), (0, 0, 192, 160)])
def test_face_at_the_edge_is_blended(box):
    for photo, forged in blends(10, box):
        assert forged.size == photo.size
        assert not np.array_equal(forged, photo)


# To measure


@pytest.mark.parametrize("edge", EDGES)
def test_paste_replaces_the_face_and_nothing_else(edge):
    photo, donor = make_photo(seed=1), make_photo(seed=2, size=(128, 128))
    change = np.abs(np.int16(paste(photo, BOX, donor, DONOR_BOX, edge=edge)) - np.int16(photo))
    left, top, right, bottom = map(int, BOX)
    assert change[top + 30 : bottom - 30, left + 20 : right - 20].mean() > 15
    change[top:bottom, left:right] = 0
    assert change.max() == 0


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("box", [(-20, -9, 70, 80), (0, 0, 192, 160), (150, 120, 230, 190)])
def test_face_at_the_edge_is_pasted(edge, box):
    photo, donor = make_photo(seed=1), make_photo(seed=2)
    assert paste(photo, box, donor, (-5, -5, 60, 60), edge=edge).size == photo.size


def plain_pictures(folder):
    """Genuine pictures are red and green, fakes blue."""
    pictures = []
    for index, color in enumerate(["red", "lime", "blue", "blue"]):
        path = folder / f"{index}.png"
        Image.new("RGB", (96, 96), color).save(path)
        label = "Fake" if color == "blue" else "Real"
        pictures.append(Picture(path, "Train", label, "", (30, 30, 66, 66), (96, 96)))
    return pictures


class Judge:
    """Knows hard edges alone: what has a blue face is Fake, surely."""

    def predict(self, photo, is_face_crop):
        assert is_face_crop
        is_fake = photo.getpixel((48, 48)) == (0, 0, 255)
        return SimpleNamespace(
            label="Fake" if is_fake else "Real",
            fake_probability=0.9 if is_fake else 0.2,
            is_conclusive=True,
        )


BEFORE = SimpleNamespace(label="Real", fake_probability=0.1, is_conclusive=False)


def test_pastes_are_counted(tmp_path):
    pictures = plain_pictures(tmp_path)
    genuine = [dataclasses.replace(picture, label="Real") for picture in pictures]
    found = measure_pastes(Judge(), genuine, [BEFORE] * 4)
    assert found["hard edge"] == {
        "pictures": 4,
        "right": 0.5,  # two of the four donors are blue
        "conclusive and right": 0.5,
        "conclusive and wrong": 0.5,
        "auc": 1.0,
    }
    before = found["as they were"]
    assert (before["right"], before["conclusive and right"]) == (1.0, 0.0)


def test_no_faces_to_exchange_give_no_figures(tmp_path):
    assert measure_pastes(Judge(), plain_pictures(tmp_path)[1:], [BEFORE] * 3) == {}
