"""A verdict rests on every view of a face, and the heatmap on the places that each one saw."""

import numpy as np
import pytest
from PIL import Image

from detector import classifier
from detector.classifier import MAP_SIDE, View, look_at
from detector.preprocess import centre_square, face_square

BOX = (60.0, 50.0, 100.0, 100.0)


@pytest.fixture
def looks(monkeypatch):
    """Look with a stand-in network: the logit is the mean grey, the map shows brightness."""
    crops = []

    def run_model(model, crop):
        crops.append(crop)
        grey = crop.mean(axis=-1)
        places = grey.reshape(4, 8, 4, 8).mean(axis=(1, 3)).astype(np.float32)
        return float(grey.mean()), places

    monkeypatch.setattr(classifier, "run_model", run_model)

    def look(photo, box, *wanted):
        crops.clear()
        wanted = [View(margin, is_mirrored) for margin, is_mirrored in wanted]
        return look_at(None, photo, box, views=wanted, input_size=32), list(crops)

    return look


@pytest.fixture
def photo():
    """Dark to the left, bright to the right, 200x160."""
    ramp = np.linspace(0, 250, 200).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(ramp[None, :, None], (160, 200, 3)).copy())


def test_logit_is_the_mean_over_the_views(looks, photo):
    """One view that counted alone would be one framing that decides."""
    look, crops = looks(photo, BOX, (1.0, False), (1.5, True))
    assert look.logit == pytest.approx(np.mean([crop.mean() for crop in crops]))


def test_the_inside_of_a_face_is_one_more_view(looks, photo):
    """Its logit counts as the others do, and its map lies where it looked and nowhere else."""
    whole, _ = looks(photo, BOX, (1.2, False))
    look, crops = looks(photo, BOX, (1.2, False), (0.3, True))
    assert look.logit == pytest.approx(np.mean([crop.mean() for crop in crops]))
    assert look.square == whole.square
    changed = look.evidence != whole.evidence
    quarter, middle = MAP_SIDE // 4, MAP_SIDE // 2
    assert changed[middle, middle]
    assert not changed[:quarter].any() and not changed[:, -quarter:].any()


def test_a_mirrored_view_is_mirrored_and_its_map_is_not(looks, photo):
    """Evidence on the left cheek, shown on the right one, would mislead whoever looks at it."""
    plain, (crop,) = looks(photo, BOX, (1.2, False))
    mirrored, (other,) = looks(photo, BOX, (1.2, True))
    assert np.array_equal(other, crop[:, ::-1])
    assert mirrored.evidence == pytest.approx(plain.evidence, abs=1e-3)
    assert plain.evidence[:, -1].mean() > plain.evidence[:, 0].mean() + 50


def test_square_is_the_largest_and_the_map_fills_it(looks, photo):
    """A heatmap laid over another square than it was made for points at the wrong places."""
    look, _ = looks(photo, BOX, (1.0, False), (1.6, False))
    assert look.square == face_square(BOX, photo.size, margin=1.6)
    assert look.evidence.shape == (MAP_SIDE, MAP_SIDE)


def test_where_views_agree_the_map_shows_no_edge_of_a_view(looks):
    """A bright rectangle would be read as the place of an edit."""
    grey = Image.new("RGB", (200, 160), (90, 90, 90))
    look, _ = looks(grey, BOX, (0.6, False), (1.0, True), (1.6, False))
    assert look.evidence == pytest.approx(90.0, abs=0.1)


@pytest.mark.parametrize("box", [(-20.0, -10.0, 40.0, 60.0), (150.0, 100.0, 230.0, 180.0)])
def test_a_face_at_the_edge_keeps_its_views_inside_the_photo(looks, photo, box):
    look, crops = looks(photo, box, (1.05, False), (1.38, True))
    left, top, right, bottom = look.square
    assert left >= 0 and top >= 0 and right <= photo.width and bottom <= photo.height
    assert np.isfinite(look.evidence).all() and len(crops) == 2


def test_without_a_face_every_view_is_the_middle(looks, photo):
    look, _ = looks(photo, None, (1.05, False), (1.38, True))
    assert look.square == centre_square(photo.size)
    assert look.evidence.mean() == pytest.approx(look.logit, rel=0.02)
