"""Large JPEG photos, decoded only as finely as what is cut out of them needs.

A phone's 12 megapixels take longer to decode than to judge, and then a large face is shrunk to
160 px. JPEG decoders give a half, a quarter or an eighth of the size in a fraction of the time.
"""

import os
from pathlib import Path

from .photo import decode, load_photo, read_file, read_size

MIN_LARGE_SIDE = 2048  # pixels, the longer one; what is smaller is decoded in a few milliseconds
DIVISORS = (8, 4, 2)
# Decoded pixels for each one that is asked for, at least, along a side. Verdicts then move no more
# than by saving the photo once more, as `python -m benchmarks.draft` measures.
GAP = 2.0


class LargePhoto:
    """A JPEG file that is decoded when it is asked for pixels; all measures are of the whole photo.

    Args:
        data: content of the file, bytes.

    Attributes:
        size: width and height in pixels, upright.

    Raises:
        PhotoError: see `detector.photo.load_photo`.
    """

    def __init__(self, data):
        self.size = read_size(data)
        self._data = data
        self._decoded = {}  # divisor: `PIL.Image.Image`

    def resize(self, size, resample=None, box=None, reducing_gap=None):
        """Like `PIL.Image.Image.resize`.

        Args:
            size: width and height of the result in pixels.
            resample: `PIL.Image.Resampling`.
            box: left, top, right, bottom in pixels of the whole photo; default is all of it.
            reducing_gap: as Pillow has it; a smaller JPEG stands in for its first, coarse step.
                Without it the whole photo is decoded.

        Returns:
            `PIL.Image.Image`, RGB.

        Raises:
            PhotoError: the file is damaged.
        """
        left, top, right, bottom = box = box or (0, 0, *self.size)
        share = min((right - left) / size[0], (bottom - top) / size[1])
        divisor = 1
        if reducing_gap is not None:
            least = share / min(reducing_gap, GAP)
            divisor = next((divisor for divisor in DIVISORS if divisor <= least), 1)
        if divisor not in self._decoded:
            self._decoded[divisor] = decode(self._data, divisor=divisor)
        photo = self._decoded[divisor]
        x, y = (part / whole for part, whole in zip(photo.size, self.size, strict=True))
        box = (left * x, top * y, right * x, bottom * y)
        return photo.resize(size, resample, box=box, reducing_gap=reducing_gap)


def open_photo(source):
    """Like `load_photo`, but a large JPEG file is not decoded yet.

    Args:
        source: see `detector.photo.load_photo`; or what this function gave.

    Returns:
        `LargePhoto` or `PIL.Image.Image`, RGB, upright. Both have `size` and `resize`, and nothing
        else is used to find faces, to cut them out and to show them.

    Raises:
        PhotoError: see `load_photo`.
    """
    if isinstance(source, LargePhoto):
        return source
    if isinstance(source, str | os.PathLike):
        source = read_file(Path(source))
    if isinstance(source, bytes) and source.startswith(b"\xff\xd8"):
        photo = LargePhoto(source)
        if max(photo.size) >= MIN_LARGE_SIDE:
            return photo
    return load_photo(source)
