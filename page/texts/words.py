"""A verdict in words: headline, confidence, reason, and what a screen reader says of a heatmap."""

import dataclasses

import numpy as np

from detector import CropVerdict, Verdict, WeightsInfo
from detector.report import count_fakes, per_thousand

from . import Texts, note_text

# Of several reasons the first of these is said; one that is not listed comes last.
REASONS = ("no_face", "cut_face", "small_face", "more_faces", "more_frames", "low_confidence")


def percent(probability: float, texts: Texts) -> str:
    """A probability (0-1) in a language: "97.3%", "97,3 %"; see `detector.report.per_thousand`."""
    number = f"{per_thousand(probability) / 10:.1f}"
    return texts["percent"].format(number.replace(".", texts["decimal_point"]))


def number(count: int, texts: Texts) -> str:
    """A count in a language: "9,000", "9.000"."""
    return f"{count:,}".replace(",", texts["thousands"])


def kind_of(judged) -> str:
    """ "real", "fake" or "inconclusive", of a `Verdict` or `CropVerdict`."""
    return judged.label.lower() if judged.is_conclusive else "inconclusive"


def strength_of(judged) -> str:
    """How strong the signs of a fake are: a key of the texts' "headlines".

    Args:
        judged: `Verdict` or `CropVerdict`.

    Returns:
        "strong", "some", "none" (the verdict is Real) or "unknown".
    """
    if judged.is_conclusive:
        return {"Fake": "strong", "Real": "none"}[judged.label]
    is_seen = "no_face" not in judged.notes  # the middle of a picture shows no sign of anything
    return "some" if judged.label == "Fake" and is_seen else "unknown"


def headline(judged, texts: Texts) -> str:
    """The verdict and, in words, the strength of the signs."""
    return texts["headlines"][strength_of(judged)]


def confidence_words(judged, texts: Texts) -> str:
    """The label and the confidence in it."""
    number = percent(judged.confidence, texts)
    label = texts["labels"][judged.label]
    return texts["sure" if judged.is_conclusive else "leaning"].format(label=label, percent=number)


def limit(judged, texts: Texts) -> str:
    """What the verdict does not say, in one sentence."""
    return texts["limit_of"][strength_of(judged)]


def meaning(judged, texts: Texts) -> str:
    """What the confidence says, as a frequency; or what "inconclusive" means."""
    if not judged.is_conclusive:
        is_unsure = "low_confidence" in judged.notes
        why = f"{texts['unsure_meaning']} " if is_unsure else ""
        return why + texts["inconclusive_meaning"]
    return texts["calibrated_meaning"].format(right=per_thousand(judged.confidence))


def reasons(judged, texts: Texts) -> list[str]:
    """Why a verdict is not conclusive, one sentence per note, the one that says most first."""
    order = {note: place for place, note in enumerate(REASONS)}
    notes = sorted(judged.notes, key=lambda note: order.get(note, len(order)))
    return [note_text(note, texts) + "." for note in notes]


def weights_line(info: WeightsInfo, texts: Texts) -> str:
    """Which weights serve, as Markdown, and what is wrong where others should.

    Args:
        info: `detector.WeightsInfo`.
        texts: of a language.
    """
    place = f"{info.repo} {info.revision} (`{info.commit[:12]}`)" if info.commit else info.source
    line = f"{texts['keep_weights']}: {place}, {info.version}, sha256 `{info.sha256[:12]}`."
    return f"{line} {info.note}" if info.note else line


def subject(verdict: Verdict, texts: Texts) -> str:
    """Whom the verdict is about, where there are several faces; else an empty text."""
    count = len(verdict.faces)
    if count < 2:
        return ""
    kind = verdict.label if verdict.is_conclusive else f"{verdict.label}, inconclusive"
    return texts["several_faces"][kind].format(fakes=count_fakes(verdict), count=count)


def frame_line(verdict: Verdict, texts: Texts) -> str:
    """Which frame of an animation decided; of a photo an empty text."""
    return texts["frame"].format(**dataclasses.asdict(verdict.frame)) if verdict.frame else ""


def hottest_place(heatmap: np.ndarray, texts: Texts) -> str | None:
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


def alternative_text(crop: CropVerdict, *, number: int, count: int, texts: Texts) -> str:
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
