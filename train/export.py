"""Best weights of a run to what serves: `detector.keras`, `detector.tflite`, `detector.json`."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import keras
import numpy as np

from detector import Detector
from detector.config import THREADS, WEIGHTS_DIR
from detector.faces import FaceDetector
from detector.preprocess import Rescale, longer_side
from detector.runtime import Network
from detector.score import calibrate, decide, familiarity
from detector.weights import (
    CLASSES,
    FACES_FILE,
    KERAS_FILE,
    MODEL_FILE,
    SCHEMA,
    SPEC_FILE,
    Spec,
    View,
    load_weights,
    read_spec,
    run_model,
    self_test_crops,
)

from .calibrate import fit_scaling, least_conclusive_confidence
from .config import TrainConfig
from .data import FaceBatches
from .evidence import evidence_of
from .familiarity import descriptor, distance, fit_familiarity
from .figures import summarise
from .fingerprint import code_fingerprint
from .fit import load_network, read_run_on
from .looks import labels_of, look_at_pictures, predict_batches, read_photos
from .manifest import read_manifest, read_sources
from .quantise import quantise_late
from .seams import WEIGHTS_FILE, read_report, with_seams

MIN_FACE_SIDE = 48.0  # pixels; training saw faces resampled down to about 60

# The looks at a face whose logits are averaged, as factors of the margin of training, with whether
# they are mirrored. Chosen on degraded validation pictures: three do as well as eight
# (EXPERIMENTS.md).
VIEWS = ((0.84, False), (1.0, True), (1.1, False))
WHOLE_VIEWS = ((1.0, False), (1.0, True))  # where every margin gives the whole picture

# The inside of a face, without outline and seam. Faces generated as a whole have no seam: their
# whole looks genuine to this detector, their inside less so (EXPERIMENTS.md).
INNER_VIEWS = ((0.4, False), (0.48, True))
INNER_SHARE = 0.45  # of degraded validation pictures judged Real, that this makes inconclusive;
#                     chosen on generated portraits of others.zip, see EXPERIMENTS.md

SEAM_SHARE = 0.1  # of the same pictures, that looking pasted in makes inconclusive; chosen on
#                   validation pictures with pasted faces, see EXPERIMENTS.md

# Share of degraded validation pictures that are called unfamiliar, by the class they are judged as.
# Fake rests on traces that were seen; Real rests on seeing none, which means little in a photo
# unlike those whose traces are known, and so is asked for more.
UNFAMILIAR_SHARES = {"Real": 0.10, "Fake": 0.05}
JPEG_QUALITY = 75  # of the data set's pictures
FAMILIARITY_PICTURES = 4096  # of training, that the familiarity is fitted on
QUANTILES = 41  # of the distances that travel with the weights

QUANTISE_PICTURES = 384  # of training, that the ranges of eight bits are taken from


def serving_model(model, known, *, seams=None):
    """The network that serves: one forward pass gives verdict, heatmap, familiarity and seam.

    Args:
        model: what `architectures.build` returns.
        known: `train.familiarity.Familiarity`.
        seams: file of a head for seams, see `train.seams`; None: the network looks for none.

    Returns:
        A `keras.Model` on the same layers, from crop (1, s, s, 3) to logit (1,), evidence
        (1, h, w, 1), distance (1, 1) and seam (1, 1, 1); see `detector.weights.run_model`.
    """
    head = model.get_layer("logit")
    far = distance(descriptor(model), known)
    seam = with_seams(model, seams).output["seam"] if seams else 0.0 * head.output
    outputs = [keras.ops.reshape(head.output, (-1,)), evidence_of(model), far]
    return keras.Model(model.inputs, [*outputs, keras.ops.reshape(seam, (-1, 1, 1))])


def export(run, *, data, output, version):
    """Export the best weights of a run.

    Args:
        run: folder that `fit` wrote.
        data: folder of the manifest; its validation pictures, corrupted, calibrate the model.
        output: folder for the weights; `faces.tflite` is copied into it.
        version: of the model, such as "1.0.0".

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
    model.save(output / KERAS_FILE)
    training, validation = (read_manifest(data, split) for split in ("Train", "Validation"))
    seams = read_report(run)
    head = seams and run / WEIGHTS_FILE
    convert(
        model,
        output / MODEL_FILE,
        known=_fit_familiarity(model, training, config),
        seams=head,
    )
    shutil.copy(WEIGHTS_DIR / FACES_FILE, output / FACES_FILE)

    eight_bits = _quantise(output / MODEL_FILE, training, validation, config)
    network = Network((output / MODEL_FILE).read_bytes(), name=MODEL_FILE, threads=THREADS)
    crops = self_test_crops(config.input_size)
    views = _views(WHOLE_VIEWS if config.takes_whole_pictures else VIEWS, config)
    inner_views = _views(INNER_VIEWS, config) if config.inner_share else ()  # as it was trained
    rescale = fit_rescale(training)
    spec = Spec(
        schema=SCHEMA,
        version=version,
        architecture=config.architecture,
        classes=CLASSES,
        input_size=config.input_size,
        views=views,
        inner_views=inner_views,
        **_calibrate(
            network, validation, config, views=views, inner_views=inner_views, rescale=rescale
        ),
        min_face_side=MIN_FACE_SIDE,
        rescale=rescale,
        sha256={
            name: hashlib.sha256((output / name).read_bytes()).hexdigest()
            for name in (KERAS_FILE, MODEL_FILE, FACES_FILE)
        },
        self_test=tuple(round(run_model(network, crop)[0], 4) for crop in crops),
        training={
            **made_of,
            "sources": read_sources(data),
            "code": code_fingerprint(),
            "parameters": model.count_params()
            + (with_seams(model).get_layer("seams").count_params() if head else 0),
            "seams": seams,
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


def fit_rescale(pictures):
    """Find how large the pictures of training are, and the faces in them.

    Args:
        pictures: list of `Picture`.

    Returns:
        `Rescale` of faces larger than the largest picture, to the median side of a face, or the
        mean of both classes' medians: a side that one class has more often would speak for it.
    """
    sides = {}
    for picture in pictures:
        side = longer_side(picture.box or (0, 0, *picture.size))
        sides.setdefault(picture.label, []).append(side)
    return Rescale(
        above=max(max(picture.size) for picture in pictures),
        side=round(float(np.mean([np.median(of_class) for of_class in sides.values()]))),
        quality=JPEG_QUALITY,
    )


def measure(detector, validation):
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
                for photo in read_photos(validation, is_corrupted=is_corrupted)
            ],
        )
        for name, is_corrupted in (("corrupted", True), ("clean", False))
    }


