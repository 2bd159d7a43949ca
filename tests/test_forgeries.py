"""Fakes made of genuine photos: `train.blend` for training, `train.pastes` to measure."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from train.blend import blend
from train.config import TrainConfig
from train.data import FaceBatches
from train.manifest import Picture
from train.pastes import EDGES, measure_pastes, paste

BOX = (60.0, 50.0, 130.0, 140.0)  # of the photo
DONOR_BOX = (20.0, 30.0, 90.0, 110.0)


def make_photo(*, seed, size=(192, 160)):
    """A photo with texture everywhere, so that nothing pasted can hide."""
    pixels = np.random.default_rng(seed).integers(60, 200, (*size[::-1], 3), np.uint8)
    return Image.fromarray(pixels)


def blends(count=40, box=BOX):
    for seed in range(count):
        photo, donor = make_photo(seed=1), make_photo(seed=2, size=(128, 128))
        yield photo, blend(photo, box, donor, DONOR_BOX, np.random.default_rng(seed))


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


# In training


def plain_pictures(folder):
    """Genuine pictures are red and green, fakes blue."""
    pictures = []
    for index, color in enumerate(["red", "lime", "blue", "blue"]):
        path = folder / f"{index}.png"
        Image.new("RGB", (96, 96), color).save(path)
        label = "Fake" if color == "blue" else "Real"
        pictures.append(Picture(path, "Train", label, "", (30, 30, 66, 66), (96, 96)))
    return pictures


def blue_fakes(folder, *, share, augment=True, **changes):
    """How many of the fakes of ten epochs are those of the data set."""
    config = TrainConfig(input_size=32, batch_size=4, blend_share=share, **changes)
    batches = FaceBatches(plain_pictures(folder), config, augment=augment, corrupt_share=0.0)
    count = 0
    for epoch in range(10):
        batches.start_epoch(epoch)
        crops, labels = batches[0]
        assert labels.sum() == 2  # half are fakes, whatever they are made of
        is_blue = (crops[..., 2] > crops[..., :2].max(-1)).mean((1, 2)) > 0.5
        assert not is_blue[labels[:, 0] == 0].any()
        count += is_blue.sum()
    return count


def test_share_of_fakes_is_made_of_genuine_pictures(tmp_path):
    assert blue_fakes(tmp_path, share=0.0) == 20
    assert blue_fakes(tmp_path, share=1.0) == 0
    assert 4 < blue_fakes(tmp_path, share=0.5) < 16


def test_fakes_lie_beside_their_originals(tmp_path):
    """Framed and degraded alike in one batch, all that tells the two is the seam."""
    pictures = []
    for index, label in enumerate(["Real", "Fake"] * 4):
        path = tmp_path / f"{index}.png"
        make_photo(seed=index, size=(96, 96)).save(path)
        pictures.append(Picture(path, "Train", label, "", (30, 26, 66, 68), (96, 96)))
    config = TrainConfig(
        input_size=64, batch_size=8, blend_share=1.0, tight_share=0.0, inner_share=0.0
    )
    batches = FaceBatches(pictures, config, augment=True, corrupt_share=0.5)
    for epoch in range(5):
        batches.start_epoch(epoch)
        crops, labels = batches[0]
        corners, is_fake = crops[:, :3, :3], labels[:, 0] == 1
        assert is_fake.sum() == 4
        for fake, crop in zip(corners[is_fake], crops[is_fake], strict=True):
            (original,) = np.flatnonzero((corners[~is_fake] == fake).all((1, 2, 3)))
            assert not np.array_equal(crops[~is_fake][original], crop)


def test_validation_and_plain_recipes_have_the_fakes_of_the_data_set(tmp_path):
    """Epochs and recipes are compared on those."""
    assert blue_fakes(tmp_path, share=1.0, augment=False) == 20
    assert blue_fakes(tmp_path, share=1.0, augmentation="none") == 20


def test_fakes_are_made_of_pictures_of_their_own_pool(tmp_path):
    """A source would else be told by its pictures' look."""
    pictures = plain_pictures(tmp_path)
    other = [dataclasses.replace(fake, source="other", pool="other") for fake in pictures[2:]]
    config = TrainConfig(input_size=32, batch_size=8, blend_share=1.0)
    batches = FaceBatches([*pictures[:2], *other], config, augment=True, corrupt_share=0.0)
    crops, labels = batches[0]
    is_blue = (crops[..., 2] > crops[..., :2].max(-1)).mean((1, 2)) > 0.5
    assert np.array_equal(is_blue, labels[:, 0] == 1)  # no genuine face in that pool


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


def test_pastes_are_counted(tmp_path):
    pictures = plain_pictures(tmp_path)
    genuine = [dataclasses.replace(picture, label="Real") for picture in pictures]
    verdicts = [SimpleNamespace(fake_probability=0.1)] * 4
    figures = measure_pastes(Judge(), genuine, verdicts)["hard edge"]
    assert figures["pictures"] == 4
    assert figures["right"] == 0.5  # two of the four donors are blue
    assert figures["conclusive and wrong"] == 0.5
    assert figures["auc"] == 1.0


def test_no_faces_to_exchange_give_no_figures(tmp_path):
    pictures = plain_pictures(tmp_path)
    verdicts = [SimpleNamespace(fake_probability=0.1)] * 4
    assert measure_pastes(Judge(), pictures[1:], verdicts[1:]) == {}
