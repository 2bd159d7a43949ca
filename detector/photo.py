"""Bytes, a path, an array or a PIL image to an upright RGB photo, within limits."""

import contextlib
import errno
import io
import os
import stat
import time
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from .errors import PhotoError
from .limits import MAX_BYTES, MAX_EXIF, MAX_PIXELS, MAX_READ_SECONDS, MAX_READS, MIN_SIDE

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
BOXED_FORMATS = ("AVIF", "HEIF")  # whose files start with a size and "ftyp"
TURNS = {  # EXIF orientation to what makes the photo upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load_photo(source):
    """Load a photo as upright 8-bit RGB.

    Rotation by EXIF is applied, of an animation the first frame is taken, transparency is laid
    over white, 16-bit grey is scaled to 8 bits.

    Args:
        source: path (`str` or `os.PathLike`), file content (`bytes`), `PIL.Image.Image`, or
            uint8 array of shape (height, width), (height, width, 3) or (height, width, 4), RGB.

    Returns:
        `PIL.Image.Image`, mode RGB; `source` itself if it already is that, upright.

    Raises:
        PhotoError: `source` is not a picture, is damaged, or exceeds a limit of `detector.limits`.
    """
    if isinstance(source, np.ndarray):
        return _to_rgb(_open_array(source))
    if isinstance(source, Image.Image):
        _check_size(*source.size)
        with _decoding():  # PIL decodes when pixels are first asked for
            return _to_rgb(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return _decode(bytes(source))
    if isinstance(source, str | os.PathLike):
        return _decode(_read(Path(source)))
    raise PhotoError(
        "A photo is a path, bytes, a PIL image or a uint8 array. "
        f"Received: {type(source).__name__}.",
        code="wrong_type",
    )


def open_image(data):
    """Open encoded bytes without decoding a pixel; only this function knows the formats.

    Args:
        data: content of an image file.

    Returns:
        `PIL.Image.Image`, its size unchecked; to be closed.

    Raises:
        PIL.UnidentifiedImageError: the bytes are of no known format; Pillow raises others too.
        PhotoError: reading takes more than such a file is worth.
    """
    source = _BoundedFile(data)
    if data[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener  # 80 ms that other photos need not wait

        register_heif_opener()
        return Image.open(source, formats=BOXED_FORMATS)
    return Image.open(source, formats=FORMATS)


def read_exif(image):
    """Read EXIF, unless it is larger than an honest one.

    Args:
        image: `PIL.Image.Image` of `open_image`.

    Returns:
        `PIL.Image.Exif`, or an empty dict where there is none that can be read.
    """
    try:
        if image.format == "PNG":
            image.load()  # EXIF may stand behind the pixels; Pillow would look there by itself
        stored = (image.info.get(key, "") for key in ("exif", "Raw profile type exif"))
        return {} if any(len(content) > MAX_EXIF for content in stored) else image.getexif()
    except PhotoError:
        raise
    except Exception:  # Pillow raises nearly every built-in type on bad data; then nothing is said
        return {}


class _BoundedFile(io.BytesIO):
    """Encoded bytes that end a parser that reads without end."""

    def __init__(self, data):
        super().__init__(data)
        self._bytes_left = MAX_READS * len(data)
        self._deadline = time.thread_time() + MAX_READ_SECONDS

    def read(self, size=-1, /):
        content = super().read(size)
        self._bytes_left -= len(content)
        if self._bytes_left < 0 or time.thread_time() > self._deadline:
            raise PhotoError(
                "This photo takes too long to read. Save it as JPEG and try again.",
                code="damaged",
            )
        return content


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
            f"{path.name or path}: the file cannot be read ({reason}). Check the path.",
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


def _decode(data):
    _check_bytes(len(data))
    if not data:
        raise PhotoError("This file is empty. Send a JPEG, PNG or WebP photo.", code="empty")
    # Damaged metadata makes Pillow warn; the pixels decide, and they are checked below.
    with _decoding(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with open_image(data) as image:
            _check_size(*image.size)  # before any pixel is decoded
            return _to_rgb(image)


@contextlib.contextmanager
def _decoding():
    """Turn whatever Pillow raises on bad data into `PhotoError`."""
    try:
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


def _to_rgb(image):
    image.load()
    # What already is upright or RGB is not copied: for 12 megapixels each copy takes 30 ms.
    # Pillow's own `exif_transpose` writes all of EXIF anew and fails at a tag of a wrong type.
    turn = TURNS.get(read_exif(image).get(ExifTags.Base.Orientation))
    if turn is not None:
        image = image.transpose(turn)
        # The tag goes, so that nobody turns the photo again.
        image.info = {key: image.info[key] for key in image.info if key == "transparency"}
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_8_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image)
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_8_bits(image):
    # Pillow's own conversion clips 16-bit values at 255 instead of scaling them.
    values = np.asarray(image).astype(np.float32)  # (height, width), 0-65535 or any float range
    if image.mode == "F":
        low, high = float(values.min()), float(values.max())
        if not np.isfinite([low, high]).all():
            raise PhotoError(
                "This photo has pixels that are not finite numbers. Send the original file."
            )
    else:
        low, high = 0.0, 65535.0 if values.max() > 255 else 255.0
    # In place: each further copy of 80 megapixels takes 320 MB.
    values -= low
    values *= 255.0 / max(high - low, 1e-6)
    return Image.fromarray(values.clip(0, 255, out=values).astype(np.uint8))
