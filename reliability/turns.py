"""Judge photos upright and turned, and count the verdicts that change.

    python -m reliability.turns --data FOLDER
    python -m reliability.turns --data FOLDER --record

The folder holds upright photos, in any folders below it, such as `Validation` of the data set.
"""

import argparse
import sys
from pathlib import Path

from detector import load_detector
from detector.faces.turns import turn_picture
from detector.photo import load_photo
from train.data.listing import SUFFIXES

from .record import record

DEGREES = {1: "90 degrees", 2: "180 degrees", 3: "270 degrees"}  # anticlockwise, by quarter turns
MAX_SHARE = 0.02  # of turned photos that may get the other label


def measure(detector, photos) -> dict[str, int]:
    """Count what turning changes.

    Args:
        detector: `detector.Detector`.
        photos: iterable of `PIL.Image.Image`, RGB, upright.

    Returns:
        A dict, text to number: photos, and for each turn and in all the other labels, those of
        them where both verdicts are conclusive, and the notes that the photo is turned.
    """
    figures = {"photos": 0, "upright, but noted as turned": 0}
    kinds = ("other label", "of these, both conclusive", "noted as turned")
    figures |= {f"{degrees}: {kind}": 0 for degrees in DEGREES.values() for kind in kinds}
    for photo in photos:
        upright = detector.predict(photo)
        figures["photos"] += 1
        figures["upright, but noted as turned"] += "turned" in upright.notes
        for quarters, degrees in DEGREES.items():
            turned = detector.predict(turn_picture(photo, quarters))
            is_other = turned.label != upright.label
            are_sure = turned.is_conclusive and upright.is_conclusive
            for kind, is_so in zip(
                kinds, (is_other, is_other and are_sure, "turned" in turned.notes), strict=True
            ):
                figures[f"{degrees}: {kind}"] += is_so
    return figures


def is_passed(figures: dict[str, int]) -> bool:
    """Whether few enough labels change, and none from one conclusive verdict to the other."""
    other, sure = (
        sum(figures[f"{degrees}: {kind}"] for degrees in DEGREES.values())
        for kind in ("other label", "of these, both conclusive")
    )
    return other <= MAX_SHARE * len(DEGREES) * figures["photos"] and not sure


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of upright photos")
    parser.add_argument("--photos", type=int, default=300, help="at most; spread over the folder")
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args(arguments)
    paths = sorted(p for p in options.data.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not paths:
        parser.error(f"{options.data} holds no photos.")
    chosen = paths[:: -(-len(paths) // options.photos)]
    figures = measure(load_detector(), map(load_photo, chosen))
    for what, figure in figures.items():
        print(f"{what}: {figure}")
    if options.record:
        record("turns", figures)
    return 0 if is_passed(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
