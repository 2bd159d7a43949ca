"""Best weights of a run to what serves: `detector.keras`, `detector.tflite`, `detector.json`."""

import collections
import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from detector.config import THREADS, WEIGHTS_DIR
from detector.runtime import Network
from detector.score import calibrate, decide
from detector.weights import (
    CLASSES,
    FACES_FILE,
    KERAS_FILE,
    MODEL_FILE,
    SCHEMA,
    SPEC_FILE,
    Spec,
    load_weights,
    run_model,
    self_test_crops,
)

from . import architectures
from .calibrate import fit_scaling, least_conclusive_confidence
from .config import TrainConfig
from .data import FaceBatches
from .evaluate import summarise
from .evidence import evidence_of
from .fingerprint import code_fingerprint
from .fit import read_run
from .splits import read_manifest

_Judged = collections.namedtuple("_Judged", "label confidence fake_probability is_conclusive")

MIN_FACE_SIDE = 48.0  # pixels; training saw faces resampled down to about 60


def serving_model(model):
    """The network that serves: one forward pass gives verdict, heatmap and embedding.

    Args:
        model: what `architectures.build` returns.

    Returns:
        A `keras.Model` on the same layers, from crop (1, s, s, 3) to logit (1,), evidence
        (1, h, w, 1) and embedding (1, c); see `detector.weights.run_model`.
    """
    embedding = model.get_layer("embedding")
    head = model.get_layer("logit")
    logit = keras.ops.reshape(head.output, (-1,))
    return keras.Model(model.inputs, [logit, evidence_of(model), embedding.output])


def export(run, *, data, output, version):
    """Export the best weights of a run.

    Args:
        run: folder that `fit` wrote.
        data: folder of the manifest; its validation pictures, corrupted, calibrate the model.
        output: folder for the weights; `faces.tflite` is copied into it.
        version: of the model, such as "1.0.0".

    Returns:
        The `Spec` that was written.
    """
    run, output = Path(run), Path(output)
    made_of = read_run(run)
    config = TrainConfig().replace(**made_of["config"])
    model = architectures.build(
        config.architecture,
        input_size=config.input_size,
        dropout=config.dropout,
        batch_norm_momentum=config.batch_norm_momentum,
    )
    model.load_weights(run / "best.weights.h5")
    output.mkdir(parents=True, exist_ok=True)
    model.save(output / KERAS_FILE)
    convert(model, output / MODEL_FILE)
    if output.resolve() != WEIGHTS_DIR.resolve():
        shutil.copy(WEIGHTS_DIR / FACES_FILE, output / FACES_FILE)

    network = Network((output / MODEL_FILE).read_bytes(), name=MODEL_FILE, threads=THREADS)
    crops = self_test_crops(config.input_size)
    spec = Spec(
        schema=SCHEMA,
        version=version,
        architecture=config.architecture,
        classes=CLASSES,
        input_size=config.input_size,
        margin=config.margin,
        **_calibrate(network, read_manifest(data, "Validation"), config),
        min_face_side=MIN_FACE_SIDE,
        sha256={
            name: hashlib.sha256((output / name).read_bytes()).hexdigest()
            for name in (KERAS_FILE, MODEL_FILE, FACES_FILE)
        },
        self_test=tuple(round(run_model(network, crop)[0], 4) for crop in crops),
        training={
            **made_of,
            "code": code_fingerprint(),
            "parameters": model.count_params(),
        },
    )
    (output / SPEC_FILE).write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n")
    load_weights(output)  # what cannot be loaded back is not exported
    return spec


def convert(model, path):
    """Write the serving form of a network (see `serving_model`) as a `.tflite` file."""
    # A fixed batch of one lets LiteRT plan its memory once.
    single = keras.Input(model.input_shape[1:], batch_size=1, name="crop")
    fixed = keras.models.clone_model(model, input_tensors=single)
    fixed.set_weights(model.get_weights())
    serving_model(fixed).export(path, format="litert", verbose=False)


def _calibrate(network, pictures, config):
    """Fit what turns logits into verdicts, and measure the verdicts.

    Returns:
        The fields temperature, bias, min_confidence and metrics of `Spec`.
    """
    corrupted, labels = predict_batches(network, pictures, config, corrupt_share=1.0)
    clean, _ = predict_batches(network, pictures, config, corrupt_share=0.0)
    temperature, bias = fit_scaling(corrupted, labels)

    def judge(logits, min_confidence):
        for logit in logits:
            probability = calibrate(logit, temperature=temperature, bias=bias)
            label, confidence = decide(probability)
            yield _Judged(label, confidence, probability, confidence >= min_confidence)

    judged = list(judge(corrupted, 0.5))
    is_right = [CLASSES[int(label)] == v.label for label, v in zip(labels, judged, strict=True)]
    min_confidence = least_conclusive_confidence([v.confidence for v in judged], is_right)
    return {
        "temperature": round(temperature, 4),
        "bias": round(bias, 4),
        "min_confidence": round(min_confidence, 4),
        "metrics": {
            "validation, corrupted": summarise(labels, list(judge(corrupted, min_confidence))),
            "validation, clean": summarise(labels, list(judge(clean, min_confidence))),
        },
    }


def predict_batches(network, pictures, config, *, corrupt_share):
    """Logits of a serving network on pictures of the manifest.

    Args:
        network: `detector.runtime.Network`.
        pictures: list of `Picture`.
        config: `TrainConfig`.
        corrupt_share: 0-1, of the pictures that are degraded.

    Returns:
        logits (n,) and labels (n,), Fake is 1.
    """
    batches = FaceBatches(pictures, config, augment=False, corrupt_share=corrupt_share)
    logits, labels = [], []
    for index in tqdm(range(len(batches)), desc="validating", unit="batch"):
        crops, batch_labels = batches[index]
        logits.extend(run_model(network, crop)[0] for crop in crops)
        labels.extend(batch_labels[:, 0])
    return np.array(logits), np.array(labels)
