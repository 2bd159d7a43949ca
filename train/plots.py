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


def _save(figure, path):
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
