"""Large JPEG photos: decoded smaller where nothing is lost, and never where something would be."""

import io

import numpy as np
import pytest
from PIL import ExifTags, Image

from detector import large
from detector.errors import PhotoError
from detector.large import LargePhoto, open_photo
from detector.photo import load_photo

SIZE = (2400, 1801)  # an odd side, which no divisor fits


@pytest.fixture
def big(photo):
    """A JPEG in which the portrait fills the height, as bytes."""
    canvas = Image.new("RGB", SIZE, (90, 110, 130))
    canvas.paste(photo.crop((130, 20, 310, 200)).resize((1801, 1801)), (300, 0))
    return to_jpeg(canvas)


def to_jpeg(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92, **options)
    return buffer.getvalue()


def test_the_verdict_is_that_on_the_whole_photo(detector, big):
    """Faster must not mean another answer, nor boxes beside the faces."""
    whole, found = detector.predict(load_photo(big)), detector.predict(big)
    assert (found.label, found.size) == (whole.label, SIZE)
    assert found.fake_probability == pytest.approx(whole.fake_probability, abs=0.05)
    side = whole.crops[0].box[2] - whole.crops[0].box[0]
    assert side > 600
    assert found.crops[0].box == pytest.approx(whole.crops[0].box, abs=0.01 * side)


def test_a_large_face_needs_no_whole_photo(detector, big, monkeypatch):
    """Decoding 12 megapixels takes longer than all the rest."""
    divisors = []
    decode = large.decode
    monkeypatch.setattr(
        large,
        "decode",
        lambda data, *, divisor: divisors.append(divisor) or decode(data, divisor=divisor),
    )
    photo = open_photo(big)
    assert divisors == []
    photo.resize((200, 200), box=(300, 0, 1100, 800), reducing_gap=3.0)
    photo.resize((200, 200), box=(700, 0, 1500, 800), reducing_gap=3.0)
    assert divisors == [2]  # once


@pytest.mark.parametrize("box", [(310, 20, 550, 260), (1000, 900, 1160, 1060)])
def test_a_small_face_is_cut_out_of_the_whole_photo(big, box):
    """Its pixels are all there is of it."""
    expected = load_photo(big).resize((160, 160), box=box, reducing_gap=3.0)
    found = open_photo(big).resize((160, 160), box=box, reducing_gap=3.0)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_photo_is_cut_where_it_is_seen(big, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = to_jpeg(Image.open(io.BytesIO(big)), exif=exif)
    whole, photo = load_photo(data), open_photo(data)
    assert photo.size == whole.size
    box = (400, 300, 1600, 1500)
    found = photo.resize((160, 160), Image.Resampling.BILINEAR, box=box, reducing_gap=3.0)
    expected = whole.resize((160, 160), Image.Resampling.BILINEAR, box=box, reducing_gap=3.0)
    assert np.abs(np.asarray(found, int) - np.asarray(expected, int)).mean() < 2


def test_other_photos_are_decoded_at_once(photo, photo_path, big):
    assert isinstance(open_photo(to_jpeg(photo)), Image.Image)
    assert isinstance(open_photo(photo_path), Image.Image)
    opened = open_photo(big)
    assert isinstance(opened, LargePhoto) and open_photo(opened) is opened


def test_a_large_photo_that_breaks_off_is_refused(detector, big):
    with pytest.raises(PhotoError, match="damaged or incomplete"):
        detector.predict(big[: len(big) // 2])
