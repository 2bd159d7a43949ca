"""Bytes, a path, an array or a PIL image to an upright RGB photo, within limits."""

import contextlib
import errno
import io
import math
import os
import stat
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageFile

from .errors import PhotoError
from .limits import (
    MAX_BYTES,
    MAX_FRAME_PIXELS,
    MAX_FRAMES,
    MAX_PIXELS,
    MAX_READ_SECONDS,
    MAX_READS,
    MIN_SIDE,
)
from .pixels import to_rgb

# What a photo may come as; see `load_photo`.
PhotoLike = str | os.PathLike | bytes | bytearray | memoryview | Image.Image | np.ndarray
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
BOXED_FORMATS = ("AVIF", "HEIF")  # whose files start with a size and "ftyp"
# Whose further pictures people see. In JPEG and HEIF those are previews, depths and gain maps.
MOVING_FORMATS = ("PNG", "WEBP", "AVIF", "GIF", "TIFF")
RAW_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb")  # not TIFF's
RAW_COLOURS = (32803, 34892)  # PhotometricInterpretation: of a sensor, and of one, interpolated


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
        _check_size(*source.size)
        with _decoding():  # PIL decodes when pixels are first asked for
            return to_rgb(source)
    with _open(_BoundedFile(_content(source))) as image, _decoding():
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
    file = _BoundedFile(_content(source))
    with _open(file) as image:
        with _decoding():
            frames = _list_frames(image)
        for index in _choose(frames, image):
            try:
                with _decoding():
                    file.check()
                    if index:
                        image.seek(index)
                        _check_size(*image.size)
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
            frames = [0] + [index for index in frames[1:] if not _is_reduced(image, index)]
            image.seek(0)
    except (PhotoError, MemoryError):
        raise
    except Exception:  # there is something behind the first, and it is damaged
        image.seek(0)
        return [0, 1]
    return frames


def _is_reduced(image, index):
    image.seek(index)
    kind = image.tag_v2.get(ExifTags.Base.NewSubfileType, 0)
    return isinstance(kind, int) and bool(kind & 5)  # a smaller copy, or a mask


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


def open_image(data: bytes) -> ImageFile.ImageFile:
    """Open encoded bytes without decoding a pixel; only this function knows the formats.

    Args:
        data: content of an image file.

    Returns:
        `PIL.Image.Image`, its size unchecked; to be closed.

    Raises:
        PIL.UnidentifiedImageError: the bytes are of no known format; Pillow raises others too.
        PhotoError: reading takes more than such a file is worth.
    """
    return _identify(_BoundedFile(data))


def _identify(file):
    if file.getvalue()[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener  # 80 ms that other photos need not wait

        register_heif_opener()
        return Image.open(file, formats=BOXED_FORMATS)
    return Image.open(file, formats=FORMATS)


class _BoundedFile(io.BytesIO):
    """Encoded bytes that end a parser that reads without end."""

    def __init__(self, data):
        super().__init__(data)
        self.bytes_left: float = MAX_READS * len(data)
        self._deadline = time.thread_time() + MAX_READ_SECONDS
        self._earliest = time.monotonic() + MAX_READ_SECONDS

    def read(self, size=-1, /):
        content = super().read(size)
        self.bytes_left -= len(content)
        self.check()
        return content

    def check(self):
        """Raise `PhotoError` where reading has taken more than such a file is worth."""
        # A thread's time costs a system call; the clock does not, and runs at least as fast.
        is_late = time.monotonic() > self._earliest and time.thread_time() > self._deadline
        if self.bytes_left < 0 or is_late:
            raise PhotoError(
                "This photo takes too long to read. Save it as JPEG and try again.",
                code="damaged",
            )

    @contextlib.contextmanager
    def waiting(self):
        """A context whose time does not count, because others work in it."""
        before = time.thread_time()
        yield
        self._deadline += time.thread_time() - before


def _content(source):
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | os.PathLike):
        return _read(Path(source))
    raise PhotoError(
        "A photo is a path, bytes, a PIL image or a uint8 array. "
        f"Received: {type(source).__name__}.",
        code="wrong_type",
    )


def _read(path):
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a device or a pipe could be read without end
            raise OSError(errno.EINVAL, "it is not a regular file")
        _check_bytes(status.st_size)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(
            f"{str(path.name or path)[:100]}: the file cannot be read ({reason}). Check the path.",
            code="file_unreadable",
        ) from error


def _check_bytes(size):
    if size > MAX_BYTES:
        raise PhotoError(
            f"This file has {size / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB are accepted. "
            "Save it as JPEG and try again.",
            code="too_many_bytes",
        )


def _check_size(width, height):
    if width * height > MAX_PIXELS:
        raise PhotoError(
            f"This photo is {width}x{height} px; at most {MAX_PIXELS // 10**6} megapixels are "
            "accepted. Shrink it and try again.",
            code="too_many_pixels",
        )
    if min(width, height) < MIN_SIDE:
        raise PhotoError(
            f"This photo is {width}x{height} px; at least {MIN_SIDE}x{MIN_SIDE} is needed. "
            "Send the original file.",
            code="too_small",
        )


@contextlib.contextmanager
def _open(file):
    """An image whose size and kind are allowed, no pixel of it decoded."""
    data = file.getvalue()
    _check_bytes(len(data))
    if not data:
        raise PhotoError("This file is empty. Send a JPEG, PNG or WebP photo.", code="empty")
    if data.startswith(RAW_STARTS) or data[4:12] == b"ftypcrx ":
        raise _raw_file()
    with _decoding():
        image = _identify(file)
    with image:
        _check_size(*image.size)
        if image.format == "TIFF" and _is_raw(image, data):
            raise _raw_file()
        yield image


def _is_raw(image, data):
    """Whether a TIFF is a raw file, whose first image is a preview, or needs developing."""
    tags = image.tag_v2
    return (
        data[8:10] == b"CR"  # Canon's
        or ExifTags.Base.DNGVersion in tags
        or tags.get(ExifTags.Base.PhotometricInterpretation) in RAW_COLOURS
        or _is_reduced(image, 0)
    )


def _raw_file():
    return PhotoError(
        "This is a raw file of a camera, or a preview; the photo in it has yet to be developed. "
        "Send a JPEG that was exported from it.",
        code="raw_file",
    )


@contextlib.contextmanager
def _decoding():
    """Turn whatever Pillow raises on bad data into `PhotoError`."""
    try:
        # Damaged metadata makes Pillow warn; the pixels decide, and they are checked.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.UnidentifiedImageError as error:
        raise PhotoError(
            "This file is not a photo that can be read. Send a JPEG, PNG, WebP, AVIF or HEIC file.",
            code="not_a_photo",
        ) from error
    except Image.DecompressionBombError as error:
        raise PhotoError(
            f"This photo has more than {MAX_PIXELS // 10**6} megapixels. Shrink it and try again.",
            code="too_many_pixels",
        ) from error
    except (PhotoError, MemoryError):
        raise
    except Exception as error:  # Pillow's decoders raise nearly every built-in type on bad data
        raise PhotoError(
            f"This photo is damaged or incomplete ({error}). Send the original file."
        ) from error


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
    _check_size(array.shape[1], array.shape[0])
    return Image.fromarray(array)
