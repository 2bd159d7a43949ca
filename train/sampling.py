"""Fewer pictures than there are: a quick test, or classes made even. Seeded, so that it repeats."""

import collections

import numpy as np

from detector import CLASSES


def choose(pictures, count, *, seed):
    """Choose pictures at random, of each class the share that it has.

    Args:
        pictures: list of `Picture`.
        count: of pictures to choose, 0 for all; at least one of each class is chosen.
        seed: of the choice.

    Returns:
        A list of `Picture`, in the given order.
    """
    if not 0 < count < len(pictures):
        return pictures
    fakes = sum(picture.label == "Fake" for picture in pictures)
    wanted = min(max(round(count * fakes / len(pictures)), 1), max(count - 1, 1))
    return _draw(pictures, {"Fake": wanted, "Real": max(count - wanted, 1)}, seed=seed)


def undersample(pictures, *, seed):
    """Leave out pictures of the larger class until both are even.

    Args:
        pictures: list of `Picture`.
        seed: of the choice.

    Returns:
        A list of `Picture`, in the given order.
    """
    counts = collections.Counter(picture.label for picture in pictures)
    return _draw(pictures, dict.fromkeys(CLASSES, min(counts.values())), seed=seed)


def _draw(pictures, counts, *, seed):
    kept = []
    for label in CLASSES:
        indices = [i for i, picture in enumerate(pictures) if picture.label == label]
        generator = np.random.default_rng([seed, CLASSES.index(label)])
        kept.extend(generator.permutation(indices)[: counts[label]])
    return [pictures[i] for i in sorted(kept)]
