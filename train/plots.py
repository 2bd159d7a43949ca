"""Figures of an evaluation."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn import metrics

from detector import CLASSES


def confusion(matrix, path):
    """Write a confusion matrix with counts.

    Args:
        matrix: 2 rows (true) of 2 counts (judged), in `CLASSES` order.
        path: of the PNG.
    """
    display = metrics.ConfusionMatrixDisplay(np.asarray(matrix), display_labels=CLASSES)
    display.plot(cmap="Blues", colorbar=False, values_format="d")
    display.ax_.set(xlabel="judged", ylabel="true")
    _save(display.figure_, path)


def curves(labels, probabilities, path):
    """Write ROC and precision-recall curves side by side.

    Args:
        labels: (n,) 0 or 1, Fake is 1.
        probabilities: (n,) P(fake).
        path: of the PNG.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5))
    metrics.RocCurveDisplay.from_predictions(labels, probabilities, ax=left, name="detector")
    metrics.PrecisionRecallDisplay.from_predictions(
        labels, probabilities, ax=right, name="detector"
    )
    left.set(title="ROC", xlabel="real photos called fake", ylabel="fakes found")
    right.set(title="Precision and recall", xlabel="fakes found", ylabel="of verdicts Fake, right")
    _save(figure, path)


def history(epochs, path):
    """Write the curves of training: loss, accuracy and AUC by epoch.

    Args:
        epochs: figures of each epoch, by epoch; see `train.progress.read_history`.
        path: of the PNG.
    """
    figure, axes = plt.subplots(1, 3, figsize=(13, 4))
    numbers = [epoch + 1 for epoch in sorted(epochs)]
    for ax, name in zip(axes, ("loss", "accuracy", "auc"), strict=True):
        for prefix, label in (("", "training"), ("val_", "validation")):
            values = [epochs[number - 1][prefix + name] for number in numbers]
            ax.plot(numbers, values, marker="o", markersize=3, label=label)
        ax.set(title=name, xlabel="epoch")
        ax.legend()
    _save(figure, path)


def samples(crops, labels, probabilities, path):
    """Write a sheet of crops, each with its label and its verdict; wrong ones in red.

    Args:
        crops: (n, s, s, 3) uint8, 0-255 RGB.
        labels: (n,) 0 or 1, Fake is 1.
        probabilities: (n,) P(fake).
        path: of the PNG.
    """
    rows = -(-len(crops) // 8)
    figure, axes = plt.subplots(rows, 8, figsize=(16, 2.4 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, crop, label, probability in zip(axes.flat, crops, labels, probabilities, strict=False):
        is_right = (probability >= 0.5) == bool(label)
        ax.imshow(crop)
        ax.set_title(
            f"{CLASSES[int(label)]}, P(fake) {probability:.2f}",
            color="black" if is_right else "red",
            fontsize=9,
        )
    _save(figure, path)


def leaderboard(rows, path):
    """Write accuracy and AUC of presets as bars, and AUC against latency and size.

    Args:
        rows: what `train.compare.compare` returns.
        path: of the PNG.
    """
    names = [row["name"] for row in rows]
    places = np.arange(len(rows))
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 1.6 + 0.5 * max(len(rows), 6)))
    left.barh(places - 0.2, [row["auc"] for row in rows], height=0.4, label="AUC")
    left.barh(places + 0.2, [row["accuracy"] for row in rows], height=0.4, label="accuracy")
    left.set(yticks=places, yticklabels=names, xlim=(0.0, 1.0))
    left.invert_yaxis()
    left.legend(loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=2)
    sizes = [20 + row["parameters"] / 5e4 for row in rows]
    right.scatter(
        [row["milliseconds"] for row in rows], [row["auc"] for row in rows], s=sizes, alpha=0.5
    )
    for row in rows:
        right.annotate(row["name"], (row["milliseconds"], row["auc"]), fontsize=8)
    right.margins(0.2)
    right.set(xlabel="ms a crop (area: parameters)", ylabel="AUC")
    _save(figure, path)


def _save(figure, path):
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
