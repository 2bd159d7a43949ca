"""Photo or clip in, verdict out: faces are found, each is judged, and the most fake one decides."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from PIL import Image

from .classifier import look_at
from .faces import central_face
from .heatmap import grad_cam
from .photo import load_frames
from .runtime import one_verdict
from .score import calibrate, decide
from .verdict import CropVerdict, Verdict, combine, combine_frames, rank

if TYPE_CHECKING:
    from .video import VideoVerdict  # imported where a clip is judged

MAX_FACES = 20  # judged in one photo, largest first


class Detector:
    """Judges photos; safe to call from several threads, and can be sent to other processes.

    Args:
        weights: `detector.weights.Weights`. The attribute may be given other ones at any time: a
            verdict comes from one set of weights, the one at the start of `predict`.
    """

    def __init__(self, weights) -> None:
        self.weights = weights

    def predict(self, photo, *, is_face_crop=False) -> Verdict:
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
    def judge(self, photo, *, is_face_crop=False) -> tuple[Image.Image, Verdict]:
        """Judge a photo as `predict` does, and give the pixels that the verdict is on, too.

        Returns:
            `PIL.Image.Image`, RGB, upright: the photo, or the frame that decides; and `Verdict`.
        """
        weights = self.weights  # read once: other weights may be put there meanwhile
        verdicts = {}
        for number, count, frame in load_frames(photo):  # noqa: B007
            verdicts[number] = _judge_frame(weights, frame, is_face_crop=is_face_crop)
            decisive = max(verdicts, key=lambda number: rank(verdicts[number]))
            if decisive == number:
                shown = frame  # one alone is kept, they may have 240 MB each
        return shown, combine_frames(verdicts, decisive, count=count)

    def predict_video(self, clip) -> "VideoVerdict":
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

    def watch(self, clip) -> "Generator[tuple[int, int], None, VideoVerdict]":
        """Judge a clip as `predict_video` does, and tell how far it is.

        Yields:
            (frames judged, frames that will be), after each frame.

        Returns:
            `detector.video.VideoVerdict`, as the value of `yield from`.
        """
        from .video import watch

        weights = self.weights  # read once: other weights may be put there meanwhile

        @one_verdict(gives_way=True)
        def look(frame, most) -> tuple[list[CropVerdict], bool]:
            faces = weights.faces.detect(frame)
            crops = [_judge(weights, frame, face, notes=[]) for face in faces[:most]]
            return crops, len(faces) > most

        return watch(clip, look=look, weights=weights.info)


def _judge_frame(weights, photo, *, is_face_crop):
    faces = weights.faces.detect(photo)
    notes = ["more_faces"] if len(faces) > MAX_FACES else []
    faces = faces[:MAX_FACES]
    if is_face_crop and faces:
        faces, notes = [central_face(faces, photo.size)], []
    crops = [_judge(weights, photo, face, notes=[]) for face in faces]
    if not crops:
        crops = [_judge(weights, photo, None, notes=[] if is_face_crop else ["no_face"])]
    return combine(crops, notes=notes, size=photo.size, weights=weights.info)


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
