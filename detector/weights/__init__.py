"""The networks that serve and their parameters: read, verified, or fetched from the Hub."""

from .load import Weights, load_weights, self_test_crops
from .spec import (
    CLASSES,
    FACES_FILE,
    FILES,
    KERAS_FILE,
    MODEL_FILE,
    SCHEMA,
    SPEC_FILE,
    Spec,
    WeightsInfo,
    read_spec,
)

__all__ = [
    "CLASSES",
    "FACES_FILE",
    "FILES",
    "KERAS_FILE",
    "MODEL_FILE",
    "SCHEMA",
    "SPEC_FILE",
    "Spec",
    "Weights",
    "WeightsInfo",
    "load_weights",
    "read_spec",
    "self_test_crops",
]
