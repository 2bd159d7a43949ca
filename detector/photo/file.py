"""The file of a picture: read, its format and size checked, before a pixel of it is decoded."""

import contextlib
import errno
import io
import os
import stat
import time
import warnings
from pathlib import Path

from PIL import ExifTags, Image

from ..errors import PhotoError
from ..limits import MAX_BYTES, MAX_PIXELS, MAX_READ_SECONDS, MAX_READS, MIN_SIDE

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
BOXED_FORMATS = ("AVIF", "HEIF")  # whose files start with a size and "ftyp"
RAW_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb")  # not TIFF's
RAW_COLOURS = (32803, 34892)  # PhotometricInterpretation: of a sensor, and of one, interpolated


def open_image(data) -> Image.Image:
    """Open encoded bytes without decoding a pixel; only this function knows the formats.

    Args:
        data: content of an image file.

    Returns:
        `PIL.Image.Image`, its size unchecked; to be closed.

    Raises:
        PIL.UnidentifiedImageError: the bytes are of no known format; Pillow raises others too.
        PhotoError: reading takes more than such a file is worth.
    """
    return _identify(ImageFile(data))


@contextlib.contextmanager
def opened(file):
    """An image whose size and kind are allowed, no pixel of it decoded; of an `ImageFile`."""
    data = file.getvalue()
    _check_bytes(len(data))
    if not data:
        raise PhotoError("This file is empty. Send a JPEG, PNG or WebP photo.", code="empty")
    if data.startswith(RAW_STARTS) or data[4:12] == b"ftypcrx ":
        raise _raw_file()
    with decoding():
        image = _identify(file)
    with image:
        check_size(*image.size)
        if image.format == "TIFF" and _is_raw(image, data):
            raise _raw_file()
        yield image


@contextlib.contextmanager
def decoding():
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


def check_size(width, height):
    """Raise `PhotoError` where a picture has more pixels than are decoded, or too few to judge."""
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


def is_reduced(image, index):
    """Whether a page of a TIFF is a smaller copy of another, or its mask."""
    image.seek(index)
    kind = image.tag_v2.get(ExifTags.Base.NewSubfileType, 0)
    return isinstance(kind, int) and bool(kind & 5)


class ImageFile(io.BytesIO):
    """Encoded bytes that end a parser that reads without end.

    Args:
        source: path, or the content as bytes.

    Raises:
        PhotoError: the path cannot be read, or has more than `MAX_BYTES`; or it is something else.
    """

    def __init__(self, source):
        data = _content(source)
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


def _identify(file):
    if file.getvalue()[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener  # 80 ms that other photos need not wait

        register_heif_opener()
        return Image.open(file, formats=BOXED_FORMATS)
    return Image.open(file, formats=FORMATS)


def _is_raw(image, data):
    """Whether a TIFF is a raw file, whose first image is a preview, or needs developing."""
    tags = image.tag_v2
    return (
        data[8:10] == b"CR"  # Canon's
        or ExifTags.Base.DNGVersion in tags
        or tags.get(ExifTags.Base.PhotometricInterpretation) in RAW_COLOURS
        or is_reduced(image, 0)
    )


def _raw_file():
    return PhotoError(
        "This is a raw file of a camera, or a preview; the photo in it has yet to be developed. "
        "Send a JPEG that was exported from it.",
        code="raw_file",
    )
