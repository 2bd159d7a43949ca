"""What tells the label without looking at a face: file, sharpness, noise, colour and framing.

Sources differ in all of these. Where a classifier of such figures alone tells genuine from forged,
a network learns them instead of the forgery. Before augmentation it may well; after it the AUC has
to be near one half.
"""

import cv2
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from tqdm import tqdm

from detector import CLASSES
from detector.preprocess import cut, longer_side

from ..data.batches import training_batches
from ..data.reduced import read
from ..data.sampling import choose_evenly

FOLDS = 5
PICTURES = 1200  # of each pool


def measure_shortcuts(pictures, config) -> dict:
    """Measure how well such figures tell the label, by pool.

    Args:
        pictures: list of `Picture`, of Train.
        config: `TrainConfig`, whose augmentation is measured.

    Returns:
        By pool a dict: "pictures", and cross-validated AUC "of files" (size, bytes, face and its
        share of the photo), "of crops" (sharpness, noise, blocks and colour as they are) and "of
        augmented crops" (the same as a network is shown them).
    """
    figures = {}
    for pool in sorted({picture.pool for picture in pictures}):
        of_pool = [picture for picture in pictures if picture.pool == pool]
        chosen = choose_evenly(of_pool, PICTURES, seed=config.seed)
        labels = np.array([CLASSES.index(picture.label) for picture in chosen])
        groups = np.unique(
            [picture.group or picture.sha256 for picture in chosen], return_inverse=True
        )[1]
        augmented = training_batches(chosen, config.replace(blend_share=0.0, batch_size=1))
        shown = {}  # by picture: once each is enough
        for place, slot in enumerate(tqdm(augmented.slots, desc=pool, unit="picture")):
            if slot.index not in shown:
                shown[slot.index] = describe_crop(augmented[place][0][0])
        seen = np.array(sorted(shown))
        figures[pool] = {
            "pictures": len(chosen),
            "of files": _auc([describe_file(p) for p in chosen], labels, groups),
            "of crops": _auc([_exact(p, config) for p in chosen], labels, groups),
            "of augmented crops": _auc([shown[i] for i in seen], labels[seen], groups[seen]),
        }
    return figures


def describe_file(picture) -> list:
    """Size in pixels and bytes, compression, side of the face and its share of the photo."""
    pixels = picture.size[0] * picture.size[1]
    side = longer_side(picture.box or (0, 0, *picture.size))
    stored = picture.path.stat().st_size
    return [*picture.size, stored, stored / pixels, side, side / min(picture.size)]


def describe_crop(crop) -> list:
    """Sharpness at three scales, noise, 8-pixel blocks, and mean and spread of colours.

    Args:
        crop: (s, s, 3) uint8, 0-255 RGB.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    figures = []
    scaled = grey
    for _ in range(3):
        figures.append(np.log(cv2.Laplacian(scaled, cv2.CV_32F).std() + 1e-3))
        scaled = cv2.pyrDown(scaled)
    figures.append(np.median(np.abs(grey - cv2.medianBlur(crop, 3).mean(axis=2))))
    steps = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    figures.append(steps[7::8].mean() / (steps.mean() + 1e-3))
    hsv = cv2.cvtColor(crop, cv2.COLOR_RGB2HSV)
    for image in (crop, hsv):
        figures += [*image.mean((0, 1)), *image.std((0, 1))]
    return figures


def _exact(picture, config):
    photo, picture = read(picture)
    square = picture.square(margin=config.margin)
    return describe_crop(cut(photo, square, input_size=config.input_size))


def _auc(rows, labels, groups):
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    found = cross_val_predict(
        HistGradientBoostingClassifier(random_state=0),
        np.array(rows),
        labels,
        groups=groups,
        cv=folds,
        method="predict_proba",
    )
    return round(float(roc_auc_score(labels, found[:, 1])), 3)


def to_text(figures) -> str:
    """The figures as a Markdown table."""
    columns = list(next(iter(figures.values())))
    lines = [f"| Pool | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for pool, row in figures.items():
        lines.append(f"| {pool} | {' | '.join(f'{row[column]:g}' for column in columns)} |")
    return "\n".join(lines)
