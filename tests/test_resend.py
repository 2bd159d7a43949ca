"""The resend check does to a photo what it says, and names what that changes."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from detector.resend import SETTINGS, check_resend, resend


class Told:
    """A detector that answers as told, one verdict after the other."""

    def __init__(self, verdict, answers):
        self.verdict, self.answers, self.photos = verdict, list(answers), []

    def predict(self, photo, *, is_face_crop=False):
        self.photos.append(photo)
        label, is_conclusive = self.answers.pop(0)
        return dataclasses.replace(self.verdict, label=label, is_conclusive=is_conclusive)

    def judge(self, photo, *, is_face_crop=False):
        return photo, self.predict(photo, is_face_crop=is_face_crop)


@pytest.mark.parametrize(
    ("original", "last", "outcome"),
    [
        (("Real", True), ("Real", True), "stable"),
        (("Real", True), ("Real", False), "weakens"),
        (("Real", False), ("Real", False), "stable"),
        (("Real", True), ("Fake", False), "changes"),
        (("Fake", False), ("Real", True), "changes"),
    ],
)
def test_one_copy_that_is_judged_otherwise_decides(detector, photo, original, last, outcome):
    answers = [original] * len(SETTINGS) + [last]
    told = Told(detector.predict(photo), answers)
    assert check_resend(told, photo).outcome == outcome
    assert told.photos[0] is photo and len(told.photos) == 1 + len(SETTINGS)


def test_copies_have_the_stated_size_and_lose_more_and_more(photo):
    large = photo.resize((3000, 1500), Image.Resampling.BICUBIC)
    losses = []
    for setting in SETTINGS:
        copy = resend(large, setting)
        assert copy.size == (setting.max_side, setting.max_side // 2)
        again = np.asarray(copy.resize(large.size, Image.Resampling.BICUBIC), float)
        losses.append(np.abs(again - np.asarray(large, float)).mean())
    assert losses == sorted(losses) and losses[0] > 0


def test_a_small_photo_is_not_enlarged(photo):
    assert resend(photo, SETTINGS[0]).size == photo.size


def test_a_genuine_portrait_survives(detector, photo):
    assert check_resend(detector, photo).outcome == "stable"
