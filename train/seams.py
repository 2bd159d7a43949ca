"""A second output of the network that serves: whether a face looks pasted in from another photo.

A network that learned the fakes of one generator is blind to a face that was pasted by hand: its
middle layers see the seam, its end was trained to look away from it (EXPERIMENTS.md, 13). So a
small head of its own reads the middle layers of a finished run; no weight of the network itself
changes, and neither does any probability. It learns from pairs, a genuine photo and a blend made of
it (`train.blend`), framed and degraded alike, so that all they differ in is the seam; and it learns
where the seam runs, too, which is far more to learn from than one label a picture (face X-ray, Li
et al., CVPR 2020).
"""

import hashlib
import json
from pathlib import Path

import cv2
import keras
import numpy as np
from PIL import Image

from detector.errors import ConfigError, DataError
from detector.photo import load_photo
from detector.preprocess import cut

from .blend import blend
from .config import TrainConfig
from .data import MARGIN_JITTER, degrade, draw_side, shift
from .disk import write_whole
from .fit import StartEpoch, load_network, read_run_on
from .manifest import read_manifest
from .progress import read_history
from .torch_speed import speed_up_torch

WEIGHTS_FILE, REPORT_FILE = "seams.weights.h5", "seams.json"  # in the folder of a run

TAPS = ("block_2_add", "block_5_add", "block_12_add")  # of MobileNetV2: strides 4, 8 and 16
FINE, COARSE = 32, 96  # channels of each of the first two taps at stride 8, and of all at stride 16

DRAWS = 2  # blends made of each genuine photo; an epoch shows all of them
PAIRS = 16  # of a batch
CORRUPT_SHARE = 0.5  # of pairs that are degraded; heavy noise hides a seam from anyone
LEARNING_RATE, WARMUP_BATCHES, WEIGHT_DECAY = 3e-3, 200, 1e-3
MAP_WEIGHT = 2.0  # of the loss of the map, beside that of the label
MASK_SIDE = 80  # pixels that a mask is cut to
SEAM_REACH = 9  # of those pixels; a seam is where the mask changes within such a square
SEAM_STEP = 80  # by more than so much of 255

LAYERS = keras.layers


def fit_seams(run, *, data):
    """Train a head on the network of a finished run; killed, it goes on from its last epoch.

    Args:
        run: folder that `fit` or `average` wrote; `seams.weights.h5` and `seams.json` are added.
        data: folder of the manifest.

    Returns:
        A dict: "network" (sha256 of the weights it was trained on), "pairs" it was shown, and the
        last epoch's losses and "seam_auc" (of blends against their originals, half of them
        degraded), those on validation with "val_" before.

    Raises:
        ConfigError: there is no such run on those pictures, or its network lacks such layers.
        DataError: there are no genuine faces.
    """
    speed_up_torch()
    run = Path(run)
    config = TrainConfig().replace(**read_run_on(data, run)["config"])
    network = load_network(run, config)
    network.trainable = False
    keras.utils.set_random_seed(config.seed)
    model = with_seams(network)
    training, validation = (
        SeamPairs(read_manifest(data, split), config, is_training=split == "Train")
        for split in ("Train", "Validation")
    )
    if not len(training) or not len(validation):
        raise DataError(f"{data} holds no genuine faces to make blends of, in Train or Validation.")
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(len(training) * config.seam_epochs - WARMUP_BATCHES, 1),
        warmup_target=LEARNING_RATE,
        warmup_steps=WARMUP_BATCHES,
    )
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY),
        loss={"map": cross_entropy, "seam": cross_entropy},
        loss_weights={"map": MAP_WEIGHT, "seam": 1.0},
        metrics={"seam": [keras.metrics.AUC(from_logits=True, name="auc")]},
    )
    digest = _network_digest(run)
    state = run / f"seams-{digest[:8]}"  # of a killed one, on this network
    state.mkdir(exist_ok=True)
    log = state / "history.csv"
    model.fit(
        training,
        validation_data=validation,
        epochs=config.seam_epochs,
        shuffle=False,  # the pairs draw their order
        callbacks=[
            StartEpoch(training),
            keras.callbacks.CSVLogger(log, append=log.is_file()),
            keras.callbacks.BackupAndRestore(
                state / "backup", double_checkpoint=True, delete_checkpoint=False
            ),
        ],
    )
    model.get_layer("seams").save_weights(run / WEIGHTS_FILE)
    report = {
        "network": digest,
        "pairs": len(training.order) * config.seam_epochs,
        **read_history(log)[config.seam_epochs - 1],
    }
    write_whole(run / REPORT_FILE, json.dumps(report, indent=2) + "\n")
    return report


def read_report(run):
    """What `fit_seams` returned for a run, or None if it was not run.

    Raises:
        ConfigError: the run's network has changed since.
    """
    path = Path(run) / REPORT_FILE
    if not path.is_file():
        return None
    report = json.loads(path.read_text())
    if report["network"] != _network_digest(run):
        raise ConfigError(
            f"{path} belongs to another network than {run} holds now. Run `python -m train seams` "
            "again, or delete it to look for no seams."
        )
    return report


def _network_digest(run):
    return hashlib.sha256((Path(run) / "best.weights.h5").read_bytes()).hexdigest()


