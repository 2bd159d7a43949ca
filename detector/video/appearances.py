"""Faces of single frames joined to appearances: one person, as long as nothing interrupts.

Faces are not recognised: somebody who leaves and comes back is a new appearance, and so is
everybody after a cut.
"""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Sequence

from PIL import Image

from ..preprocess import longer_side

MIN_OVERLAP = 0.3  # intersection over union from which on two boxes show one face ...
MAX_MOVE = 1.0  # ... or a face has moved by less than its width between two samples
MAX_GAP = 2  # samples in which a face may not be found
MIN_SAMPLES = 3  # an appearance of fewer is not judged
MAX_APPEARANCES = 8  # judged in one clip, those with most samples first
MAX_STEP = 1.0  # seconds over which a movement is believed to go on


@dataclasses.dataclass(frozen=True, eq=False)
class Sample:
    """One face in one frame.

    Attributes:
        time: presentation time in seconds from the first frame.
        order: number of the frame among those that were looked at first, from 0; of one that was
            looked at later that of the last before it.
        is_closer: whether the frame was looked at later, because it is near a suspicious one.
        crop: `detector.CropVerdict`, in pixels of the upright frame.
        picture: `PIL.Image.Image`, RGB: the upright frame, shrunk to be shown.
        scale: how much smaller that is.
    """

    time: float
    order: int
    is_closer: bool
    crop: object
    picture: Image.Image | None = None
    scale: float = 1.0


def join(samples: Iterable[Sample], *, cuts: Sequence[float]) -> list[list[Sample]]:
    """Join the faces of a clip.

    Args:
        samples: `Sample`s in order of time.
        cuts: times at which a shot begins.

    Returns:
        A list of lists of `Sample`s, one for each face, in the order in which they appear.
    """
    open_ones, done = [], []
    for _, together in itertools.groupby(samples, key=lambda sample: sample.time):
        together = list(together)
        still = [one for one in open_ones if _may_go_on(one, together[0], cuts)]
        done += [one for one in open_ones if one not in still]
        for one, sample in _pair(still, together):
            one.append(sample)
            together.remove(sample)
        open_ones = still + [[sample] for sample in together]
    return sorted(done + open_ones, key=lambda one: one[0].time)


def choose(joined, *, frames: int) -> tuple[list[list[Sample]], bool]:
    """Keep the appearances that can be judged.

    Args:
        joined: what `join` returned.
        frames: how many were looked at.

    Returns:
        The appearances that are judged, in order, and whether some have been left out for their
        number.
    """
    least = min(MIN_SAMPLES, frames)
    long_ones = [one for one in joined if len(one) >= least]
    long_ones.sort(key=lambda one: (-len(one), -longer_side(one[0].crop.box)))
    kept = long_ones[:MAX_APPEARANCES]
    return sorted(kept, key=lambda one: one[0].time), len(long_ones) > len(kept)


def _may_go_on(one, sample, cuts):
    last = one[-1]
    is_cut = any(last.time < cut <= sample.time for cut in cuts)
    return not is_cut and sample.order - last.order <= MAX_GAP + 1


def _pair(open_ones, samples):
    """Appearances and samples that belong together, the nearest first; each at most once."""
    near = []
    for one, sample in itertools.product(open_ones, samples):
        last = one[-1].crop.box
        expected = _expect(one, sample.time)
        moved = _distance(expected, sample.crop.box) / (last[2] - last[0])
        nearest = min(moved, _distance(last, sample.crop.box) / (last[2] - last[0]))
        if _overlap(last, sample.crop.box) >= MIN_OVERLAP or nearest < MAX_MOVE:
            near.append((moved, one, sample))
    pairs = []
    for _, one, sample in sorted(near, key=lambda item: item[0]):
        if not any(one is other or sample is taken for other, taken in pairs):
            pairs.append((one, sample))
    return pairs


def _expect(one, time):
    """Where a face is if it moves on as it did; so two who cross are not mixed up."""
    last = one[-1]
    if len(one) < 2 or time - last.time > MAX_STEP or last.time - one[-2].time > MAX_STEP:
        return last.crop.box
    share = (time - last.time) / (last.time - one[-2].time)
    return tuple(
        now + share * (now - then)
        for now, then in zip(last.crop.box, one[-2].crop.box, strict=True)
    )


def _distance(one, other):
    return math.hypot(*(one[i] + one[i + 2] - other[i] - other[i + 2] for i in (0, 1))) / 2


def _overlap(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(width, 0.0) * max(height, 0.0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both)
