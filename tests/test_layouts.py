"""Data sets come in other folders than Kaggle's, and no picture gets into two splits."""

import os
import shutil
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from detector import CLASSES
from detector.errors import ConfigError, DataError
from train import SPLITS, disk
from train.__main__ import main
from train.data import face_boxes
from train.data.download import KAGGLE_BYTES, download
from train.data.listing import count_pictures, find_pictures
from train.data.manifest import read_manifest
from train.data.prepare import prepare
from train.data.split_folders import split_flat


@pytest.fixture
def flat(tmp_path):
    """Files named as pictures: 20 Real and 10 Fake, two of them copies; not decoded here."""
    root = tmp_path / "flat"
    for label, count in (("real", 20), ("FAKE", 10)):
        (root / label / "more").mkdir(parents=True)
        for index in range(count):
            folder = root / label / ("more" if index % 2 else "")
            (folder / f"{index}.jpg").write_bytes(f"{label} {index}".encode())
    shutil.copy(root / "real" / "0.jpg", root / "real" / "again.jpg")
    shutil.copy(root / "real" / "2.jpg", root / "FAKE" / "wrong.png")
    return root


def contents(folder):
    return {path.read_bytes() for path in folder.rglob("*.*")}


def test_flat_folder_is_split_evenly_by_class(flat, tmp_path):
    report = split_flat(flat, output=tmp_path / "data", shares=(0.6, 0.2, 0.2), seed=1)
    expected = {"Train/Real": 11, "Validation/Real": 4, "Test/Real": 4}
    expected |= {"Train/Fake": 6, "Validation/Fake": 2, "Test/Fake": 2}
    assert report["pictures"] == expected
    assert report["removed"] == {"duplicate in Train": 1, "contradicting labels": 2}
    assert count_pictures(tmp_path / "data") == expected
    splits = [contents(tmp_path / "data" / "Sources" / "flat" / split) for split in SPLITS]
    assert sum(map(len, splits)) == len(set.union(*splits)) == 29


def test_split_rests_on_content_and_seed_alone(flat, tmp_path):
    """Another machine lists files in another order, and must get the same Test."""

    def test_pictures(name, seed):
        split_flat(flat, output=tmp_path / name, seed=seed)
        return contents(tmp_path / name / "Sources" / "flat" / "Test")

    first = test_pictures("first", 1)
    for index, path in enumerate(sorted(flat.rglob("*.jpg"))):
        path.rename(path.with_name(f"renamed{97 - index}.jpg"))
    assert test_pictures("second", 1) == first
    assert test_pictures("third", 2) != first


def test_second_split_into_one_folder_is_refused(flat, tmp_path):
    """What was trained on in the first would be tested on in the second."""
    split_flat(flat, output=tmp_path / "data", seed=1)
    with pytest.raises(DataError, match="those of training into Test"):
        split_flat(flat, output=tmp_path / "data", seed=2)


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (0.8, 0.2)])
def test_wrong_shares_are_refused(flat, tmp_path, shares):
    with pytest.raises(ConfigError, match="add up to 1"):
        split_flat(flat, output=tmp_path / "data", shares=shares, seed=1)


def test_folder_without_a_class_is_refused(flat, tmp_path, capsys):
    shutil.rmtree(flat / "FAKE")
    with pytest.raises(SystemExit) as caught:
        main(["split", "--from", str(flat), "--data", str(tmp_path / "data")])
    assert "0 different pictures of Fake" in str(caught.value)
    assert not (tmp_path / "data").exists()


# Layouts


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("outer", ["", "dataset"])
def test_folder_names_may_be_in_any_case(drawn_faces, tmp_path, change, outer):
    """`train/fake` on one machine is `Train/Fake` on the next."""
    expected = count_pictures(drawn_faces)
    root = tmp_path / "other" / outer
    for split in SPLITS:
        for label in CLASSES:
            shutil.copytree(drawn_faces / split / label, root / change(split) / change(label))
    assert count_pictures(tmp_path / "other") == expected
    assert {label for _, _, label, _ in find_pictures(tmp_path / "other")} == set(CLASSES)


def test_missing_validation_is_set_aside_from_train(drawn_faces):
    """Without pictures to choose the best epoch by, nothing can be trained."""
    shutil.rmtree(drawn_faces / "Validation")
    without = prepare(drawn_faces)
    with pytest.raises(DataError, match=r"--validation-share 0\.1"):
        read_manifest(drawn_faces, "Validation")
    report = prepare(drawn_faces, validation_share=0.4)
    assert report["pictures"]["Validation/Real"] == report["pictures"]["Validation/Fake"] == 1
    assert report["fingerprint"] != without["fingerprint"]  # a run must not go on with the other
    chosen = read_manifest(drawn_faces, "Validation")
    assert {p.sha256 for p in chosen}.isdisjoint(
        p.sha256 for p in read_manifest(drawn_faces, "Train")
    )
    for index, path in enumerate(sorted((drawn_faces / "Train").rglob("*.png"))):
        path.rename(path.with_name(f"{9 - index}.png"))
    prepare(drawn_faces, validation_share=0.4)
    again = read_manifest(drawn_faces, "Validation")
    assert {p.sha256 for p in again} == {p.sha256 for p in chosen}


def test_validation_that_is_there_is_not_mixed(drawn_faces):
    with pytest.raises(DataError, match="without --validation-share"):
        prepare(drawn_faces, validation_share=0.1)


# Pictures without splits


def zip_of(folder, path, *, prefix=""):
    with zipfile.ZipFile(path, "w") as file:
        for member in sorted(folder.rglob("*.*")):
            file.write(member, prefix + member.relative_to(folder).as_posix())
    return path


