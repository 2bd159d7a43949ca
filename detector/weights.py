"""Weights folder to networks that may serve: checksums, form and self-test, or an error.

`detector.json` carries every decision parameter, so that nothing about a model is written in the
code and a new model brings all of it.
"""

import dataclasses
import hashlib
import json
import math
import os
from pathlib import Path

import numpy as np
from PIL import Image

from .config import THREADS
from .errors import WeightsError
from .face_search import FaceDetector
from .runtime import Network

SCHEMA = 7  # one more where a field, or what one of the networks takes or gives, is another
CLASSES = ("Real", "Fake")  # the one class order: Fake is 1, a probability is always P(fake)
MODEL_FILE, FACES_FILE, SPEC_FILE = "detector.tflite", "faces.tflite", "detector.json"
KERAS_FILE = "detector.keras"
FILES = (MODEL_FILE, FACES_FILE, KERAS_FILE)  # whose checksums SPEC_FILE holds
SELF_TEST_TOLERANCE = 0.2  # logits; rounding that falls otherwise costs .04, a wrong network units
ADVICE = "Restore the weights folder (`git checkout weights`) or set DETECTOR_WEIGHTS to one."


@dataclasses.dataclass(frozen=True)
class View:
    """One look at a face; see `detector.views`.

    Attributes:
        margin: side of the crop over the longer side of the face box, at least 0.3.
        is_mirrored: whether left and right are swapped.
    """

    margin: float
    is_mirrored: bool


@dataclasses.dataclass(frozen=True)
class Spec:
    """What `detector.json` says of a model.

    Attributes:
        schema: version of this form, and of what the networks beside it take and give.
        version: of the model.
        architecture: name in `train.models.architectures`.
        classes: must equal `CLASSES`.
        input_size: side of the model's input in pixels.
        views: the crops of a face whose logits are averaged.
        temperature: the logit is divided by it to become a calibrated log-odds ...
        bias: ... and this is added.
        min_confidence: by label, 0.5-1; verdicts of that label with less are not conclusive.
        min_face_side: pixels; faces with a shorter longer side are not conclusive.
        sha256: hex digest of each weights file, by file name.
        self_test: logits of `self_test_crops`, recorded at export.
        training: configuration and data fingerprint.
        metrics: measured figures of this model, by split.
    """

    schema: int
    version: str
    architecture: str
    classes: tuple[str, str]
    input_size: int
    views: tuple[View, ...]
    temperature: float
    bias: float
    min_confidence: dict[str, float]
    min_face_side: float
    sha256: dict[str, str]
    self_test: tuple[float, ...]
    training: dict
    metrics: dict


@dataclasses.dataclass(frozen=True)
class WeightsInfo:
    """Which weights gave a verdict.

    Attributes:
        source: "embedded" (a folder of this machine) or "hub".
        version: of the model.
        sha256: of `detector.tflite`, hex.
        repo: on the Hub, "USER/NAME"; None if embedded.
        revision: tag, branch or commit that was asked for; None if embedded.
        commit: what `revision` stands for, 40 hex digits; None if embedded.
        note: a sentence if other weights should serve than do, or None.
    """

    source: str
    version: str
    sha256: str
    repo: str | None = None
    revision: str | None = None
    commit: str | None = None
    note: str | None = None


@dataclasses.dataclass(frozen=True)
class Weights:
    """Verified networks and the parameters they are used with."""

    spec: Spec
    info: WeightsInfo
    model: Network
    faces: FaceDetector
    folder: Path


def load_weights(
    folder: str | os.PathLike, *, source: str = "embedded", **origin: str | None
) -> Weights:
    """Load and verify a weights folder.

    Args:
        folder: holds `detector.json`, `detector.tflite`, `faces.tflite` and, where the heatmap
            shall be explained further, `detector.keras`.
        source: what `WeightsInfo.source` shall say.
        origin: other fields of `WeightsInfo`: repo, revision, commit, note.

    Returns:
        `Weights`.

    Raises:
        WeightsError: a file is missing, damaged or does not belong to the others, or the network
            does not answer the self-test as it did at export.
    """
    folder = Path(folder)
    spec = read_spec(folder)
    contents = {}
    for name in FILES:
        if name == KERAS_FILE and not (folder / name).exists():
            continue  # nothing that serves needs it
        contents[name] = _read(folder / name)
        found = hashlib.sha256(contents[name]).hexdigest()
        if found != spec.sha256.get(name):
            raise WeightsError(
                f"{folder / name} is not the file that {SPEC_FILE} describes: expected sha256 "
                f"{spec.sha256.get(name)}, found {found}. {ADVICE}"
            )
    model = Network(contents[MODEL_FILE], name=MODEL_FILE, threads=THREADS)
    _check_model(model, spec)
    faces = FaceDetector(contents[FACES_FILE], threads=THREADS)
    _check_faces(faces)
    return Weights(
        spec=spec,
        info=WeightsInfo(source, spec.version, spec.sha256[MODEL_FILE], **origin),
        model=model,
        faces=faces,
        folder=folder,
    )


