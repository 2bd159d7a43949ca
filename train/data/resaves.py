"""What happens to a photo between a camera or a generator and us: scaled, edited, saved again.

Sources differ in size, sharpness and compression, and a network learns such a difference as the
label where it can. So every training crop, genuine or not, is drawn through one random chain that
is strong enough to cover those differences (`python -m train shortcuts` measures how well).
"""

import cv2
import numpy as np
from PIL import Image

from .corruptions import FAMILIES

FILTERS = {  # with which a crop is scaled, and how often
    Image.Resampling.BILINEAR: 0.3,
    Image.Resampling.BICUBIC: 0.3,
    Image.Resampling.LANCZOS: 0.2,
    Image.Resampling.HAMMING: 0.1,
    Image.Resampling.BOX: 0.1,
}
NATIVE_SHARE = 0.35  # of crops that keep their resolution; those of large faces are sharper
SIDES = (0.55, 1.8)  # of the others, over the network's input; evenly by logarithm
MOST_ENLARGED = 1.3  # of a crop's own side: what is not there cannot be drawn
EDITS = ("noise", "blur", "colour", "saturation", "exposure", "edges")  # of `corruptions`
SHARPEN_SHARE = 0.3  # of crops: phones and portals sharpen, so that crisp is not a forgery's mark
SHARPEN_RADII, SHARPEN_AMOUNTS = (0.6, 1.6), (0.2, 1.2)  # in pixels; of what a blur takes away
EDIT_SHARE, EDIT_SEVERITY = 0.4, 0.2  # of crops that are edited, and how much at most
SAVES = (0.1, 0.65, 0.25)  # shares of crops that are compressed never, once and twice
WEBP_SHARE = 0.2  # of savings; the rest is JPEG
QUALITIES = (40, 97)
FULL_COLOUR_SHARE = 0.3  # of JPEGs that keep the resolution of colour
BETWEEN_SHARE, BETWEEN = 0.5, (0.7, 1.2)  # of crops scaled between two savings, and by how much


def draw_side(square, generator, *, input_size) -> int:
    """Draw the side in pixels that a square of a photo is brought to before it is saved."""
    own = square[2] - square[0]
    if generator.random() < NATIVE_SHARE:
        return max(16, round(own))
    low, high = (np.log(factor * input_size) for factor in SIDES)
    return max(16, round(min(np.exp(generator.uniform(low, high)), MOST_ENLARGED * own)))


def resave(photo, square, generator, *, side) -> np.ndarray:
    """Cut a square of a photo and draw it through the chain.

    Args:
        photo: `PIL.Image.Image`, RGB.
        square: left, top, right, bottom in pixels, inside the photo.
        generator: `np.random.Generator`; the same state gives the same picture.
        side: of the result in pixels.

    Returns:
        (side, side, 3) uint8, 0-255 RGB; the side differs a little if it is saved twice.
    """
    filters = list(FILTERS)
    drawn = filters[generator.choice(len(filters), p=list(FILTERS.values()))]
    crop = np.asarray(photo.resize((side, side), drawn, box=square, reducing_gap=3.0))
    if generator.random() < SHARPEN_SHARE:
        smooth = cv2.GaussianBlur(crop, (0, 0), generator.uniform(*SHARPEN_RADII))
        amount = generator.uniform(*SHARPEN_AMOUNTS)
        crop = cv2.addWeighted(crop, 1.0 + amount, smooth, -amount, 0.0)
    if generator.random() < EDIT_SHARE:
        members = FAMILIES[EDITS[generator.integers(len(EDITS))]]
        name = list(members)[generator.integers(len(members))]
        crop = members[name](crop, generator.uniform(0.0, EDIT_SEVERITY), generator)
    saves = generator.choice(len(SAVES), p=SAVES)
    for number in range(saves):
        if number and generator.random() < BETWEEN_SHARE:
            other = max(16, round(side * generator.uniform(*BETWEEN)))
            way = cv2.INTER_AREA if other < side else cv2.INTER_CUBIC
            crop = cv2.resize(crop, (other, other), interpolation=way)
        crop = save(crop, generator)
    return crop


def save(crop, generator) -> np.ndarray:
    """Compress a crop (height, width, 3) uint8 RGB as JPEG or WebP of some quality, and read it."""
    quality = int(generator.integers(*QUALITIES))
    if generator.random() < WEBP_SHARE:
        suffix, settings = ".webp", [cv2.IMWRITE_WEBP_QUALITY, quality]
    else:
        is_full = generator.random() < FULL_COLOUR_SHARE
        sampling = (
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
            if is_full
            else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
        )
        suffix = ".jpg"
        settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, data = cv2.imencode(suffix, crop[..., ::-1], settings)
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
