"""Whether what is to be written fits on the disk, asked before half of it is there."""

import shutil
from pathlib import Path

from detector.errors import DataError


def require_space(folder, needed, *, name):
    """Refuse to write more than there is room for.

    Args:
        folder: where it will be written; need not exist yet.
        needed: bytes.
        name: what is to be written, for the message.

    Raises:
        DataError: less than that is free.
    """
    place = Path(folder).resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed > free:
        raise DataError(
            f"{name} needs {needed / 2**20:.0f} MB, {free / 2**20:.0f} MB are free in {place}. "
            "Make room, or choose another folder."
        )
