"""Drawn faces: a data set that anyone may have, and that a network learns in seconds.

A Fake has a large bright nose, a Real a small dark one; all else is drawn at random.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

# Training that is enough for them, as settings and as arguments of `python -m train`.
TINY = {
    "architecture": "tiny", "input_size": 48, "epochs": 4, "batch_size": 8,
    "learning_rate": 0.01, "corrupt_share": 0.2, "batch_norm_momentum": 0.8,
    "resave_share": 0.2, "blend_share": 0.0, "inner_share": 0.15,
}  # fmt: skip
SET_TINY = [part for name, value in TINY.items() for part in ("--set", f"{name}={value}")]


def face(label: str, generator: np.random.Generator, *, side: int = 96) -> Image.Image:
    """Draw a face.

    Args:
        label: "Real" or "Fake".
        generator: `np.random.Generator`.
        side: of the picture in pixels.

    Returns:
        `PIL.Image.Image`, RGB.
    """
    image = Image.new("RGB", (side, side), _colour(generator, 90, 160))
    draw = ImageDraw.Draw(image)
    x, y = side / 2 + generator.uniform(-0.04, 0.04, 2) * side
    radius = side * generator.uniform(0.36, 0.42)
    skin = _colour(generator, 120, 200)
    _ellipse(draw, x, y, 0.8 * radius, radius, skin)
    for eye in (-0.35, 0.35):
        _ellipse(draw, x + eye * radius, y - 0.35 * radius, 0.15 * radius, 0.1 * radius, "white")
        _ellipse(draw, x + eye * radius, y - 0.35 * radius, 0.07 * radius, 0.07 * radius, "black")
    _ellipse(draw, x, y + 0.6 * radius, 0.3 * radius, 0.08 * radius, (150, 40, 50))
    if label == "Fake":
        _ellipse(draw, x, y + 0.05 * radius, 0.35 * radius, 0.35 * radius, (255, 250, 240))
    else:
        _ellipse(draw, x, y + 0.05 * radius, 0.18 * radius, 0.25 * radius, (40, 20, 20))
    return image


def write_data_set(root: Path, *, counts: dict[str, int], seed: int = 0, side: int = 96) -> None:
    """Write drawn faces as `{Train,Validation,Test}/{Real,Fake}/0000.png`.

    Args:
        root: folder, is made.
        counts: pictures per class, by split.
        seed: of all that is drawn.
        side: of the pictures in pixels.
    """
    generator = np.random.default_rng(seed)
    for split, count in counts.items():
        for label in ("Real", "Fake"):
            folder = root / split / label
            folder.mkdir(parents=True)
            for index in range(count):
                face(label, generator, side=side).save(folder / f"{index:04d}.png")


def _colour(generator, low, high):
    return tuple(int(level) for level in generator.integers(low, high, 3))


def _ellipse(draw, x, y, half_width, half_height, colour):
    draw.ellipse((x - half_width, y - half_height, x + half_width, y + half_height), fill=colour)
