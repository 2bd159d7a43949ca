"""Data sets come in other folders than Kaggle's, and no picture gets into two splits."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from detector import CLASSES
from detector.errors import ConfigError, DataError
from train import SPLITS, disk
from train.__main__ import main
from train.data.download import download
from train.data.manifest import read_manifest
from train.data.split_folders import split_flat
from train.data.splits import count_pictures, find_pictures, prepare


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
