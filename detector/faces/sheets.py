"""Close-ups of what may be small faces, many on one sheet: one pass looks at all of them."""

import dataclasses
from collections.abc import Iterable

from PIL import Image

from ..preprocess import Box, face_square
from .maps import FILL

CELL = 128  # pixels, side of a close-up on the sheet ...
CONTEXT = 2.5  # ... and how many faces wide it is: shown there with about 51 px, they are found


@dataclasses.dataclass(frozen=True)
class CloseUp:
    """One close-up.

    Attributes:
        square: what it shows: left, top, right, bottom in pixels of the photo.
        place: left and top on the sheet in pixels.
    """

    square: Box
    place: tuple[int, int]

    def to_photo(self, box: Box) -> Box | None:
        """A box on the sheet as one of the photo; None if it is not within this close-up."""
        x, y = self.place
        left, top, right, bottom = box
        if left < x or top < y or right > x + CELL or bottom > y + CELL:
            return None
        scale = (self.square[2] - self.square[0]) / CELL
        x0, y0 = self.square[0] - scale * x, self.square[1] - scale * y
        return x0 + scale * left, y0 + scale * top, x0 + scale * right, y0 + scale * bottom


def lay_out(
    photo: Image.Image, boxes: Iterable[Box], size: tuple[int, int]
) -> tuple[Image.Image, list[CloseUp]]:
    """Lay close-ups of boxes on a sheet.

    Close-ups are not enlarged: there the photo has no more than was seen before, and faces so small
    have no traces that could be judged.

    Args:
        photo: `PIL.Image.Image`, RGB.
        boxes: list of left, top, right, bottom in pixels of the photo, best first.
        size: width and height of the sheet in pixels; boxes that do not fit on it are left out.

    Returns:
        The sheet, `PIL.Image.Image`, and a list of `CloseUp`; empty if there is nothing to show.
    """
    squares = [face_square(box, photo.size, margin=CONTEXT) for box in boxes]
    squares = [square for square in squares if square[2] - square[0] >= CELL]
    columns, rows = (side // CELL for side in size)
    sheet, close_ups = Image.new("RGB", size, FILL), []
    for number, square in enumerate(squares[: columns * rows]):
        place = (number % columns * CELL, number // columns * CELL)
        sheet.paste(
            photo.resize((CELL, CELL), Image.Resampling.BILINEAR, box=square, reducing_gap=1.5),
            place,
        )
        close_ups.append(CloseUp(square, place))
    return sheet, close_ups
