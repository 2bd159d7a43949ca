"""Two folders of pictures, Real and Fake, to Train, Validation and Test.

Copies of one picture go to one place, and a picture under both labels to none; see
`train.data.splits.deduplicate`. The same pictures and seed always give the same splits.
"""

import collections
import hashlib
import shutil
from pathlib import Path

import numpy as np
from tqdm import tqdm

from detector import CLASSES
from detector.errors import ConfigError, DataError

from .. import SPLITS
from ..disk import require_space
from .listing import SUFFIXES
from .sources import folders_called
from .splits import deduplicate

SHARES = (0.8, 0.1, 0.1)
SEED = 2024


def split_flat(source, *, output, shares=SHARES, seed, place=shutil.copyfile) -> dict:
    """Bring pictures into `output/Sources/NAME/{Train,Validation,Test}/{Fake,Real}/`.

    NAME is that of their folder. Pictures that belong together, such as frames of a video, are not
    known as such here: lay those out by hand, with a `source.json` that says so.

    Args:
        source: folder that holds `Real` and `Fake`, in upper or lower case, with the pictures or
            with folders of them.
        output: folder of the data set; may hold other sources, but none of that name.
        shares: of Train, Validation and Test, in the same way of each class; they add up to 1.
        seed: of the choice.
        place: function of a file and its new path, that copies or moves it.

    Returns:
        A dict: "pictures" (counts by "split/label") and "removed" (counts of copies).

    Raises:
        ConfigError: the shares are not three that add up to 1.
        DataError: a class has too few pictures, a data set is there already, or the disk is full.
    """
    if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ConfigError(f"Three shares that add up to 1 are needed. Received: {shares}.")
    source = Path(source).resolve()
    target = Path(output) / "Sources" / source.name
    if target.exists():
        raise DataError(
            f"{target} exists; two ways to split the same pictures would put those of training "
            "into Test. Choose another --data, or a folder of another name."
        )
    found = [
        (path, label)
        for label in CLASSES
        for folder in folders_called(source, label)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
    ]
    hashes = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path, _ in tqdm(found, desc="hashing", unit="picture")
    ]
    entries = [(digest, "Train", label) for digest, (_, label) in zip(hashes, found, strict=True)]
    keep, removed = deduplicate(entries)
    places = {}  # index of a picture to its split
    for label in CLASSES:
        indices = [index for index in keep if found[index][1] == label]
        places |= _divide(indices, hashes, shares, seed=[seed, CLASSES.index(label)])
        if len(set(places[index] for index in indices)) < sum(share > 0 for share in shares):
            raise DataError(
                f"{source} has {len(indices)} different pictures of {label}, too few for shares "
                f"of {shares}. It must hold {' and '.join(CLASSES)}, each with pictures."
            )
    if place is shutil.copyfile:
        needed = sum(found[index][0].stat().st_size for index in keep)
        require_space(target, needed, name=f"A copy of {source}")
    # Beside its place until all of it is there: a part of a data set looks like a whole one.
    unfinished = Path(output) / "split.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    for index in tqdm(keep, desc="splitting", unit="picture"):
        path, label = found[index]
        copy = unfinished / places[index] / label / f"{hashes[index][:16]}{path.suffix.lower()}"
        copy.parent.mkdir(parents=True, exist_ok=True)
        place(path, copy)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished.replace(target)
    counts = collections.Counter(f"{places[index]}/{found[index][1]}" for index in keep)
    return {"pictures": dict(counts), "removed": removed}


def _divide(indices, hashes, shares, *, seed):
    # By content before the draw, so that names and order of files do not matter.
    ordered = sorted(indices, key=lambda index: hashes[index])
    drawn = np.random.default_rng(seed).permutation(ordered)
    ends = [round(len(drawn) * sum(shares[: n + 1])) for n in range(3)]
    starts = [0, *ends[:2]]
    return {
        int(index): split
        for split, start, end in zip(SPLITS, starts, ends, strict=True)
        for index in drawn[start:end]
    }
