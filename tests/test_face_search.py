"""Turned faces are judged upright, and small ones in large photos are found."""

import dataclasses

import numpy as np
import pytest
from PIL import Image
from test_faces import overlap

from detector.faces import Face, FaceDetector
from detector.faces.sheets import CELL, CONTEXT, lay_out
from detector.faces.turns import quarters_upright, turn_box, turn_picture
from detector.preprocess import cut
from reliability import small_faces, turns

UPRIGHT = np.array([[30, 30], [70, 30], [50, 50], [35, 75], [65, 75]], np.float32)  # 100 px wide


@pytest.fixture(scope="session")
def face_detector(detector):
    return detector.weights.faces


@pytest.fixture
def passes(face_detector, monkeypatch):
    """The canvases that the network is shown, in a list."""
    network, shown = face_detector._network, []

    def run(canvas):
        shown.append(canvas.shape)
        return network(canvas)

    monkeypatch.setattr(face_detector, "_network", run)
    return shown


@pytest.fixture(scope="session")
def manipulated():
    return Image.open(small_faces.EXAMPLES / "astronaut-manipulated.jpg").convert("RGB")


@pytest.mark.parametrize("quarters", range(4))
def test_landmarks_tell_the_turn(quarters):
    points = np.array([turn_box((x, y, x, y), (100, 100), -quarters)[:2] for x, y in UPRIGHT])
    assert quarters_upright(points) == quarters


def test_box_turns_with_its_picture():
    """A box in another frame than the photo's would lie beside the face."""
    picture = Image.new("L", (40, 30))
    picture.paste(255, (5, 10, 15, 28))
    for quarters in range(4):
        box = turn_box((5, 10, 15, 28), picture.size, quarters)
        assert turn_picture(picture, quarters).getbbox() == box


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("name", small_faces.PORTRAITS)
def test_turned_photo_is_judged_as_the_upright_one(detector, name, quarters):
    """Sideways and upside down, one verdict in three was another."""
    photo = Image.open(small_faces.EXAMPLES / name).convert("RGB")
    upright, turned = detector.predict(photo), detector.predict(turn_picture(photo, quarters))
    assert turned.label == upright.label
    assert turned.fake_probability == pytest.approx(upright.fake_probability, abs=0.02)
    assert "turned" in turned.notes and "turned" not in upright.notes
    assert turned.is_conclusive == upright.is_conclusive
    (face,), (other,) = turned.faces, upright.faces
    assert face.quarters == -quarters % 4
    assert overlap(face.box, turn_box(other.box, photo.size, quarters)) > 0.9
    # Boxes differ by a pixel, and a map is scaled to its own highest place.
    expected = np.rot90(other.heatmap, quarters)
    assert np.abs(face.heatmap - expected).mean() < 0.03
    assert np.corrcoef(face.heatmap.ravel(), expected.ravel())[0, 1] > 0.98


def test_crop_is_turned_and_not_resampled():
    noise = Image.effect_noise((64, 64), 90.0).convert("RGB")
    upright = cut(noise, (0, 0, 64, 64), input_size=32)
    turned = cut(noise, (0, 0, 64, 64), input_size=32, quarters=1)
    assert np.array_equal(turned, np.rot90(upright))


def test_other_turns_are_tried_before_no_face(face_detector, monkeypatch):
    tried = []

    def look(self, picture, *, turn=0):
        tried.append(turn)
        return [Face((10.0, 10.0, 50.0, 50.0), 0.999, 3)] if turn == 3 else []

    monkeypatch.setattr(FaceDetector, "_look", look)
    (face,) = face_detector.detect(Image.new("RGB", (64, 64)))
    assert face.quarters == 3
    assert tried == [0, 0, 1, 2, 3]  # the second is blurred


def test_upside_down_face_that_seems_upright_is_seen_in_the_other_turns(face_detector, monkeypatch):
    """By the landmarks of one look, every sixth would be judged upside down."""
    box = (10.0, 10.0, 50.0, 50.0)
    seen = {0: (0.95, 0), 1: (0.9, 2), 2: (0.99, 2), 3: (0.9, 2)}
    monkeypatch.setattr(
        FaceDetector, "_look", lambda self, picture, *, turn=0: [Face(box, *seen[turn])]
    )
    assert [face.quarters for face in face_detector.detect(Image.new("RGB", (64, 64)))] == [2]


