"""A path or bytes to a clip's file, within limits; none of it is decoded here."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path

from ..errors import ClipError
from ..limits import MAX_CLIP_BYTES


@contextlib.contextmanager
def opened(clip: str | os.PathLike | bytes) -> Generator[Path]:
    """The path of a clip whose file may be read, until the block ends.

    Args:
        clip: path (`str` or `os.PathLike`) or content (`bytes`).

    Raises:
        ClipError: there is no such file, or it is empty or too large.
    """
    if isinstance(clip, bytes | bytearray | memoryview):
        _check_size(len(clip))
        # Windows opens no file twice that deletes itself.
        with tempfile.TemporaryDirectory(prefix="clip") as folder:
            path = Path(folder) / "clip"
            path.write_bytes(clip)
            yield path
        return
    if not isinstance(clip, str | os.PathLike):
        raise ClipError(
            f"A clip is a path or bytes. Received: {type(clip).__name__}.", code="wrong_type"
        )
    path = Path(clip)
    try:
        status = path.stat()
        str(path).encode()  # PyAV takes names of UTF-8 alone
        if not stat.S_ISREG(status.st_mode):  # a device or a pipe could be read without end
            raise OSError("it is not a regular file")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ClipError(
            f"{str(path.name)[:100]!r}: the file cannot be read ({reason}). Check the path.",
            code="file_unreadable",
        ) from error
    _check_size(status.st_size)
    yield path


def _check_size(size):
    if not size:
        raise ClipError("This file is empty. Send an MP4, MOV or WebM clip.", code="empty")
    if size > MAX_CLIP_BYTES:
        raise ClipError(
            f"This file has {size / 2**20:.0f} MB; of a clip at most {MAX_CLIP_BYTES // 2**20} MB "
            "are accepted. Cut out the part that matters.",
            code="too_many_bytes",
        )