@pytest.mark.parametrize("is_zipped", [True, False])
def test_archive_of_two_classes_is_split(flat, tmp_path, capsys, is_zipped):
    """Own pictures come as a zip of two folders more often than laid out as Kaggle's."""
    archive = zip_of(flat, tmp_path / "mine.zip", prefix="mine/") if is_zipped else flat
    data = tmp_path / "data"
    counts = download(data, archives=[archive])
    assert counts == count_pictures(data) and sum(counts.values()) == 29
    assert {f"{split}/{label}" for split in SPLITS for label in CLASSES} == set(counts)
    assert [path.name for path in data.iterdir()] == ["Sources"]  # nothing lies there twice
    assert len(list(flat.rglob("*.*"))) == 32
    capsys.readouterr()
    assert download(data, archives=[archive]) == counts
    assert "is there already" in capsys.readouterr().out


def test_a_part_of_each_folder_is_taken(drawn_faces, tmp_path):
    """A toy run of a large archive shall not wait for its faces."""
    archive = zip_of(drawn_faces, tmp_path / "faces.zip")
    counts = download(tmp_path / "data", archives=[archive], count=6)
    assert set(counts.values()) == {1} and len(counts) == 6


# What is there


def test_killed_download_goes_on(drawn_faces, tmp_path, capsys):
    """Two hours at a slow line must not be lost with the last minute."""
    archive = zip_of(drawn_faces, tmp_path / "faces.zip")
    data = tmp_path / "data"
    download(data, archives=[archive])
    (data / "Dataset" / "Test" / "Fake" / "0001.png").unlink()
    torn = data / "Dataset" / "Train" / "Real" / "0000.png"
    torn.write_bytes(torn.read_bytes()[:100])
    kept = data / "Dataset" / "Train" / "Real" / "0001.png"
    written = kept.stat().st_mtime_ns
    capsys.readouterr()
    download(data, archives=[archive])
    assert "14 files, 12 of them there already" in capsys.readouterr().out
    assert contents(data / "Dataset") == contents(drawn_faces)
    assert kept.stat().st_mtime_ns == written


class Kaggle:
    """Stands for kagglehub: it gives a folder of its cache, as that does."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.asked = 0

    def dataset_download(self, name):
        self.asked += 1
        folder = Path(os.environ["KAGGLEHUB_CACHE"], "datasets", "1")
        shutil.copytree(self.pictures, folder / "Dataset")
        return str(folder)


def test_the_set_of_kaggle_is_fetched_once_and_lies_on_the_disk_once(
    drawn_faces, tmp_path, monkeypatch, capsys
):
    kaggle = Kaggle(drawn_faces)
    monkeypatch.setitem(sys.modules, "kagglehub", kaggle)
    monkeypatch.setenv("KAGGLEHUB_CACHE", "")  # so that what is set below does not stay
    monkeypatch.delenv("KAGGLEHUB_CACHE")
    monkeypatch.setattr(
        disk.shutil, "disk_usage", lambda place: SimpleNamespace(free=2 * KAGGLE_BYTES)
    )
    data = tmp_path / "data"
    counts = download(data)
    assert counts == count_pictures(drawn_faces)
    assert [path.name for path in data.iterdir()] == ["Dataset"]
    assert "about 1.8 GB; 3.6 GB are free" in capsys.readouterr().out
    assert download(data) == counts and kaggle.asked == 1
    assert "holds the set already" in capsys.readouterr().out


def test_killed_prepare_goes_on(drawn_faces, monkeypatch, capsys):
    """Of 190,000 pictures it takes a good while to find the faces."""
    whole = prepare(drawn_faces)
    (drawn_faces / "manifest.csv").unlink()
    look, looked = face_boxes._look, []

    def look_or_die(task):
        if len(looked) == 5:
            raise KeyboardInterrupt
        looked.append(task)
        return look(task)

    monkeypatch.setattr("train.data.prepare.KEPT_EVERY", 2)
    monkeypatch.setattr(face_boxes, "_look", look_or_die)
    with pytest.raises(KeyboardInterrupt):
        prepare(drawn_faces)
    monkeypatch.setattr(face_boxes, "_look", look)
    capsys.readouterr()
    assert prepare(drawn_faces) == whole
    assert "The faces of 4 pictures are known" in capsys.readouterr().out
    assert not list(drawn_faces.glob("*.part*"))


# Disk


@pytest.mark.parametrize("step", ["copy", "split"])
def test_full_disk_is_said_before_a_picture_is_written(drawn_faces, tmp_path, monkeypatch, step):
    """Half a data set looks like a whole one to the next step."""
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda place: SimpleNamespace(free=1000))
    data = tmp_path / "data"
    with pytest.raises(DataError, match="0 MB are free"):
        if step == "copy":
            download(data, archives=[drawn_faces])
        else:
            split_flat(drawn_faces / "Train", output=data, shares=(0.34, 0.33, 0.33), seed=1)
    assert not data.exists()


def test_split_pictures_train(tmp_path):
    """What `split` writes must be what `prepare` reads."""
    from testing import drawing

    generator = np.random.default_rng(0)
    for label in CLASSES:
        (tmp_path / "flat" / label).mkdir(parents=True)
        for index in range(4):
            drawing.face(label, generator).save(tmp_path / "flat" / label / f"{index}.png")
    arguments = ["--from", str(tmp_path / "flat"), "--data", str(tmp_path / "data")]
    main(["split", *arguments, "--shares", "0.5", "0.25", "0.25"])
    prepare(tmp_path / "data")
    assert len(read_manifest(tmp_path / "data", "Train")) == 4
    assert len(read_manifest(tmp_path / "data", "Validation")) == 2