def _write(spec, output):
    (output / SPEC_FILE).write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n")


def _fit_familiarity(model, training, config):
    describe = keras.Model(model.inputs, descriptor(model))
    batches = _batches_as_in_training(training, config, count=FAMILIARITY_PICTURES)
    return fit_familiarity(describe.predict(batches, verbose=0))


def _batches_as_in_training(training, config, *, count):
    return FaceBatches(
        training,
        config,
        augment=True,
        corrupt_share=config.corrupt_share,
        limit=-(-count // config.batch_size),
    )


def _quantise(path, training, validation, config):
    batches = _batches_as_in_training(training, config, count=QUANTISE_PICTURES)
    content, report = quantise_late(
        path.read_bytes(),
        (crop for index in range(len(batches)) for crop in batches[index][0]),
        predict=lambda networks: predict_batches(networks, validation, config, corrupt_share=1.0),
    )
    path.write_bytes(content)
    return report


def convert(model, path, *, known, seams=None):
    """Write the serving form of a network (see `serving_model`) as a `.tflite` file."""
    # A fixed batch of one lets LiteRT plan its memory once.
    single = keras.Input(model.input_shape[1:], batch_size=1, name="crop")
    fixed = keras.models.clone_model(model, input_tensors=single)
    fixed.set_weights(model.get_weights())
    serving_model(fixed, known, seams=seams).export(path, format="litert", verbose=False)


def _views(factors, config):
    return tuple(View(round(factor * config.margin, 4), mirrored) for factor, mirrored in factors)


def _calibrate(network, pictures, config, *, views, inner_views, rescale):
    """Fit what turns looks into verdicts, on degraded pictures.

    Returns:
        The fields temperature, bias, min_confidence, distances, min_familiarity, inner_slope,
        max_inner_excess and max_seam of `Spec`.
    """
    looks, *insides = look_at_pictures(
        network,
        FaceDetector((WEIGHTS_DIR / FACES_FILE).read_bytes(), threads=THREADS),
        pictures,
        sets_of_views=[views, *([view] for view in inner_views)],
        input_size=config.input_size,
        rescale=rescale,
    )
    temperature, bias = fit_scaling(looks.logits, looks.labels)
    distances = np.quantile(looks.distances, np.linspace(0.0, 1.0, QUANTILES)).round(4)
    is_real = looks.logits / temperature + bias < 0.0
    inner_slope, max_inner_excess, excess = 0.0, 0.0, np.zeros(len(pictures))
    if insides:
        genuine = is_real & (looks.labels == 0)
        inside = np.max([look.logits for look in insides], axis=0)
        inner_slope = float(np.polyfit(looks.logits[genuine], inside[genuine], deg=1)[0])
        excess = inside - inner_slope * looks.logits
        max_inner_excess = float(np.quantile(excess[is_real], 1.0 - INNER_SHARE))
    max_seam = float(np.quantile(looks.seams[is_real], 1.0 - SEAM_SHARE))
    confidences, is_right = [], []  # of verdicts that may be conclusive
    for i, truth in enumerate(looks.labels):
        label, confidence = decide(calibrate(looks.logits[i], temperature=temperature, bias=bias))
        is_known = familiarity(looks.distances[i], distances) >= UNFAMILIAR_SHARES[label]
        agree = excess[i] <= max_inner_excess and looks.seams[i] <= max_seam
        if is_known and (label == "Fake" or agree):
            confidences.append(confidence)
            is_right.append(CLASSES[truth] == label)
    return {
        "temperature": round(temperature, 4),
        "bias": round(bias, 4),
        "min_confidence": round(least_conclusive_confidence(confidences, is_right), 4),
        "distances": tuple(distances.tolist()),
        "min_familiarity": UNFAMILIAR_SHARES,
        "inner_slope": round(inner_slope, 4),
        "max_inner_excess": round(max_inner_excess, 4),
        "max_seam": round(max_seam, 4),
    }
