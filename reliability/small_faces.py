"""Paste portraits into photos of 4000x3000 pixels and count the faces found, by their size.

python -m reliability.small_faces
python -m reliability.small_faces --record
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from detector import load_detector
from detector.faces import Face

from .record import record

EXAMPLES = Path(__file__).parents[1] / "examples"
PORTRAITS = ("admiral.jpg", "astronaut.jpg")  # public domain
PHOTO_SIZE, BACKGROUND = (4000, 3000), (150, 150, 160)
FACE_SIDES = (80, 110, 150, 180, 220)  # pixels, longer side of the face's box
TRIES = 24  # of each size, half with each portrait
WANTED = {110: 22}  # of those tries; larger faces are no harder


def paste(portrait, box, *, side, size, generator) -> tuple[Image.Image, tuple[float, float]]:
    """Paste a portrait at a random place of a plain photo, so that its face has a certain size.

    Args:
        portrait: `PIL.Image.Image`, RGB.
        box: of its face.
        side: of the face in the photo in pixels.
        size: width and height of the photo in pixels.
        generator: `np.random.Generator`.

    Returns:
        The photo, and the x, y of the face's centre in it.
    """
    left, top, right, bottom = box
    scale = side / max(right - left, bottom - top)
    small = portrait.resize(
        [round(edge * scale) for edge in portrait.size], Image.Resampling.BICUBIC, reducing_gap=3.0
    )
    places = zip(size, small.size, strict=True)
    place = tuple(int(generator.integers(outer - inner + 1)) for outer, inner in places)
    photo = Image.new("RGB", size, BACKGROUND)
    photo.paste(small, place)
    centre = scale * (left + right) / 2, scale * (top + bottom) / 2
    return photo, tuple(np.add(place, centre))


def is_found(faces: list[Face], centre: tuple[float, float], side: float) -> bool:
    """Whether one of the faces is that one: its centre within a quarter, its side within a half."""
    for face in faces:
        left, top, right, bottom = face.box
        distance = max(abs((left + right) / 2 - centre[0]), abs((top + bottom) / 2 - centre[1]))
        if distance < side / 4 and 0.5 < face.side / side < 1.5:
            return True
    return False


def measure(detector, *, tries=TRIES, sides=FACE_SIDES) -> dict[int, int]:
    """Count the faces found.

    Args:
        detector: `detector.faces.search.FaceDetector`.
        tries: of each size.
        sides: of faces in pixels.

    Returns:
        A dict, side to number.
    """
    portraits = [Image.open(EXAMPLES / name).convert("RGB") for name in PORTRAITS]
    boxes = [detector.detect(portrait)[0].box for portrait in portraits]
    found = dict.fromkeys(sides, 0)
    for side in sides:
        generator = np.random.default_rng(side)
        for number in range(tries):
            which = number % len(portraits)
            photo, centre = paste(
                portraits[which], boxes[which], side=side, size=PHOTO_SIZE, generator=generator
            )
            found[side] += is_found(detector.detect(photo), centre, side)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tries", type=int, default=TRIES, help="of each size")
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args(arguments)
    found = measure(load_detector().weights.faces, tries=options.tries)
    figures = {f"Faces of {s} px in 4000x3000": f"{n} of {options.tries}" for s, n in found.items()}
    for what, figure in figures.items():
        print(f"{what}: {figure}")
    if options.record:
        record("small_faces", figures)
    return 1 if any(found[s] * TRIES < n * options.tries for s, n in WANTED.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
