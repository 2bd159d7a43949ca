"""Which frames of a clip are looked at, by their presentation times; and where it was cut."""

import bisect
import dataclasses
import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from ..limits import MAX_CLIP_DECODED

MOMENTS = 32  # looked at first, evenly spread: what the best of DFDC's contest took
SPACING = 0.25  # seconds between them at least; of neighbours the second tells nothing new
CLOSER = 8  # looked at then, around the most suspicious one ...
REACH = 2.0  # ... and up to so many seconds from it
MIN_KEY_FRAMES = 16  # of a long clip; with fewer it is decoded in order, as far as time allows

# A cut changes a small grey copy by so many of 255 levels on average, and twice as much as what is
# before and after: a fast pan changes much all the time, and a flash twice in a row.
CUT_LEVELS = 20.0
CUT_FACTOR = 2.0


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is looked at first.

    Attributes:
        times: of frames, in seconds from the first one, sorted.
        key_frames_only: whether the others are not decoded, because that would take too long.
    """

    times: tuple[float, ...]
    key_frames_only: bool


def plan(times: Sequence[float], key_frames: Sequence[float], *, pixels: int) -> Plan:
    """Choose the frames that are looked at first.

    Args:
        times: presentation times of all frames in seconds, sorted.
        key_frames: likewise, of those that can be decoded without others.
        pixels: of a frame.

    Returns:
        `Plan`.
    """
    is_long = len(times) * pixels > MAX_CLIP_DECODED
    if is_long and len(key_frames) >= MIN_KEY_FRAMES:
        return Plan(spread(key_frames), True)
    return Plan(spread(times), False)


def spread(times: Sequence[float], *, count: int = MOMENTS) -> tuple[float, ...]:
    """Choose frames evenly in time: `count` of them, or one every `SPACING` seconds.

    Args:
        times: presentation times in seconds, sorted, at least one.
        count: how many at most.

    Returns:
        A tuple of times, sorted.
    """
    length = times[-1] - times[0]
    moments = np.linspace(times[0], times[-1], min(count, int(length / SPACING) + 1))
    return tuple(dict.fromkeys(_nearest(times, moment) for moment in moments))


def look_closer(
    times: Sequence[float], worst: float, *, seen: Iterable[float], count: int = CLOSER
) -> tuple[float, ...]:
    """Choose frames around the most suspicious one, up to its neighbours of those seen before.

    Args:
        times: presentation times of all frames in seconds, sorted.
        worst: of the most suspicious frame.
        seen: of those that were looked at.
        count: how many at most.

    Returns:
        A tuple of times, sorted.
    """
    before = max((time for time in seen if time < worst), default=worst - REACH)
    after = min((time for time in seen if time > worst), default=worst + REACH)
    first = bisect.bisect_right(times, max(before, worst - REACH))
    last = bisect.bisect_left(times, min(after, worst + REACH))
    between = [time for time in times[first:last] if time != worst]
    steps = np.linspace(0, len(between) - 1, min(count, len(between)))
    return tuple(between[int(step)] for step in steps.round())


def find_cuts(greys: Sequence[tuple[float, np.ndarray]]) -> list[float]:
    """Find where one shot ends and another begins.

    Args:
        greys: list of (time in seconds, (height, width) uint8 array), in order of time.

    Returns:
        A list of the times of first frames of shots but the first.
    """
    changes = [
        float(np.abs(after.astype(np.int16) - before).mean())
        for (_, before), (_, after) in itertools.pairwise(greys)
    ]
    found = []
    for index, change in enumerate(changes):
        beside = max(changes[max(index - 1, 0) : index] + changes[index + 1 : index + 2], default=0)
        if change >= CUT_LEVELS and change >= CUT_FACTOR * beside:
            found.append(greys[index + 1][0])
    return found


def _nearest(times, moment):
    index = bisect.bisect_left(times, moment)
    around = times[max(index - 1, 0) : index + 1]
    return min(around, key=lambda time: abs(time - moment))
