"""A photo in, one verdict out, the same whichever way it came in and however busy the page is."""

import concurrent.futures
import dataclasses
import io
import json

import numpy as np
import pytest
import skimage.data
from PIL import Image

from detector import CropVerdict, Detector, WeightsInfo
from detector.preprocess import centre_square, face_square
from detector.report import NOTES, to_json, to_percent, to_sentence
from detector.verdict import combine as combine_crops

INFO = WeightsInfo(source="embedded", version="1.0.0", sha256="0" * 64)


@pytest.fixture
def pair(photo):
    """Two faces of unlike size in one photo."""
    picture = Image.new("RGB", (768, 512), "white")
    picture.paste(photo.resize((256, 256)), (0, 0))
    picture.paste(photo, (256, 0))
    return picture


def crop_verdict(fake_probability, *, notes=(), box=(0.0, 0.0, 90.0, 90.0)):
    label = "Fake" if fake_probability >= 0.5 else "Real"
    return CropVerdict(
        box=box,
        face_confidence=None if box is None else 0.99,
        square=(0.0, 0.0, 100.0, 100.0),
        fake_probability=fake_probability,
        label=label,
        confidence=max(fake_probability, 1 - fake_probability),
        is_conclusive=not notes,
        notes=tuple(notes),
        heatmap=np.zeros((4, 4), np.float32),
    )


def combine(*crops, notes=()):
    return combine_crops(list(crops), notes=notes, size=(100, 100), weights=INFO)


def assert_same(verdict, expected):
    assert to_json(verdict) == to_json(expected)
    for crop, twin in zip(verdict.crops, expected.crops, strict=True):
        assert crop.fake_probability == twin.fake_probability
        assert np.array_equal(crop.heatmap, twin.heatmap)


# One photo, one verdict


def test_every_way_in_gives_the_same_verdict(detector, photo, photo_path):
    """The page, the command line and the API must not disagree about one photo."""
    buffer = io.BytesIO()
    photo.save(buffer, "PNG")
    expected = detector.predict(photo)
    for source in (photo_path, str(photo_path), buffer.getvalue(), np.asarray(photo)):
        assert_same(detector.predict(source), expected)


def test_verdict_is_consistent_in_itself(detector, photo):
    """The label, its confidence and the heatmap are shown side by side."""
    verdict = detector.predict(photo)
    (crop,) = verdict.crops
    assert verdict.faces == verdict.crops
    assert verdict.size == (512, 512)
    assert verdict.label == ("Fake" if verdict.fake_probability >= 0.5 else "Real")
    assert verdict.confidence == max(verdict.fake_probability, 1 - verdict.fake_probability)
    assert verdict.is_conclusive == (not verdict.notes)
    margin = max(view.margin for view in detector.weights.spec.views)
    assert crop.square == face_square(crop.box, photo.size, margin=margin)
    assert crop.heatmap.ndim == 2 and crop.heatmap.min() >= 0 and crop.heatmap.max() <= 1


def test_each_face_gets_a_verdict_of_its_own(detector, photo, pair):
    """A fake beside a genuine face would be averaged away."""
    verdict = detector.predict(pair)
    assert len(verdict.crops) == len(verdict.faces) == 2
    large, small = verdict.crops
    assert large.box[0] > 256 > small.box[2]
    alone = detector.predict(photo).crops[0]
    assert large.square == pytest.approx(np.add(alone.square, (256, 0, 256, 0)), abs=6)
    assert large.fake_probability != small.fake_probability


def test_photo_without_a_face_is_never_conclusive(detector):
    """The middle of a picture of a cup may look like anything."""
    coffee = Image.fromarray(skimage.data.coffee())
    verdict = detector.predict(coffee)
    (crop,) = verdict.crops
    assert crop.box is None and crop.face_confidence is None
    assert crop.square == centre_square(coffee.size)
    assert verdict.faces == ()
    assert not verdict.is_conclusive and "no_face" in verdict.notes


def test_face_crop_is_judged_by_its_central_face_alone(detector, pair):
    """A picture cut around one face is about that face, not about bystanders."""
    (crop,) = detector.predict(pair, is_face_crop=True).crops
    assert crop.box == detector.predict(pair).crops[0].box


