"""More than one source of pictures: both classes each, no group split apart, none drowned."""

import collections
import hashlib
import json

import pytest
from PIL import Image

from detector.errors import DataError
from testing import drawing
from train.data.listing import find_pictures
from train.data.manifest import read_manifest
from train.data.prepare import prepare
from train.data.sources import KAGGLE_SOURCE, find_sources
from train.data.splits import separate_groups

COUNTS = {"Train": 3, "Validation": 2, "Test": 2}


@pytest.fixture
def data(tmp_path):
    """The Kaggle layout, and beside it two sources to describe."""
    drawing.write_data_set(tmp_path / "Dataset", counts=COUNTS)
    for seed, name in enumerate(("video", "portraits"), start=1):
        drawing.write_data_set(tmp_path / "Sources" / name, counts=COUNTS, seed=seed)
    return tmp_path


def describe(data, name, **values):
    (data / "Sources" / name / "source.json").write_text(json.dumps(values))


def remove(data, name, label):
    for path in (data / "Sources" / name).glob(f"*/{label}/*"):
        path.unlink()


def remove_validation(data):
    for path in list(data.glob("**/Validation/*/*")):
        path.unlink()


def test_manifest_says_where_each_picture_comes_from(data):
    """A figure per source needs to know the source."""
    describe(data, "video", generator="DeepFaceLab")
    report = prepare(data)
    assert report["sources"] == {KAGGLE_SOURCE: 14, "video": 14, "portraits": 14}
    rows = read_manifest(data, "Test")
    made_by = {(row.source, row.label): row.generator for row in rows}
    assert made_by["video", "Fake"] == "DeepFaceLab"
    assert made_by["portraits", "Fake"] == "unknown"
    assert made_by["video", "Real"] == ""
    assert {row.group for row in rows} == {""}


def test_a_video_is_never_on_both_sides(data):
    """Frames of one video in Train and Test would measure memory."""
    folder = data / "Sources" / "video"
    for split in COUNTS:
        for label in ("Real", "Fake"):
            for number, path in enumerate(sorted((folder / split / label).iterdir())):
                shared = "shared" if number == 0 else f"{split}{label}{number}"
                path.rename(path.with_name(f"{shared}-{number}.png"))
    describe(data, "video", group=r"^(\w+)-")
    report = prepare(data)
    assert report["removed"] == {
        "Train, group also in Test": 2,
        "Validation, group also in Test": 2,
    }
    splits = collections.defaultdict(set)
    for split in COUNTS:
        for row in read_manifest(data, split):
            if row.group:
                splits[row.group].add(split)
    assert splits["video/shared"] == {"Test"}
    assert all(len(found) == 1 for found in splits.values())


def test_groups_by_hand():
    entries = [("a", "Train"), ("a", "Validation"), ("", "Train"), ("b", "Train"), ("", "Test")]
    keep, report = separate_groups(entries)
    assert keep == [1, 2, 3, 4]
    assert report == {"Train, group also in Validation": 1}


def test_a_video_and_its_swap_in_another_source_of_the_pool_stay_together(data):
    for name, label in (("video", "Fake"), ("portraits", "Real")):
        remove(data, name, label)
        describe(data, name, group=r"^(v\d)", pool="people")
    kept = {"video": "Real", "portraits": "Fake"}
    for name, split in (("video", "Train"), ("portraits", "Test")):
        path = next((data / "Sources" / name / split / kept[name]).iterdir())
        path.rename(path.with_name("v0.png"))
    report = prepare(data)
    assert report["removed"] == {"Train, group also in Test": 1}


def test_groups_are_set_aside_as_a_whole(data):
    """Else the epoch that is kept is the one that remembers best."""
    remove_validation(data)
    for label in ("Real", "Fake"):
        folder = data / "Sources" / "video" / "Train" / label
        for number in range(12):
            content = next(folder.glob("0*.png")).read_bytes() + bytes([number])
            (folder / f"v{number % 4}-{number}.png").write_bytes(content)
        for path in folder.glob("0*.png"):
            path.unlink()
    describe(data, "video", group=r"^(\w+)-")
    prepare(data, validation_share=0.25)
    groups = {
        split: {row.group for row in read_manifest(data, split) if row.group}
        for split in ("Train", "Validation")
    }
    assert len(groups["Validation"]) == 1 and len(groups["Train"]) == 3
    assert groups["Train"].isdisjoint(groups["Validation"])


def test_what_is_set_aside_leaves_both_classes_in_train(data):
    """Where classes share some groups, one may take what the other kept back."""
    remove_validation(data)
    both = sorted(f"{number}" for number in range(40))
    both.sort(key=lambda name: hashlib.sha256(f"video/{name}".encode()).hexdigest())
    # Of Fake's two groups the first goes and the other stays, which of Real's two is the first.
    for label, names in (("Fake", both[:2]), ("Real", both[1:3])):
        folder = data / "Sources" / "video" / "Train" / label
        for path, name in zip(sorted(folder.iterdir()), [*names, *names], strict=False):
            path.rename(path.with_name(f"v{name}-{path.name}"))
    describe(data, "video", group=r"^v(\d+)-")
    with pytest.raises(DataError, match=r"video: Train has no pictures of Fake"):
        prepare(data, validation_share=0.5)


def test_a_class_of_one_group_cannot_be_set_aside(data):
    remove_validation(data)
    for path in list(data.glob("Sources/video/Train/*/*")):
        path.rename(path.with_name(f"v1-{path.name}"))
    describe(data, "video", group=r"^(v1)-")
    with pytest.raises(DataError, match="are one group"):
        prepare(data, validation_share=0.25)


def test_a_pool_of_one_class_is_refused(data):
    """Its look would become the label: sharp is Fake, soft is Real."""
    remove(data, "video", "Real")
    with pytest.raises(DataError, match=r"video: .* has no pictures of Real"):
        find_pictures(data)
    remove(data, "portraits", "Fake")
    for name in ("video", "portraits"):
        describe(data, name, pool="people")
    pools = {source.pool for source in find_sources(data)}
    assert pools == {KAGGLE_SOURCE, "people"}
    assert len(find_pictures(data)) == 28


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"group": "("}', '{"group": "^x"}', '{"grup": "(x)"}', '{"group": 3}']
)
def test_a_wrong_description_is_refused_with_its_place(data, content):
    path = data / "Sources" / "video" / "source.json"
    path.write_text(content)
    with pytest.raises(DataError, match=r"video.source\.json"):
        find_sources(data)


def test_near_twins_across_splits_are_counted(data):
    """Frames of one video in Train and Validation make figures of memory."""
    folder = data / "Sources" / "video"
    twin = next((folder / "Train" / "Real").iterdir())
    with Image.open(twin) as photo:
        photo.save(folder / "Validation" / "Real" / "twin.jpg", quality=70)
    assert prepare(data)["near-twins of Validation or Test in Train"]["video"] >= 1
