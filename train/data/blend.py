"""Fakes made of genuine photos: a face, or a part of one, altered and blended back into its photo.

Most forgeries share one step: something is pasted, and its edge is smoothed over. Networks that
learn that step instead of one generator's texture know more kinds of fakes (self-blended images,
Shiohara and Yamasaki, CVPR 2022; face X-ray, Li et al., CVPR 2020). What is pasted here is the same
face, altered, or a face of another photo.
"""

import cv2
import numpy as np
from PIL import Image

from detector.preprocess import longer_side

SWAP_SHARE = 0.5  # of blends that paste another person's face
PART_SHARE = 0.3  # of blends that replace a part of the face alone: eyes, nose or mouth
PART_HEIGHTS = (-0.14, 0.06, 0.24)  # of their middles below the face's, in box heights
OUTLINE = 64  # corners of a mask's outline


def blend(photo, box, donor, donor_box, generator) -> tuple[Image.Image, np.ndarray]:
    """Make a fake of a genuine photo.

    Args:
        photo: `PIL.Image.Image`, RGB.
        box: (left, top, right, bottom) of its face, in pixels.
        donor: another genuine photo, RGB; its face is pasted in `SWAP_SHARE` of the blends.
        donor_box: of its face.
        generator: `np.random.Generator`.

    Returns:
        `PIL.Image.Image`, RGB, of the size of `photo`, and where it was altered: (height, width)
        float32, 0-1.
    """
    target = np.asarray(photo)
    if generator.random() < SWAP_SHARE:
        source = _fit(np.asarray(donor), donor_box, box, target.shape)
        source = _match(source, target, box, strength=generator.uniform(0.2, 1.0))
    else:
        # Never the rest of the photo: its colours or sharpness would become the label.
        source = _alter(_move(target, box, generator), generator)
    mask = _draw_mask(target.shape, box, generator)
    mask *= generator.choice((0.8, 1.0, 1.0, 1.0))
    mixed = source * mask[..., np.newaxis] + target * (1.0 - mask[..., np.newaxis])
    return Image.fromarray(mixed.round().clip(0, 255).astype(np.uint8)), mask


def _fit(donor, donor_box, box, shape):
    """Bring the donor's face to where the photo's is; what lies outside the donor is mirrored."""
    corners = [
        np.float32([(left, top), (right, top), (left, bottom)])
        for left, top, right, bottom in (donor_box, box)
    ]
    return cv2.warpAffine(
        donor,
        cv2.getAffineTransform(*corners),
        shape[1::-1],
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _match(source, target, box, *, strength):
    """Bring mean and spread of the source's colours inside the box to those of the target."""
    left, top, right, bottom = (max(round(edge), 0) for edge in box)
    ours, theirs = source[top:bottom, left:right], target[top:bottom, left:right]
    gain = (theirs.std((0, 1)) + 1.0) / (ours.std((0, 1)) + 1.0)
    matched = (source - ours.mean((0, 1))) * gain + theirs.mean((0, 1))
    return (source * (1.0 - strength) + matched * strength).clip(0, 255)


def _move(picture, box, generator):
    """Shift, scale and turn a picture a little about the middle of a face."""
    left, top, right, bottom = box
    side = longer_side(box)
    matrix = cv2.getRotationMatrix2D(
        ((left + right) / 2, (top + bottom) / 2),
        generator.uniform(-6, 6),  # degrees
        generator.uniform(0.92, 1.08),
    )
    matrix[:, 2] += generator.uniform(-0.05, 0.05, 2) * side
    size = picture.shape[1::-1]
    return cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT_101)


def _alter(picture, generator):
    """Change colours, and sharpness or compression, as generators and editors do."""
    shift = generator.uniform(-20, 20, 3) + generator.uniform(-20, 20)
    altered = (picture - 128.0) * generator.uniform(0.75, 1.25) + 128.0 + shift
    altered = altered.clip(0, 255).astype(np.uint8)
    kind = generator.integers(4)
    if kind == 0:  # made at a lower resolution
        size = picture.shape[1::-1]
        scale = generator.uniform(0.25, 0.6)
        small = cv2.resize(altered, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        altered = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)
    elif kind == 1:  # sharpened
        smooth = cv2.GaussianBlur(altered, (0, 0), generator.uniform(0.8, 2.0))
        amount = generator.uniform(0.4, 1.5)
        altered = cv2.addWeighted(altered, 1.0 + amount, smooth, -amount, 0)
    elif kind == 2:  # compressed before
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(generator.integers(25, 70))]
        altered = cv2.imdecode(cv2.imencode(".jpg", altered, quality)[1], cv2.IMREAD_COLOR)
    return altered


def _draw_mask(shape, box, generator):
    """Draw a wavy ellipse over a face or a part of it, with a soft edge: (height, width), 0-1."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    radii = np.array(
        [width * generator.uniform(0.36, 0.52), height * generator.uniform(0.36, 0.52)]
    )
    if generator.random() < PART_SHARE:
        radii = np.array(
            [width * generator.uniform(0.2, 0.5), height * generator.uniform(0.12, 0.26)]
        )
        middle += (width * generator.uniform(-0.1, 0.1), height * generator.choice(PART_HEIGHTS))
    angles = np.linspace(0.0, 2.0 * np.pi, OUTLINE, endpoint=False)
    waves = sum(
        generator.uniform(0.0, 0.09) * np.cos(k * angles + generator.uniform(0, 2 * np.pi))
        for k in (2, 3, 4, 5)
    )
    outline = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (1.0 + waves)[:, np.newaxis]
    mask = np.zeros(shape[:2], np.float32)
    cv2.fillPoly(mask, [np.int32(np.round(middle + outline * radii))], 1.0)
    softness = generator.uniform(0.004, 0.045) * max(width, height)
    return cv2.GaussianBlur(mask, (0, 0), softness)
