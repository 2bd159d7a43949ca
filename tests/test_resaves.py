"""The chain that crops are drawn through: seeded, and strong enough to hide a source's look."""

import numpy as np
import pytest
from PIL import Image

from train.data import resaves
from train.data.resaves import MOST_ENLARGED, draw_side, resave, save
from train.studies.shortcuts import describe_crop

SQUARE = (10.0, 20.0, 170.0, 180.0)


@pytest.fixture
def detailed():
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))


def test_the_chain_is_seeded_and_square(detailed):
    first, again = (
        [resave(detailed, SQUARE, np.random.default_rng(seed), side=80) for seed in range(20)]
        for _ in range(2)
    )
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
        assert one.dtype == np.uint8 and one.shape[0] == one.shape[1] and one.shape[2] == 3
        assert 0.7 * 80 <= len(one) <= 1.2 * 80
    assert len({one.tobytes() for one in first}) == 20


def test_nothing_is_drawn_far_beyond_its_own_resolution():
    """Enlarged without end, the small faces of one source would be its look."""
    for side in (20.0, 60.0, 500.0):
        drawn = [
            draw_side((0, 0, side, side), np.random.default_rng(seed), input_size=160)
            for seed in range(200)
        ]
        assert max(drawn) <= max(16, round(MOST_ENLARGED * side))
        assert (side > 200) <= (max(drawn) == round(side))


def test_a_sharp_and_a_soft_source_look_alike_after_the_chain(detailed):
    """Else sharpness is the label: generated portraits are sharp, news photos are not."""
    soft = detailed.resize((60, 60)).resize((200, 200))

    def sharpness(photo, *, is_resaved):
        found = []
        for seed in range(60):
            generator = np.random.default_rng([seed, photo is soft])
            side = draw_side(SQUARE, generator, input_size=128)
            shown = photo.crop(tuple(map(int, SQUARE)))
            if is_resaved:
                shown = Image.fromarray(resave(photo, SQUARE, generator, side=side))
            found.append(describe_crop(np.asarray(shown.resize((128, 128))))[0])
        return np.array(found)

    def overlap(*, is_resaved):
        sharp, blurred = (sharpness(p, is_resaved=is_resaved) for p in (detailed, soft))
        return np.mean(sharp[:, None] < blurred[None])  # 0 where one is always sharper

    assert overlap(is_resaved=False) == 0.0
    assert overlap(is_resaved=True) > 0.0


def test_both_formats_are_drawn(detailed, monkeypatch):
    """Had one class or source always been a JPEG, its blocks would be the label."""
    drawn, encode = [], resaves.cv2.imencode

    def note(suffix, crop, settings):
        drawn.append((suffix, settings[1]))
        return encode(suffix, crop, settings)

    monkeypatch.setattr(resaves.cv2, "imencode", note)
    for seed in range(60):
        assert save(np.asarray(detailed), np.random.default_rng(seed)).shape == (200, 200, 3)
    assert {suffix for suffix, _ in drawn} == {".jpg", ".webp"}
    assert min(quality for _, quality in drawn) < 50 < 90 < max(quality for _, quality in drawn)
