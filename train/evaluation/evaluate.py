"""Measure weights on one split, through the same detector that serves.

A picture of the data set was cut around one face and is labelled for that one, so it is judged with
`is_face_crop`. Other faces in it may be of the other class: beside it stands the answer for the
whole photo, "Fake if one face is", which the labels do not describe.
"""

import json
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import stats
from tqdm import tqdm

from detector import CLASSES, load_detector
from detector.photo import load_photo
from detector.preprocess import cut, longer_side
from detector.weights import SPEC_FILE

from .. import plots
from ..data import corruptions
from ..data.manifest import read_manifest
from ..data.sampling import choose_evenly
from ..disk import write_whole
from ..metrics import auc, by_group, by_source, intervals, risk_coverage, summarise
from .pastes import measure_pastes
from .skin_tone import by_skin_tone, typology_angle
from .stability import RESENDS, flips

FACE_SIDES = (64, 96, 128)  # pixels; borders between the groups of faces by size
TIGHTNESS = (0.35, 0.45, 0.55, 0.65)  # face side over picture side; likewise
SEVERITIES = (0.25, 0.6, 1.0)
RESENT_SHARE = 3  # every third picture is judged resent too, in each way: that takes longest
SAMPLES_PER_CLASS = 8  # on the sheet of sample predictions
SAMPLE_SIDE = 160  # pixels
PICTURES_A_CORRUPTION = 40  # at each severity; a family has three to six corruptions


def evaluate(weights_dir, *, data, split, output, count=0) -> dict:
    """Evaluate the weights and write `evaluation.json`, plots and `plots/samples-SPLIT.png`.

    On Validation, whose pictures are clean, every family of corruptions is measured too, and what
    becomes of genuine ones with another photo's face pasted in.

    Args:
        weights_dir: folder of the weights.
        data: folder of the manifest.
        split: one of `train.SPLITS`.
        output: folder for the results.
        count: at most that many pictures, evenly of each pool, label and source; 0 is all.

    Returns:
        The figures, as written to `evaluation.json`.
    """
    detector = load_detector(weights_dir)
    pictures = choose_evenly(read_manifest(data, split), count, seed=0)
    labels = np.array([CLASSES.index(picture.label) for picture in pictures])
    labelled_face, whole_photo, resent = [], [], {name: [] for name in RESENDS}
    angles = []
    for index, picture in enumerate(tqdm(pictures, desc=f"judging {split}", unit="picture")):
        photo = load_photo(picture.path)
        verdict = whole = detector.predict(photo)
        if len(whole.faces) != 1:
            verdict = detector.predict(photo, is_face_crop=True)
        labelled_face.append(verdict)
        whole_photo.append(whole)
        box = verdict.crops[0].box
        angles.append(typology_angle(photo, box) if box else None)
        for name, resend in RESENDS.items() if index % RESENT_SHARE == 0 else ():
            again = resend(photo, box)
            resent[name].append(detector.predict(again, is_face_crop=True))
    figures = {
        "split": split,
        "model": detector.weights.spec.version,
        "sha256": detector.weights.info.sha256,
        "labelled face": summarise(labels, labelled_face),
        "95 % intervals": intervals(
            labels, labelled_face, groups=[picture.group for picture in pictures]
        ),
        "whole photo": summarise(labels, whole_photo),
        "stability": {
            name: flips(labelled_face[::RESENT_SHARE], again) for name, again in resent.items()
        },
        "notes": _count_notes(labelled_face),
        "face size": by_group(labels, labelled_face, _face_sizes(labelled_face)),
        "framing": _framing(labels, labelled_face),
        "pools": by_group(labels, labelled_face, [picture.pool for picture in pictures]),
        "stability by pool": _stability_by_pool(pictures, labelled_face, resent),
        "sources": by_source(labels, labelled_face, pictures),
        "skin tone": by_skin_tone(labels, labelled_face, angles),
    }
    if split == "Validation":
        figures["corruptions"] = _by_corruption(detector, pictures)
        figures["pasted faces"] = measure_pastes(detector, pictures, labelled_face)
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "evaluation.json").write_text(json.dumps(figures, indent=2) + "\n")
    _draw(figures, labels, labelled_face, output)
    _draw_samples(pictures, labelled_face, output / "plots" / f"samples-{split.lower()}.png")
    return figures


def record(weights_dir, figures) -> None:
    """Write the figures of the labelled face into `detector.json`, where they travel along.

    Of Validation, which `export` measures as a whole, those by source.
    """
    path = Path(weights_dir) / SPEC_FILE
    spec = json.loads(path.read_text())
    if figures["split"] == "Validation":
        spec["metrics"]["by source"] = figures["sources"]
    else:
        spec["metrics"][figures["split"].lower()] = figures["labelled face"]
    write_whole(path, json.dumps(spec, indent=2) + "\n")


