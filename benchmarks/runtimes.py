"""The same network in other runtimes: each a function from a crop to a logit."""

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from detector.classifier import run_model
from detector.config import WEIGHTS_DIR
from detector.runtime import Network
from detector.weights import KERAS_FILE, MODEL_FILE

NEEDS = {"onnx": ("onnxruntime", "tf2onnx"), "openvino": ("openvino",)}


def load_runtimes(threads: int) -> dict[str, Callable[[np.ndarray], float]]:
    """Runtimes by name, ours first; those that are not installed are left out with a line.

    Args:
        threads: of one forward pass; OpenVINO and TensorFlow choose for themselves.
    """
    import keras
    import tensorflow as tf

    model = keras.models.load_model(WEIGHTS_DIR / KERAS_FILE, compile=False)
    network = Network((WEIGHTS_DIR / MODEL_FILE).read_bytes(), name=MODEL_FILE, threads=threads)
    compiled = tf.function(model)
    runtimes = {
        "LiteRT (serves)": lambda crop: run_model(network, crop)[0],
        "`tf.function`": lambda crop: float(compiled(tf.constant(as_batch(crop)))[0, 0]),
    }
    model(np.zeros(model.input_shape[1:], np.float32)[np.newaxis])  # before, Keras exports nothing
    for kind, load in {"onnx": _load_onnx, "openvino": _load_openvino}.items():
        missing = [name for name in NEEDS[kind] if importlib.util.find_spec(name) is None]
        if missing:
            print(f"{kind}: left out, {', '.join(missing)} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ("model.onnx" if kind == "onnx" else "model.xml")
            model.export(str(path), format=kind, verbose=False)
            runtimes |= load(path, threads)
    return runtimes


def as_batch(crop: np.ndarray) -> np.ndarray:
    return crop[np.newaxis].astype(np.float32)


def _load_onnx(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path.read_bytes(), options)
    name = session.get_inputs()[0].name
    return {"ONNX Runtime": lambda crop: float(session.run(None, {name: as_batch(crop)})[0][0, 0])}


def _load_openvino(path, threads):
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(str(path), "CPU", {"INFERENCE_NUM_THREADS": threads})
    return {"OpenVINO": lambda crop: float(compiled(as_batch(crop))[0][0, 0])}
