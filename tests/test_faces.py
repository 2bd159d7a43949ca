"""The right face is found, where it is, whichever way the photo is turned."""

import numpy as np
import pytest
import skimage.data
from PIL import Image

from detector.faces import Face, central_face
from detector.faces.maps import FILL, decode, lay_on_canvas, suppress

ASTRONAUT = (177, 56, 273, 177)  # left, top, right, bottom in the 512x512 portrait


@pytest.fixture(scope="session")
def face_detector(detector):
    return detector.weights.faces


def overlap(box, other):
    """Intersection over union."""
    left, top = np.maximum(box[:2], other[:2])
    right, bottom = np.minimum(box[2:], other[2:])
    shared = max(right - left, 0) * max(bottom - top, 0)
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box, other)]
    return shared / (sum(areas) - shared)


def test_face_is_found_where_it_is(face_detector, photo):
    (face,) = face_detector.detect(photo)
    assert face.box == pytest.approx(ASTRONAUT, abs=3)
    assert 0.9 < face.confidence <= 1.0


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_face_is_found_in_a_turned_photo(face_detector, photo, quarters):
    """Photos whose EXIF was stripped arrive on their side."""
    left, top, right, bottom = ASTRONAUT
    for _ in range(quarters):  # one quarter anticlockwise takes (x, y) to (y, 512 - x)
        left, top, right, bottom = top, 512 - right, bottom, 512 - left
    (face,) = face_detector.detect(photo.rotate(90 * quarters))
    assert overlap(face.box, (left, top, right, bottom)) > 0.7


@pytest.mark.parametrize("name", ["coffee", "brick"])
def test_no_face_is_seen_where_none_is(face_detector, name):
    """A verdict on a cup or a wall would be nonsense."""
    assert face_detector.detect(Image.fromarray(getattr(skimage.data, name)()).convert("RGB")) == []


def test_box_is_in_pixels_of_a_large_photo(face_detector, photo):
    """The network sees at most 640 px; without scaling back, the wrong place would be judged."""
    (face,) = face_detector.detect(photo.resize((2000, 1500)))
    scale = np.array([2000, 1500, 2000, 1500]) / 512
    assert overlap(face.box, ASTRONAUT * scale) > 0.8


def test_close_up_is_one_face(face_detector, photo):
    """Its halves are as large as the largest faces that the network was made for."""
    close_up = photo.crop((203, 54, 275, 126)).resize((640, 640), Image.Resampling.BICUBIC)
    (face,) = face_detector.detect(close_up)
    assert face.side > 500


def test_face_is_found_through_noise(face_detector, photo):
    noise = np.random.default_rng(0).normal(0.0, 100.0, (512, 512, 3))
    noisy = Image.fromarray((np.asarray(photo) + noise).clip(0, 255).astype(np.uint8))
    (face,) = face_detector.detect(noisy.crop((90, 0, 346, 256)))
    assert overlap(np.add(face.box, (90, 0, 90, 0)), ASTRONAUT) > 0.7


def test_padding_of_an_odd_photo_moves_no_box(face_detector, photo):
    """The canvas is padded to whole cells at the right and below."""
    (face,) = face_detector.detect(photo.crop((101, 13, 402, 310)))
    assert overlap(np.add(face.box, (101, 13, 101, 13)), ASTRONAUT) > 0.85


@pytest.mark.parametrize("size, canvas", [((64, 32), (33, 65, 3)), ((65, 33), (65, 97, 3))])
def test_canvas_holds_the_photo_and_nothing_else(size, canvas):
    """A photo one pixel off would move every box, and other padding be seen as a picture."""
    photo = Image.effect_noise(size, 90.0).convert("RGB")
    laid = lay_on_canvas(photo)
    width, height = size
    assert laid.shape == canvas
    assert np.array_equal(laid[1 : height + 1, 1 : width + 1], np.asarray(photo))
    outside = np.ones(canvas[:2], bool)
    outside[1 : height + 1, 1 : width + 1] = False
    assert (laid[outside] == FILL).all()


@pytest.mark.parametrize("size", [(64, 5000), (5000, 64), (64, 64)])
def test_extreme_shapes_are_judged_without_error(face_detector, size):
    assert face_detector.detect(Image.new("RGB", size, FILL)) == []


def test_faces_come_largest_first(face_detector, photo):
    """Only the first twenty are judged; the people in the foreground must be among them."""
    pair = Image.new("RGB", (768, 512), "white")
    pair.paste(photo.resize((256, 256)), (0, 0))
    pair.paste(photo, (256, 0))
    large, small = face_detector.detect(pair)
    assert large.side > 1.5 * small.side
    assert small.box[0] < 256 < large.box[0]


def empty_maps(canvas=64):
    """Head maps of a square canvas on which no anchor sees a face."""
    maps = [np.zeros((1, canvas // s, canvas // s, 32), np.float32) for s in (8, 16, 32)]
    for head in maps:
        head[..., [0, 2]] = 10.0  # background logits
    return maps


def test_decode_finds_nothing_in_empty_maps():
    boxes, confidences, landmarks = decode(empty_maps(), min_confidence=0.5)
    assert (boxes.shape, confidences.shape, landmarks.shape) == ((0, 4), (0,), (0, 5, 2))
    assert suppress(boxes, confidences, max_overlap=0.4) == []


@pytest.mark.parametrize(
    "level, anchor, centre, side",
    [(0, 0, (20, 12), 16), (0, 1, (20, 12), 32), (1, 1, (40, 24), 128), (2, 0, (48, 16), 256)],
)
def test_decode_places_an_anchor(level, anchor, centre, side):
    """The anchor layout is the file's; read otherwise, every box would be off."""
    maps = empty_maps()
    row, column = (1, 2) if level < 2 else (0, 1)
    maps[level][0, row, column, 2 * anchor : 2 * anchor + 2] = -1.0, 3.0
    boxes, confidences, landmarks = decode(maps, min_confidence=0.8)
    expected = [
        centre[0] - side / 2,
        centre[1] - side / 2,
        centre[0] + side / 2,
        centre[1] + side / 2,
    ]
    assert boxes.tolist() == [expected]
    assert confidences == pytest.approx([1 / (1 + np.exp(-4.0))])
    assert (landmarks == centre).all()


def test_decode_applies_offsets():
    maps = empty_maps()
    maps[1][0, 1, 2, 2:4] = -9.0, 9.0
    maps[1][0, 1, 2, 8:12] = 1.0, -2.0, 5 * np.log(2), 5 * np.log(0.5)
    maps[1][0, 1, 2, 22:32] = np.arange(10)
    boxes, _, landmarks = decode(maps, min_confidence=0.8)
    x, y = 40 + 12.8, 24 - 25.6  # a tenth of the anchor's 128 px per unit
    assert boxes[0] == pytest.approx([x - 128, y - 32, x + 128, y + 32], abs=1e-3)
    assert landmarks[0].ravel() == pytest.approx(12.8 * np.arange(10) + [40, 24] * 5)


def test_decode_leaves_out_doubtful_faces():
    maps = empty_maps()
    maps[0][0, 0, 0, :2] = 0.0, 1.0  # 0.73
    assert len(decode(maps, min_confidence=0.7)[0]) == 1
    assert len(decode(maps, min_confidence=0.8)[0]) == 0


def test_suppress_keeps_the_surest_of_overlapping_boxes():
    """One face seen by several anchors would be counted as several people."""
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 0, 30, 10], [0, 3, 10, 13]], np.float32)
    confidences = np.array([0.9, 0.95, 0.8, 0.85], np.float32)
    assert suppress(boxes, confidences, max_overlap=0.4) == [1, 2]
    assert suppress(boxes, confidences, max_overlap=0.6) == [1, 3, 2]


@pytest.mark.parametrize(
    "box, is_cut",
    [
        ((10, 10, 60, 60), False),
        ((0, 10, 60, 60), True),
        ((10, -5, 60, 60), True),
        ((10, 10, 100, 60), True),
        ((10, 10, 60, 80), True),
        ((2, 2, 98, 78), False),
    ],
)
def test_face_is_cut_where_its_box_meets_the_edge(box, is_cut):
    assert Face(box, 0.9).is_cut((100, 80)) == is_cut


def test_central_face_is_large_and_in_the_middle():
    """Training would label a bystander at the edge with what is true of the portrait."""
    middle = Face((40.0, 40.0, 60.0, 60.0), 0.9)
    corner = Face((0.0, 0.0, 22.0, 22.0), 0.99)
    large = Face((10.0, 10.0, 90.0, 90.0), 0.8)
    assert central_face([corner, middle], (100, 100)) is middle
    assert central_face([middle, large, corner], (100, 100)) is large
    assert central_face([corner], (100, 100)) is corner
