"""Best weights of a run to what serves: `detector.keras`, `detector.tflite`, `detector.json`."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import keras

from detector import Detector
from detector.classifier import View, run_model
from detector.config import THREADS, WEIGHTS_DIR
from detector.faces import FaceDetector
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
    read_spec,
    self_test_crops,
)

from ..config import TrainConfig
from ..data.batches import training_batches
from ..data.manifest import read_manifest, read_sources
from ..data.sampling import choose_evenly
from ..evaluation.predict import labels_of, look_at_pictures, predict_batches, read_photos
from ..fingerprint import code_fingerprint
from ..fitting.fit import load_network
from ..fitting.run import read_run_on
from ..metrics import summarise
from .calibrate import fit_min_confidence, fit_scaling, lean_to_genuine
from .class_activation import evidence_of
from .compact import round_weights, save
from .quantise import quantise_late

MIN_FACE_SIDE = 48.0  # pixels; training saw faces resampled down to about 60

# The looks at a face whose logits are averaged, as factors of the margin of training, with whether
# they are mirrored. One is of its inside, where large faces keep their detail. Four and five do no
# better on validation pictures (EXPERIMENTS.md, 19).
VIEWS = ((0.52, False), (0.84, False), (1.1, True))
WHOLE_VIEWS = ((1.0, False), (1.0, True))  # where every margin gives the whole picture

VALIDATION_PICTURES = 2000  # evenly of each pool, label and source, that calibrate and are measured
CALIBRATION_CORRUPT_SHARE = 0.5  # of those that calibrate; photos are neither all clean nor all bad
QUANTISE_PICTURES = 384  # of training, that the ranges of eight bits are taken from


def serving_model(model) -> keras.Model:
    """The network that serves: one forward pass gives verdict and heatmap.

    Args:
        model: what `architectures.build` returns.

    Returns:
        A `keras.Model` on the same layers, from crop (1, s, s, 3) to logit (1,) and evidence
        (1, h, w, 1); see `detector.classifier.run_model`.
    """
    logit = keras.ops.reshape(model.get_layer("logit").output, (-1,))
    return keras.Model(model.inputs, [logit, evidence_of(model)])


def export(run, *, data, output, version, left_out=None, count=VALIDATION_PICTURES) -> Spec:
    """Export the best weights of a run.

    Args:
        run: folder that `fit` wrote.
        data: folder of the manifest; its validation pictures calibrate the model.
        output: folder for the weights; `faces.tflite` is copied into it.
        version: of the model, such as "1.0.0".
        left_out: the `leave_out.json` of `train.studies.leave_out`, whose limits of what is
            conclusive hold too; None: validation pictures alone set them.
        count: of validation pictures, evenly of each pool, label and source.

    Returns:
        The `Spec` that was written.

    Raises:
        ConfigError: there is no such run on those pictures.
    """
    run, finished = Path(run), Path(output)
    # Beside its place until all of it is there: a kill or a full disk leaves the old weights whole.
    output = finished.with_name(f"{finished.name}.part")
    made_of = read_run_on(data, run)
    read_spec(WEIGHTS_DIR)  # whose search for faces is copied: of another form it would not run
    config = TrainConfig().replace(**made_of["config"])
    model = load_network(run, config)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    round_weights(model)
    save(model, output / KERAS_FILE)
    training, validation = (read_manifest(data, split) for split in ("Train", "Validation"))
    validation = choose_evenly(validation, count, seed=config.seed)
    convert(model, output / MODEL_FILE)
    shutil.copy(WEIGHTS_DIR / FACES_FILE, output / FACES_FILE)

    eight_bits = _quantise(output / MODEL_FILE, training, validation, config)
    network = Network((output / MODEL_FILE).read_bytes(), name=MODEL_FILE, threads=THREADS)
    crops = self_test_crops(config.input_size)
    views = _views(WHOLE_VIEWS if config.takes_whole_pictures else VIEWS, config)
    spec = Spec(
        schema=SCHEMA,
        version=version,
        architecture=config.architecture,
        classes=CLASSES,
        input_size=config.input_size,
        views=views,
        **_calibrate(network, validation, config, views=views, left_out=left_out),
        min_face_side=MIN_FACE_SIDE,
        sha256={
            name: hashlib.sha256((output / name).read_bytes()).hexdigest()
            for name in (KERAS_FILE, MODEL_FILE, FACES_FILE)
        },
        self_test=tuple(round(run_model(network, crop)[0], 4) for crop in crops),
        training={
            **made_of,
            "sources": read_sources(data),
            "code": code_fingerprint(),
            "parameters": model.count_params(),
            "eight bits": eight_bits,
        },
        metrics={},
    )
    _write(spec, output)
    detector = Detector(load_weights(output))  # what cannot be loaded back is not exported
    spec = dataclasses.replace(spec, metrics=measure(detector, validation))
    _write(spec, output)
    finished.mkdir(exist_ok=True)
    for name in (KERAS_FILE, MODEL_FILE, FACES_FILE, SPEC_FILE):
        (output / name).replace(finished / name)
    output.rmdir()
    return spec


def measure(detector, validation) -> dict:
    """Measure the verdicts on validation pictures, degraded and clean.

    Args:
        detector: `detector.Detector`.
        validation: list of `Picture`.

    Returns:
        Figures by name, the field metrics of `Spec`.
    """
    return {
        f"validation, {name}": summarise(
            labels_of(validation),
            [
                detector.predict(photo, is_face_crop=True)
                for photo in read_photos(validation, corrupt_share=share)
            ],
        )
        for name, share in (("corrupted", 1.0), ("clean", 0.0))
    }


def _write(spec, output):
    (output / SPEC_FILE).write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n")


def _quantise(path, training, validation, config):
    limit = -(-QUANTISE_PICTURES // config.batch_size)
    batches = training_batches(training, config, limit=limit)
    content, report = quantise_late(
        path.read_bytes(),
        (crop for index in range(len(batches)) for crop in batches[index][0]),
        predict=lambda networks: predict_batches(networks, validation, config, corrupt_share=1.0),
    )
    path.write_bytes(content)
    return report


def convert(model, path) -> None:
    """Write the serving form of a network (see `serving_model`) as a `.tflite` file."""
    # A fixed batch of one lets LiteRT plan its memory once.
    single = keras.Input(model.input_shape[1:], batch_size=1, name="crop")
    fixed = keras.models.clone_model(model, input_tensors=single)
    fixed.set_weights(model.get_weights())
    serving_model(fixed).export(path, format="litert", verbose=False)


def _views(factors, config):
    return tuple(View(round(factor * config.margin, 4), mirrored) for factor, mirrored in factors)


def _calibrate(network, pictures, config, *, views, left_out):
    """Fit what turns looks into verdicts, on pictures half of which are degraded.

    Returns:
        The fields temperature, bias and min_confidence of `Spec`.
    """
    [logits] = look_at_pictures(
        network,
        FaceDetector((WEIGHTS_DIR / FACES_FILE).read_bytes(), threads=THREADS),
        pictures,
        sets_of_views=[views],
        input_size=config.input_size,
        corrupt_share=CALIBRATION_CORRUPT_SHARE,
    )
    labels = labels_of(pictures)
    temperature, bias = fit_scaling(logits, labels)
    bias = lean_to_genuine(logits, labels, temperature=temperature, bias=bias)
    verdicts = [decide(calibrate(logit, temperature=temperature, bias=bias)) for logit in logits]
    least = fit_min_confidence(verdicts, labels)
    if left_out:
        unseen = json.loads(Path(left_out).read_text())["min_confidence"]
        least = {name: max(confidence, unseen[name]) for name, confidence in least.items()}
    return {
        "temperature": round(temperature, 4),
        "bias": round(bias, 4),
        "min_confidence": {name: round(confidence, 4) for name, confidence in least.items()},
    }
