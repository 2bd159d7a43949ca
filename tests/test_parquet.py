"""A folder of verdicts lies in a bucket as well as on a disk."""

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

pytest.importorskip("pyarrow", reason="Ray, which brings it, is not on every system")

from detector.batch.parquet import VerdictFolder
from detector.errors import ConfigError


class Bucket(MemoryFileSystem):
    """Files by name; like a bucket it has no folders, and so none that is empty."""

    protocol = "bucket"
    store, pseudo_dirs, is_closed = {}, [""], False  # closed to writing; "all": to reading too

    def makedirs(self, path, exist_ok=False):
        pass

    def info(self, path, **options):
        if self.is_closed == "all":
            raise PermissionError("Access Denied")
        return super().info(path, **options)

    def _open(self, path, mode="rb", **options):
        if self.is_closed and "w" in mode:
            raise PermissionError("Access Denied")
        parent = self._parent(path)
        if parent and parent not in self.pseudo_dirs:
            self.pseudo_dirs.append(parent)  # while a file is written this class asks for it
        return super()._open(path, mode, **options)


@pytest.fixture
def bucket(monkeypatch):
    fsspec.register_implementation("bucket", Bucket, clobber=True)
    monkeypatch.setattr(Bucket, "store", {})
    monkeypatch.setattr(Bucket, "pseudo_dirs", [""])
    return "bucket://photos/verdicts"


def rows_of(detector, *paths):
    info = detector.weights.info
    row = {"is_face_crop": False, "weights_sha256": info.sha256, "label": "Real"}
    return [{"path": path, **row} for path in paths]


def test_a_folder_that_is_not_there_yet_has_no_verdicts(detector, bucket):
    folder = VerdictFolder(bucket)
    assert folder.take_up(detector.weights.info, is_face_crop=False) == set()
    folder.add(rows_of(detector, "a.jpg"))
    folder.add(rows_of(detector, "b.jpg"))
    folder.close()
    again = VerdictFolder(bucket)
    assert again.take_up(detector.weights.info, is_face_crop=False) == {"a.jpg", "b.jpg"}


def test_a_bucket_that_may_not_be_written_to_ends_with_a_sentence(detector, bucket, monkeypatch):
    folder = VerdictFolder(bucket)
    folder.take_up(detector.weights.info, is_face_crop=False)
    monkeypatch.setattr(Bucket, "is_closed", True)
    with pytest.raises(ConfigError, match=r"takes no verdicts \(Access Denied\)"):
        folder.add(rows_of(detector, "a.jpg"))


def test_verdicts_that_may_not_be_seen_are_not_taken_for_none(detector, bucket, monkeypatch):
    """All would be judged again, into a folder that may be of other weights."""
    folder = VerdictFolder(bucket)
    monkeypatch.setattr(Bucket, "is_closed", "all")
    with pytest.raises(ConfigError, match="cannot be listed: Access Denied"):
        folder.take_up(detector.weights.info, is_face_crop=False)
