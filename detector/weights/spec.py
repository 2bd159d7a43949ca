"""`detector.json`: every decision parameter of a model, so that none is written in the code."""

import dataclasses
import json
import math
import os
from pathlib import Path
from typing import Any

from ..classifier import View
from ..errors import WeightsError

SCHEMA = 7  # one more where a field, or what one of the networks takes or gives, is another
CLASSES = ("Real", "Fake")  # the one class order: Fake is 1, a probability is always P(fake)
MODEL_FILE, FACES_FILE, SPEC_FILE = "detector.tflite", "faces.tflite", "detector.json"
KERAS_FILE = "detector.keras"
FILES = (MODEL_FILE, FACES_FILE, KERAS_FILE)  # whose checksums SPEC_FILE holds
ADVICE = "Restore the weights folder (`git checkout weights`) or set DETECTOR_WEIGHTS to one."


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


def read_values(folder: str | os.PathLike) -> Any:
    """Read `detector.json` of any schema, a dict.

    Raises:
        WeightsError: it is missing or not a JSON object.
    """
    path = Path(folder) / SPEC_FILE
    try:
        values = json.loads(read_file(path))
        values.keys()
    except (ValueError, AttributeError) as error:
        raise WeightsError(f"{path} is not a JSON object ({error}). {ADVICE}") from error
    return values


def read_spec(folder: str | os.PathLike) -> Spec:
    """Read and check `detector.json`.

    Raises:
        WeightsError: it is missing, is not JSON, lacks a field or has a value out of range.
    """
    path, values = Path(folder) / SPEC_FILE, read_values(folder)
    if values.get("schema") != SCHEMA:
        raise WeightsError(
            f"{path} has schema {values.get('schema')!r}; this version of the code reads "
            f"schema {SCHEMA}. Update the code or use weights made for it."
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


def read_file(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}). {ADVICE}") from error
