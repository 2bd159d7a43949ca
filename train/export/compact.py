"""A network in a small `.keras` file: fewer digits of its weights, and those compressed."""

import zipfile
from pathlib import Path

import keras
import numpy as np

DROPPED = 13  # of the 23 bits of a float32 after the point; as many as a float16 has are left


def round_weights(model: keras.Model) -> None:
    """Round weights to the digits of a float16, in the range of a float32.

    By at most one part in 2,048, less than what eight bits change later. The zeros compress.
    """
    rounded = []
    for weight in model.get_weights():
        fraction, exponent = np.frexp(np.asarray(weight, np.float32))
        steps = 2.0 ** (24 - DROPPED)
        rounded.append(np.ldexp(np.round(fraction * steps) / steps, exponent).astype(np.float32))
    model.set_weights(rounded)


def save(model: keras.Model, path) -> None:
    """Save a network as a `.keras` file that is compressed, as Keras' own are not."""
    path = Path(path)
    whole = path.with_name(f"whole-{path.name}")
    model.save(whole)
    with (
        zipfile.ZipFile(whole) as stored,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in stored.namelist():
            packed.writestr(name, stored.read(name))
    whole.unlink()