def _stability_by_pool(pictures, verdicts, resent):
    """Shares of labels that change, by pool and way to resend."""
    pools = np.array([picture.pool for picture in pictures[::RESENT_SHARE]])
    before = verdicts[::RESENT_SHARE]
    return {
        pool: {
            name: flips(
                *(
                    [v for v, p in zip(of, pools, strict=True) if p == pool]
                    for of in (before, again)
                )
            )["flips"]
            for name, again in resent.items()
        }
        for pool in dict.fromkeys(pools.tolist())
    }


def _draw(figures, labels, verdicts, output):
    probabilities = np.array([verdict.fake_probability for verdict in verdicts])
    confidences = [verdict.confidence for verdict in verdicts]
    is_right = [CLASSES[i] == v.label for i, v in zip(labels, verdicts, strict=True)]
    plots.confusion(figures["labelled face"]["confusion matrix"], output / "confusion.png")
    plots.curves(labels, probabilities, output / "curves.png")
    plots.reliability(confidences, is_right, output / "reliability.png")
    plots.coverage(*risk_coverage(confidences, is_right)[:2], output / "coverage.png")
    if "corruptions" in figures:
        plots.families(figures["corruptions"], output / "corruptions.png")


def _draw_samples(pictures, verdicts, path):
    """Write a sheet of pictures of each class, chosen at random, with label and P(fake).

    In a folder of its own: pictures of a data set must not go where documents are made from.
    """
    generator = np.random.default_rng(0)
    chosen = [
        index
        for label in CLASSES
        for index in generator.permutation(
            [index for index, picture in enumerate(pictures) if picture.label == label]
        )[:SAMPLES_PER_CLASS]
    ]
    crops = [
        cut(load_photo(pictures[i].path), verdicts[i].crops[0].square, input_size=SAMPLE_SIDE)
        for i in chosen
    ]
    path.parent.mkdir(exist_ok=True)
    plots.samples(
        np.stack(crops),
        [CLASSES.index(pictures[i].label) for i in chosen],
        path,
        probabilities=[verdicts[i].fake_probability for i in chosen],
    )


def _count_notes(verdicts):
    """Share of verdicts that carry each note."""
    names = sorted({note for verdict in verdicts for note in verdict.notes})
    return {
        name: round(float(np.mean([name in verdict.notes for verdict in verdicts])), 4)
        for name in names
    }


def _side(verdict):
    box = verdict.crops[0].box
    return 0.0 if box is None else longer_side(box)


def _bin(value, borders, unit):
    if value == 0.0:
        return "no face"
    index = int(np.searchsorted(borders, value, side="right"))
    if index == 0:
        return f"below {borders[0]}{unit}"
    if index == len(borders):
        return f"{borders[-1]}{unit} and more"
    return f"{borders[index - 1]}-{borders[index]}{unit}"


def _face_sizes(verdicts):
    return [_bin(_side(verdict), FACE_SIDES, " px") for verdict in verdicts]


def _framing(labels, verdicts):
    """Is the shortcut of this data set used? Fakes are framed tighter than reals in it.

    Within one class tightness says nothing about forgery: a detector that looks at the face gives
    probabilities there that do not follow it.
    """
    tightness = np.array([_side(verdict) / min(verdict.size) for verdict in verdicts])
    probabilities = np.array([verdict.fake_probability for verdict in verdicts])
    is_seen = tightness > 0
    has_both = len(set(labels[is_seen])) == 2
    return {
        "auc of tightness alone": round(float(auc(labels[is_seen], tightness[is_seen])), 4)
        if has_both
        else None,
        "rank correlation of P(fake) with tightness": {
            name: _correlation(tightness[chosen], probabilities[chosen])
            for i, name in enumerate(CLASSES)
            for chosen in [is_seen & (labels == i)]
        },
        "by face side over picture side": by_group(
            labels, verdicts, [_bin(value, TIGHTNESS, "") for value in tightness]
        ),
    }


def _correlation(one, other):
    """Spearman's rank correlation; None where all values, or nearly no pictures, are the same."""
    if min(len(set(one)), len(set(other))) < 3:
        return None
    return round(float(stats.spearmanr(one, other)[0]), 4)


def _by_corruption(detector, pictures):
    """Figures of every family of corruptions at each severity, a corruption on each picture."""
    figures = {}
    for family, members in tqdm(corruptions.FAMILIES.items(), desc="corrupting", unit="family"):
        labels, verdicts, severities = [], [], []
        for name, corruption in members.items():
            for severity in SEVERITIES:
                generator = np.random.default_rng(zlib.crc32(f"{name} {severity}".encode()))
                chosen = generator.choice(
                    len(pictures), min(PICTURES_A_CORRUPTION, len(pictures)), replace=False
                )
                for index in chosen:
                    photo = np.asarray(load_photo(pictures[index].path))
                    degraded = Image.fromarray(corruption(photo, severity, generator))
                    labels.append(CLASSES.index(pictures[index].label))
                    verdicts.append(detector.predict(degraded, is_face_crop=True))
                    severities.append(f"severity {severity:g}")
        figures[family] = by_group(np.array(labels), verdicts, severities)
    return figures
