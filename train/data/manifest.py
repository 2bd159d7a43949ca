"""The manifest: what all later steps need to know of each picture, as a CSV beside the folder."""

import csv
import dataclasses
import json
from pathlib import Path

from detector.errors import DataError
from detector.preprocess import centre_square, face_square

from .sources import KAGGLE_SOURCE

COLUMNS = (
    *("path", "split", "label", "sha256", "box", "width", "height"),
    *("source", "generator", "group", "pool", "dhash"),
)
COPIES = "reduced"  # folder of the data set; see `train.data.reduced`


@dataclasses.dataclass(frozen=True)
class Picture:
    """One row of the manifest.

    Attributes:
        path: `pathlib.Path` of the file.
        split: one of `train.SPLITS`.
        label: one of `detector.CLASSES`.
        sha256: of the file's bytes, hex.
        box: face as left, top, right, bottom in pixels, or None where none was found.
        size: width and height in pixels.
        source: name of the `Source` it comes from.
        generator: what made it, "" for a Real.
        group: pictures of one group (a video, a person) are all in one split; "" for none.
        pool: what it is sampled in: its source, or the pool that this names.
        dhash: difference hash of its face, hex; see `train.data.near_twins`.
        copy: where a smaller copy lies, if it has one; see `train.data.reduced`.
    """

    path: Path
    split: str
    label: str
    sha256: str
    box: tuple[float, float, float, float] | None
    size: tuple[int, int]
    source: str = KAGGLE_SOURCE
    generator: str = ""
    group: str = ""
    pool: str = KAGGLE_SOURCE
    dhash: str = ""
    copy: Path | None = None

    def square(self, *, margin) -> tuple[float, float, float, float]:
        """The square that is judged, as `Detector` would choose it; see `face_square`."""
        if self.box is None:
            return centre_square(self.size)
        return face_square(self.box, self.size, margin=margin)


def copy_path(root, sha256) -> Path:
    """Where the smaller copy of a picture lies; see `train.data.reduced`."""
    return root / COPIES / f"{sha256[:32]}.png"


def write_rows(path, rows) -> None:
    """Write a manifest, whole or not at all.

    Args:
        path: of the CSV file, in the data set's folder.
        rows: list of `Picture` inside that folder.
    """
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            box = "" if row.box is None else " ".join(f"{edge:.2f}" for edge in row.box)
            place = row.path.relative_to(path.parent).as_posix()
            origin = (row.source, row.generator, row.group, row.pool, row.dhash)
            writer.writerow([place, row.split, row.label, row.sha256, box, *row.size, *origin])
    temporary.replace(path)


def read_rows(manifest) -> list[Picture]:
    """Read a manifest.

    Args:
        manifest: path of the CSV file.

    Returns:
        A list of `Picture`, of all splits.

    Raises:
        DataError: it was written by another version.
    """
    rows = []
    with manifest.open(newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DataError(
                f"{manifest} has other columns than {', '.join(COLUMNS)}. Delete it and run "
                "`python -m train prepare` again."
            )
        for row in reader:
            path = manifest.parent / row["path"]
            box = tuple(float(edge) for edge in row["box"].split()) or None
            size = int(row["width"]), int(row["height"])
            rows.append(
                Picture(
                    path,
                    row["split"],
                    row["label"],
                    row["sha256"],
                    box,
                    size,
                    **{name: row[name] for name in COLUMNS[7:]},
                    copy=copy_path(manifest.parent, row["sha256"]),
                )
            )
    return rows


def read_manifest(root, split) -> list[Picture]:
    """Read the pictures of one split.

    Args:
        root: the data set's folder, where `prepare` wrote `manifest.csv`.
        split: one of `train.SPLITS`.

    Returns:
        A list of `Picture`.

    Raises:
        DataError: there is no manifest, or it holds no picture of that split.
    """
    path = Path(root) / "manifest.csv"
    if not path.is_file():
        raise DataError(f"{path} does not exist. Run `python -m train prepare` first.")
    rows = [row for row in read_rows(path) if row.split == split]
    if not rows:
        advice = " Set some of Train aside: `python -m train prepare --validation-share 0.1`."
        raise DataError(
            f"{path} holds no pictures of {split}.{advice if split == 'Validation' else ''}"
        )
    return rows


def read_fingerprint(root) -> str:
    """Read the fingerprint of all pictures of a data set, hex; see `prepare`."""
    return _read_report(root)["fingerprint"]


def read_sources(root) -> list[dict]:
    """Read the names of the sources of a data set, a sorted list."""
    return sorted(_read_report(root)["sources"])


def _read_report(root):
    path = Path(root) / "splits.json"
    if not path.is_file():
        raise DataError(f"{path} does not exist. Run `python -m train prepare` first.")
    return json.loads(path.read_text())
