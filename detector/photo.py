"""Bytes, a path, an array or a PIL image to an upright RGB photo, within limits."""

import contextlib
import errno
import io
import os
import stat
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from .errors import PhotoError

MAX_BYTES = 30 * 2**20
MAX_PIXELS = 80_000_000  # 320 MB decoded; above any full-frame camera
MIN_SIDE = 64  # pixels; below this no face keeps the traces that are looked for
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
BOXED_FORMATS = ("AVIF", "HEIF")  # whose files start with a size and "ftyp"


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
        PhotoError: `source` is not a picture, is damaged, or exceeds a limit of this module.
    """
    if isinstance(source, np.ndarray):
        return _to_rgb(_open_array(source))
    if isinstance(source, Image.Image):
        _check_size(*source.size)
        with _decoding():  # PIL decodes when pixels are first asked for
            return _to_rgb(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return decode(bytes(source))
    if isinstance(source, str | os.PathLike):
        return decode(read_file(Path(source)))
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
    """
    if data[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener  # 80 ms that other photos need not wait

        register_heif_opener()
        return Image.open(io.BytesIO(data), formats=BOXED_FORMATS)
    return Image.open(io.BytesIO(data), formats=FORMATS)


def read_file(path):
    """Content of a photo's file.

    Args:
        path: `pathlib.Path`.

    Returns:
        bytes.

    Raises:
        PhotoError: there is no such file, it cannot be read, or it is too large.
    """
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


def decode(data, *, divisor=1):
    """Decode an image file; see `load_photo`.

    Args:
        data: its content, bytes.
        divisor: 1, or of a JPEG file also 2, 4 or 8: decode it that much smaller, and faster.

    Returns:
        `PIL.Image.Image`, RGB, upright.

    Raises:
        PhotoError: see `load_photo`.
    """
    with _opened(data) as image:
        if divisor > 1:
            image.draft(None, (image.width // divisor, image.height // divisor))
        return _to_rgb(image)


def read_size(data):
    """Width and height of an image file as it is shown, upright, without decoding a pixel.

    Args:
        data: its content, bytes.

    Raises:
        PhotoError: see `load_photo`; damage beyond the head of the file is not noticed.
    """
    with _opened(data) as image:
        is_turned = image.getexif().get(ExifTags.Base.Orientation, 1) in range(5, 9)
        return image.size[::-1] if is_turned else image.size


@contextlib.contextmanager
def _opened(data):
    _check_bytes(len(data))
    if not data:
        raise PhotoError("This file is empty. Send a JPEG, PNG or WebP photo.", code="empty")
    # Damaged metadata makes Pillow warn; the pixels decide, and they are checked below.
    with _decoding(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with open_image(data) as image:
            _check_size(*image.size)  # before any pixel is decoded
            yield image


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
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_8_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
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
    scaled = (values - low) * (255.0 / max(high - low, 1e-6))
    return Image.fromarray(scaled.clip(0, 255).astype(np.uint8))
