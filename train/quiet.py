"""Keras without the banners of TensorFlow."""

import contextlib
import os
import sys
from pathlib import Path


def import_keras() -> None:
    """Import Keras, and TensorFlow with it where it is installed.

    Some lines come from C++ before its log level is read (`TF_CPP_MIN_LOG_LEVEL`), so the error
    stream of the process leads nowhere meanwhile. What goes wrong is raised, and seen.
    """
    with _discarded(stream=2), contextlib.suppress(ImportError):
        import tensorflow  # noqa: F401
    import keras  # noqa: F401


@contextlib.contextmanager
def _discarded(*, stream):
    sys.stderr.flush()
    kept = os.dup(stream)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream)
    try:
        yield
    finally:
        os.dup2(kept, stream)
        os.close(kept)
