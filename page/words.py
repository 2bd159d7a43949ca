"""A verdict in words: headline, confidence, reasons, and what a screen reader says of a heatmap."""

import dataclasses
import math

import numpy as np

from detector.report import count_fakes

from .texts import note_text

SURE_STEPS = (0.99, 0.95)  # confidence from which on the page says: very sure, sure; else fairly


def percent(probability, texts):
    """A probability as text: rounded down to 0.1 %, and never 100 %.

    Args:
        probability: 0-1.
        texts: of a language.

    Returns:
        For example "97.3%"; above 99.9 it stays there, because no model is certain.
    """
    tenths = _tenths(probability)
    return texts["percent"].format(f"{tenths / 10:.1f}".replace(".", texts["decimal_point"]))


def kind_of(judged):
    """ "real", "fake" or "inconclusive", of a `Verdict` or `CropVerdict`."""
    return judged.label.lower() if judged.is_conclusive else "inconclusive"


def headline(judged, texts):
    """Two or three words: the verdict."""
    return texts["headlines"][kind_of(judged)]


def confidence_words(judged, texts):
    """The confidence in words and number, and what the number means."""
    number = percent(judged.confidence, texts)
    if not judged.is_conclusive:
        return texts["leaning"].format(label=texts["labels"][judged.label], percent=number)
    step = sum(judged.confidence < limit for limit in SURE_STEPS)
    return f"{texts['sure'][step]}: {number}"


def meaning(judged, texts):
    """What the confidence says, as a frequency; or what "inconclusive" means."""
    if not judged.is_conclusive:
        return texts["inconclusive_meaning"]
    return texts["calibrated_meaning"].format(right=_tenths(judged.confidence))


def reasons(judged, texts):
    """Why a verdict is not conclusive, one sentence per note."""
    return [note_text(note, texts) + "." for note in judged.notes]


def weights_line(info, texts):
    """Which weights serve, as Markdown, and what is wrong where others should.

    Args:
        info: `detector.WeightsInfo`.
        texts: of a language.
    """
    place = f"{info.repo} {info.revision} (`{info.commit[:12]}`)" if info.repo else info.source
    line = f"{texts['keep_weights']}: {place}, {info.version}, sha256 `{info.sha256[:12]}`."
    return f"{line} {info.note}" if info.note else line


def subject(verdict, texts):
    """Whom the verdict is about, where there are several faces; else an empty text."""
    count = len(verdict.faces)
    if count < 2:
        return ""
    kind = verdict.label if verdict.is_conclusive else f"{verdict.label}, inconclusive"
    return texts["several_faces"][kind].format(fakes=count_fakes(verdict), count=count)


def frame_line(verdict, texts):
    """Which frame of an animation decided; of a photo an empty text."""
    return texts["frame"].format(**dataclasses.asdict(verdict.frame)) if verdict.frame else ""


def hottest_place(heatmap, texts):
    """Where the heatmap is hottest, in words; None if it is cold all over.

    Args:
        heatmap: (h, w) float32, 0-1.
        texts: of a language.
    """
    if not heatmap.any():
        return None
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    third = (3 * row + 1) // heatmap.shape[0], (3 * column + 1) // heatmap.shape[1]
    return texts["places"][min(third[0], 2)][min(third[1], 2)]


def alternative_text(crop, *, number, count, texts):
    """What a screen reader says of the picture of a face with its heatmap.

    Args:
        crop: `detector.CropVerdict`.
        number: of the face, from 1.
        count: of faces in the photo.
        texts: of a language.

    Returns:
        Two or three sentences.
    """
    key = "alt_no_face" if crop.box is None else "alt_face" if count < 2 else "alt_one_of"
    place = hottest_place(crop.heatmap, texts)
    return " ".join(
        [
            texts[key].format(number=number, count=count),
            f"{headline(crop, texts)}, {confidence_words(crop, texts)}.",
            texts["alt_heat"].format(place=place) if place else texts["alt_cold"],
        ]
    )


def _tenths(probability):
    return min(math.floor(probability * 1000 + 1e-9), 999)
