"""Size must not tell the label where a pool's classes come from different places."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from train.data.manifest import Picture
from train.data.reduced import FACE_SIDE
from train.data.sizes import FaceSizes, shrink


def picture(side, *, label, source, pool="portraits"):
    return Picture(
        path=Path("a.png"),
        split="Train",
        label=label,
        sha256="0" * 64,
        box=(10.0, 10.0, 10.0 + side, 10.0 + side),
        size=(1024, 1024),
        source=source,
        generator="",
        group="",
        pool=pool,
        dhash="",
    )


@pytest.fixture
def pictures():
    """Large faces of two generators; photos of two kinds, of which one is as large as those."""
    generator = np.random.default_rng(0)
    return [
        *(picture(side, label="Fake", source="gan") for side in generator.uniform(350, 800, 300)),
        *(picture(side, label="Fake", source="sd") for side in generator.uniform(130, 400, 80)),
        *(picture(side, label="Real", source="news") for side in generator.uniform(90, 150, 500)),
        *(picture(side, label="Real", source="crisp") for side in generator.uniform(680, 850, 50)),
    ]


def drawn(sizes, pictures, label):
    generator = np.random.default_rng(1)
    found = {}
    for one in pictures:
        if one.label == label:
            side = min(one.box[2] - one.box[0], FACE_SIDE)
            shown = [sizes.draw(side, one.pool, label, generator) for _ in range(20)]
            assert max(shown) <= side  # what is not there is not drawn
            found.setdefault(one.source, []).extend(shown)
    # every source counts alike
    return np.concatenate([np.quantile(of, np.linspace(0, 1, 200)) for of in found.values()])


def test_both_classes_are_shown_in_the_same_sizes(pictures):
    sizes = FaceSizes(pictures)
    genuine, forged = (drawn(sizes, pictures, label) for label in ("Real", "Fake"))
    places = (0.1, 0.25, 0.4, 0.6, 0.75, 0.9)
    assert np.quantile(forged, places) == pytest.approx(np.quantile(genuine, places), abs=8)
    assert (genuine == FACE_SIDE).mean() == pytest.approx(0.5, abs=0.02)  # crisp ones stay so


def test_a_pool_of_one_source_is_shown_as_it_is():
    """There both classes come from one place, and a forgery is as large as what it is made of."""
    alone = [
        picture(side, label=label, source="one", pool="one")
        for label, side in (("Real", 90.0), ("Fake", 200.0))
    ]
    sizes = FaceSizes(alone)
    assert sizes.draw(200.0, "one", "Fake", np.random.default_rng(0)) == 200.0


def test_a_shrunk_photo_has_its_face_where_it_was():
    photo = Image.new("RGB", (1024, 1024), "black")
    one = picture(500.0, label="Fake", source="gan")
    photo.paste("white", tuple(round(edge) for edge in one.box))
    photo, smaller = shrink(photo, one, 125.0)
    assert photo.size == smaller.size == (256, 256)
    assert smaller.box == (2.5, 2.5, 127.5, 127.5)
    pixels = np.asarray(photo)[:, :, 0]
    assert pixels[4:126, 4:126].min() > 250 and pixels[:1].max() < 5 and pixels[129:].max() < 5
