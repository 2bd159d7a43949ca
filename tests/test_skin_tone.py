"""Errors by apparent skin tone."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from train.evaluation.skin_tone import by_skin_tone, name_group, typology_angle

BOX = (10, 10, 90, 90)


@pytest.mark.parametrize(
    ("colour", "group"),
    [
        ((240, 205, 185), "light"),
        ((198, 150, 115), "intermediate"),
        ((92, 58, 40), "brown or dark"),
        ((128, 128, 128), "no colour"),
    ],
)
def test_a_colour_of_skin_falls_into_its_group(colour, group):
    assert name_group(typology_angle(Image.new("RGB", (100, 100), colour), BOX)) == group


def test_the_angle_is_that_of_the_cheeks():
    """Hair and ground are no skin."""
    photo = Image.new("RGB", (100, 100), (20, 20, 60))
    photo.paste((198, 150, 115), (26, 46, 74, 62))
    alone = Image.new("RGB", (100, 100), (198, 150, 115))
    assert typology_angle(photo, BOX) == pytest.approx(typology_angle(alone, BOX))


def test_a_face_outside_the_picture_has_no_angle():
    assert typology_angle(Image.new("RGB", (100, 100)), (0, 0, 0.4, 0.4)) is None


def test_genuine_pictures_alone_are_counted():
    verdicts = [SimpleNamespace(label="Real", is_conclusive=i < 15) for i in range(20)]
    verdicts += [SimpleNamespace(label="Fake", is_conclusive=True) for _ in range(20)]
    labels = np.array([0] * 25 + [1] * 15)
    figures = by_skin_tone(labels, verdicts, [50.0] * 39 + [0.0])
    assert list(figures) == ["light"]  # one of a handful says nothing
    row = figures["light"]
    assert (row["pictures"], row["called Fake"], row["conclusively Real"]) == (25, 0.2, 0.6)
    assert row["conclusively Fake"] == 0.2
    low, high = row["called Fake interval"]
    assert low < 0.2 < high
