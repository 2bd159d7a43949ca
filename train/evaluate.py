"""Measure weights on one split, through the same detector that serves.

A picture of the data set was cut around one face and is labelled for that one, so it is judged with
`is_face_crop`. Other faces in it may be of the other class: beside it stands the answer for the
whole photo, "Fake if one face is", which the labels do not describe.
"""

import json
from pathlib import Path

import numpy as np
from sklearn import metrics
from tqdm import tqdm

from detector import CLASSES, load_detector
from detector.photo import load_photo
from detector.weights import SPEC_FILE

from . import plots
from .calibrate import expected_calibration_error
from .splits import read_manifest


def evaluate(weights_dir, *, data, split, output):
    """Evaluate the weights and write `evaluation.json`, `confusion.png` and `curves.png`.

    Args:
        weights_dir: folder of the weights.
        data: folder of the manifest.
        split: one of `train.splits.SPLITS`.
        output: folder for the results.

    Returns:
        The figures, as written to `evaluation.json`.
    """
    detector = load_detector(weights_dir)
    pictures = read_manifest(data, split)
    labels, labelled_face, whole_photo = [], [], []
    for picture in tqdm(pictures, desc=f"judging {split}", unit="picture"):
        photo = load_photo(picture.path)
        labels.append(CLASSES.index(picture.label))
        labelled_face.append(detector.predict(photo, is_face_crop=True))
        whole_photo.append(detector.predict(photo))
    labels = np.array(labels)
    figures = {
        "split": split,
        "model": detector.weights.spec.version,
        "sha256": detector.weights.info.sha256,
        "labelled face": summarise(labels, labelled_face),
        "whole photo": summarise(labels, whole_photo),
    }
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "evaluation.json").write_text(json.dumps(figures, indent=2) + "\n")
    probabilities = np.array([verdict.fake_probability for verdict in labelled_face])
    plots.confusion(figures["labelled face"]["confusion matrix"], output / "confusion.png")
    plots.curves(labels, probabilities, output / "curves.png")
    return figures


def summarise(labels, verdicts):
    """Figures of verdicts against labels.

    Args:
        labels: (n,) 0 or 1, Fake is 1.
        verdicts: n objects with `fake_probability`, `is_conclusive` and `label`.

    Returns:
        A dict; rates are 0-1, `confusion matrix` has true classes as rows, both in `CLASSES` order.
    """
    probabilities = np.array([verdict.fake_probability for verdict in verdicts])
    predicted = np.array([CLASSES.index(verdict.label) for verdict in verdicts])
    conclusive = np.array([verdict.is_conclusive for verdict in verdicts])
    is_right = predicted == labels
    matrix = metrics.confusion_matrix(labels, predicted, labels=[0, 1])
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, labels=[0, 1], zero_division=0.0
    )
    figures = {
        "accuracy": is_right.mean(),
        "balanced accuracy": metrics.balanced_accuracy_score(labels, predicted),
        "auc": metrics.roc_auc_score(labels, probabilities),
        "average precision": metrics.average_precision_score(labels, probabilities),
        "false accusations per 1000 real": 1000 * matrix[0, 1] / matrix[0].sum(),
        "missed fakes per 1000 fake": 1000 * matrix[1, 0] / matrix[1].sum(),
        "ece": expected_calibration_error(probabilities, labels),
        "conclusive": conclusive.mean(),
        "accuracy of conclusive": is_right[conclusive].mean() if conclusive.any() else None,
    }
    return {
        "pictures": len(labels),
        **{name: None if x is None else round(float(x), 4) for name, x in figures.items()},
        "per class": {
            name: {
                "precision": round(float(precision[i]), 4),
                "recall": round(float(recall[i]), 4),
                "f1": round(float(f1[i]), 4),
            }
            for i, name in enumerate(CLASSES)
        },
        "confusion matrix": matrix.tolist(),
    }


def to_text(figures):
    """The figures as a table for the terminal."""
    lines = [f"{figures['split']}, model {figures['model']} ({figures['sha256'][:12]})"]
    names = ("labelled face", "whole photo")
    lines.append(f"{'':34}{names[0]:>16}{names[1]:>16}")
    for key, value in figures[names[0]].items():
        if isinstance(value, int | float | None):
            cells = ["-" if figures[n][key] is None else f"{figures[n][key]:g}" for n in names]
            lines.append(f"{key:34}{cells[0]:>16}{cells[1]:>16}")
    lines.append("\nconfusion matrix (labelled face)    judged Real    judged Fake")
    for name, row in zip(CLASSES, figures[names[0]]["confusion matrix"], strict=True):
        lines.append(f"{name:32}{row[0]:>15}{row[1]:>15}")
    return "\n".join(lines)


def record(weights_dir, figures):
    """Write the figures of the labelled face into `detector.json`, where they travel along."""
    path = Path(weights_dir) / SPEC_FILE
    spec = json.loads(path.read_text())
    spec["metrics"][figures["split"].lower()] = figures["labelled face"]
    path.write_text(json.dumps(spec, indent=2) + "\n")
