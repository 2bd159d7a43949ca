"""Faces in a photo: one of them, and which of several count."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np

from ..preprocess import Box, longer_side
from .maps import suppress

MAX_OVERLAP = 0.3  # intersection over union above which the weaker of two boxes is dropped
CUT_DISTANCE = 0.02  # of a face's side to the photo's edge; a cut face has its box end there


@dataclasses.dataclass(frozen=True)
class Face:
    """A face in a photo.

    Attributes:
        box: left, top, right, bottom in pixels of the upright photo, may reach over its edge.
        confidence: 0-1, that this is a face at all.
        quarters: quarter turns, anticlockwise, that bring the face upright, 0-3.
    """

    box: Box
    confidence: float
    quarters: int = 0

    @property
    def side(self) -> float:
        """The longer side of the box in pixels."""
        return longer_side(self.box)

    def is_cut(self, size: tuple[int, int]) -> bool:
        """Whether the edge of a photo of that (width, height) cuts the face off."""
        left, top, right, bottom = self.box
        distance = min(left, top, size[0] - right, size[1] - bottom)
        return distance < CUT_DISTANCE * self.side

    def enlarged(self, factor: float) -> Self:
        """The same face in a photo that many times as large."""
        return dataclasses.replace(self, box=tuple(factor * edge for edge in self.box))


def distinct(faces: Sequence[Face]) -> list[Face]:
    """Faces that overlap no earlier one."""
    boxes = np.array([face.box for face in faces]).reshape(-1, 4)
    return [faces[i] for i in suppress(boxes, -np.arange(len(faces)), max_overlap=MAX_OVERLAP)]


def not_parts(faces: Iterable[Face], others: Sequence[Face]) -> list[Face]:
    """Faces that are not part of one of the others."""
    return [face for face in faces if not any(_is_part(face, other) for other in others)]


def central_face(faces: Sequence[Face], size: tuple[int, int]) -> Face:
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


def _is_part(face, whole):
    """Whether most of a face lies within another."""
    (left, top, right, bottom), other = face.box, whole.box
    width = min(right, other[2]) - max(left, other[0])
    height = min(bottom, other[3]) - max(top, other[1])
    return max(width, 0.0) * max(height, 0.0) > 0.5 * (right - left) * (bottom - top)
