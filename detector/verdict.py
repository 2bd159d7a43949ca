"""The verdict on a crop and on a photo, and how those of several faces and frames become one."""

import dataclasses

import numpy as np

from .weights import WeightsInfo


@dataclasses.dataclass(frozen=True, eq=False)
class CropVerdict:
    """The verdict on one crop: a face, or the middle of the picture where there is none.

    Attributes:
        box: of the face: left, top, right, bottom in pixels of the upright photo; None if no face.
        face_confidence: 0-1, that the box holds a face; None if no face.
        square: what was judged, same unit as `box`.
        fake_probability: 0-1, calibrated.
        label: "Real" or "Fake".
        confidence: 0.5-1, probability of the label.
        is_conclusive: whether the label can be relied on as far as the model can tell.
        notes: why not: "no_face", "small_face", "cut_face", "low_confidence"; and "turned", which
            is no reason: the face is not upright, and was judged turned upright.
        heatmap: (h, w) float32, 0-1: places of `square` that speak for the label (Grad-CAM).
        quarters: turns of the photo, anticlockwise, that bring the face upright, 0-3.
    """

    box: tuple[float, float, float, float] | None
    face_confidence: float | None
    square: tuple[float, float, float, float]
    fake_probability: float
    label: str
    confidence: float
    is_conclusive: bool
    notes: tuple[str, ...]
    heatmap: np.ndarray
    quarters: int = 0


@dataclasses.dataclass(frozen=True)
class Frame:
    """Which frame of an animation, or page of a file, decided.

    Attributes:
        number: of the frame whose faces are in the verdict, from 1.
        count: how many there are ...
        judged: ... and how many of them were judged.
    """

    number: int
    count: int
    judged: int


@dataclasses.dataclass(frozen=True, eq=False)
class Verdict:
    """The verdict on a photo, or on the frame of an animation that decides: the most fake one.

    Attributes:
        label: "Fake" if one crop is Fake, else "Real".
        confidence: 0.5-1, probability of the label, of the crop that decides.
        fake_probability: 0-1, calibrated, of the crop that decides: the most fake one.
        is_conclusive: a Fake photo: one Fake crop is conclusive; a Real one: all crops of all
            frames are, and there are neither more faces than `pipeline.MAX_FACES` nor frames that
            were not judged.
        notes: why not; see `CropVerdict.notes`, and "more_faces" and "more_frames".
        crops: one per face, largest first, or a single one without a face.
        size: width and height of the upright photo in pixels.
        weights: which weights gave this verdict.
        frame: `Frame`; None: the file has one.
    """

    label: str
    confidence: float
    fake_probability: float
    is_conclusive: bool
    notes: tuple[str, ...]
    crops: tuple[CropVerdict, ...]
    size: tuple[int, int]
    weights: WeightsInfo
    frame: Frame | None = None

    @property
    def faces(self) -> tuple[CropVerdict, ...]:
        """The crops that hold a face."""
        return tuple(crop for crop in self.crops if crop.box is not None)


def combine(crops, *, notes=(), size, weights):
    """Make one verdict of those on the crops of a photo.

    Args:
        crops: `CropVerdict`s, at least one.
        notes: of the photo as a whole, which leave a Real one inconclusive.
        size: width and height of the upright photo in pixels.
        weights: `WeightsInfo` of what judged.

    Returns:
        `Verdict`.
    """
    decisive, considered = max(crops, key=rank), crops
    if decisive.label == "Fake":
        considered, notes = [decisive], ()  # what was not judged cannot make it Real
    return Verdict(
        label=decisive.label,
        confidence=decisive.confidence,
        fake_probability=decisive.fake_probability,
        is_conclusive=not notes and all(crop.is_conclusive for crop in considered),
        notes=tuple(sorted({*notes, *(note for crop in considered for note in crop.notes)})),
        crops=tuple(crops),
        size=size,
        weights=weights,
    )


def rank(judged):
    """Sort key of `CropVerdict`s, or of `Verdict`s: the greatest decides."""
    # A conclusive Fake decides before an inconclusive one, however high that one's number is.
    is_fake = judged.label == "Fake"
    return is_fake, is_fake and judged.is_conclusive, judged.fake_probability


def combine_frames(verdicts, decisive, *, count):
    """Make one verdict of those on the frames of a file.

    Args:
        verdicts: `Verdict`s by number of the frame.
        decisive: the number of the one that ranks highest.
        count: how many frames there are, judged or not.

    Returns:
        `Verdict`.
    """
    verdict = verdicts[decisive]
    if count == 1:
        return verdict
    # Where one is Real all of them are, and all have to be sure; as with the crops of one photo.
    considered = verdicts.values() if verdict.label == "Real" else [verdict]
    notes = {note for other in considered for note in other.notes}
    is_whole = verdict.label == "Fake" or len(verdicts) == count
    return dataclasses.replace(
        verdict,
        is_conclusive=is_whole and all(other.is_conclusive for other in considered),
        notes=tuple(sorted(notes if is_whole else {*notes, "more_frames"})),
        frame=Frame(number=decisive, count=count, judged=len(verdicts)),
    )
