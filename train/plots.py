"""Figures of an evaluation."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn import metrics

from detector import CLASSES


def confusion(matrix, path) -> None:
    """Write a confusion matrix with counts.

    Args:
        matrix: 2 rows (true) of 2 counts (judged), in `CLASSES` order.
        path: of the PNG.
    """
    display = metrics.ConfusionMatrixDisplay(np.asarray(matrix), display_labels=CLASSES)
    display.plot(cmap="Blues", colorbar=False, values_format="d")
    display.ax_.set(xlabel="judged", ylabel="true")
    _save(display.figure_, path)


def curves(labels, probabilities, path) -> None:
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


def reliability(confidences, is_right, path, *, bins=15) -> None:
    """Write a reliability diagram: how often verdicts of each confidence are right.

    Args:
        confidences: (n,) 0.5-1.
        is_right: (n,) bool.
        path: of the PNG.
        bins: equal-width ones between 0.5 and 1, as those of the calibration error.
    """
    confidences, is_right = np.asarray(confidences), np.asarray(is_right)
    edges = np.linspace(0.5, 1.0, bins + 1)
    index = np.minimum(((confidences - 0.5) * 2 * bins).astype(int), bins - 1)
    counts = np.bincount(index, minlength=bins)
    filled = counts > 0
    accuracy = np.bincount(index, weights=is_right, minlength=bins)[filled] / counts[filled]
    middles = (edges[:-1] + edges[1:])[filled] / 2
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(5, 6), sharex=True, height_ratios=(3, 1))
    upper.plot([0.5, 1.0], [0.5, 1.0], color="grey", linestyle="--", label="perfect")
    upper.bar(middles, accuracy, width=0.5 / bins, edgecolor="white", label="detector")
    upper.set(ylabel="of these, right", title="Reliability")
    upper.legend()
    lower.bar(middles, counts[filled], width=0.5 / bins, edgecolor="white")
    lower.set(xlabel="confidence", ylabel="verdicts", yscale="log")
    _save(figure, path)


def coverage(share, accuracy, path) -> None:
    """Write a risk-coverage curve.

    Args:
        share: (n,) 0-1, of the verdicts that are kept, most confident first.
        accuracy: (n,) 0-1, among them.
        path: of the PNG.
    """
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.plot(share, accuracy)
    axes.set(
        title="Accuracy of the most confident verdicts",
        xlabel="share of verdicts kept",
        ylabel="of these, right",
    )
    axes.grid(alpha=0.3)
    _save(figure, path)


def families(figures, path) -> None:
    """Write accuracy by family of corruptions and severity.

    Args:
        figures: family -> severity -> a dict with "accuracy".
        path: of the PNG.
    """
    severities = list(next(iter(figures.values())))
    values = [[figures[family][name]["accuracy"] for name in severities] for family in figures]
    figure, axes = plt.subplots(figsize=(6, 5))
    axes.imshow(values, cmap="RdYlGn", vmin=0.5, vmax=1.0, aspect="auto")
    axes.set_xticks(range(len(severities)), severities)
    axes.set_yticks(range(len(values)), list(figures))
    for row, cells in enumerate(values):
        for column, value in enumerate(cells):
            axes.text(column, row, f"{value:.2f}", ha="center", va="center")
    axes.set(title="Accuracy by corruption")
    _save(figure, path)


def history(epochs, path) -> None:
    """Write the curves of training: loss, accuracy, AUC, precision and recall by epoch.

    Args:
        epochs: figures of each epoch, by epoch; see `train.fitting.progress.read_history`.
        path: of the PNG.
    """
    figure, axes = plt.subplots(1, 5, figsize=(20, 4))
    numbers = [epoch + 1 for epoch in sorted(epochs)]
    for ax, name in zip(axes, ("loss", "accuracy", "auc", "precision", "recall"), strict=True):
        for prefix, label in (("", "training"), ("val_", "validation")):
            # Runs of before a figure came up have epochs without it.
            values = [epochs[number - 1].get(prefix + name, np.nan) for number in numbers]
            ax.plot(numbers, values, marker="o", markersize=3, label=label)
        ax.set(title=name, xlabel="epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
    _save(figure, path)


def samples(crops, labels, path, *, probabilities=None) -> None:
    """Write a sheet of crops, each with its label and, where there is one, its verdict.

    Args:
        crops: (n, s, s, 3) uint8, 0-255 RGB.
        labels: (n,) 0 or 1, Fake is 1.
        path: of the PNG.
        probabilities: (n,) P(fake); titles of crops that are judged wrong are red.
    """
    rows = -(-len(crops) // 8)
    figure, axes = plt.subplots(rows, 8, figsize=(16, 2.4 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for index, (ax, crop, label) in enumerate(zip(axes.flat, crops, labels, strict=False)):
        title, is_right = CLASSES[int(label)], True
        if probabilities is not None:
            title += f", P(fake) {probabilities[index]:.2f}"
            is_right = (probabilities[index] >= 0.5) == bool(label)
        ax.imshow(crop)
        ax.set_title(title, color="black" if is_right else "red", fontsize=9)
    _save(figure, path)


def leaderboard(rows, path) -> None:
    """Write accuracy and AUC of presets as bars, and AUC against latency and size.

    Args:
        rows: what `train.studies.compare.compare` returns.
        path: of the PNG.
    """
    names = [row["name"] for row in rows]
    places = np.arange(len(rows))
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 1.6 + 0.8 * max(len(rows), 6)))
    left.barh(places - 0.2, [row["auc"] for row in rows], height=0.4, label="AUC")
    left.barh(places + 0.2, [row["accuracy"] for row in rows], height=0.4, label="accuracy")
    left.set(yticks=places, yticklabels=names, xlim=(0.0, 1.0))
    left.invert_yaxis()
    left.legend(loc="upper center", bbox_to_anchor=(0.5, 1.08), ncols=2)
    sizes = [20 + row["parameters"] / 5e4 for row in rows]
    right.scatter(
        [row["milliseconds"] for row in rows], [row["auc"] for row in rows], s=sizes, alpha=0.5
    )
    slowest = max(row["milliseconds"] for row in rows)
    for row in rows:
        is_right = row["milliseconds"] > 0.6 * slowest
        right.annotate(
            row["name"].rpartition(":")[2],
            (row["milliseconds"], row["auc"]),
            xytext=(-12 if is_right else 12, 0),
            textcoords="offset points",
            ha="right" if is_right else "left",
            va="center",
            fontsize=8,
        )
    right.margins(0.2)
    right.set(xlabel="ms a crop (area: parameters)", ylabel="AUC")
    _save(figure, path)


def _save(figure, path):
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