def test_face_crop_without_a_visible_face_is_judged_whole(detector):
    """The person says that it is a face; perhaps it is too close to be found."""
    coffee = Image.fromarray(skimage.data.coffee())
    (crop,) = detector.predict(coffee, is_face_crop=True).crops
    assert crop.box is None and crop.square == centre_square(coffee.size)
    assert "no_face" not in crop.notes


def test_face_at_the_edge_is_not_conclusive(detector, photo):
    """Half a face is called Fake more often than the same face whole."""
    verdict = detector.predict(photo.crop((200, 0, 512, 512)))
    assert len(verdict.faces) == 1
    assert "cut_face" in verdict.notes and not verdict.is_conclusive
    assert "cut_face" not in detector.predict(photo).notes


def test_small_face_is_not_conclusive(detector, photo):
    """Shrunk, a face loses the traces of blending, and any verdict is a guess."""
    picture = Image.new("RGB", (400, 400), "white")
    picture.paste(photo.resize((160, 160)), (120, 120))
    verdict = detector.predict(picture)
    (face,) = verdict.faces
    assert max(np.subtract(face.box[2:], face.box[:2])) < detector.weights.spec.min_face_side
    assert "small_face" in verdict.notes and not verdict.is_conclusive


def test_low_confidence_is_not_conclusive(detector, sure_photo):
    """Each label has a limit of its own, and only that one counts."""
    confidence = detector.predict(sure_photo).confidence
    for least, other, notes in (
        (confidence - 1e-3, 0.999, ()),
        (confidence + 1e-3, 0.5, ("low_confidence",)),
    ):
        limits = {"Real": least, "Fake": other}
        spec = dataclasses.replace(detector.weights.spec, min_confidence=limits)
        strict = Detector(dataclasses.replace(detector.weights, spec=spec))
        assert strict.predict(sure_photo).notes == notes


def test_a_logit_that_is_no_number_is_not_conclusive(detector, photo, monkeypatch):
    """It compares as neither more nor less than any limit."""
    evidence = np.zeros((5, 5), np.float32)
    monkeypatch.setattr("detector.classifier.run_model", lambda model, crop: (np.nan, evidence))
    assert "low_confidence" in detector.predict(photo).notes


def test_calibration_of_the_weights_is_used(detector, photo):
    """Weights bring their own temperature and bias; ignoring them, confidence would lie."""
    spec = dataclasses.replace(detector.weights.spec, bias=40.0)
    biased = type(detector)(dataclasses.replace(detector.weights, spec=spec))
    assert biased.predict(photo).fake_probability > 0.99


def test_threads_do_not_mix_up_photos(detector, photo, pair):
    """Two people who use the page at once would get each other's verdicts."""
    cup = Image.fromarray(skimage.data.coffee())
    photos = [photo, pair, cup, photo.rotate(90), photo.crop((100, 0, 401, 303))]
    expected = [detector.predict(picture) for picture in photos]
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(detector.predict, photos * 4))
    for verdict, twin in zip(found, expected * 4, strict=True):
        assert_same(verdict, twin)


# Several crops, one verdict


def test_photo_is_fake_if_one_face_is():
    verdict = combine(crop_verdict(0.01), crop_verdict(0.97), crop_verdict(0.2))
    assert (verdict.label, verdict.fake_probability) == ("Fake", 0.97)
    assert verdict.confidence == 0.97 and verdict.is_conclusive


def test_conclusive_fake_decides_before_an_inconclusive_one():
    """A blurred bystander must not turn a sure finding into an unsure one."""
    verdict = combine(crop_verdict(0.99, notes=["small_face"]), crop_verdict(0.93))
    assert (verdict.fake_probability, verdict.is_conclusive, verdict.notes) == (0.93, True, ())


def test_inconclusive_fake_leaves_the_photo_inconclusive():
    verdict = combine(crop_verdict(0.01), crop_verdict(0.6, notes=["low_confidence"]))
    assert (verdict.label, verdict.is_conclusive) == ("Fake", False)
    assert verdict.notes == ("low_confidence",)


