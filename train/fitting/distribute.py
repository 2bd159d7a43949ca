"""Several GPUs of one machine, through `tf.distribute`; needs the TensorFlow backend.

Several hosts are left out: `Model.fit` of Keras 3.15 fails in its first step under
`tf.distribute.MultiWorkerMirroredStrategy` (keras-team/keras, issue 20585).
"""

import contextlib

import keras

from detector.errors import ConfigError


def scope(name):
    """The context in which a network is built and trained.

    Args:
        name: None for one device; "mirrored" for all GPUs of this machine, or all its (virtual)
            CPUs if it has none. Each batch is divided among them.

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

    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices]).scope()


def replica_count() -> int:
    """The number of devices that a batch is divided among, in the context of `scope`."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync
