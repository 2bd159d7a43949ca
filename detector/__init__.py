"""Photo in, verdict out: tells whether a face photo is real or a deepfake.

Example:
    >>> from detector import load_detector
    >>> load_detector().predict("photo.jpg").label  # doctest: +SKIP
    'Fake'
"""

from .load import load_detector
from .pipeline import Detector
from .verdict import CropVerdict, Frame, Verdict
from .weights import CLASSES, WeightsInfo

__all__ = [
    "CLASSES",
    "CropVerdict",
    "Detector",
    "Frame",
    "Verdict",
    "WeightsInfo",
    "load_detector",
]
