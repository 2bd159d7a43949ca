"""Train: head first, then everything; the best epoch on validation is kept.

Reads top to bottom as the experiment. A killed run goes on from its last finished epoch.
"""

import shutil
import time
from pathlib import Path

import keras

from ..data import sampling
from ..data.batches import FaceBatches, training_batches
from ..data.manifest import read_manifest
from ..data.teacher import Teacher
from ..models import architectures
from .distribute import scope
from .progress import Forecast, Progress, best_epoch, has_stopped, read_history, write_seconds
from .recipe import make_optimizer
from .run import claim, describe, find_start, refuse_other
from .sheets import draw_sheets, draw_training
from .torch_speed import speed_up_torch


class StartEpoch(keras.callbacks.Callback):
    """An epoch draws the same whether or not the ones before it ran in this process."""

    def __init__(self, batches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self.batches.start_epoch(epoch)
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
                layer.seed_generator.state.assign([self.batches.config.seed + epoch, 0])


def fit(config, *, data, output, backbone_weights, distribute=None) -> float:
    """Train a network and leave its best weights in `output/best.weights.h5`.

    Args:
        config: `TrainConfig`.
        data: folder of the manifest.
        output: folder of the run; holds `config.json`, `versions.json` (of libraries, and the
            number of devices), `history.csv`, `seconds.csv` (by epoch), `best.weights.h5`,
            `plots/` (a batch of training, curves, verdicts), with TensorFlow `logs/` for
            TensorBoard, and the backup a killed run resumes from.
        backbone_weights: see `architectures.build`; a whole network skips phase 1.
        distribute: see `distribute.scope`.

    Returns:
        The validation AUC of the epoch that was kept.

    Raises:
        ConfigError: the folder holds another run, or the weights to start from are not to be had;
            the folder is left as it was.
        DataError: there is no manifest.
        WeightsError: there is no teacher where `config.teacher` says.
    """
    output = Path(output)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        with scope(distribute):
            return _train(config, data=data, output=output, backbone_weights=backbone_weights)
    finally:
        keras.config.set_dtype_policy(policy)


def _train(config, *, data, output, backbone_weights):
    speed_up_torch()
    keras.utils.set_random_seed(config.seed)
    made_of = describe(config, data=data, backbone_weights=backbone_weights)
    is_longer = refuse_other(output, made_of)
    if (output / "finished").exists() and not is_longer:
        print(f"{output} is finished, nothing is left to train.")
        return _best_so_far(output, config)["val_auc"]

    training, validation = _read_pictures(data, config)
    validation_batches = FaceBatches(
        validation, config, augment=False, corrupt_share=config.validation_corrupt_share
    )
    teacher = Teacher(config.teacher) if config.teacher else None
    backup, history, seconds = output / "backup", output / "history.csv", output / "seconds.csv"
    is_resumed = (backup / "training_metadata.json").is_file()
    model = _build(config, None if is_resumed else backbone_weights)
    claim(output, made_of)  # not before: the weights to start from may not be to be had

    # Phase 1: the head
    if is_resumed:
        print(f"{output} goes on from epoch {len(read_history(history)) + 1} of {config.epochs}.")
    else:
        shutil.rmtree(backup, ignore_errors=True)  # killed while the first one was written
        history.unlink(missing_ok=True)
        seconds.unlink(missing_ok=True)
    has_head = architectures.is_whole_network(backbone_weights)
    if not is_resumed and not has_head and config.head_batches:
        started = time.monotonic()
        batches = training_batches(training, config, limit=config.head_batches, teacher=teacher)
        _train_head(model, batches, config)
        write_seconds(seconds, -1, seconds=time.monotonic() - started)

    # Phase 2: everything
    batches = training_batches(training, config, limit=config.epoch_batches, teacher=teacher)
    if not is_resumed:
        draw_training(batches, output=output / "plots")
    _compile(model, make_optimizer(config, epoch_batches=len(batches)))
    if has_stopped(read_history(history), read_history(seconds), config):
        print("Its patience or its minutes ran out before; more epochs change nothing.")
    else:
        print(
            f"Phase 2, everything: {config.epochs} epochs of {len(batches):,} batches of "
            f"{config.batch_size}, validation on {len(validation):,} pictures.",
            flush=True,
        )
        best = _best_so_far(output, config) if is_resumed else None
        model.fit(
            batches,
            validation_data=validation_batches,
            epochs=config.epochs,
            shuffle=False,  # the batches draw their order; Keras' own is lost when a run is killed
            callbacks=[
                StartEpoch(batches),
                keras.callbacks.ModelCheckpoint(
                    output / "best.weights.h5",
                    monitor=f"val_{config.monitor}",
                    mode="max" if config.monitor == "auc" else "min",
                    save_best_only=True,
                    save_weights_only=True,
                    initial_value_threshold=best and best[f"val_{config.monitor}"],
                ),
                Forecast(
                    batches=len(batches),
                    validation_batches=len(validation_batches),
                    epochs=config.epochs,
                    is_longest=bool(config.patience or config.minutes),
                ),
                Progress(config, history=history, seconds=seconds),
                *_tensorboard(output / "logs"),
                # Two copies, because a kill may hit while one is written.
                keras.callbacks.BackupAndRestore(
                    backup, double_checkpoint=True, delete_checkpoint=False
                ),
            ],
        )
    model.load_weights(output / "best.weights.h5")
    draw_sheets(model, validation_batches, history=read_history(history), output=output / "plots")
    (output / "finished").touch()
    return _best_so_far(output, config)["val_auc"]


def _read_pictures(data, config):
    """The pictures to train on and those to choose an epoch by, two lists of `Picture`."""
    pictures = [read_manifest(data, split) for split in ("Train", "Validation")]
    # Of all pools: one that is left out may be named.
    sampling.check_factors(pictures[0], config)
    left_out = [name for name in config.leave_out.split(",") if name]
    training, validation = (
        sampling.choose(sampling.leave_out(of_split, left_out), config.pictures, seed=config.seed)
        for of_split in pictures
    )
    if config.balance == "undersample":
        training = sampling.undersample(training, seed=config.seed)
    return training, sampling.choose_evenly(
        validation, config.validation_pictures, seed=config.seed
    )


def _train_head(model, batches, config):
    head = architectures.head_layers(model)
    for layer in model.layers:
        layer.trainable = layer in head
    _compile(model, keras.optimizers.Adam(config.head_learning_rate))
    print(f"Phase 1, the head alone: {len(batches):,} batches.", flush=True)
    forecast = Forecast(batches=len(batches))
    model.fit(batches, epochs=1, shuffle=False, callbacks=[forecast])
    model.trainable = True
    for layer in model.layers:
        layer.trainable = True


def check(config, *, backbone_weights) -> int:
    """Build the network of some settings, and fetch its backbone, without training.

    Args:
        config: `TrainConfig`.
        backbone_weights: see `architectures.build`.

    Returns:
        The number of its parameters.

    Raises:
        ConfigError: there is no such network, or the weights are not to be had.
    """
    find_start(config, backbone_weights)
    return _build(config, backbone_weights).count_params()


def load_network(run, config) -> keras.Model:
    """Build the network of a run and load its best weights.

    Args:
        run: folder that `fit` wrote.
        config: `TrainConfig` of it.

    Returns:
        A `keras.Model`; see `architectures.build`.
    """
    model = _build(config, None)
    model.load_weights(Path(run) / "best.weights.h5")
    return model


def _build(config, backbone_weights):
    return architectures.build(
        config.architecture,
        input_size=config.input_size,
        dropout=config.dropout,
        batch_norm_momentum=config.batch_norm_momentum,
        backbone_weights=backbone_weights,
    )


def _compile(model, optimizer):
    # Without jit_compile=False Keras picks XLA, five times slower than plain graphs on a CPU.
    model.compile(
        optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[
            _of_labels(keras.metrics.BinaryAccuracy)(threshold=0.0, name="accuracy"),  # of logits
            _of_labels(keras.metrics.AUC)(from_logits=True, name="auc"),
            _of_labels(keras.metrics.Precision)(thresholds=0.0, name="precision"),
            _of_labels(keras.metrics.Recall)(thresholds=0.0, name="recall"),
        ],
        jit_compile=False,
    )


def _of_labels(metric):
    """A metric of true labels, where those of a taught batch are between 0 and 1."""

    class OfLabels(metric):
        def update_state(self, labels, logits, sample_weight=None):
            super().update_state(keras.ops.round(labels), logits, sample_weight=sample_weight)

    return OfLabels


def _tensorboard(folder):
    if keras.backend.backend() != "tensorflow":
        return []
    return [keras.callbacks.TensorBoard(folder, write_graph=False)]


def _best_so_far(output, config):
    """The figures of the best epoch that a run has finished, or None."""
    history = read_history(output / "history.csv")
    return history[best_epoch(history, monitor=config.monitor)] if history else None
