"""Which looks at a face are worth their time: sets of views on degraded validation pictures.

    python -m benchmarks.views --data data

Every picture is degraded once, and each view is run on it alone; a set of views is the mean of
their logits. "accuracy" is at the best threshold of the set, so that sets compare without each
being calibrated. The price is one forward pass a view (`python -m benchmarks.speed`).
"""

import argparse

import numpy as np

from detector import load_detector
from detector.classifier import View
from train.data.manifest import read_manifest
from train.evaluation.predict import labels_of, look_at_pictures
from train.metrics import auc

MARGINS = (1.05, 1.25, 1.38)
SETS = (
    ["1.25"],
    ["1.25", "1.25 mirrored"],
    ["1.05", "1.38 mirrored"],
    ["1.05", "1.25 mirrored", "1.38"],
    ["1.05", "1.05 mirrored", "1.25", "1.25 mirrored", "1.38", "1.38 mirrored"],
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="data", help="folder of the manifest")
    parser.add_argument("--weights", help="folder of the weights (default: weights)")
    options = parser.parse_args()
    weights = load_detector(options.weights).weights
    pictures = read_manifest(options.data, "Validation")
    views = {
        f"{margin:g}{' mirrored' if is_mirrored else ''}": [View(margin, is_mirrored)]
        for margin in MARGINS
        for is_mirrored in (False, True)
    }
    found = look_at_pictures(
        weights.model,
        weights.faces,
        pictures,
        sets_of_views=views.values(),
        input_size=weights.spec.input_size,
        corrupt_share=1.0,
    )
    logits = dict(zip(views, found, strict=True))
    labels = labels_of(pictures)
    print("| views | AUC | accuracy |\n|---|---|---|")
    for names in SETS:
        mean = np.mean([logits[name] for name in names], axis=0)
        print(f"| {', '.join(names)} | {auc(labels, mean):.4f} | ", end="")
        print(f"{best_accuracy(labels, mean):.4f} |")


def best_accuracy(labels: np.ndarray, logits: np.ndarray) -> float:
    """Accuracy at the threshold that is best for these pictures."""
    ranked = labels[np.argsort(logits)]
    right = np.cumsum(ranked == 0) + (ranked == 1).sum() - np.cumsum(ranked == 1)
    return max(right.max(), (ranked == 1).sum()) / len(labels)


if __name__ == "__main__":
    main()
