"""Measure the rule for clips on frames of videos, grouped by clip.

Frames of one clip have one name but for a number at its end, as `a__b_3.jpg`; the group of their
source is the original video. They are judged as they are, and their appearance by the rule of
`detector.video`. A source with one frame of each video, as `dfdc` is here, says nothing of that
rule: each of its frames is filmed as well, which is a clip of two seconds, of a hand that is not
quite still, in H.264. That goes all the way from the file, but its frames show the same moment; so
real clips are both easier (more moments to betray a fake) and harder (more to accuse).
"""

import collections
import dataclasses
import json
import math
import re
import tempfile
from pathlib import Path

import numpy as np
from tqdm import tqdm

from detector import CLASSES, load_detector
from detector.errors import DataError
from detector.photo import load_photo
from detector.video.appearances import Sample
from detector.video.verdict import judge_appearance

from ..data.manifest import read_manifest
from ..metrics import auc

NUMBER = re.compile(r"_+\d+$")  # of a frame, at the end of a file's name
SECONDS, RATE, SHAKE, QUALITY = 2.0, 10, 4, "23"  # of what is filmed; pixels; CRF of x264


def measure_clips(weights_dir, *, data, source, output, filmed=0) -> dict:
    """Judge clips of a source and write `clips.json`.

    Args:
        weights_dir: folder of the weights.
        data: folder of the manifest; its Validation, which no network learned, is judged.
        source: name of the source.
        output: folder for the results.
        filmed: at most that many clips of each label are filmed; 0 is all.

    Returns:
        The figures, as written.

    Raises:
        DataError: Validation has no such source.
    """
    clips = group_clips(p for p in read_manifest(data, "Validation") if p.source == source)
    if not clips:
        raise DataError(f"{data} has no pictures of {source} in Validation.")
    detector = load_detector(weights_dir)
    limit = detector.weights.spec.min_confidence["Real"]
    judged = [
        (clip[0].label, judge_appearance(_look(detector, clip)))
        for clip in tqdm(clips, desc=f"judging {source}", unit="clip")
    ]
    chosen = _choose(clips, filmed)
    made = [
        (clip[0].label, film_and_judge(detector, clip[len(clip) // 2].path))
        for clip in tqdm(chosen, desc="filming", unit="clip")
    ]
    figures = {
        "model": detector.weights.spec.version,
        "sha256": detector.weights.info.sha256,
        "source": source,
        "frames a clip": round(float(np.mean([len(clip) for clip in clips])), 2),
        "clips": {
            "frames as they are": summarise(judged, limit=limit),
            "filmed for two seconds": summarise(made, limit=limit),
        },
    }
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "clips.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def group_clips(pictures) -> list[list]:
    """Group frames by clip.

    Args:
        pictures: `train.data.manifest.Picture`s of one source.

    Returns:
        A list of lists of `Picture`s, each in order of their names.
    """
    clips = collections.defaultdict(list)
    for picture in sorted(pictures, key=lambda picture: picture.path.name):
        name = NUMBER.sub("", picture.path.stem)
        clips[picture.group, picture.label, name].append(picture)
    return list(clips.values())


def film_and_judge(detector, path):
    """Film a photo and judge the clip; gives a `detector.video.VideoVerdict`."""
    import av  # of an extra of the requirements

    photo = load_photo(path)
    width, height = ((side - 2 * SHAKE) // 2 * 2 for side in photo.size)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "clip.mp4")
        with av.open(str(clip), "w") as out:
            track = out.add_stream("libx264", rate=RATE, options={"crf": QUALITY})
            track.width, track.height, track.pix_fmt = width, height, "yuv420p"
            for index in range(int(SECONDS * RATE)):
                x = round(SHAKE * (1 + math.sin(0.9 * index)))
                y = round(SHAKE * (1 + math.cos(0.7 * index)))
                frame = photo.crop((x, y, x + width, y + height))
                out.mux(track.encode(av.VideoFrame.from_image(frame)))
            out.mux(track.encode())
        return detector.predict_video(clip)


def summarise(judged, *, limit) -> dict:
    """Figures by clip.

    Args:
        judged: (label, verdict) pairs.
        limit: confidence from which on a Real photo is conclusive.

    Returns:
        A dict; shares are 0-1.
    """
    labels = np.array([CLASSES.index(label) for label, _ in judged])
    probabilities = np.array([verdict.fake_probability for _, verdict in judged])

    def share(label, is_counted):
        of_label = [verdict for name, verdict in judged if name == label]
        return round(sum(map(is_counted, of_label)) / max(len(of_label), 1), 4)

    return {
        "genuine": int((labels == 0).sum()),
        "fake": int((labels == 1).sum()),
        "auc": round(float(auc(labels, probabilities)), 4) if len(set(labels)) == 2 else None,
        "genuine called Fake": share("Real", lambda v: v.label == "Fake"),
        "genuine conclusively Fake": share("Real", lambda v: v.label == "Fake" and v.is_conclusive),
        "fakes called Fake": share("Fake", lambda v: v.label == "Fake"),
        "fakes conclusively Fake": share("Fake", lambda v: v.label == "Fake" and v.is_conclusive),
        "fakes conclusively Real": share("Fake", lambda v: v.label == "Real" and v.is_conclusive),
        "fakes Real at the limit of photos": share(
            "Fake", lambda v: v.label == "Real" and v.confidence >= limit
        ),
    }


def to_text(figures) -> str:
    """The figures as a Markdown table."""
    columns = list(next(iter(figures["clips"].values())))
    lines = [f"| {figures['source']}, Validation | {' | '.join(columns)} |"]
    lines.append(f"|---|{'---:|' * len(columns)}")
    for name, row in figures["clips"].items():
        cells = ("-" if row[column] is None else f"{row[column]:g}" for column in columns)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _look(detector, clip):
    samples = []
    for order, picture in enumerate(clip):
        crop = detector.predict(picture.path, is_face_crop=True).crops[0]
        if crop.box is None:  # the middle of the picture is in its place
            crop = dataclasses.replace(crop, box=crop.square)
        samples.append(Sample(float(order), order, False, crop))
    return samples


def _choose(clips, count):
    """As many clips of each label, evenly spread; of fakes those of the same originals."""
    found = []
    for label in CLASSES:
        own = [clip for clip in clips if clip[0].label == label]
        steps = np.linspace(0, len(own) - 1, min(count or len(own), len(own)))
        found += [own[int(step)] for step in steps.round()]
    return found
