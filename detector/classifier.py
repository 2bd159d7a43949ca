"""Several looks at one face: crops of other margins, and mirrored, whose logits are averaged.

A verdict then hangs less on how exactly a face was framed. The looks are part of the weights.
"""

import dataclasses
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageOps

from .preprocess import Box, centre_square, cut, face_square
from .runtime import Network

MAP_SIDE = 32  # places along each side of the evidence map that the views are laid into
FADING = 0.25  # of a view's side, over which it fades to its edges


@dataclasses.dataclass(frozen=True)
class View:
    """One look at a face; see `look_at`.

    Attributes:
        margin: side of the crop over the longer side of the face box, at least 0.3.
        is_mirrored: whether left and right are swapped.
    """

    margin: float
    is_mirrored: bool


@dataclasses.dataclass(frozen=True, eq=False)
class Look:
    """What a network saw in a face, over all views.

    Attributes:
        logit: mean over the views, positive is Fake.
        square: the largest of the squares, which holds the others: left, top, right, bottom in
            pixels of the photo.
        evidence: (h, w) float32 over `square`: positive speaks for Fake.
    """

    logit: float
    square: Box
    evidence: np.ndarray


def run_model(model: Network, crop: np.ndarray) -> tuple[float, np.ndarray]:
    """Run the classifier on one crop.

    Args:
        model: `Network`.
        crop: (s, s, 3) uint8, 0-255 RGB.

    Returns:
        logit (float, positive is Fake) and evidence (h, w) float32: Grad-CAM before its ReLU, with
        global average pooling what each place of the last convolution adds to the logit times
        h * w.
    """
    logit, evidence = model(crop)
    return float(logit[0]), evidence[0, :, :, 0]


def look_at(
    model: Network,
    photo: Image.Image,
    box: Box | None,
    *,
    views: Iterable[View],
    input_size: int,
    quarters: int = 0,
) -> Look:
    """Run a network on every view of a face.

    Args:
        model: `detector.runtime.Network`.
        photo: `PIL.Image.Image`, RGB, upright.
        box: of the face: left, top, right, bottom in pixels; None: the middle of the photo.
        views: of `detector.weights.Spec`.
        input_size: likewise.
        quarters: turns, anticlockwise, that bring the face upright; the evidence is turned back.

    Returns:
        `Look`.
    """
    squares, logits, maps = [], [], []
    for view in views:
        if box is None:
            square = centre_square(photo.size)
        else:
            square = face_square(box, photo.size, margin=view.margin)
        crop = cut(photo, square, input_size=input_size, quarters=quarters)
        if view.is_mirrored:
            # Much faster than NumPy's copy with strides.
            crop = np.asarray(ImageOps.mirror(Image.fromarray(crop)))
        logit, evidence = run_model(model, crop)
        squares.append(square)
        logits.append(logit)
        maps.append(np.rot90(evidence[:, ::-1] if view.is_mirrored else evidence, -quarters))
    largest = max(squares, key=lambda square: square[2] - square[0])
    return Look(
        logit=float(np.mean(logits)),
        square=largest,
        evidence=_lay_together(largest, squares, maps),
    )


def _lay_together(largest, squares, maps):
    """What the views say of each place of the largest square, (MAP_SIDE, MAP_SIDE) float32.

    The mean over the views that show a place; towards its edges a view counts less, so that no edge
    is to be seen where nothing changes.
    """
    weights = [_lay_into(largest, square, _FADING) for square in squares]
    laid = [_lay_into(largest, square, part) for square, part in zip(squares, maps, strict=True)]
    return np.average(laid, axis=0, weights=weights)


def _lay_into(largest, square, values):
    """Values over one square as values over a larger one, 0 outside it."""
    side = square[2] - square[0]
    share = side / (largest[2] - largest[0])
    height, width = values.shape
    x = (square[0] - largest[0]) / side
    y = (square[1] - largest[1]) / side
    step = 1.0 / (MAP_SIDE * share)  # of the square's side, for one place of the result
    laid = Image.fromarray(np.ascontiguousarray(values)).transform(
        (MAP_SIDE, MAP_SIDE),
        Image.Transform.AFFINE,
        (step * width, 0.0, -x * width, 0.0, step * height, -y * height),
        resample=Image.Resampling.BILINEAR,
    )
    return np.asarray(laid)


def _fading():
    """Weights of the places of a view: 1 in the middle, next to nothing at the edges."""
    edge = np.minimum(np.arange(MAP_SIDE) + 0.5, np.arange(MAP_SIDE)[::-1] + 0.5) / MAP_SIDE
    ramp = np.clip(edge / FADING, 0.02, 1.0)
    return np.outer(ramp, ramp).astype(np.float32)


_FADING = _fading()
