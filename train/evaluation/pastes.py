"""Faces pasted from one photo into another: a forgery that takes minutes and no generator.

They are made otherwise than the blends of training (`train.data.blend`), so that what is measured
is whether the network knows pasting, not whether it knows that code.
"""

import cv2
import numpy as np
from PIL import Image
from tqdm import tqdm

from detector.photo import load_photo

from ..metrics import auc, by_group

OVAL = (0.40, 0.42)  # half axes of what is pasted, in widths and heights of the face box


def paste(photo, box, donor, donor_box, *, edge) -> Image.Image:
    """Paste an oval of the donor's face over that of a photo.

    Args:
        photo: `PIL.Image.Image`, RGB.
        box: (left, top, right, bottom) of its face, in pixels.
        donor: likewise, the photo that the face is taken from.
        donor_box: likewise.
        edge: one of `EDGES`.

    Returns:
        `PIL.Image.Image`, RGB, of the size of `photo`.
    """
    left, top, right, bottom = _inside(box, photo.size)
    face = donor.crop(_inside(donor_box, donor.size)).resize(
        (right - left, bottom - top), Image.Resampling.LANCZOS
    )
    pasted = np.asarray(photo).copy()
    mask = np.zeros((face.height, face.width), np.uint8)
    middle = (face.width // 2, face.height // 2)
    axes = (round(face.width * OVAL[0]), round(face.height * OVAL[1]))
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1)
    part = pasted[top:bottom, left:right]
    part[:] = EDGES[edge](np.asarray(face), part, mask)
    return Image.fromarray(pasted)


def _inside(box, size):
    width, height = size
    left, top, right, bottom = (round(edge) for edge in box)
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _hard(face, part, mask):
    return np.where(mask[..., np.newaxis] > 0, face, part)


def _feathered(face, part, mask):
    weight = cv2.GaussianBlur(mask, (0, 0), 0.04 * mask.shape[1])[..., np.newaxis] / 255.0
    return (face * weight + part * (1.0 - weight)).round()


def _poisson(face, part, mask):
    # The oval lies inside, and its middle where `seamlessClone` puts that of its rectangle.
    left, top, width, height = cv2.boundingRect(mask)
    middle = (left + width // 2, top + height // 2)
    return cv2.seamlessClone(face, part, mask, middle, cv2.NORMAL_CLONE)


EDGES = {"hard edge": _hard, "soft edge": _feathered, "Poisson blending": _poisson}


def measure_pastes(detector, pictures, verdicts) -> dict:
    """Judge genuine pictures after another one's face was pasted over theirs.

    Args:
        detector: `detector.Detector`.
        pictures: list of `Picture`.
        verdicts: of the pictures as they are; those of the genuine ones are what the pasted ones
            are told from.

    Returns:
        By edge, and for the pictures "as they were", a dict: "pictures", "auc" (of P(fake), pasted
        against as they were, None for these) and, as shares of the pictures, "right", "conclusive
        and right" and "conclusive and wrong". Empty where two faces to exchange are lacking.
    """
    genuine = [
        (picture, verdict)
        for picture, verdict in zip(pictures, verdicts, strict=True)
        if picture.label == "Real" and picture.box
    ]
    if len(genuine) < 2:
        return {}
    before = [verdict for _, verdict in genuine]
    order = np.random.default_rng(0).permutation(len(genuine))
    donors = dict(zip(order, np.roll(order, 1), strict=True))
    figures = {"as they were": _summarise(before, label=0) | {"auc": None}}
    for edge in EDGES:
        judged = []
        for index, (picture, _) in enumerate(tqdm(genuine, desc=f"pasting, {edge}")):
            donor = genuine[donors[index]][0]
            photos = load_photo(picture.path), load_photo(donor.path)
            forged = paste(photos[0], picture.box, photos[1], donor.box, edge=edge)
            judged.append(detector.predict(forged, is_face_crop=True))
        labels = np.repeat([0, 1], [len(before), len(judged)])
        probabilities = np.array([verdict.fake_probability for verdict in (*before, *judged)])
        figures[edge] = _summarise(judged, label=1) | {
            "auc": round(float(auc(labels, probabilities)), 4)
        }
    return figures


def _summarise(verdicts, *, label):
    found = by_group(np.full(len(verdicts), label), verdicts, [""] * len(verdicts))[""]
    return {
        "pictures": len(verdicts),
        "right": found["accuracy"],
        "conclusive and right": round(found["conclusive"] - found["conclusive and wrong"], 4),
        "conclusive and wrong": found["conclusive and wrong"],
    }
