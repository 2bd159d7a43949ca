"""An animation, or a file of several pages, is judged as a whole."""

import io

import pytest
from PIL import Image

from detector.report import to_json, to_sentence
from page.answer import render_answer
from page.texts import LANGUAGES
from testing.server import ROOT, check_form


@pytest.fixture(scope="module")
def fake_photo():
    with Image.open(ROOT / "examples" / "astronaut-manipulated.jpg") as picture:
        return picture.convert("RGB")


def animate(frames, format):
    frames = [frame.convert("RGB").resize(frames[0].size) for frame in frames]
    buffer = io.BytesIO()
    options = {} if format == "TIFF" else {"duration": 80}
    options |= {"lossless": True} if format == "WEBP" else {}
    frames[0].save(buffer, format, save_all=True, append_images=frames[1:], **options)
    return buffer.getvalue()


@pytest.mark.parametrize("format", ["WEBP", "PNG", "GIF", "TIFF"])
def test_a_genuine_first_frame_hides_no_fake(detector, sure_photo, fake_photo, format):
    """It would be "Real, conclusive", and all that people see is fake."""
    frames = [sure_photo, fake_photo, sure_photo, fake_photo.transpose(0)]
    shown, verdict = detector.judge(animate(frames, format))
    assert verdict.label == "Fake"
    assert verdict.frame.number in (2, 4)
    assert (verdict.frame.count, verdict.frame.judged) == (4, 4)
    assert shown.size == verdict.size
    again = detector.predict(shown)
    assert again.fake_probability == verdict.fake_probability and again.frame is None
    check_form(to_json(verdict), form="result")
    said = f"Frame {verdict.frame.number} decided; 4 of 4 were judged."
    assert to_sentence(verdict).endswith(said)
    for texts in LANGUAGES.values():
        line = texts["frame"].format(number=verdict.frame.number, count=4, judged=4)
        assert line in render_answer(shown, verdict, texts)


def test_all_frames_genuine_is_genuine(detector, sure_photo):
    verdict = detector.predict(animate([sure_photo] * 4, "TIFF"))
    assert (verdict.label, verdict.is_conclusive) == ("Real", True)


def test_frames_that_nobody_looked_at_leave_no_certainty(detector, sure_photo):
    """The one fake frame could lie between those that were judged."""
    frames = [sure_photo] * 20
    verdict = detector.predict(animate(frames, "TIFF"))
    assert (verdict.label, verdict.is_conclusive) == ("Real", False)
    assert verdict.notes == ("more_frames",)
    assert (verdict.frame.count, verdict.frame.judged) == (20, 8)


def test_one_photo_says_nothing_of_frames(detector, sure_photo):
    verdict = detector.predict(sure_photo)
    assert to_json(verdict)["frame"] is None and "Frame" not in to_sentence(verdict)
