"""Errors by apparent skin tone: is anybody accused more often for how they look?

No source states it, so it is read off the picture: the individual typology angle of the skin
between eyes and mouth (Chardon et al., 1991; the borders are those of Del Bino and Bernerd, 2013).
Light and camera change that angle, too: a group is what a photo shows, not what a person is.
"""

import cv2
import numpy as np

from detector import CLASSES

from ..metrics import LEAST_PICTURES, share

SKIN = (0.2, 0.45, 0.8, 0.65)  # left, top, right, bottom in the face box: cheeks and nose
LEAST_CHROMA = 4.0  # of skin in CIELAB; below that the photo is grey, and the angle says nothing
GROUPS = {"light": 41.0, "intermediate": 10.0, "brown or dark": -np.inf}  # least angle, degrees


def typology_angle(photo, box) -> float | None:
    """Individual typology angle of the skin in a face box.

    Args:
        photo: `PIL.Image.Image`, RGB.
        box: (left, top, right, bottom) of an upright face in pixels.

    Returns:
        Degrees, -90 to 90, lighter skin has more; None where the photo has no colour there.
    """
    left, top, right, bottom = box
    x, y = (left, right - left), (top, bottom - top)
    edges = [start + part * side for part, (start, side) in zip(SKIN, (x, y, x, y), strict=True)]
    skin = np.asarray(photo.crop([round(edge) for edge in edges]), np.float32) / 255.0
    if not skin.size:
        return None
    lab = cv2.cvtColor(skin, cv2.COLOR_RGB2LAB)
    lightness, a, b = np.median(lab.reshape(-1, 3), axis=0)
    if np.hypot(a, b) < LEAST_CHROMA:
        return None
    # Against the blue-yellow axis; skin in blue light has no place on it, and counts as neutral.
    return float(np.degrees(np.arctan2(lightness - 50.0, max(b, 1e-6))))


def name_group(angle) -> str:
    """The group of `GROUPS` of an angle, "no colour" of None."""
    if angle is None:
        return "no colour"
    return next(name for name, least in GROUPS.items() if angle >= least)


def by_skin_tone(labels, verdicts, angles) -> dict[str, dict]:
    """What becomes of genuine pictures of each group.

    Args:
        labels: (n,) 0 or 1, Fake is 1.
        verdicts: n verdicts.
        angles: n results of `typology_angle`; None also where there was no face.

    Returns:
        By group a dict: "pictures", "called Fake", "conclusively Real" and "conclusively Fake", the
        shares with their 95 % intervals as "... interval"; without groups of a handful.
    """
    figures = {}
    groups = [name_group(angle) for angle in angles]
    for name in (*GROUPS, "no colour"):
        chosen = [
            verdict
            for verdict, label, group in zip(verdicts, labels, groups, strict=True)
            if group == name and CLASSES[label] == "Real"
        ]
        if len(chosen) < LEAST_PICTURES:
            continue
        is_fake = np.array([verdict.label == "Fake" for verdict in chosen])
        is_conclusive = np.array([verdict.is_conclusive for verdict in chosen])
        figures[name] = {
            "pictures": len(chosen),
            **share("called Fake", is_fake),
            **share("conclusively Real", is_conclusive & ~is_fake),
            **share("conclusively Fake", is_conclusive & is_fake),
        }
    return figures
