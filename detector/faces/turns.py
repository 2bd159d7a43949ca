"""Quarter turns: which one brings a face upright, and where a box lies in a picture so turned."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from ..preprocess import Box

_WAYS = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)


def quarters_upright(landmarks: np.ndarray) -> np.ndarray:
    """Quarter turns, anticlockwise, that bring a face upright: the mouth below the eyes.

    Args:
        landmarks: (..., 5, 2) as x, y: both eyes, the nose, both corners of the mouth.

    Returns:
        (...) int, 0-3.
    """
    eyes, mouth = landmarks[..., :2, :].mean(axis=-2), landmarks[..., 3:, :].mean(axis=-2)
    x, y = np.moveaxis(mouth - eyes, -1, 0)
    return np.round(np.arctan2(-x, y) / (np.pi / 2)).astype(int) % 4


def turn_picture(picture: Image.Image, quarters: int) -> Image.Image:
    """Turn a picture by quarter turns, anticlockwise; nothing is resampled.

    Args:
        picture: `PIL.Image.Image`.
        quarters: 0-3.

    Returns:
        `PIL.Image.Image`.
    """
    way = _WAYS[quarters]
    return picture if way is None else picture.transpose(way)


def turn_box(box: Sequence[float], size: tuple[int, int], quarters: int) -> Box:
    """Where a box lies when its picture is turned by quarter turns, anticlockwise.

    Args:
        box: left, top, right, bottom in pixels.
        size: width and height of the picture before.
        quarters: any whole number.

    Returns:
        left, top, right, bottom in pixels of the turned picture.
    """
    (left, top, right, bottom), (width, height) = box, size
    for _ in range(quarters % 4):
        left, top, right, bottom = top, width - right, bottom, width - left
        width, height = height, width
    return (left, top, right, bottom)
