"""The square that is judged lies in the photo and shows the face as training showed faces."""

import numpy as np
import pytest
from PIL import Image

from detector.preprocess import centre_square, cut, face_square


def random_cases(count=300):
    """Photo sizes, and boxes inside, across and beyond their edges."""
    generator = np.random.default_rng(0)
    for _ in range(count):
        size = tuple(int(side) for side in generator.integers(64, 4000, 2))
        centre = generator.uniform(-0.3, 1.3, 2) * size
        width, height = np.exp(generator.uniform(np.log(4), np.log(1.5 * max(size)), 2))
        box = (centre[0] - width / 2, centre[1] - height / 2)
        box = (*box, box[0] + width, box[1] + height)
        yield tuple(float(edge) for edge in box), size, float(generator.uniform(1.0, 2.0))


def test_square_is_a_square_inside_the_photo():
    """Padding would be seen by the network, which has never been shown any."""
    for box, size, margin in random_cases():
        left, top, right, bottom = face_square(box, size, margin=margin)
        assert right - left == pytest.approx(bottom - top, abs=1e-6)
        assert left >= 0 and top >= 0
        assert right <= size[0] + 1e-6 and bottom <= size[1] + 1e-6
        assert right - left > 0


def test_square_has_the_margin_and_is_centred_where_there_is_room():
    """A face shown larger or smaller than in training is judged worse."""
    left, top, right, bottom = face_square((400, 300, 500, 420), (1000, 800), margin=1.25)
    assert right - left == pytest.approx(1.25 * 120)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((450, 360))


def test_square_at_the_edge_is_moved_and_not_shrunk():
    assert face_square((-10, 0, 90, 100), (500, 500), margin=1.2) == (0, 0, 120, 120)
    assert face_square((420, 430, 520, 530), (500, 500), margin=1.2) == (380, 380, 500, 500)


def test_square_of_a_face_larger_than_the_photo_is_shrunk():
    assert face_square((-50, -50, 150, 150), (100, 80), margin=1.5) == (10, 0, 90, 80)


def test_centre_square():
    assert centre_square((300, 100)) == (100, 0, 200, 100)
    assert centre_square((100, 300)) == (0, 100, 100, 200)


def test_cut_of_any_square_keeps_a_constant_picture_constant():
    """Colour from outside the square, or a dark edge, would be evidence of nothing."""
    photos = {}
    for box, size, margin in random_cases(60):
        size = (size[0] // 8 + 64, size[1] // 8 + 64)
        photo = photos.setdefault(size, Image.new("RGB", size, (200, 100, 50)))
        crop = cut(photo, face_square(box, size, margin=margin), input_size=40)
        assert crop.shape == (40, 40, 3) and crop.dtype == np.uint8
        assert (crop == (200, 100, 50)).all()


def test_cut_at_the_same_size_is_an_exact_copy(photo):
    crop = cut(photo, (100, 50, 228, 178), input_size=128)
    assert np.array_equal(crop, np.asarray(photo)[50:178, 100:228])


def test_cut_is_antialiased():
    """Sampling single pixels of a large face would show patterns that are not in the photo."""
    stripes = np.zeros((640, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = cut(Image.fromarray(stripes), (0, 0, 640, 640), input_size=64)
    assert abs(crop[8:-8, 8:-8].astype(int) - 127).max() <= 3


def test_cut_looks_no_further_than_its_filter():
    """What is beside the face must not decide."""
    photo = Image.new("RGB", (300, 300), "black")
    photo.paste("white", (100, 100, 200, 200))
    crop = cut(photo, (100, 100, 200, 200), input_size=32)
    assert (crop[1:-1, 1:-1] == 255).all() and crop.min() > 127
