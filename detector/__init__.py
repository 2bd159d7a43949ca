"""Photo in, verdict out: tells whether a face photo is real or a deepfake.

Example:
    >>> from detector import load_detector
    >>> load_detector().predict("photo.jpg").label  # doctest: +SKIP
    'Fake'
"""

import dataclasses
import os
from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from . import config
from .config import HUB_REPO, HUB_REVISION, REQUIRE_HUB, WEIGHTS_DIR
from .explain import grad_cam
from .faces import central_face
from .photo import PhotoLike, load_frames
from .preprocess import Box
from .runtime import one_verdict
from .score import calibrate, decide
from .views import look_at
from .weights import CLASSES, Weights, WeightsInfo, load_weights

if TYPE_CHECKING:
    from .video import VideoVerdict  # imported where a clip is judged

__all__ = [
    "CLASSES",
    "CropVerdict",
    "Detector",
    "Frame",
    "Verdict",
    "WeightsInfo",
    "load_detector",
]

MAX_FACES = 20  # judged in one photo, largest first


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

    box: Box | None
    face_confidence: float | None
    square: Box
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
            frames are, and there are neither more faces than `MAX_FACES` nor frames that were not
            judged.
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


class Detector:
    """Judges photos; safe to call from several threads, and can be sent to other processes.

    Args:
        weights: `detector.weights.Weights`. The attribute may be given other ones at any time: a
            verdict comes from one set of weights, the one at the start of `predict`.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def predict(self, photo: PhotoLike, *, is_face_crop: bool = False) -> Verdict:
        """Judge a photo.

        Args:
            photo: path, bytes, `PIL.Image.Image` or uint8 array; see `detector.photo.load_frames`.
            is_face_crop: the photo was already cut around one face: judge its central face alone,
                or the whole picture where no face can be made out.

        Returns:
            `Verdict`.

        Raises:
            PhotoError: the photo cannot be read or exceeds a limit.
        """
        return self.judge(photo, is_face_crop=is_face_crop)[1]

    @one_verdict()
    def judge(self, photo: PhotoLike, *, is_face_crop: bool = False) -> tuple[Image.Image, Verdict]:
        """Judge a photo as `predict` does, and give the pixels that the verdict is on, too.

        Returns:
            `PIL.Image.Image`, RGB, upright: the photo, or the frame that decides; and `Verdict`.
        """
        weights = self.weights  # read once: other weights may be put there meanwhile
        verdicts = {}
        for number, count, frame in load_frames(photo):  # noqa: B007
            verdicts[number] = _judge_frame(weights, frame, is_face_crop=is_face_crop)
            decisive = max(verdicts, key=lambda number: _rank(verdicts[number]))
            if decisive == number:
                shown = frame  # one is kept, they may have 240 MB each
        return shown, _combine_frames(verdicts, decisive, count=count)

    def predict_video(self, clip: str | os.PathLike | bytes) -> "VideoVerdict":
        """Judge a clip: who in it looks manipulated, when, and how sure that is.

        Args:
            clip: path or bytes of an MP4, MOV, WebM, MKV or AVI file; see docs/video.md.

        Returns:
            `detector.video.VideoVerdict`.

        Raises:
            ClipError: the clip cannot be read or exceeds a limit; or PyAV, which decodes clips, is
                not installed.
        """
        watching = self.watch(clip)
        while True:
            try:
                next(watching)
            except StopIteration as end:
                return end.value

    def watch(
        self, clip: str | os.PathLike | bytes
    ) -> "Generator[tuple[int, int], None, VideoVerdict]":
        """Judge a clip as `predict_video` does, and tell how far it is.

        Yields:
            (frames judged, frames that will be), after each frame.

        Returns:
            `detector.video.VideoVerdict`, as the value of `yield from`.
        """
        from .video import watch

        weights = self.weights  # read once: other weights may be put there meanwhile

        @one_verdict()
        def look(frame, most):
            faces = weights.faces.detect(frame)
            crops = [_judge(weights, frame, face, notes=[]) for face in faces[:most]]
            return crops, len(faces) > most

        return watch(clip, look=look, weights=weights.info)


def load_detector(weights_dir: str | os.PathLike | None = None, *, wait: bool = False) -> Detector:
    """Load the detector: weights are verified, and a self-test is run, before they may serve.

    With `DETECTOR_REPO` set, the embedded weights serve at once and those of the Hub from when
    they have been fetched and verified; see `detector.refresh`. With `DETECTOR_REQUIRE_HUB=1`
    nothing serves but those.

    Args:
        weights_dir: folder of the weights, and then the Hub is not asked; default is
            `DETECTOR_WEIGHTS` or the embedded ones.
        wait: return only when the Hub's weights serve or have failed to come.

    Returns:
        `Detector`.

    Raises:
        WeightsError: the weights are missing, damaged or do not belong together.
        HubError: with `DETECTOR_REQUIRE_HUB=1`, the same of those of the Hub.
        ConfigError: an environment variable has a value that is not allowed.
    """
    config.check()
    if weights_dir is not None or not HUB_REPO:
        return Detector(load_weights(weights_dir or WEIGHTS_DIR))
    # What asks the Hub is imported where it is asked: that takes longer than to judge a photo.
    if REQUIRE_HUB:
        from .hub import fetch_weights

        return Detector(fetch_weights(HUB_REPO, HUB_REVISION))
    from .refresh import Refresh

    detector = Detector(load_weights(WEIGHTS_DIR))
    refresh = Refresh(detector, repo=HUB_REPO, revision=HUB_REVISION)
    if wait:
        refresh.try_once()
    else:
        refresh.start()
    return detector


def _judge_frame(weights, photo, *, is_face_crop):
    faces = weights.faces.detect(photo)
    notes = ["more_faces"] if len(faces) > MAX_FACES else []
    faces = faces[:MAX_FACES]
    if is_face_crop and faces:
        faces, notes = [central_face(faces, photo.size)], []
    crops = [_judge(weights, photo, face, notes=[]) for face in faces]
    if not crops:
        crops = [_judge(weights, photo, None, notes=[] if is_face_crop else ["no_face"])]
    return _combine(crops, notes=notes, size=photo.size, weights=weights.info)


def _judge(weights, photo, face, *, notes):
    spec = weights.spec
    if face and face.side < spec.min_face_side:
        notes.append("small_face")
    if face and face.is_cut(photo.size):
        notes.append("cut_face")
    box, quarters = (face.box, face.quarters) if face else (None, 0)
    look = look_at(
        weights.model,
        photo,
        box,
        views=spec.views,
        input_size=spec.input_size,
        quarters=quarters,
    )
    probability = calibrate(look.logit, temperature=spec.temperature, bias=spec.bias)
    label, confidence = decide(probability)
    if not confidence >= spec.min_confidence[label]:  # also where it is no number
        notes.append("low_confidence")
    is_conclusive = not notes
    if quarters:
        notes.append("turned")
    return CropVerdict(
        box=box,
        face_confidence=None if face is None else face.confidence,
        square=look.square,
        fake_probability=probability,
        label=label,
        confidence=confidence,
        is_conclusive=is_conclusive,
        notes=tuple(notes),
        heatmap=grad_cam(look.evidence, label),
        quarters=quarters,
    )


def _combine(crops, *, notes=(), size, weights):
    decisive, considered = max(crops, key=_rank), crops
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


def _rank(judged):
    # A conclusive Fake decides before an inconclusive one, however high that one's number is.
    is_fake = judged.label == "Fake"
    return is_fake, is_fake and judged.is_conclusive, judged.fake_probability


def _combine_frames(verdicts, decisive, *, count):
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
