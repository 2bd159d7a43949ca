"""Every environment variable of the detector, read once."""

import os
from pathlib import Path

from .errors import ConfigError

# Folder with detector.json, detector.tflite and faces.tflite.
WEIGHTS_DIR = Path(
    os.environ.get("DETECTOR_WEIGHTS") or Path(__file__).resolve().parents[1] / "weights"
)

# Threads of one forward pass. Two is what a free Space has; more bring little at this size.
_threads = os.environ.get("DETECTOR_THREADS", "2")
if not _threads.isdecimal() or int(_threads) < 1:
    raise ConfigError(f"DETECTOR_THREADS must be a whole number from 1 up. Received: {_threads!r}.")
THREADS = int(_threads)
