"""Average a run's network with the one that its training went on from.

Both lie in one valley of the loss, and what lies between generalises better than either end at no
cost in serving (Wortsman et al., Model soups, ICML 2022). A network that went on to other pictures
so keeps what it knew of the first ones (the same, Robust fine-tuning, CVPR 2022). The statistics of
batch normalisation belong to neither end, and are measured anew (Izmailov et al., UAI 2018).
"""

import hashlib
import json
from pathlib import Path

import keras
from tqdm import trange

from detector.errors import ConfigError

from ..config import TrainConfig
from ..data.batches import training_batches
from ..data.manifest import read_manifest
from ..disk import write_whole
from .fit import load_network
from .run import read_run_on
from .torch_speed import speed_up_torch, without_gradients

STATISTICS_BATCHES = 200  # of training pictures, from which batch normalisation is measured


def average(run, *, start, data, output, share=0.5, batches=STATISTICS_BATCHES) -> None:
    """Write the average of two networks as a run that can be exported.

    Args:
        run: folder of a finished training run.
        start: the `.keras` file that it went on from, or another network of the same form.
        data: folder of the manifest.
        output: folder of the result; it must not exist.
        share: 0-1, of the run's network; the rest is that of `start`.
        batches: to measure batch normalisation from.

    Raises:
        ConfigError: the networks differ in form, the folder exists, or there is no such run on
            those pictures.
    """
    run, output = Path(run), Path(output)
    if output.exists():
        raise ConfigError(f"{output} exists. Choose another --output folder, or delete it.")
    speed_up_torch()
    made_of = read_run_on(data, run)
    config = TrainConfig().replace(**made_of["config"])
    model = load_network(run, config)
    ends = [model.get_weights(), keras.models.load_model(start, compile=False).get_weights()]
    if [end.shape for end in ends[0]] != [end.shape for end in ends[1]]:
        raise ConfigError(f"{start} is not of the same form as the network of {run}.")
    model.set_weights(
        [share * one + (1.0 - share) * other for one, other in zip(*ends, strict=True)]
    )
    _measure_statistics(
        model, training_batches(read_manifest(data, "Train"), config, limit=batches)
    )
    digest = hashlib.sha256(Path(start).read_bytes()).hexdigest()
    made_of["averaged with"] = f"{Path(start).name}, sha256 {digest}, {1.0 - share:g} of it"
    output.mkdir(parents=True)
    model.save_weights(output / "best.weights.h5")
    write_whole(output / "config.json", json.dumps(made_of, indent=2) + "\n")


def _measure_statistics(model, batches):
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    with without_gradients():
        for index in trange(len(batches), desc="batch normalisation", unit="batch"):
            for layer in layers:
                layer.momentum = index / (index + 1)  # makes a moving mean the mean of all so far
            model(batches[index][0], training=True)
