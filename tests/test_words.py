"""The page says in words what a verdict means, in every language, and never that it is certain."""

import dataclasses
import re
import string

import numpy as np
import pytest

from detector.errors import ClipError, PhotoError
from detector.report import NOTES
from page.answer import render_answer
from page.keep import draw_report
from page.texts import LANGUAGES, error_text, note_text, words

ENGLISH, GERMAN = LANGUAGES["en"], LANGUAGES["de"]


def leaves(texts, path=()):
    """Every text with where it stands."""
    if isinstance(texts, str):
        yield path, texts
        return
    items = texts.items() if isinstance(texts, dict) else enumerate(texts)
    for key, value in items:
        yield from leaves(value, (*path, key))


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_has_every_text_with_the_same_fields(texts):
    """A text that is missing, or a field that is, stops the page for those who read it."""
    own = {path: fields(text) for path, text in leaves(texts) if path[0] not in OWN}
    english = {path: fields(text) for path, text in leaves(ENGLISH) if path[0] not in OWN}
    assert own == english


OWN = ("notes", "errors", "clip_errors")  # English ones stand in `detector`


@pytest.mark.parametrize("texts", list(LANGUAGES.values())[1:], ids=list(LANGUAGES)[1:])
def test_other_languages_have_every_note_and_every_error_code(texts):
    codes = re.findall(r'"([a-z_]+)"', PhotoError.__doc__)
    assert len(codes) > 8 and set(codes) <= set(texts["errors"])
    codes = re.findall(r'"([a-z_]+)"', ClipError.__doc__)
    assert len(codes) > 8 and set(codes) <= set(texts["clip_errors"])
    assert set(NOTES) <= set(texts["notes"])


def test_a_note_or_code_that_a_language_does_not_know_is_said_in_english(monkeypatch):
    """A new note of the model must not be swallowed by the page."""
    monkeypatch.setitem(NOTES, "unheard_of", "The photo is unheard of")
    assert note_text("unheard_of", GERMAN) == "The photo is unheard of"
    error = PhotoError("It is odd.", code="odd")
    assert error_text(error, GERMAN) == "It is odd."


@pytest.mark.parametrize(
    ("probability", "english", "german"),
    [
        (1.0, "99.9%", "99,9 %"),
        (0.99999, "99.9%", "99,9 %"),
        (0.9996, "99.9%", "99,9 %"),
        (0.99, "99.0%", "99,0 %"),
        (0.8765, "87.6%", "87,6 %"),
        (0.5, "50.0%", "50,0 %"),
    ],
)
def test_a_probability_is_rounded_down_and_never_100_percent(probability, english, german):
    assert words.percent(probability, ENGLISH) == english
    assert words.percent(probability, GERMAN) == german.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("label", "is_conclusive", "notes", "strength"),
    [
        ("Fake", True, (), "strong"),
        ("Fake", False, ("low_confidence",), "some"),
        ("Fake", False, ("small_face", "low_confidence"), "some"),
        ("Fake", False, ("no_face",), "unknown"),  # nothing of a face was seen
        ("Real", True, (), "none"),
        ("Real", False, ("low_confidence",), "unknown"),
    ],
)
def test_the_strength_of_the_signs_is_said_in_words(
    detector, sure_photo, label, is_conclusive, notes, strength
):
    verdict = dataclasses.replace(
        detector.predict(sure_photo), label=label, is_conclusive=is_conclusive, notes=notes
    )
    assert words.headline(verdict, ENGLISH) == ENGLISH["headlines"][strength]
    assert words.limit(verdict, ENGLISH) == ENGLISH["limit_of"][strength]


def test_confidence_comes_with_what_the_number_means(detector, sure_photo):
    verdict = dataclasses.replace(detector.predict(sure_photo), confidence=0.96)
    assert words.confidence_words(verdict, ENGLISH) == "Real, 96.0% sure"
    assert "960" in words.meaning(verdict, ENGLISH)


