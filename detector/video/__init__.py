"""Clip in, verdict out: who, when, and how sure. See docs/video.md.

Nothing here imports PyAV: a clip is decoded by a process of its own (`child.py`).
"""

from .report import draw_worst, to_json, to_sentence
from .verdict import Appearance, Clip, VideoVerdict
from .watch import watch

__all__ = ["Appearance", "Clip", "VideoVerdict", "draw_worst", "to_json", "to_sentence", "watch"]
