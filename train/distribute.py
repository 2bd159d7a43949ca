"""Several GPUs or several hosts, through `tf.distribute`; needs the TensorFlow backend."""

import contextlib
import json
import os
from pathlib import Path

import keras

from detector.errors import ConfigError


def scope(name):
    """The context in which a network is built and trained.

    Args:
        name: None for one device; "mirrored" for all GPUs of this machine, or all its (virtual)
            CPUs if it has none; "multiworker" for the hosts that TF_CONFIG lists. Each batch is
            divided among them.

    Returns:
        A context manager.

    Raises:
        ConfigError: another backend than TensorFlow is in use.
    """
    if name is None:
        return contextlib.nullcontext()
    if keras.backend.backend() != "tensorflow":
        raise ConfigError(
            f"--distribute {name} needs KERAS_BACKEND=tensorflow. "
            f"Received: {keras.backend.backend()}."
        )
    import tensorflow as tf

    if name == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy().scope()
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices]).scope()


def worker_folder(output, name):
    """Where this process writes: every host but the first has a folder of its own.

    Args:
        output: folder of the run.
        name: as of `scope`.
    """
    task = json.loads(os.environ.get("TF_CONFIG") or "{}").get("task", {})
    index = int(task.get("index", 0))
    return Path(output) / f"worker-{index}" if name == "multiworker" and index else Path(output)
