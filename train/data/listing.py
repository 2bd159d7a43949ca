"""The pictures of a data folder, by split, label and source."""

import collections

from detector import CLASSES
from detector.errors import DataError

from .. import SPLITS
from .sources import check_classes, find_sources, folders_called

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def find_pictures(root) -> list[tuple]:
    """List the pictures of a data folder; see `train.data.sources` for its layout.

    Folder names may be in upper or lower case.

    Args:
        root: the folder.

    Returns:
        A list of (path, split, label, `Source`), sorted by path within each source.

    Raises:
        DataError: a source lacks a class in a split, or there is no such layout.
    """
    sources = find_sources(root)
    found = [
        (path, split, label, source)
        for source in sources
        for split in SPLITS
        for label in CLASSES
        for outer in folders_called(source.folder, split)
        for folder in folders_called(outer, label)
        for path in sorted(folder.glob("*"))
        if path.suffix.lower() in SUFFIXES
    ]
    if not found:
        raise DataError(
            f"{root} holds no pictures laid out as Train/Real, Train/Fake, Validation/Real, ... "
            "Run `python -m train download` first, or pass the folder that holds `Train`."
        )
    counts = collections.Counter((source.name, split, label) for _, split, label, source in found)
    check_classes(sources, counts)
    return found


def count_pictures(root) -> dict[str, int]:
    """Count the pictures of a data set by "split/label"; see `find_pictures`."""
    return dict(
        collections.Counter(f"{split}/{label}" for _, split, label, _ in find_pictures(root))
    )