def test_one_reason_is_given_the_one_that_says_most(detector, photo):
    verdict = dataclasses.replace(
        detector.predict(photo), is_conclusive=False, notes=("low_confidence", "no_face")
    )
    before, _, explained = render_answer(photo, verdict, ENGLISH).partition("<details>")
    assert NOTES["no_face"] in before and NOTES["low_confidence"] not in before
    assert NOTES["low_confidence"] in explained


@pytest.mark.parametrize("note", [*NOTES, "one_of_later"])
def test_an_inconclusive_answer_says_why_and_what_that_means(detector, photo, note, monkeypatch):
    monkeypatch.setitem(NOTES, "one_of_later", "A reason of a later model")
    verdict = detector.predict(photo)
    verdict = dataclasses.replace(verdict, is_conclusive=False, notes=(note,))
    shown = render_answer(photo, verdict, ENGLISH)
    before, _, explained = shown.partition("<details>")
    assert f"<p>{NOTES[note]}.</p>" in explained and ENGLISH["inconclusive_meaning"] in explained
    assert (ENGLISH["unsure_meaning"] in explained) == (note == "low_confidence")
    assert "Leans to Real" in before and ENGLISH["headlines"]["none"] not in shown
    if note != "low_confidence":  # which the headline says already
        assert f"<p>{NOTES[note]}.</p>" in before


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [(0, 0, "upper left"), (1, 2, "centre"), (3, 3, "lower right"), (2, 0, "left side")],
)
def test_the_alternative_text_says_where_the_heatmap_is_hottest(
    detector, photo, row, column, place
):
    heatmap = np.zeros((4, 4), np.float32)
    heatmap[row, column] = 1.0
    crop = dataclasses.replace(detector.predict(photo).crops[0], heatmap=heatmap)
    said = words.alternative_text(crop, number=2, count=3, texts=ENGLISH)
    assert said.startswith("Face 2 of 3") and f"The {place} of it spoke most" in said
    cold = dataclasses.replace(crop, heatmap=np.zeros((4, 4), np.float32))
    said = words.alternative_text(cold, number=1, count=1, texts=ENGLISH)
    assert said.endswith(ENGLISH["alt_cold"])


def test_nothing_that_a_weights_folder_says_becomes_markup(detector, photo, monkeypatch):
    monkeypatch.setattr("page.answer.ISSUES_URL", "https://git.example/new")
    verdict = detector.predict(photo)
    evil = dataclasses.replace(verdict.weights, version='1"><script>alert(1)</script>')
    verdict = dataclasses.replace(verdict, weights=evil, notes=("<b>x</b>",), is_conclusive=False)
    shown = render_answer(photo, verdict, ENGLISH)
    assert "<script" not in shown and "<b>x" not in shown


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_the_report_is_drawn_in_every_language(detector, photo, texts):
    """Pillow's own font has no umlauts: boxes would stand in their place."""
    verdict = detector.predict(photo)
    sheet = draw_report(photo, verdict, "0" * 64, texts, with_photo=True)
    assert sheet.width == 1000 and sheet.height > 700
    assert np.asarray(sheet)[-40:].min() == 255  # nothing runs over the lower edge


def test_of_a_sure_fake_only_sure_faces_are_counted(detector, photo):
    """Faces marked as inconclusive below must not be accused above."""
    verdict = detector.predict(photo)
    sure = dataclasses.replace(verdict.crops[0], label="Fake", is_conclusive=True)
    unsure = dataclasses.replace(sure, is_conclusive=False)
    verdict = dataclasses.replace(
        verdict, label="Fake", is_conclusive=True, crops=(sure, unsure, unsure)
    )
    assert words.subject(verdict, ENGLISH).startswith("Faces judged Fake: 1 of 3.")
    verdict = dataclasses.replace(verdict, is_conclusive=False, crops=(unsure, unsure))
    assert words.subject(verdict, ENGLISH) == "Faces that lean to Fake: 2 of 2."