def with_seams(network, weights=None):
    """Put a head for seams beside that of a network.

    Args:
        network: what `architectures.build` returns, a "mobilenet_v2".
        weights: file of a trained head; None: random.

    Returns:
        A `keras.Model` on the same layers, from crop (n, s, s, 3) to "map" (n, s / 16, s / 16, 1)
        and "seam" (n, 1), both logits; positive is a seam. Its layer "seams" is the head.

    Raises:
        ConfigError: the network has other layers.
    """
    if not {*TAPS} <= {layer.name for layer in network.layers}:
        raise ConfigError(
            f"Seams are looked for in layers of mobilenet_v2: {', '.join(TAPS)}. Received: a "
            f"network {network.name!r} without them."
        )
    taps = [network.get_layer(name).output for name in TAPS]
    head = _build_head([tap.shape[1:] for tap in taps])
    if weights is not None:
        head.load_weights(weights)
    return keras.Model(network.input, head(taps), name=network.name)


def _build_head(shapes):
    def normalise(x):
        return LAYERS.BatchNormalization(momentum=0.95)(x)

    def convolve(x, channels, size, stride=1):
        x = LAYERS.Conv2D(channels, size, strides=stride, padding="same", use_bias=False)(x)
        return LAYERS.ReLU()(normalise(x))

    def refine(x):
        y = LAYERS.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
        y = LAYERS.ReLU()(normalise(y))
        y = LAYERS.Conv2D(x.shape[-1], 1, use_bias=False)(y)
        return LAYERS.ReLU()(LAYERS.Add()([x, normalise(y)]))

    taps = [keras.Input(shape) for shape in shapes]
    fine = convolve(normalise(taps[0]), FINE, 3, 2)
    x = LAYERS.Concatenate()([fine, convolve(normalise(taps[1]), FINE, 1)])
    x = refine(refine(x))
    x = convolve(x, COARSE, 3, 2)
    x = convolve(LAYERS.Concatenate()([x, normalise(taps[2])]), COARSE, 1)
    x = refine(refine(x))
    places = LAYERS.Conv2D(1, 1, name="map")(x)
    pooled = [LAYERS.GlobalAveragePooling2D()(x), LAYERS.GlobalMaxPooling2D()(x)]
    pooled = LAYERS.Concatenate()([*pooled, LAYERS.GlobalMaxPooling2D()(places)])
    seam = LAYERS.Dense(1, name="seam", dtype="float32")(LAYERS.Dropout(0.2)(pooled))
    return keras.Model(taps, {"map": places, "seam": seam}, name="seams")


class SeamPairs(keras.utils.PyDataset):
    """Batches of genuine faces, each followed by a blend made of it.

    Args:
        pictures: list of `Picture`; genuine ones with a face are used.
        config: `TrainConfig`: margin and input size.
        is_training: `DRAWS` blends of each, anew in order and mirroring each epoch; else one.
    """

    def __init__(self, pictures, config, *, is_training):
        super().__init__(workers=2, max_queue_size=16)
        self.pictures = [picture for picture in pictures if picture.label == "Real" and picture.box]
        self.config = config
        self.is_training = is_training
        self.start_epoch(0)

    def __len__(self):
        return -(-len(self.order) // PAIRS)

    def start_epoch(self, epoch):
        """Draw the order of an epoch; a resumed run draws what it would have drawn."""
        self.epoch = epoch
        count = len(self.pictures) * (DRAWS if self.is_training else 1)
        self.order = np.random.default_rng([self.config.seed, epoch]).permutation(count)

    def __getitem__(self, batch):
        """Return crops (2 n, s, s, 3) uint8, 0-255 RGB, original and blend in turn, and a dict of
        "map" (2 n, s / 16, s / 16, 1) and "seam" (2 n, 1), 0-1 float32."""
        crops, maps = [], []
        for number in self.order[batch * PAIRS : (batch + 1) * PAIRS]:
            *pair, mask = self._load(int(number))
            seam = seam_map(mask, self.config.input_size // 16)
            seed = [self.config.seed, self.epoch, number]
            if self.is_training and np.random.default_rng(seed).random() < 0.5:
                pair, seam = [crop[:, ::-1] for crop in pair], seam[:, ::-1]
            crops += pair
            maps += [np.zeros_like(seam), seam]
        labels = np.tile([[0.0], [1.0]], (len(crops) // 2, 1)).astype(np.float32)
        return np.stack(crops), {"map": np.stack(maps), "seam": labels}

    def _load(self, number):
        draw, index = divmod(number, len(self.pictures))
        generator = np.random.default_rng([self.config.seed, draw, index])
        picture = self.pictures[index]
        donor = self.pictures[int(generator.integers(len(self.pictures)))]
        photo = load_photo(picture.path)
        forged, mask = blend(photo, picture.box, load_photo(donor.path), donor.box, generator)
        margin = self.config.margin * generator.uniform(*MARGIN_JITTER)
        square = shift(picture.square(margin=margin), photo.size, generator)
        mask = Image.fromarray((mask * 255).astype(np.uint8))
        mask = cut(mask, square, input_size=MASK_SIDE)
        if generator.random() < CORRUPT_SHARE:
            side, seed = draw_side(square, generator), generator.integers(2**31)
            photo, forged = (
                degrade(one, square, np.random.default_rng(seed), side=side)
                for one in (photo, forged)
            )
            square = (0, 0, side, side)
        size = self.config.input_size
        return *(cut(one, square, input_size=size) for one in (photo, forged)), mask


def seam_map(mask, side):
    """Where a mask (m, m) uint8 changes: (side, side, 1) float32, the share of each place."""
    reach = np.ones((SEAM_REACH, SEAM_REACH), np.uint8)
    change = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, reach)
    is_seam = (change > SEAM_STEP).astype(np.float32)
    return cv2.resize(is_seam, (side, side), interpolation=cv2.INTER_AREA)[..., np.newaxis]