def test_small_altered_face_beside_a_large_one_is_found(detector, sure_photo, manipulated):
    """Of this photo the answer was: one face, Real, conclusive."""
    photo = Image.new("RGB", (4000, 3000), (150, 150, 160))
    photo.paste(sure_photo.convert("RGB").resize((1707, 2000)), (200, 500))
    photo.paste(manipulated.resize((440, 440)), (2900, 1100))
    large, small = detector.predict(photo).faces
    box = np.add(np.multiply((177, 56, 273, 177), 440 / 512), (2900, 1100, 2900, 1100))
    assert overlap(small.box, box) > 0.6
    assert large.box[2] < 2000


@pytest.mark.parametrize(
    "size, side, place",
    [((1080, 9000), 900, (90, 4500)), ((12000, 2000), 900, (7000, 500))],
    ids=["tall screenshot", "panorama"],
)
def test_face_in_a_long_photo_is_found(face_detector, photo, size, side, place):
    """Shrunk to 640 px of the longer side, it would be too small."""
    long = Image.new("RGB", size, (200, 205, 210))
    long.paste(photo.resize((side, side)), place)
    (face,) = face_detector.detect(long)
    box = np.add(np.multiply((177, 56, 273, 177), side / 512), (*place, *place))
    assert overlap(face.box, box) > 0.6


@pytest.mark.parametrize("side", [110, 220])
def test_small_faces_are_found_in_twelve_megapixels(face_detector, side):
    assert small_faces.measure(face_detector, tries=4, sides=[side]) == {side: 4}


def test_photo_without_small_faces_is_looked_at_once(face_detector, passes):
    portrait = Image.open(small_faces.EXAMPLES / "admiral.jpg").convert("RGB")
    photo = Image.new("RGB", (4000, 3000), (150, 150, 160))
    photo.paste(portrait.resize((1024, 1200)), (500, 900))
    assert len(face_detector.detect(photo)) == 1
    assert len(passes) == 1


def test_close_ups_show_what_they_say():
    photo = Image.effect_noise((1200, 800), 90.0).convert("RGB")
    boxes = [(300.0, 200.0, 380.0, 300.0), (1150.0, 760.0, 1210.0, 820.0)]
    sheet, close_ups = lay_out(photo, boxes, (640, 480))
    assert [close_up.place for close_up in close_ups] == [(0, 0), (CELL, 0)]
    for close_up, box in zip(close_ups, boxes, strict=True):
        left, top, right, bottom = close_up.square
        assert min(left, top) >= 0 and right <= 1200 and bottom <= 800
        x, y = close_up.place
        assert close_up.to_photo((x, y, x + CELL, y + CELL)) == pytest.approx(close_up.square)
        assert overlap(close_up.square, box) > 0.05
        assert close_up.to_photo((x - 20, y, x + 40, y + 40)) is None
    shown = sheet.crop((0, 0, CELL, CELL))
    there = photo.crop([round(edge) for edge in close_ups[0].square]).resize((CELL, CELL))
    assert np.abs(np.subtract(np.asarray(shown, float), np.asarray(there))).mean() < 20


def test_close_ups_are_not_enlarged_and_end_with_the_sheet():
    photo = Image.new("RGB", (1000, 1000))
    least = CELL / CONTEXT
    small, enough = (0.0, 0.0, least - 2, least - 2), (500.0, 500.0, 502 + least, 502 + least)
    assert lay_out(photo, [small], (640, 480))[1] == []
    assert len(lay_out(photo, [small, enough], (640, 480))[1]) == 1
    assert len(lay_out(photo, [enough] * 99, (640, 480))[1]) == 15
    assert lay_out(photo, [enough], (2000, 100))[1] == []


def test_measurement_of_turns_counts_what_changes(detector, photo):
    figures = turns.measure(detector, [photo])
    assert turns.is_passed(figures)
    assert [figures[f"{degrees}: noted as turned"] for degrees in turns.DEGREES.values()] == [1] * 3


def test_measurement_of_turns_does_not_pass_where_verdicts_turn(detector, photo):
    class Fickle:
        """Says Fake, conclusively, of every second photo."""

        calls = 0

        def predict(self, photo):
            self.calls += 1
            verdict, label = detector.predict(photo), ("Real", "Fake")[self.calls % 2]
            return dataclasses.replace(verdict, label=label, is_conclusive=True)

    assert not turns.is_passed(turns.measure(Fickle(), [photo]))
