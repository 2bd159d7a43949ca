"""What a run looks like: curves of its history, what it saw, and verdicts on validation."""

import keras
import numpy as np

from detector import CLASSES

from .. import plots
from ..data.batches import FaceBatches

SAMPLES_PER_CLASS = 8


def draw_sheets(model, batches, *, history, output) -> None:
    """Write `history.png` and `samples.png` of a run.

    Args:
        model: the network with its best weights.
        batches: `FaceBatches` of validation.
        history: what `train.fitting.progress.read_history` returns.
        output: folder, is made.
    """
    output.mkdir(exist_ok=True)
    plots.history(history, output / "history.png")
    chosen = [
        picture
        for label in CLASSES
        for picture in [row for row in batches.pictures if row.label == label][:SAMPLES_PER_CLASS]
    ]
    samples = FaceBatches(
        chosen, batches.config, augment=False, corrupt_share=batches.corrupt_share
    )
    crops, labels = zip(*(samples[index] for index in range(len(samples))), strict=True)
    logits = np.concatenate([keras.ops.convert_to_numpy(model(batch)) for batch in crops])
    plots.samples(
        np.concatenate(crops),
        np.concatenate(labels)[:, 0],
        output / "samples.png",
        probabilities=1.0 / (1.0 + np.exp(-logits[:, 0].astype(np.float64))),
    )


def draw_training(batches, *, output) -> None:
    """Write `training.png`: the first batch of an epoch, jittered, degraded and blended.

    Args:
        batches: `FaceBatches` of training.
        output: folder, is made.
    """
    output.mkdir(exist_ok=True)
    crops, labels = batches[0]
    plots.samples(crops, labels[:, 0].round(), output / "training.png")  # taught ones lie between
