"""Face box to model input: the only place where a picture is cut and resized for the classifier.

Serving and training share it, so the network is never shown a scale or a filter it did not learn.
"""

import numpy as np
from PIL import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom


def longer_side(box: Box) -> float:
    """The longer side of a box (left, top, right, bottom), in its unit."""
    left, top, right, bottom = box
    return max(right - left, bottom - top)


def face_square(box: Box, size: tuple[int, int], *, margin: float) -> Box:
    """The square of picture that is judged for a face.

    Its side is `margin` times the longer side of the box. A square that reaches over the edge is
    moved inside, and one that is larger than the photo is shrunk, so that no padding is ever
    shown: in the training set the amount of padding would tell the label.

    Args:
        box: left, top, right, bottom in pixels.
        size: width and height of the photo in pixels.
        margin: the square's side over the box's longer side.

    Returns:
        left, top, right, bottom in pixels, inside the photo, a square.
    """
    left, top, right, bottom = box
    side = min(margin * longer_side(box), *size)
    x = min(max((left + right - side) / 2, 0.0), size[0] - side)
    y = min(max((top + bottom - side) / 2, 0.0), size[1] - side)
    return (x, y, x + side, y + side)


def centre_square(size: tuple[int, int]) -> Box:
    """The largest square in the middle of a photo, judged where no face is found.

    Args:
        size: width and height of the photo in pixels.

    Returns:
        left, top, right, bottom in pixels.
    """
    return face_square((0.0, 0.0, *size), size, margin=1.0)


def cut(photo: Image.Image, square: Box, *, input_size: int, quarters: int = 0) -> np.ndarray:
    """Cut a square out of a photo, resize it, antialiased, to the model's input, and turn it.

    Args:
        photo: `PIL.Image.Image`, RGB.
        square: left, top, right, bottom in pixels, inside the photo.
        input_size: side of the model's input in pixels.
        quarters: turns, anticlockwise, that bring the face upright.

    Returns:
        (input_size, input_size, 3) uint8, 0-255 RGB.
    """
    shape = (input_size, input_size)
    crop = photo.resize(shape, Image.Resampling.BILINEAR, box=square, reducing_gap=3.0)
    return np.rot90(np.asarray(crop), quarters)
