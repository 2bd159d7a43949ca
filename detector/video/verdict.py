"""Samples to the verdict on an appearance, and appearances to that on a clip."""

import dataclasses
import math

from ..preprocess import longer_side
from ..score import calibrate, decide

MIN_SIDE = 48  # pixels; smaller faces do not count
MIN_STRETCH = 0.2  # seconds between the first and the last of several Fake samples in a row
MIN_SHARE = 0.1  # of all samples, which are Fake without being in a row
UNJUDGED = 0.5  # P(fake) where no face was judged: nothing is known


@dataclasses.dataclass(frozen=True, eq=False)
class Appearance:
    """The verdict on one face, from when it comes into view until it goes.

    Attributes:
        samples: tuple of `Sample`, in order of time.
        start: time of the first one, seconds from the first frame.
        end: of the last one.
        worst_time: of the most suspicious one.
        fake_probability: 0-1, calibrated: of the mean logit over the samples that decide.
        label: "Real" or "Fake".
        confidence: 0.5-1, probability of the label.
        is_conclusive: whether it is Fake, and more than a single frame says so.
        notes: why not; see `detector.report.NOTES`.
    """

    samples: tuple
    start: float
    end: float
    worst_time: float
    fake_probability: float
    label: str
    confidence: float
    is_conclusive: bool
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Clip:
    """What was judged.

    Attributes:
        duration: seconds.
        width: of the upright frame in pixels.
        height: likewise.
        codec: such as "h264".
        frame_rate: frames a second, on average.
        rotation: degrees, anticlockwise, by which frames were turned to be upright.
        frames_judged: how many were looked at ...
        frames: ... of how many.
    """

    duration: float
    width: int
    height: int
    codec: str
    frame_rate: float
    rotation: int
    frames_judged: int
    frames: int


@dataclasses.dataclass(frozen=True, eq=False)
class VideoVerdict:
    """The verdict on a clip.

    Attributes:
        label: "Fake" if one appearance is Fake, else "Real".
        confidence: 0.5-1, probability of the label, of the appearance that decides.
        fake_probability: 0-1, likewise; 0.5 where no face was judged.
        is_conclusive: whether the clip is Fake, and the appearance that decides is conclusive. A
            Real clip never is.
        notes: why not; see `detector.report.NOTES`.
        clip: `Clip`.
        cuts: times at which a shot begins, seconds.
        appearances: tuple of `Appearance`, in order of time.
        weights: `detector.WeightsInfo`: which gave this verdict.
    """

    label: str
    confidence: float
    fake_probability: float
    is_conclusive: bool
    notes: tuple[str, ...]
    clip: Clip
    cuts: tuple[float, ...]
    appearances: tuple[Appearance, ...]
    weights: object


def judge_appearance(samples) -> Appearance:
    """Judge one face over time.

    It is conclusively Fake where two samples in a row are, or a tenth of all: single frames
    mislead, by blur, a hand before the face, or compression. Then these samples decide. Else the
    mean of all does, of those that were looked at first: the others were chosen for being
    suspicious. Samples whose face is cut by the edge or too small do not count, unless there are
    no others.

    Args:
        samples: `Sample`s of one face in order of time, at least one.

    Returns:
        `Appearance`.
    """
    counted = [sample for sample in samples if _counts(sample)] or list(samples)
    fakes = [s for s in counted if s.crop.is_conclusive and s.crop.label == "Fake"]
    first = [sample for sample in counted if not sample.is_closer]
    stretch = _longest_stretch(counted, fakes)
    is_conclusive = bool(stretch) or _are_many(fakes, first)
    deciding = (stretch or fakes) if is_conclusive else (first or counted)
    probability = _mean(deciding)
    label, confidence = decide(probability)
    notes = {note for note in _notes_of(deciding) if not is_conclusive or note == "turned"}
    if not is_conclusive:
        notes |= {"flicker"} if fakes else set()
        notes.add("low_confidence" if label == "Fake" else "clips_unproven")
    worst = max(deciding if is_conclusive else counted, key=lambda s: s.crop.fake_probability)
    return Appearance(
        samples=tuple(samples),
        start=samples[0].time,
        end=samples[-1].time,
        worst_time=worst.time,
        fake_probability=probability,
        label=label,
        confidence=confidence,
        is_conclusive=is_conclusive,
        notes=tuple(sorted(notes)),
    )


def judge_clip(appearances, *, notes, clip, cuts, weights) -> VideoVerdict:
    """Judge a clip by the faces in it.

    Args:
        appearances: list of `Appearance`.
        notes: on the clip as a whole.
        clip: `Clip`.
        cuts: times at which a shot begins.
        weights: `detector.WeightsInfo`.

    Returns:
        `VideoVerdict`.
    """
    decisive = max(appearances, key=rank, default=None)
    is_conclusive = decisive is not None and decisive.is_conclusive
    considered = appearances
    if decisive is None:
        notes = {*notes, "clips_unproven"}
    elif decisive.label == "Fake":
        considered = [decisive]
    probability = UNJUDGED if decisive is None else decisive.fake_probability
    return VideoVerdict(
        label="Real" if decisive is None else decisive.label,
        confidence=UNJUDGED if decisive is None else decisive.confidence,
        fake_probability=probability,
        is_conclusive=is_conclusive,
        notes=tuple(sorted({*notes, *(note for one in considered for note in one.notes)})),
        clip=clip,
        cuts=tuple(cuts),
        appearances=tuple(appearances),
        weights=weights,
    )


def _counts(sample):
    return "cut_face" not in sample.crop.notes and longer_side(sample.crop.box) >= MIN_SIDE


def _notes_of(samples):
    """Notes that half of the samples have, or more."""
    found = [note for sample in samples for note in sample.crop.notes]
    return {note for note in found if 2 * found.count(note) >= len(samples)}


def _longest_stretch(counted, fakes):
    """The longest run of Fake samples, in time; empty where it is a single moment."""
    runs, run = [], []
    for sample in counted:
        run = [*run, sample] if sample in fakes else []
        runs.append(run)
    longest = max(runs, key=lambda run: run[-1].time - run[0].time if run else -1.0)
    is_long = len(longest) > 1 and longest[-1].time - longest[0].time >= MIN_STRETCH
    return longest if is_long else []


def _are_many(fakes, first):
    # Of those that were chosen for being suspicious any share is Fake.
    count = sum(not sample.is_closer for sample in fakes)
    return count > 1 and count >= MIN_SHARE * len(first)


def _mean(samples):
    """The calibrated probability of the mean logit."""
    log_odds = [_log_odds(sample.crop.fake_probability) for sample in samples]
    return calibrate(sum(log_odds) / len(log_odds), temperature=1.0, bias=0.0)


def _log_odds(probability):
    probability = min(max(probability, 1e-9), 1.0 - 1e-9)
    return math.log(probability / (1.0 - probability))


def rank(appearance: Appearance) -> tuple[bool, bool, float]:
    """By what the appearance that decides on a clip is the highest."""
    is_fake = appearance.label == "Fake"
    return is_fake, appearance.is_conclusive, appearance.fake_probability
