"""Weights folder to networks that may serve: checksums, form and self-test, or an error."""

import dataclasses
import hashlib
import os
from pathlib import Path

import numpy as np
from PIL import Image

from ..classifier import run_model
from ..config import THREADS
from ..errors import WeightsError
from ..faces import FaceDetector
from ..runtime import Network
from .spec import (
    ADVICE,
    FACES_FILE,
    FILES,
    KERAS_FILE,
    MODEL_FILE,
    SPEC_FILE,
    Spec,
    WeightsInfo,
    read_file,
    read_spec,
)

SELF_TEST_TOLERANCE = 0.2  # logits; rounding that falls otherwise costs .04, a wrong network units


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
        contents[name] = read_file(folder / name)
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
    if [len(shape) for shape in shapes] != [1, 4]:
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
