"""Bytes, a path, an array or a PIL image to an upright RGB photo, within limits."""

import math
import os
from collections.abc import Iterator

import numpy as np
from PIL import Image

from ..errors import PhotoError
from ..limits import MAX_FRAME_PIXELS, MAX_FRAMES
from .file import ImageFile, check_size, decoding, is_reduced, opened
from .pixels import to_rgb

# Whose further pictures people see. In JPEG and HEIF those are previews, depths and gain maps.
MOVING_FORMATS = ("PNG", "WEBP", "AVIF", "GIF", "TIFF")

PhotoLike = str | os.PathLike | bytes | bytearray | memoryview | Image.Image | np.ndarray


def load_photo(source: PhotoLike) -> Image.Image:
    """Load a photo as upright 8-bit RGB.

    Rotation by EXIF is applied, of an animation the first frame is taken (`load_frames` takes
    more), colours of another profile become those of sRGB, transparency is laid over white, 16-bit
    grey is scaled to 8 bits.

    Args:
        source: path (`str` or `os.PathLike`), file content (`bytes`), `PIL.Image.Image`, or
            uint8 array of shape (height, width), (height, width, 3) or (height, width, 4), RGB.

    Returns:
        `PIL.Image.Image`, mode RGB; `source` itself if it already is that, upright.

    Raises:
        PhotoError: `source` is not a picture, is damaged, or exceeds a limit of `detector.limits`.
    """
    if isinstance(source, np.ndarray):
        return to_rgb(_open_array(source))
    if isinstance(source, Image.Image):
        check_size(*source.size)
        with decoding():  # PIL decodes when pixels are first asked for
            return to_rgb(source)
    with opened(ImageFile(source)) as image, decoding():
        return to_rgb(image)


def load_frames(source: PhotoLike) -> Iterator[tuple[int, int, Image.Image]]:
    """Load what a file shows: one photo, or up to `MAX_FRAMES` frames of an animation or pages.

    The first and the last are among them, the others lie evenly between. Those that cannot be
    read, or not within `MAX_FRAME_PIXELS`, are left out; the first may not be.

    Args:
        source: see `load_photo`; of an image or an array what it shows now is taken.

    Yields:
        The number of the frame, from 1; how many there are; the frame, as `load_photo` gives it.

    Raises:
        PhotoError: see `load_photo`.
    """
    if isinstance(source, Image.Image | np.ndarray):
        yield 1, 1, load_photo(source)
        return
    file = ImageFile(source)
    with opened(file) as image:
        with decoding():
            frames = _list_frames(image)
        for index in _choose(frames, image):
            try:
                with decoding():
                    file.check()
                    if index:
                        image.seek(index)
                        check_size(*image.size)
                    photo = to_rgb(image)
                    if len(frames) > 1 and photo is image:  # the next frame would overwrite it
                        photo = image.copy()
            except PhotoError:
                if not index:
                    raise
                continue
            file.bytes_left = math.inf  # of a small GIF each frame is read with all behind it
            with file.waiting():
                yield index + 1, len(frames), photo


def _list_frames(image):
    """Numbers of the frames that a file shows, from 0; reduced copies of others are none."""
    if image.format not in MOVING_FORMATS:
        return [0]
    try:
        frames = range(image.n_frames)
        if image.format == "TIFF" and len(frames) > 1:
            frames = [0] + [index for index in frames[1:] if not is_reduced(image, index)]
            image.seek(0)
    except (PhotoError, MemoryError):
        raise
    except Exception:  # there is something behind the first, and it is damaged
        image.seek(0)
        return [0, 1]
    return frames


def _choose(frames, image):
    """Numbers of the frames to be decoded: evenly spaced, and no more than may be."""
    area = image.width * image.height
    most = MAX_FRAME_PIXELS // area
    if image.format == "TIFF":  # its pages can be told apart without decoding those before
        count = min(MAX_FRAMES, most)
    else:
        frames, count = frames[:most], MAX_FRAMES
    steps = np.linspace(0, len(frames) - 1, min(count, len(frames)))
    return [frames[int(step)] for step in steps.round()]


def _open_array(array):
    if (
        array.dtype != np.uint8
        or array.ndim not in (2, 3)
        or array.shape[2:] not in ((), (3,), (4,))
    ):
        raise PhotoError(
            "An array must be uint8 of shape (height, width), (height, width, 3) or "
            f"(height, width, 4). Received: {array.dtype} of shape {array.shape}.",
            code="wrong_type",
        )
    check_size(array.shape[1], array.shape[0])
    return Image.fromarray(array)