def read_spec(folder: str | os.PathLike) -> Spec:
    """Read and check `detector.json`.

    Raises:
        WeightsError: it is missing, is not JSON, lacks a field or has a value out of range.
    """
    path = Path(folder) / SPEC_FILE
    try:
        values = json.loads(_read(path))
        schema = values.get("schema")
    except (ValueError, AttributeError) as error:
        raise WeightsError(f"{path} is not a JSON object ({error}). {ADVICE}") from error
    if schema != SCHEMA:
        raise WeightsError(
            f"{path} has schema {schema!r}; this version of the code reads schema {SCHEMA}. "
            "Update the code or use weights made for it."
        )
    names = [field.name for field in dataclasses.fields(Spec)]
    wrong = sorted(set(names) ^ set(values))
    if wrong:
        raise WeightsError(f"{path} has missing or unknown fields: {', '.join(wrong)}. {ADVICE}")
    try:
        spec = Spec(
            **values
            | {
                "classes": tuple(values["classes"]),
                "input_size": int(values["input_size"]),
                "views": tuple(
                    View(margin=float(view["margin"]), is_mirrored=bool(view["is_mirrored"]))
                    for view in values["views"]
                ),
                "self_test": tuple(float(value) for value in values["self_test"]),
            }
        )
        is_valid = {
            "classes": spec.classes == CLASSES,
            "input_size": spec.input_size >= 32,
            "views": len(spec.views) > 0
            and all(0.3 <= view.margin < math.inf for view in spec.views),
            "temperature": 0.0 < spec.temperature < math.inf,
            "bias": math.isfinite(spec.bias),
            "min_confidence": set(spec.min_confidence) == set(CLASSES)
            and all(0.5 <= least < 1.0 for least in spec.min_confidence.values()),
            "min_face_side": spec.min_face_side >= 0,
            "self_test": len(spec.self_test) > 0,
            "sha256": isinstance(spec.sha256, dict),
        }
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise WeightsError(f"{path} has a value of the wrong type ({error}). {ADVICE}") from error
    wrong = [f"{name}={getattr(spec, name)!r}" for name, valid in is_valid.items() if not valid]
    if wrong:
        raise WeightsError(f"{path} has values out of range: {', '.join(wrong)}. {ADVICE}")
    return spec


def run_model(model: Network, crop: np.ndarray) -> tuple[float, np.ndarray]:
    """Run the classifier on one crop.

    Args:
        model: `Network`.
        crop: (s, s, 3) uint8, 0-255 RGB.

    Returns:
        logit (float, positive is Fake) and evidence (h, w) float32: Grad-CAM before its ReLU, with
        global average pooling what each place of the last convolution adds to the logit times
        h * w.
    """
    outputs = {output.ndim: output for output in model(crop)}  # ranks 1 and 4 tell them apart
    return float(outputs[1][0]), outputs[4][0, :, :, 0]


def self_test_crops(size: int) -> list[np.ndarray]:
    """Two pictures made of waves, the same on every machine.

    Args:
        size: side in pixels.

    Returns:
        Two arrays (size, size, 3) uint8.
    """
    y, x = np.mgrid[:size, :size] / size
    phases = np.array([0.0, 2.1, 4.2])
    smooth = np.sin(4 * np.pi * (x * y)[..., None] + phases)
    rings = np.sin(60 * np.hypot(x - 0.5, y - 0.4)[..., None] + phases)
    return [np.round(127.5 + 100 * wave).astype(np.uint8) for wave in (smooth, rings)]


def _check_model(model, spec):
    size = spec.input_size
    if model.input_shape != (1, size, size, 3):
        raise WeightsError(
            f"{MODEL_FILE} takes {model.input_shape}, but {SPEC_FILE} says (1, {size}, {size}, 3). "
            f"{ADVICE}"
        )
    shapes = [output.shape for output in model(np.zeros((size, size, 3), np.uint8))]
    if sorted(len(shape) for shape in shapes) != [1, 4]:
        raise WeightsError(
            f"{MODEL_FILE} must give a logit (1,) and evidence (1, h, w, 1). Received: {shapes}. "
            f"{ADVICE}"
        )
    found = [run_model(model, crop)[0] for crop in self_test_crops(size)]
    is_alike = len(found) == len(spec.self_test) and np.allclose(
        found, spec.self_test, rtol=0.0, atol=SELF_TEST_TOLERANCE
    )
    if not is_alike:
        raise WeightsError(
            f"The self-test of {MODEL_FILE} failed: expected logits {list(spec.self_test)}, got "
            f"{found}. {ADVICE}"
        )


def _check_faces(faces):
    try:
        faces.detect(Image.new("RGB", (64, 64)))
    except (IndexError, RuntimeError, ValueError) as error:  # what a network of other form causes
        raise WeightsError(f"{FACES_FILE} does not detect faces ({error}). {ADVICE}") from error


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}). {ADVICE}") from error
