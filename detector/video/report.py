"""A verdict on a clip as JSON, in sentences, and as pictures."""

import dataclasses

from PIL import Image

from ..heatmap import draw_boxes, overlay
from ..report import NOTES, judged_to_json, to_percent
from ..verdict import CropVerdict
from .appearances import Sample
from .verdict import Appearance, VideoVerdict, rank

UNCHECKED = "Voice and lip movement are not checked."


def to_json(verdict) -> dict:
    """Turn a verdict on a clip into plain types for `json.dumps`.

    Args:
        verdict: `VideoVerdict`.

    Returns:
        A dict of the form `video` in `docs/result.schema.json`.
    """
    clip = dataclasses.asdict(verdict.clip)
    clip |= {name: round(clip[name], 3) for name in ("duration", "frame_rate")}
    return {
        **judged_to_json(verdict),
        "video": {**clip, "cuts": [round(cut, 3) for cut in verdict.cuts]},
        "appearances": [
            {
                **judged_to_json(appearance),
                "start": round(appearance.start, 3),
                "end": round(appearance.end, 3),
                "worst_time": round(appearance.worst_time, 3),
                "samples": [
                    {
                        "time": round(sample.time, 3),
                        "box": [round(edge, 1) for edge in sample.crop.box],
                        "fake_probability": round(sample.crop.fake_probability, 4),
                        "notes": list(sample.crop.notes),
                    }
                    for sample in appearance.samples
                ],
            }
            for appearance in verdict.appearances
        ],
        "weights": dataclasses.asdict(verdict.weights),
    }


def to_sentence(verdict) -> str:
    """Say a verdict on a clip in plain words.

    Args:
        verdict: `VideoVerdict`.

    Returns:
        Two sentences or more.
    """
    said = [_say(verdict), *(f"{NOTES.get(note, note)}." for note in verdict.notes)]
    clip = verdict.clip
    said.append(f"{clip.frames_judged:,} of {clip.frames:,} frames were looked at.")
    return " ".join([*said, UNCHECKED])


def to_clock(seconds: float) -> str:
    """A time of a clip as people read it: "1:07.5"."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def decisive(verdict: VideoVerdict) -> tuple[Appearance | None, int]:
    """The appearance that decides, and its number from 1; (None, 0) where there is none."""
    if not verdict.appearances:
        return None, 0
    found = max(range(len(verdict.appearances)), key=lambda i: rank(verdict.appearances[i]))
    return verdict.appearances[found], found + 1


def worst_sample(appearance: Appearance) -> Sample:
    """The most suspicious `Sample` of an appearance."""
    return next(s for s in appearance.samples if s.time == appearance.worst_time)


def show(sample) -> tuple[Image.Image, CropVerdict]:
    """A sample's frame as it was kept, and its crop in pixels of that."""
    left, top, right, bottom = sample.crop.square
    scale = sample.scale
    crop = dataclasses.replace(
        sample.crop,
        box=tuple(scale * edge for edge in sample.crop.box),
        square=(scale * left, scale * top, scale * right, scale * bottom),
    )
    return sample.picture, crop


def draw_worst(appearance: Appearance) -> Image.Image:
    """The most suspicious frame of an appearance, under its heatmap.

    Returns:
        `PIL.Image.Image`, RGB.
    """
    picture, crop = show(worst_sample(appearance))
    return draw_boxes(overlay(picture, [crop]), [crop])


def _say(verdict):
    appearance, number = decisive(verdict)
    if appearance is None:
        return "Inconclusive. Nobody was judged in this clip."
    what = "manipulated" if verdict.label == "Fake" else "genuine"
    percent, count = to_percent(verdict.confidence), len(verdict.appearances)
    who = "The face" if count == 1 else f"Face {number} of {count}"
    if verdict.label == "Real" and count > 1:
        who = f"Each of the {count} faces"
    when = f", from {to_clock(appearance.start)} to {to_clock(appearance.end)}"
    if verdict.label == "Fake":
        when += f" and most of all at {to_clock(appearance.worst_time)}"
    if verdict.is_conclusive:
        return f"{who}{when}, looks {what} ({percent} confidence)."
    if verdict.label == "Real" and count > 1:
        return f"Inconclusive. {who} looks rather genuine, but do not rely on it."
    return f"Inconclusive. {who}{when}, looks rather {what} ({percent}), but do not rely on it."
