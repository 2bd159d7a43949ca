"""What the detector says about photos unlike those of its training.

Pictures lie as `ORIGIN/{Fake,Real}/`. The figure that counts is the share of conclusive and wrong
verdicts: "inconclusive" is the right answer where a detector cannot know.
"""

import json
import tempfile
from pathlib import Path

from tqdm import tqdm

from detector import CLASSES, load_detector
from detector.errors import DataError

from ..data.download import unpack
from ..data.listing import SUFFIXES


def measure_origins(weights_dir, *, archive, output) -> dict:
    """Judge pictures of other origins and write `origins.json`.

    Args:
        weights_dir: folder of the weights.
        archive: a folder or zip file that holds `ORIGIN/{Fake,Real}/`, at any depth.
        output: folder for the results.

    Returns:
        The figures: by origin and class, shares of all its pictures.

    Raises:
        DataError: there are no pictures laid out so.
    """
    detector = load_detector(weights_dir)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(archive)
        if root.is_file():
            unpack(root, Path(folder))
            root = Path(folder)
        groups = {
            f"{path.parent.name}, {path.name}": sorted(
                file for file in path.iterdir() if file.suffix.lower() in SUFFIXES
            )
            for path in sorted(root.rglob("*/"))
            if path.name in CLASSES
        }
        if not any(groups.values()):
            raise DataError(f"{archive} holds no pictures laid out as ORIGIN/Fake or ORIGIN/Real.")
        origins = {
            name: _summarise(detector, files, label=name.rpartition(", ")[2])
            for name, files in groups.items()
            if files
        }
    figures = {
        "model": detector.weights.spec.version,
        "sha256": detector.weights.info.sha256,
        "origins": origins,
    }
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "origins.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def _summarise(detector, files, *, label):
    verdicts = [
        detector.predict(path, is_face_crop=True)
        for path in tqdm(files, desc=f"judging {files[0].parent.parent.name}", unit="picture")
    ]

    def share(is_counted):
        return round(sum(map(is_counted, verdicts)) / len(verdicts), 4)

    return {
        "pictures": len(verdicts),
        "right": share(lambda v: v.label == label),
        "conclusive": share(lambda v: v.is_conclusive),
        "conclusive and wrong": share(lambda v: v.is_conclusive and v.label != label),
    }


def to_text(figures) -> str:
    """The figures as a Markdown table."""
    columns = list(next(iter(figures["origins"].values())))
    lines = [f"| Origin | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for name, row in figures["origins"].items():
        lines.append(f"| {name} | {' | '.join(f'{row[column]:g}' for column in columns)} |")
    return "\n".join(lines)
