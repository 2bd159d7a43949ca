"""Smaller copies of what training needs of large photos: decoding those takes most of its time.

A copy shows the surroundings of the face, and the face at `FACE_SIDE`: about twice what a network
is shown at once, so that its inside alone still has all of its detail.
"""

import dataclasses

from PIL import Image

from detector.photo import load_photo
from detector.preprocess import longer_side

FACE_SIDE = 256  # pixels; photos with a larger face are read from a copy with one of that side
SURROUNDINGS = 1.9  # side of the copy over that of the face; training looks at 1.5 times at most


def is_reduced(picture) -> bool:
    """Whether training reads a copy of a picture (`train.data.manifest.Picture`)."""
    return picture.box is not None and longer_side(picture.box) > FACE_SIDE


def write_copy(photo, picture) -> None:
    """Write the copy of a picture for which `is_reduced` holds.

    Args:
        photo: `PIL.Image.Image`, RGB, the whole photo.
        picture: its `Picture`.
    """
    square = picture.square(margin=SURROUNDINGS)
    side = round((square[2] - square[0]) * FACE_SIDE / longer_side(picture.box))
    copy = photo.resize((side, side), Image.Resampling.LANCZOS, box=square, reducing_gap=3.0)
    picture.copy.parent.mkdir(exist_ok=True)
    temporary = picture.copy.with_suffix(".part")
    copy.save(temporary, "png", compress_level=1)
    temporary.replace(picture.copy)


def read(picture) -> tuple:
    """Read a picture as training sees it.

    Args:
        picture: `Picture`.

    Returns:
        `PIL.Image.Image`, RGB, and a `Picture` with the size and box of what was read.
    """
    if picture.copy is None or not is_reduced(picture) or not picture.copy.is_file():
        return load_photo(picture.path), picture
    square = picture.square(margin=SURROUNDINGS)
    photo = load_photo(picture.copy)  # its size is asked for: the manifest rounds boxes
    scale = photo.width / (square[2] - square[0])
    box = tuple((edge - square[i % 2]) * scale for i, edge in enumerate(picture.box))
    return photo, dataclasses.replace(picture, box=box, size=photo.size)
