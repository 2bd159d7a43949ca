"""Faces of both classes in a pool shown in the same sizes, so that size does not tell the label.

In a pool of several sources the classes come from different places: generators draw large, crisp
faces, where most photos of people show small ones. Scaled to what a network is shown, large faces
are sharper, and "sharp" would come to mean "fake".
"""

import collections
import dataclasses

import numpy as np
from PIL import Image

from detector import CLASSES
from detector.preprocess import longer_side

from .reduced import FACE_SIDE

STEPS = 256  # of a distribution


class FaceSizes:
    """How large the faces of each class are in pools of several sources, all counting alike.

    Args:
        pictures: list of `Picture`.
    """

    def __init__(self, pictures) -> None:
        cells = collections.defaultdict(lambda: collections.defaultdict(list))
        for picture in pictures:
            if picture.box:
                side = min(longer_side(picture.box), FACE_SIDE)
                cells[picture.pool, picture.label][picture.source].append(side)
        steps = np.linspace(0.0, 1.0, STEPS)
        self._quantiles = {}
        for (pool, label), sources in cells.items():
            if len({source for each in CLASSES for source in cells.get((pool, each), ())}) > 1:
                of_sources = [np.quantile(sides, steps) for sides in sources.values()]
                self._quantiles[pool, label] = np.quantile(np.concatenate(of_sources), steps)

    def draw(self, side, pool, label, generator) -> float:
        """Draw the size that a face is to be shown in.

        It has the same rank among the faces of the other class as it has among its own. Where that
        would enlarge it, it stays as it is: of two ranks the smaller size serves.

        Args:
            side: longer side of the face in pixels, as training reads it.
            pool: of its picture.
            label: likewise.
            generator: `np.random.Generator`; chooses among the ranks of equal faces.

        Returns:
            At most `side`, in pixels.
        """
        (other,) = set(CLASSES) - {label}
        if (pool, other) not in self._quantiles:
            return side
        low, high = (
            np.searchsorted(self._quantiles[pool, label], side + shift) for shift in (-0.5, 0.5)
        )
        place = min(int(generator.integers(low, max(high, low + 1))), STEPS - 1)
        return min(side, float(self._quantiles[pool, other][place]))


def shrink(photo, picture, side) -> tuple:
    """Scale a photo so that its face has that longer side, in pixels.

    Args:
        photo: `PIL.Image.Image`, RGB.
        picture: its `Picture`, with a box.
        side: at most that of the box.

    Returns:
        The photo and a `Picture` of its size.
    """
    scale = side / longer_side(picture.box)
    size = tuple(max(1, round(edge * scale)) for edge in photo.size)
    box = tuple(edge * size[i % 2] / photo.size[i % 2] for i, edge in enumerate(picture.box))
    photo = photo.resize(size, Image.Resampling.BICUBIC)
    return photo, dataclasses.replace(picture, box=box, size=size)
