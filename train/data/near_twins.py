"""Pictures that look alike though their bytes differ, by a hash of what they show."""

import numpy as np
from PIL import Image


def difference_hash(photo, square) -> str:
    """The difference hash of a part of a photo: 64 bits, hex; pictures that look alike share most.

    Args:
        photo: `PIL.Image.Image`, RGB.
        square: left, top, right, bottom in pixels.
    """
    small = photo.convert("L").resize((9, 8), Image.Resampling.BOX, box=square)
    grey = np.asarray(small, np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()


def near_twins(rows, *, most_bits=3) -> dict[str, int]:
    """Count pictures of Train that look like one of Validation or Test, by source.

    Args:
        rows: list of `Picture`.
        most_bits: of the difference hash that may differ.

    Returns:
        A dict of counts; frames of one video without known groups are the usual cause.
    """
    hashes = np.array([int(row.dhash or "0", 16) for row in rows], np.uint64)
    is_training = np.array([row.split == "Train" for row in rows])
    sources = np.array([row.source for row in rows])
    counts = {}
    for source in sorted(set(sources)):
        ours = hashes[is_training & (sources == source)]
        others = hashes[~is_training & (sources == source)]
        near = sum(bool((np.bitwise_count(others ^ one) <= most_bits).any()) for one in ours)
        if near:
            counts[source] = int(near)
    return counts
