"""Fakes made of genuine photos: `train.blend` for training, `train.pastes` to measure."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from train.blend import blend
from train.config import TrainConfig
from train.manifest import Picture
from train.pastes import EDGES, measure_pastes, paste
from train.seams import DRAWS, MASK_SIDE, PAIRS, SeamPairs, seam_map

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


# To learn from


@pytest.fixture
def pairs(tmp_path):
    pictures = []
    for index, label in enumerate(["Real"] * 20 + ["Fake"] * 3):
        path = tmp_path / f"{index}.png"
        make_photo(seed=index, size=(96, 96)).save(path)
        pictures.append(Picture(path, "Train", label, "", (30, 26, 66, 68), (96, 96)))
    pictures.append(Picture(pictures[0].path, "Train", "Real", "", None, (96, 96)))  # no face

    def make(*, is_training=True):
        return SeamPairs(pictures, TrainConfig(input_size=96), is_training=is_training)

    return make


def test_blends_lie_beside_their_originals(pairs):
    """Framed and degraded alike, all that tells the two is the seam."""
    batches = pairs()
    left = 20 * DRAWS  # the picture without a face is no use
    for batch in range(len(batches)):
        crops, wanted = batches[batch]
        count = min(left, PAIRS)
        left -= count
        assert crops.shape == (2 * count, 96, 96, 3) and crops.dtype == np.uint8
        assert wanted["seam"][:, 0].tolist() == [0.0, 1.0] * count
        assert wanted["map"].shape == (2 * count, 6, 6, 1) and wanted["map"][::2].max() == 0
        originals, forged = crops[::2], crops[1::2]
        is_alike = (originals[:, :3, :3] == forged[:, :3, :3]).all((1, 2, 3))
        assert is_alike.mean() > 0.6  # fog or contrast differ a little everywhere
        assert (originals != forged).any((1, 2, 3)).mean() > 0.9  # a seam may be covered
        assert (wanted["map"][1::2].max((1, 2, 3)) > 0).all()
    assert left == 0


def test_a_map_shows_where_the_mask_changes():
    mask = np.zeros((MASK_SIDE, MASK_SIDE), np.uint8)
    mask[16:64, 16:64] = 255
    shown = seam_map(mask, 10)[..., 0]
    assert shown[0].max() == shown[4:6, 4:6].max() == 0.0
    assert shown[2, 2:8].min() > 0.4


def test_epochs_differ_in_order_and_are_drawn_again_alike(pairs):
    """A resumed run sees what it would have seen."""
    batches = pairs()
    first = batches[0][0]
    batches.start_epoch(1)
    assert not np.array_equal(first, batches[0][0])
    batches.start_epoch(0)
    assert np.array_equal(first, batches[0][0])
    validation = pairs(is_training=False)[0][0]
    assert np.array_equal(validation, pairs(is_training=False)[0][0])


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
            notes=(),
        )


BEFORE = SimpleNamespace(label="Real", fake_probability=0.1, is_conclusive=False, notes=("seam",))


def test_pastes_are_counted(tmp_path):
    pictures = plain_pictures(tmp_path)
    genuine = [dataclasses.replace(picture, label="Real") for picture in pictures]
    found = measure_pastes(Judge(), genuine, [BEFORE] * 4)
    assert found["hard edge"] == {
        "pictures": 4,
        "right": 0.5,  # two of the four donors are blue
        "noted": 0.0,
        "conclusive and right": 0.5,
        "conclusive and wrong": 0.5,
        "auc": 1.0,
    }
    before = found["as they were"]
    assert (before["right"], before["noted"], before["conclusive and right"]) == (1.0, 1.0, 0.0)


def test_no_faces_to_exchange_give_no_figures(tmp_path):
    assert measure_pastes(Judge(), plain_pictures(tmp_path)[1:], [BEFORE] * 3) == {}
