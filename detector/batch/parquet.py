"""A folder of Parquet files with one row for each photo, on this machine or in a bucket.

Verdicts go into parts, each of which is there as a whole or not at all. Photos that could not be
judged go into one file at the end of a run, and the next run removes it and tries them again.
"""

import time
import uuid

import pyarrow as pa
import pyarrow.compute
import pyarrow.dataset
import pyarrow.parquet

from ..errors import ConfigError
from ..report import to_json
from ..verdict import Verdict
from ..weights import WeightsInfo
from .storage import open_storage

SCHEMA = pa.schema(
    {
        "path": pa.string(),
        "label": pa.string(),
        "confidence": pa.float64(),
        "fake_probability": pa.float64(),
        "is_conclusive": pa.bool_(),
        "notes": pa.list_(pa.string()),
        "faces": pa.int32(),  # how many
        "is_face_crop": pa.bool_(),
        "weights_version": pa.string(),
        "weights_sha256": pa.string(),
        "error": pa.string(),  # null, or why there is no verdict: then all but the path is null
    }
)
BAD = "bad.parquet"
UNFINISHED = ".unfinished"  # readers of Parquet folders pass over names with a dot
PART_SECONDS = 10  # between parts: what a killed run may lose, and hundreds of parts an hour


def to_row(path: str, verdict: Verdict, *, is_face_crop: bool) -> dict:
    """Turn a verdict into a row of `SCHEMA`, a dict.

    Args:
        path: or address, of the photo.
        verdict: `detector.Verdict`.
        is_face_crop: whether `Detector.predict` was told so.
    """
    values = to_json(verdict)
    copied = ("label", "confidence", "fake_probability", "is_conclusive", "notes")
    return {
        "path": path,
        **{name: values[name] for name in copied},
        "faces": len(verdict.faces),
        "is_face_crop": is_face_crop,
        "weights_version": verdict.weights.version,
        "weights_sha256": verdict.weights.sha256,
    }


class VerdictFolder:
    """The folder; to be closed, so that the last part is written.

    Args:
        address: path or address, made if need be.

    Raises:
        ConfigError: it cannot be written to.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._storage, self._root = open_storage(address)
        # The first part is due at once: a folder that takes none is better known now than later.
        self._rows, self._written = [], -PART_SECONDS
        try:
            self._storage.makedirs(self._root, exist_ok=True)
        except Exception as error:  # every storage has errors of its own
            raise ConfigError(f"{address}: no such folder can be made ({error}).") from error

    def take_up(self, weights: WeightsInfo, *, is_face_crop: bool) -> set[str]:
        """Go on where another run ended.

        Args:
            weights: `detector.WeightsInfo` of those that are going to judge.
            is_face_crop: how they are going to judge.

        Returns:
            A set of the photos that have a verdict.

        Raises:
            ConfigError: the verdicts are of other weights, of the other way to judge, or no such
                verdicts; or the folder cannot be listed.
        """
        try:
            self._storage.info(self._root)
        except FileNotFoundError:  # buckets have no folders, only what lies in them
            return set()
        except Exception as error:  # every storage has errors of its own
            raise ConfigError(f"{self._address} cannot be listed: {error}") from error
        try:
            files = pa.dataset.dataset(
                self._root, filesystem=self._storage, schema=SCHEMA, format="parquet"
            )
            rows = files.to_table(
                columns=["path", "weights_sha256", "is_face_crop"],
                filter=pa.compute.field("error").is_null(),
            )
        except (pa.ArrowException, OSError) as error:
            raise ConfigError(
                f"{self._address} holds something else than verdicts ({error}). Remove it, or "
                "choose another folder."
            ) from error
        kinds = zip(
            rows["weights_sha256"].to_pylist(), rows["is_face_crop"].to_pylist(), strict=True
        )
        for other in set(kinds) - {(weights.sha256, is_face_crop)}:
            raise ConfigError(
                f"{self._address} holds verdicts of weights {other[0]}, is_face_crop={other[1]}; "
                f"now weights {weights.sha256} would judge, is_face_crop={is_face_crop}. "
                "Choose another folder, so that verdicts of one folder can be compared."
            )
        if self._storage.exists(f"{self._root}/{BAD}"):
            self._storage.rm_file(f"{self._root}/{BAD}")
        return set(rows["path"].to_pylist())

    def add(self, rows: list[dict]) -> None:
        """Keep verdicts, and write a part if the last one is `PART_SECONDS` old."""
        self._rows += rows
        if time.monotonic() - self._written > PART_SECONDS:
            self.close()

    def close(self) -> None:
        """Write what no part holds yet."""
        if self._rows:
            self._write(f"{uuid.uuid4().hex}.parquet", self._rows)
        self._rows, self._written = [], time.monotonic()

    def add_bad(self, errors: dict[str, str]) -> None:
        """Write the photos that could not be judged: a dict, path to text of the error."""
        if errors:
            self._write(BAD, [{"path": path, "error": text} for path, text in errors.items()])

    def _write(self, name, rows):
        unfinished = f"{self._root}/{UNFINISHED}"
        try:
            with self._storage.open(unfinished, "wb") as file:
                pa.parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), file)
            self._storage.mv(unfinished, f"{self._root}/{name}")
        except Exception as error:  # every storage has errors of its own
            raise ConfigError(
                f"{self._address} takes no verdicts ({error}). Check whether you may write there."
            ) from error
