"""Photo to faces: the whole photo first, then what it takes to find small and turned ones."""

import collections
import dataclasses
import itertools

from PIL import Image, ImageFilter

from ..runtime import Network
from .face import MAX_OVERLAP, Face, distinct, not_parts
from .maps import decode, lay_on_canvas, suppress
from .sheets import lay_out
from .turns import quarters_upright, turn_box, turn_picture

MAX_SIDE = 640  # pixels of the photo's longer side that the network sees ...
MAX_AREA = 640 * 480  # ... or more, in tall and wide photos, up to that many in all
LARGE_SIDE = 256  # pixels; parts of a face that is larger may be taken for faces of their own
SMALL_SIDE = 48  # pixels; a face of that or less may look doubtful because it is small
BLUR = 2.0  # pixels; noise, rain and grids hide a face from the network until they are blurred
MIN_CONFIDENCE = 0.8
UPRIGHT = 0.998  # confidence from which on landmarks are believed that a face is upright
DOUBTFUL = 0.05  # confidence from which on a close look is worth it: one of 17 px has 0.09 and more


class FaceDetector:
    """Finds faces of any rotation: of 35 px on the network's canvas, or of 17, looked at closely.

    Args:
        content: the bytes of `faces.tflite`.
        threads: see `detector.runtime.Network`.
    """

    def __init__(self, content: bytes, *, threads: int) -> None:
        self._network = Network(content, name="faces.tflite", threads=threads)

    def detect(self, photo: Image.Image) -> list[Face]:
        """Find the faces of a photo; look again where that may show more.

        Args:
            photo: `PIL.Image.Image`, RGB, any size.

        Returns:
            A list of `Face`, largest first.
        """
        scale = _scale_of(photo.size)
        shown = _shrink(photo, scale)
        seen = self._look(shown)
        whole, sure = [], _sure(seen)
        if sure and sure[0].side > LARGE_SIDE:
            whole = [face.enlarged(2.0) for face in self._find(_shrink(shown, 0.5))]
        others = self._turn_upright(shown, not_parts(sure, whole))
        faces = whole + not_parts(others, whole)
        doubtful = [face for face in seen if DOUBTFUL <= face.confidence < MIN_CONFIDENCE]
        small = [face for face in not_parts(doubtful, faces) if face.side <= SMALL_SIDE]
        faces = [face.enlarged(1.0 / scale) for face in faces]
        if small and scale < 1.0:
            boxes = [face.enlarged(1.0 / scale).box for face in small]
            close = self._look_closely(photo, boxes, shown.size)
            faces = distinct(faces + not_parts(close, faces))
        if not faces:
            again = self._find(shown.filter(ImageFilter.GaussianBlur(BLUR)))
            # Once it is upright, a turned face needs no blur: its box is that of the upright photo.
            turns = {again[0].quarters} - {0} if again else (1, 2, 3)
            sharp = (self._find(shown, turn=turn) for turn in turns)
            again = next(filter(None, sharp), again)
            faces = [face.enlarged(1.0 / scale) for face in again]
        return sorted(faces, key=lambda face: face.side, reverse=True)

    def _look(self, picture, *, turn=0):
        """One pass over a picture turned that often: all that may be faces, surest first."""
        turned = turn_picture(picture, turn)
        maps = self._network(lay_on_canvas(turned))
        boxes, confidences, landmarks = decode(maps, min_confidence=DOUBTFUL)
        quarters = quarters_upright(landmarks)
        return [
            Face(
                turn_box([float(edge) for edge in boxes[i]], turned.size, -turn),
                float(confidences[i]),
                int(turn + quarters[i]) % 4,
            )
            for i in suppress(boxes, confidences, max_overlap=MAX_OVERLAP)
        ]

    def _find(self, picture, *, turn=0):
        """Find the faces of a picture, looked at first in that turn."""
        return self._turn_upright(picture, _sure(self._look(picture, turn=turn)), turn=turn)

    def _turn_upright(self, picture, seen, *, turn=0):
        """Look again at faces that may not be upright, in the picture turned so that they are.

        Landmarks of one look do not tell: by them every sixth face that is upside down seems
        upright. Unless a face surely is, all turns are looked at, and most faces decide.

        Args:
            picture: `PIL.Image.Image`, RGB.
            seen: `Face`s that are sure enough, of a look at it ...
            turn: ... in that turn.

        Returns:
            A list of `Face`, those seen upright first.
        """
        if not seen:
            return []
        is_upright = any(face.quarters == turn and face.confidence >= UPRIGHT for face in seen)
        turns = {turn, *(face.quarters for face in seen)} if is_upright else {0, 1, 2, 3}
        looks = {other: _sure(self._look(picture, turn=other)) for other in turns - {turn}}
        looks[turn] = seen
        if not is_upright:
            turn = _vote(itertools.chain(*looks.values()))
            turns = {turn}
        upright = [face for way in turns for face in looks[way] if face.quarters == way]
        upright.sort(key=lambda face: -face.confidence)
        return distinct(upright + [dataclasses.replace(face, quarters=turn) for face in seen])

    def _look_closely(self, photo, boxes, size):
        """Find faces in close-ups of boxes of a photo, on a sheet of that (width, height)."""
        sheet, close_ups = lay_out(photo, boxes, size)
        found = self._find(sheet) if close_ups else []
        places = [(face, close_up.to_photo(face.box)) for face in found for close_up in close_ups]
        return [dataclasses.replace(face, box=box) for face, box in places if box]


def _scale_of(size):
    """How much smaller the network sees a photo of that (width, height)."""
    width, height = size
    return min(1.0, max(MAX_SIDE / max(size), (MAX_AREA / (width * height)) ** 0.5))


def _shrink(photo, scale):
    if scale == 1.0:
        return photo
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    return photo.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)


def _sure(faces):
    return [face for face in faces if face.confidence >= MIN_CONFIDENCE]


def _vote(faces):
    """The quarter turns that bring most faces upright, the surer ones first."""
    votes = collections.Counter()
    for face in faces:
        votes[face.quarters] += face.confidence
    return votes.most_common(1)[0][0]
