"""Train: head first, then everything; the best epoch by AUC on a corrupted validation copy.

Reads top to bottom as the experiment. A killed run goes on from its last finished epoch.
"""

import csv
import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import keras

from detector.errors import ConfigError

from . import architectures
from .data import FaceBatches
from .splits import read_fingerprint, read_manifest
from .torch_speed import speed_up_torch


class _StartEpoch(keras.callbacks.Callback):
    """An epoch draws the same whether or not the ones before it ran in this process."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.start_epoch(epoch)
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
                layer.seed_generator.state.assign([self.batches.config.seed + epoch, 0])


def fit(config, *, data, output, backbone_weights):
    """Train a network and leave its best weights in `output/best.weights.h5`.

    Args:
        config: `TrainConfig`.
        data: folder of the manifest.
        output: folder of the run; holds `config.json`, `history.csv`, `best.weights.h5`, and the
            backup a killed run resumes from.
        backbone_weights: see `architectures.build`; a whole network skips phase 1.

    Returns:
        The best AUC on corrupted validation.
    """
    speed_up_torch()
    keras.utils.set_random_seed(config.seed)
    output = Path(output)
    _claim(output, config, data=data, backbone_weights=backbone_weights)
    if (output / "finished").exists():
        return _best_so_far(output)

    training = read_manifest(data, "Train")
    validation = read_manifest(data, "Validation")
    validation_batches = FaceBatches(validation, config, augment=False, corrupt_share=1.0)
    model = architectures.build(
        config.architecture,
        input_size=config.input_size,
        dropout=config.dropout,
        batch_norm_momentum=config.batch_norm_momentum,
        backbone_weights=backbone_weights,
    )

    # Phase 1: the head
    backup = output / "backup"
    is_resumed = (backup / "training_metadata.json").is_file()
    if not is_resumed:
        shutil.rmtree(backup, ignore_errors=True)  # killed while the first one was written
    has_head = architectures.is_whole_network(backbone_weights)
    if not is_resumed and not has_head and config.head_batches:
        head = architectures.head_layers(model)
        for layer in model.layers:
            layer.trainable = layer in head
        head_batches = FaceBatches(
            training,
            config,
            augment=True,
            corrupt_share=config.corrupt_share,
            limit=config.head_batches,
        )
        _compile(model, keras.optimizers.Adam(config.head_learning_rate))
        model.fit(head_batches, epochs=1, shuffle=False)
        model.trainable = True
        for layer in model.layers:
            layer.trainable = True

    # Phase 2: everything
    batches = FaceBatches(training, config, augment=True, corrupt_share=config.corrupt_share)
    steps = len(batches) * config.epochs
    warmup = min(config.warmup_batches, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / 100,
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(steps - warmup, 1),
    )
    _compile(model, keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay))
    model.fit(
        batches,
        validation_data=validation_batches,
        epochs=config.epochs,
        shuffle=False,  # the batches draw their order; Keras' own is lost when a run is killed
        callbacks=[
            _StartEpoch(batches),
            keras.callbacks.ModelCheckpoint(
                output / "best.weights.h5",
                monitor="val_auc",
                mode="max",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=_best_so_far(output) if is_resumed else None,
            ),
            keras.callbacks.CSVLogger(output / "history.csv", append=is_resumed),
            # Two copies, because a kill may hit while one is written.
            keras.callbacks.BackupAndRestore(
                backup, double_checkpoint=True, delete_checkpoint=False
            ),
        ],
    )
    (output / "finished").touch()
    return _best_so_far(output)


def read_run(output):
    """Read what a run was made of.

    Args:
        output: folder of the run.

    Returns:
        A dict: "config" (fields of `TrainConfig`), "data" (fingerprint of the pictures) and
        "start" (name and sha256 of the weights that training started from, None if random).
    """
    return json.loads((Path(output) / "config.json").read_text())


def _claim(output, config, *, data, backbone_weights):
    """Write what a run is made of, or make sure that a run found there is made of the same."""
    start = backbone_weights
    if start and start != "imagenet":
        digest = hashlib.sha256(Path(start).read_bytes()).hexdigest()
        start = f"{Path(start).name}, sha256 {digest}"
    run = {"config": dataclasses.asdict(config), "data": read_fingerprint(data), "start": start}
    path = output / "config.json"
    if path.is_file() and read_run(output) != run:
        raise ConfigError(
            f"{output} holds a run with other settings or data (see {path}). Choose another --run "
            "folder, or delete this one."
        )
    output.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(run, indent=2) + "\n")


def _compile(model, optimizer):
    # Without jit_compile=False Keras picks XLA, five times slower than plain graphs on a CPU.
    model.compile(
        optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[
            keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy"),
            keras.metrics.AUC(from_logits=True, name="auc"),
        ],
        jit_compile=False,
    )


def _best_so_far(output):
    """The best validation AUC of the epochs that a run has finished, or None."""
    path = output / "history.csv"
    if not path.is_file():
        return None
    with path.open(newline="") as file:
        return max((float(row["val_auc"]) for row in csv.DictReader(file)), default=None)
