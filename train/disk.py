"""Nothing half-written: room is asked for beforehand, and files appear when they are whole."""

import shutil
from pathlib import Path

from detector.errors import DataError


def require_space(folder, needed, *, name) -> None:
    """Refuse to write more than there is room for.

    Args:
        folder: where it will be written; need not exist yet.
        needed: bytes.
        name: what is to be written, for the message.

    Raises:
        DataError: less than that is free.
    """
    free = free_bytes(folder)
    if needed > free:
        raise DataError(
            f"{name} needs {needed / 2**20:.0f} MB, {free / 2**20:.0f} MB are free in "
            f"{Path(folder).resolve()}. Make room, or choose another folder."
        )


def free_bytes(folder) -> int:
    """What is free on the disk of a folder, which need not exist yet."""
    place = Path(folder).resolve()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def write_whole(path, text) -> None:
    """Write a text file that is there as a whole or as it was before, whenever a kill comes.

    Args:
        path: of the file.
        text: its new content.
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
