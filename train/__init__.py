"""Pictures to weights on the Hub: `python -m train --help`."""

import os

# TensorFlow's chatter; what goes wrong comes as an exception. See `train.quiet` too.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SPLITS = ("Train", "Validation", "Test")