def test_photo_is_conclusively_real_only_if_every_face_is():
    """ "Real" about a group photo is a statement about everyone in it."""
    assert combine(crop_verdict(0.01), crop_verdict(0.02)).is_conclusive
    verdict = combine(crop_verdict(0.01), crop_verdict(0.4, notes=["small_face", "low_confidence"]))
    assert (verdict.label, verdict.is_conclusive) == ("Real", False)
    assert verdict.fake_probability == 0.4 and verdict.confidence == 0.6
    assert verdict.notes == ("low_confidence", "small_face")
    verdict = combine(crop_verdict(0.3), crop_verdict(0.1, notes=["small_face"]))
    assert (verdict.fake_probability, verdict.is_conclusive) == (0.3, False)
    assert verdict.notes == ("small_face",)


def test_more_faces_than_are_judged_leave_a_real_photo_inconclusive():
    """Nobody looked at the others; but one sure fake is enough."""
    verdict = combine(crop_verdict(0.01), notes=["more_faces"])
    assert (verdict.is_conclusive, verdict.notes) == (False, ("more_faces",))
    verdict = combine(crop_verdict(0.97), notes=["more_faces"])
    assert (verdict.is_conclusive, verdict.notes) == (True, ())


def test_faces_beyond_the_limit_are_told_of(detector, pair, monkeypatch):
    monkeypatch.setattr("detector.pipeline.MAX_FACES", 1)
    verdict = detector.predict(pair)
    assert len(verdict.faces) == 1 and "more_faces" in verdict.notes
    assert "more_faces" not in detector.predict(pair, is_face_crop=True).notes
    monkeypatch.setattr("detector.pipeline.MAX_FACES", 2)
    assert "more_faces" not in detector.predict(pair).notes


# The report

VERDICT_KEYS = {
    *("label", "confidence", "fake_probability", "is_conclusive", "notes"),
    *("faces", "width", "height", "weights", "frame"),
}
FACE_KEYS = {
    *("box", "score", "label", "confidence", "fake_probability", "is_conclusive", "notes"),
}


def test_json_has_the_documented_keys(detector, pair):
    """Scripts that read the result would break."""
    report = json.loads(json.dumps(to_json(detector.predict(pair)), allow_nan=False))
    assert set(report) == VERDICT_KEYS
    assert [set(face) for face in report["faces"]] == [FACE_KEYS] * 2
    assert all(len(face["box"]) == 4 for face in report["faces"])
    assert (report["width"], report["height"]) == (768, 512)
    origin = {"repo", "revision", "commit", "note"}
    assert set(report["weights"]) == {"source", "version", "sha256"} | origin
    assert report["weights"]["sha256"] == detector.weights.spec.sha256["detector.tflite"]


@pytest.mark.parametrize(
    "crops, expected",
    [
        ([crop_verdict(0.97)], ["This photo", "manipulated", "97.0%"]),
        ([crop_verdict(0.02)], ["This photo", "genuine", "98.0%"]),
        ([crop_verdict(0.97), crop_verdict(0.1)], ["One of 2 faces looks", "manipulated"]),
        ([crop_verdict(0.97), crop_verdict(0.9)], ["2 of 2 faces look ", "manipulated"]),
        ([crop_verdict(0.97), crop_verdict(0.9, notes=["cut_face"])], ["One of 2 faces looks"]),
        ([crop_verdict(0.02), crop_verdict(0.1)], ["Each of the 2 faces", "genuine"]),
        ([crop_verdict(1.0)], ["99.9%"]),
    ],
)
def test_sentence_of_a_conclusive_verdict(crops, expected):
    """Nobody may read 100 %: the model is never that right."""
    sentence = to_sentence(combine(*crops))
    assert all(part in sentence for part in expected)
    assert "nconclusive" not in sentence


@pytest.mark.parametrize(
    ("probability", "said"),
    [(1.0, "99.9%"), (0.9996, "99.9%"), (0.99, "99.0%"), (0.8765, "87.6%"), (0.5, "50.0%")],
)
def test_a_probability_is_rounded_down_and_never_certain(probability, said):
    """The command line said 100.0% and 99.9% of the same verdict."""
    assert to_percent(probability) == said


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("fake_probability", [0.1, 0.9])
def test_sentence_says_inconclusive_and_why(note, fake_probability):
    """An unsure verdict that reads like a sure one may ruin somebody."""
    sentence = to_sentence(combine(crop_verdict(fake_probability, notes=[note])))
    assert sentence.startswith("Inconclusive.")
    assert NOTES[note] in sentence
