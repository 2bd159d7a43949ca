"""Make the example photos of the page: public-domain portraits, and a manipulated copy of one.

    python examples/make_examples.py

The portraits are the US Navy's of Grace Hopper, as matplotlib ships it, and NASA's of astronaut
Eileen Collins, as scikit-image ships it (both public domain). In the copy the astronaut's face is
mirrored, bent, softened, sharpened and recoloured, then blended back in. `two-people.jpg` shows the
admiral beside the altered astronaut. `generated.jpg` is not made here: see README.md.
"""

from pathlib import Path

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data
from PIL import Image

FOLDER = Path(__file__).parent
FACE = slice(42, 187), slice(167, 283)  # rows, columns of the portrait
BEND = 7.5  # pixels
GAINS = (1.05, 1.01, 1.18)  # red, green, blue
SEAM = 5.0  # pixels over which the face fades into the photo
QUALITY = 92


def manipulate(portrait: np.ndarray) -> np.ndarray:
    """Replace the face of the portrait by an altered one.

    Args:
        portrait: (512, 512, 3) uint8, 0-255 RGB.

    Returns:
        (512, 512, 3) uint8, 0-255 RGB.
    """
    original = portrait[FACE]
    height, width = original.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    bent_x = x + BEND * np.sin(2 * np.pi * 0.97 * y / height + 2.37).astype(np.float32)
    bent_y = y + BEND * np.sin(2 * np.pi * 1.92 * x / width + 1.51).astype(np.float32)
    face = cv2.remap(
        original[:, ::-1].copy(), bent_x, bent_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    small = cv2.resize(face, None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA)
    face = cv2.resize(small, (width, height), interpolation=cv2.INTER_LANCZOS4)
    face = cv2.bilateralFilter(face, 9, 35, 9)
    face = cv2.addWeighted(face, 2.31, cv2.GaussianBlur(face, (0, 0), 1.88), -1.31, 0)
    face = np.clip(face * np.array(GAINS) - 9, 0, 255)
    oval = np.zeros((height, width), np.float32)
    axes = round(0.347 * width), round(0.388 * height)
    cv2.ellipse(oval, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1)
    weight = cv2.GaussianBlur(oval, (0, 0), SEAM)[..., np.newaxis]
    result = portrait.copy()
    result[FACE] = (face * weight + original * (1 - weight)).astype(np.uint8)
    return result


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two pictures side by side, as high as the first."""
    right = right.resize((round(right.width * left.height / right.height), left.height))
    pair = Image.new("RGB", (left.width + right.width, left.height))
    pair.paste(left, (0, 0))
    pair.paste(right, (left.width, 0))
    return pair


def main() -> None:
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as admiral:
        (FOLDER / "admiral.jpg").write_bytes(admiral.read())
    portrait = skimage.data.astronaut()
    manipulated = manipulate(portrait)
    for name, picture in (("astronaut", portrait), ("astronaut-manipulated", manipulated)):
        Image.fromarray(picture).save(FOLDER / f"{name}.jpg", quality=QUALITY)
    pair = beside(Image.open(FOLDER / "admiral.jpg"), Image.fromarray(manipulated))
    pair.save(FOLDER / "two-people.jpg", quality=QUALITY)


if __name__ == "__main__":
    main()
