"""Nothing that is tested on is trained on, and training sees faces exactly as serving does."""

import dataclasses
import json
import os
import shutil
import stat
import zipfile

import numpy as np
import pytest
from PIL import Image

from detector import CLASSES
from detector.errors import DataError
from detector.faces import FaceDetector
from detector.photo import load_photo
from detector.preprocess import cut
from testing import drawing
from train import SPLITS
from train.config import TrainConfig
from train.data import face_boxes
from train.data.batches import cut_around, cut_close, shift
from train.data.download import download
from train.data.listing import find_pictures
from train.data.manifest import Picture, read_manifest
from train.data.prepare import prepare
from train.data.reduced import is_reduced, read, write_copy
from train.data.sampling import Slot
from train.data.splits import deduplicate

COUNTS = {
    **{"Train/Real": 3, "Train/Fake": 3, "Validation/Real": 2, "Validation/Fake": 2},
    **{"Test/Real": 2, "Test/Fake": 2},
}


def zip_of(folder, path, *, prefix=""):
    with zipfile.ZipFile(path, "w") as file:
        for member in sorted(folder.rglob("*.png")):
            file.write(member, prefix + member.relative_to(folder).as_posix())
    return path


def zip_with(path, name, *, mode=0o100644):
    """A zip with one harmless and one given member."""
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Train/Real/0000.png", b"x")
        file.writestr(member, b"/etc/passwd")
    return path


# Download


@pytest.mark.parametrize("prefix", ["", "Dataset/", "my faces/"])
def test_zip_archive_is_unpacked(drawn_faces, tmp_path, prefix):
    """Kaggle's archive has a folder around it, archives made by hand often have none."""
    archive = zip_of(drawn_faces, tmp_path / "faces.zip", prefix=prefix)
    assert download(tmp_path / "data", archives=[archive]) == COUNTS
    copy = tmp_path / "data" / "Dataset" / "Test" / "Fake" / "0001.png"
    assert copy.read_bytes() == (drawn_faces / "Test" / "Fake" / "0001.png").read_bytes()


@pytest.mark.parametrize("inner", ["", "Dataset"])
def test_folder_is_copied(drawn_faces, tmp_path, inner):
    source = tmp_path / "source"
    shutil.copytree(drawn_faces, source / inner)
    assert download(tmp_path / "data", archives=[source]) == COUNTS


def test_several_archives_are_joined(drawn_faces, tmp_path):
    """Splits that come in archives of their own make one data set."""
    folder, archives = tmp_path / "archives", []
    folder.mkdir()
    for split in SPLITS:
        shutil.copytree(drawn_faces / split, tmp_path / split / split)
        archives.append(zip_of(tmp_path / split, folder / f"{split}.zip"))
    assert download(tmp_path / "data", archives=archives) == COUNTS
    assert download(tmp_path / "again", archives=[folder]) == COUNTS


@pytest.mark.parametrize(
    "name, mode",
    [
        ("../outside.png", 0o100644),
        ("Train/../../outside.png", 0o100644),
        ("/outside.png", 0o100644),
        ("Train/Real/link.png", stat.S_IFLNK | 0o777),
        (".", 0o100644),
    ],
    ids=["parent", "parent inside", "absolute", "symlink", "no name"],
)
def test_unsafe_archive_is_refused_whole(tmp_path, name, mode):
    """An archive from the web must not write beside its folder."""
    archive = zip_with(tmp_path / "bad.zip", name, mode=mode)
    with pytest.raises(DataError, match="unsafe member"):
        download(tmp_path / "inner" / "data", archives=[archive])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [archive]


def test_damaged_archive_is_refused_with_advice(tmp_path):
    """A broken download must not leave half a data set that trains in silence."""
    archive = tmp_path / "faces.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("Train/Real/0000.png", bytes(range(256)) * 50)
    content = archive.read_bytes()
    for place in range(60, 120, 7):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        archive.write_bytes(damaged)
        with pytest.raises(DataError, match=r"damaged.*Download it again"):
            download(tmp_path / "data", archives=[archive])


def members_of(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def test_bomb_is_refused_before_a_byte_is_written(tmp_path):
    """Two megabytes may hold two gigabytes; a large disk would take them."""
    archive = members_of(tmp_path / "bomb.zip", ("Train/Real/0000.png", bytes(5_000_000)))
    with pytest.raises(DataError, match="5 MB, more than 100 times its size"):
        download(tmp_path / "data", archives=[archive])
    archive = members_of(archive, ("Train/Real/0.png", b"x"), method=zipfile.ZIP_BZIP2)
    with pytest.raises(DataError, match="unsafe member"):
        download(tmp_path / "data", archives=[archive])
    assert not (tmp_path / "data").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(tmp_path):
    """The second would replace the first, and nobody would miss it."""
    photo = ("Train/Real/0000.png", b"x")
    archive = members_of(tmp_path / "twice.zip", photo, photo)
    with pytest.raises(DataError, match=r"0000\.png' more than once"):
        download(tmp_path / "data", archives=[archive])


@pytest.mark.parametrize(
    "name", ["Train/" + "n" * 300 + ".png", "Train/Real"], ids=["long", "file"]
)
def test_names_that_no_disk_takes_are_refused_with_advice(tmp_path, name):
    members = (name, b"x"), ("Train/Real/0000.png", b"x")
    with pytest.raises(DataError, match=r"cannot be unpacked .* Pack it anew"):
        download(tmp_path / "data", archives=[members_of(tmp_path / "odd.zip", *members)])


def test_archive_with_a_password_is_refused_with_advice(drawn_faces, tmp_path):
    archive = zip_of(drawn_faces, tmp_path / "secret.zip")
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(DataError, match="password"):
        download(tmp_path / "data", archives=[archive])


def test_folder_with_a_link_that_leads_nowhere_is_refused(drawn_faces, tmp_path):
    (drawn_faces / "Train/Real/gone.png").symlink_to("nowhere.png")
    with pytest.raises(DataError, match=r"cannot be copied whole.*gone\.png"):
        download(tmp_path / "data", archives=[drawn_faces])


@pytest.mark.parametrize("content", [None, b"", b"no archive"], ids=["missing", "empty", "text"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    archive = tmp_path / "faces.zip"
    if content is not None:
        archive.write_bytes(content)
    said = "does not exist" if content is None else "neither a folder nor a zip"
    with pytest.raises(DataError, match=said):
        download(tmp_path / "data", archives=[archive])


def test_archive_of_other_layout_is_refused_with_advice(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("real/1.jpg", b"x")
    with pytest.raises(DataError, match="Train/Real"):
        download(tmp_path / "data", archives=[tmp_path / "other.zip"])


def test_unreachable_kaggle_says_what_to_do(tmp_path, run_python):
    """Behind a company's proxy the way out is the archive by hand."""
    nowhere = "http://127.0.0.1:9"  # the discard port, on which nothing listens
    proxies = {"HTTPS_PROXY": nowhere, "https_proxy": nowhere, "NO_PROXY": "", "no_proxy": ""}
    done = run_python(
        *("-m", "train", "download", "--data", tmp_path / "data"),
        **{"KAGGLEHUB_CACHE": str(tmp_path / "cache"), **proxies},
    )
    assert done.returncode == 1
    assert "error: Kaggle could not be reached" in done.stderr
    assert "--archive" in done.stderr and "Traceback" not in done.stderr
    assert "https://www.kaggle.com/datasets/manjilkarki/" in done.stderr
    assert "190,335 pictures, about 1.8 GB" in done.stdout  # before the way there is tried


# Splits


def test_copy_in_test_is_removed_from_training():
    """Figures on pictures that were trained on would be too good."""
    entries = [
        ("a", "Train", "Real"), ("a", "Test", "Real"),
        ("b", "Train", "Fake"), ("b", "Validation", "Fake"),
        ("c", "Validation", "Fake"), ("c", "Test", "Fake"),
        ("d", "Train", "Real"), ("d", "Train", "Real"),
        ("e", "Test", "Real"), ("f", "Train", "Fake"),
    ]  # fmt: skip
    keep, report = deduplicate(entries)
    assert [entries[i][:2] for i in keep] == [
        *(("a", "Test"), ("b", "Validation"), ("c", "Test"), ("d", "Train")),
        *(("e", "Test"), ("f", "Train")),
    ]
    assert report == {
        "duplicate in Train, also in Test": 1,
        "duplicate in Train, also in Validation": 1,
        "duplicate in Validation, also in Test": 1,
        "duplicate in Train": 1,
    }


def test_picture_under_both_labels_is_dropped():
    """One of the two labels is wrong, and nobody knows which."""
    keep, report = deduplicate(
        [("a", "Train", "Real"), ("b", "Test", "Fake"), ("a", "Test", "Fake")]
    )
    assert keep == [1]
    assert report == {"contradicting labels": 2}


def test_prepare_removes_and_reports(drawn_faces):
    shutil.copy(drawn_faces / "Test/Real/0000.png", drawn_faces / "Train/Real/copy.png")
    shutil.copy(drawn_faces / "Test/Real/0001.png", drawn_faces / "Train/Fake/wrong.png")
    (drawn_faces / "Train/Fake/broken.jpg").write_bytes(b"no picture")
    (drawn_faces / "Train/Fake/notes.txt").write_text("not looked at")
    report = prepare(drawn_faces)
    assert report["pictures"] == {**COUNTS, "Test/Real": 1}
    assert report["removed"] == {
        "duplicate in Train, also in Test": 1,
        "contradicting labels": 2,
    }
    (unreadable,) = report["unreadable"]
    assert unreadable.startswith("Train/Fake/broken.jpg: ")
    assert json.loads((drawn_faces / "splits.json").read_text()) == report
    kept = {row.path.name for row in read_manifest(drawn_faces, "Train")}
    assert kept == {"0000.png", "0001.png", "0002.png"}


def test_what_is_no_file_is_skipped_and_named(drawn_faces):
    """A folder stopped everything, and a pipe would be read without end."""
    places = [drawn_faces / "Train/Real" / f"{name}.jpg" for name in ("folder", "gone", "pipe")]
    places[0].mkdir()
    places[1].symlink_to("nowhere")
    os.mkfifo(places[2])
    report = prepare(drawn_faces)
    assert report["pictures"] == COUNTS
    named = [entry.partition(":")[0] for entry in report["unreadable"]]
    assert named == [str(place.relative_to(drawn_faces)) for place in places]


def test_class_of_which_nothing_can_be_read_is_refused(drawn_faces):
    """Counted by name alone, training would see one class."""
    for path in (drawn_faces / "Train/Fake").iterdir():
        path.write_bytes(b"no picture " + path.name.encode())
    with pytest.raises(DataError, match=r"no pictures of Fake.* 3 unreadable.*0000\.png"):
        prepare(drawn_faces)
    assert not (drawn_faces / "manifest.csv").exists()


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("label", CLASSES)
def test_missing_class_is_refused(drawn_faces, split, label):
    """A network that sees one class learns to say its name."""
    shutil.rmtree(drawn_faces / split / label)
    with pytest.raises(DataError, match=f"{split} has no pictures of {label}"):
        prepare(drawn_faces)


def test_no_data_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="train download"):
        find_pictures(tmp_path)
    with pytest.raises(DataError, match="train prepare"):
        read_manifest(tmp_path, "Train")


def test_split_that_is_missing_is_refused(drawn_faces):
    shutil.rmtree(drawn_faces / "Validation")
    prepare(drawn_faces)
    with pytest.raises(DataError, match="no pictures of Validation"):
        read_manifest(drawn_faces, "Validation")


def portraits(root, photo):
    """A data set of one portrait and of drawings, some without a face."""
    drawing.write_data_set(root, counts={"Train": 2, "Test": 1})
    photo.save(root / "Train" / "Real" / "portrait.png")
    Image.new("RGB", (80, 70), "grey").save(root / "Train" / "Fake" / "wall.png")


def test_manifest_says_what_was_found(tmp_path, photo, detector):
    portraits(tmp_path, photo)
    prepare(tmp_path)
    rows = {row.path.name: row for row in read_manifest(tmp_path, "Train")}
    portrait, wall = rows["portrait.png"], rows["wall.png"]
    (face,) = detector.weights.faces.detect(photo)
    assert portrait.box == pytest.approx(face.box, abs=0.01)
    assert (portrait.label, portrait.size, portrait.split) == ("Real", (512, 512), "Train")
    assert portrait.path.is_file()
    assert (wall.box, wall.size) == (None, (80, 70))
    assert wall.square(margin=1.25) == (5, 0, 75, 70)


def test_training_judges_the_square_that_serving_does(tmp_path, photo, detector):
    portraits(tmp_path, photo)
    prepare(tmp_path)
    (row,) = (row for row in read_manifest(tmp_path, "Train") if row.path.name == "portrait.png")
    (crop,) = detector.predict(photo).crops
    margin = max(view.margin for view in detector.weights.spec.views)
    assert row.square(margin=margin) == pytest.approx(crop.square, abs=0.05)


def test_second_prepare_looks_for_no_face_twice(tmp_path, photo, monkeypatch):
    """Finding the faces of 190,000 pictures takes hours; adding one must not."""
    portraits(tmp_path, photo)
    first = prepare(tmp_path)
    manifest = (tmp_path / "manifest.csv").read_bytes()
    new = tmp_path / "Train" / "Real" / "new.png"
    photo.rotate(180).save(new)
    looked_at = []
    load = face_boxes.load_photo
    monkeypatch.setattr(face_boxes, "load_photo", lambda path: looked_at.append(path) or load(path))
    second = prepare(tmp_path)
    assert looked_at == [new]
    assert second["fingerprint"] != first["fingerprint"]
    new.unlink()
    assert prepare(tmp_path) == first
    assert (tmp_path / "manifest.csv").read_bytes() == manifest


def test_faces_are_looked_for_again_when_the_search_has_changed(tmp_path, photo, monkeypatch):
    """Training would go on with boxes that serving does not find."""
    portraits(tmp_path, photo)
    prepare(tmp_path)
    monkeypatch.setattr(FaceDetector, "detect", lambda *_: [])
    prepare(tmp_path)
    assert any(row.box for row in read_manifest(tmp_path, "Train"))
    monkeypatch.setattr(face_boxes.faces, "__file__", __file__)  # another search than before
    prepare(tmp_path)
    assert not any(row.box for row in read_manifest(tmp_path, "Train"))


def test_the_fingerprint_tells_where_pictures_stand(drawn_faces):
    """A run on the same pictures in other splits is another run: what it tests on, it may know."""
    first = prepare(drawn_faces)
    places = [drawn_faces / split / "Real" / "0000.png" for split in ("Train", "Test")]
    contents = [path.read_bytes() for path in places]
    for path, content in zip(places, reversed(contents), strict=True):
        path.write_bytes(content)
    second = prepare(drawn_faces)
    assert second["pictures"] == first["pictures"]
    assert second["fingerprint"] != first["fingerprint"]


# Batches


@pytest.fixture
def batches(tmp_path, photo):
    """Makes `FaceBatches` of five pictures of several sizes, with and without a face."""
    from train.data.batches import FaceBatches

    portraits(tmp_path, photo)
    prepare(tmp_path)
    pictures = read_manifest(tmp_path, "Train")

    def make(*, seed=1, augment=True, corrupt_share=0.5, **options):
        config = TrainConfig(input_size=48, batch_size=4, seed=seed)
        return FaceBatches(
            pictures, config, augment=augment, corrupt_share=corrupt_share, **options
        )

    return make


def content(batches, epoch=0):
    batches.start_epoch(epoch)
    return [batches[i] for i in range(len(batches))]


def as_bytes(batches, epoch=0):
    return b"".join(crops.tobytes() for crops, _ in content(batches, epoch))


def test_same_seed_gives_the_same_bytes(batches):
    """A result that nobody can repeat is worth little."""
    assert as_bytes(batches()) == as_bytes(batches())
    assert as_bytes(batches(seed=2)) != as_bytes(batches())


def test_each_epoch_draws_anew_and_can_be_drawn_again(batches):
    """A resumed run starts at epoch n without having drawn the ones before."""
    training = batches()
    epochs = [as_bytes(training, epoch) for epoch in range(3)]
    assert len(set(epochs)) == 3
    assert as_bytes(batches(), 2) == epochs[2]
    crops = [{crop.tobytes() for x, _ in content(training, n) for crop in x} for n in range(2)]
    assert len(crops[0] & crops[1]) <= 1  # not another order alone; only the wall looks alike


def test_validation_is_the_same_in_each_epoch(batches):
    """Epochs are compared on it."""
    validation = batches(augment=False, corrupt_share=1.0)
    assert as_bytes(validation, 0) == as_bytes(validation, 3)


@pytest.mark.parametrize("augment", [True, False])
def test_labels_belong_to_their_pictures(batches, augment):
    training = batches(augment=augment, corrupt_share=0.0)
    found = content(training)
    assert [len(crops) for crops, _ in found] == [4, 2]
    labels = np.concatenate([labels for _, labels in found])
    expected = [
        slot.donor is not None or training.pictures[slot.index].label == "Fake"
        for slot in training.slots
    ]
    assert labels.dtype == np.float32 and labels.shape == (6, 1)
    assert labels[:, 0].tolist() == expected
    assert sum(expected) == 3


def test_a_pair_differs_in_the_forgery_alone(tmp_path):
    """Else the network learns how fakes are framed or compressed."""
    from train.data.batches import FaceBatches

    path = tmp_path / "noise.png"
    noise = np.random.default_rng(0).integers(60, 200, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(path)
    picture = Picture(path, "Train", "Real", "", (60.0, 50.0, 140.0, 150.0), (200, 200))
    config = TrainConfig(
        input_size=64, batch_size=2, inner_share=0.0, tight_share=0.0, resave_share=0.0
    )
    training = FaceBatches([picture, picture], config, augment=True, corrupt_share=0.0)
    is_changed = []
    for seed in range(12):
        training.slots = [Slot(0, seed), Slot(0, seed, donor=1)]
        (genuine, forged), labels = training[0]
        assert labels[:, 0].tolist() == [0.0, 1.0]
        is_changed.append((np.abs(np.int16(genuine) - forged) > 2).any(-1))
    assert not np.any(is_changed, axis=0)[[0, 0, -1, -1], [0, -1, 0, -1]].any()  # the corners
    assert np.mean(is_changed) > 0.05


def test_a_large_photo_is_read_from_a_copy_in_which_the_face_is_where_it_was(tmp_path):
    """Decoding large photos takes most of the time of training."""
    pixels = np.zeros((1200, 1000, 3), np.uint8)
    pixels[300:700, 250:650] = 255  # the face
    Image.fromarray(pixels).save(tmp_path / "large.png")
    box = (250.0, 300.0, 650.0, 700.0)
    copy = tmp_path / "reduced" / "copy.png"
    picture = Picture(tmp_path / "large.png", "Train", "Real", "", box, (1000, 1200), copy=copy)
    assert is_reduced(picture)
    write_copy(load_photo(picture.path), picture)
    photo, seen = read(picture)
    assert photo.size == seen.size == (486, 486)
    face = np.asarray(photo.crop(tuple(round(edge) for edge in seen.box)))
    assert face.shape[:2] == (256, 256) and face.mean() > 250
    assert np.asarray(photo).sum() == pytest.approx(255 * 3 * 256**2, rel=0.02)
    # The manifest rounds boxes, and the side of the copy may be another one by what it holds.
    rounded = dataclasses.replace(picture, box=(250.0, 300.0, 650.0, 700.9))
    photo, seen = read(rounded)
    assert photo.size == seen.size


def test_shape_and_type_are_the_networks(batches):
    for crops, _ in content(batches(corrupt_share=1.0)):
        assert crops.shape[1:] == (48, 48, 3) and crops.dtype == np.uint8


def test_exact_crops_are_those_of_serving(batches):
    """A scale or filter of its own in training is what serving never shows."""
    exact = batches(augment=False, corrupt_share=0.0)
    crops = np.concatenate([crops for crops, _ in content(exact)])
    for crop, picture in zip(crops, exact.pictures, strict=True):
        square = picture.square(margin=exact.config.margin)
        assert np.array_equal(crop, cut(load_photo(picture.path), square, input_size=48))


def test_limit_shortens_an_epoch(batches):
    assert [len(batches(limit=limit)) for limit in (None, 1, 9)] == [2, 1, 2]


def test_jittered_squares_stay_inside_the_picture(tmp_path):
    """Beyond the edge there is black, and how much of it would tell the label."""
    from train.data.batches import FaceBatches

    path = tmp_path / "white.png"
    Image.new("RGB", (90, 70), "white").save(path)
    boxes = [(0, 0, 30, 30), (60, 40, 90, 70), (-9, -9, 80, 70), (30, 20, 60, 50), None]
    pictures = [Picture(path, "Train", "Real", "", box, (90, 70)) for box in boxes]
    config = TrainConfig(input_size=32, batch_size=8, blend_share=0.0, resave_share=0.0)
    training = FaceBatches(pictures, config, augment=True, corrupt_share=0.0)
    for epoch in range(20):
        for crops, _ in content(training, epoch):
            assert (crops == 255).all()


def test_a_shifted_square_is_inside_its_photo_to_the_last_digit():
    """Pillow refuses a square that is beyond the edge, hours into a training."""
    generator = np.random.default_rng(0)
    for _ in range(2000):
        size = tuple(int(side) for side in generator.integers(64, 300, 2))
        side = generator.uniform(20, min(size))
        x, y = generator.uniform(0, 1, 2) * (np.array(size) - side)
        left, top, right, bottom = shift((x, y, x + side, y + side), size, generator)
        assert 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
        assert right - left == pytest.approx(side)


@pytest.mark.parametrize("corner", [(0, 0), (300, 200), (560, 360)])
def test_the_surroundings_of_a_face_hold_all_that_a_crop_may_show(corner):
    """A blend is made there alone: in whole large photos it took a fifth of the loading time."""
    x, y = corner
    pixels = np.zeros((400, 600, 3), np.uint8)
    pixels[y : y + 40, x : x + 40] = 255  # the face
    box = (float(x), float(y), x + 40.0, y + 40.0)
    picture = Picture("photo.png", "Train", "Real", "0" * 64, box, (600, 400))
    part, inside = cut_around(Image.fromarray(pixels), picture)
    assert part.size == inside.size and max(part.size) < 80
    x0, y0, x1, y1 = map(int, inside.box)
    face = np.asarray(part)[..., 0] == 255
    assert face[y0:y1, x0:x1].all() and face.sum() == 40 * 40
    square, whole = inside.square(margin=1.5), picture.square(margin=1.5)
    assert square[2] - square[0] == pytest.approx(whole[2] - whole[0], abs=1.0)


def test_what_is_left_of_a_face_is_where_its_box_says():
    """A box beside the face would teach the network what no user ever shows it."""
    pixels = np.zeros((100, 120, 3), np.uint8)
    pixels[30:80, 40:80] = 255  # the face
    box = (40.0, 30.0, 80.0, 80.0)
    picture = Picture("photo.png", "Train", "Real", "0" * 64, box, (120, 100))
    has_cut = 0
    for seed in range(50):
        rest, left = cut_close(Image.fromarray(pixels), picture, np.random.default_rng(seed))
        assert rest.size == left.size
        x0, y0, x1, y1 = map(int, left.box)
        face = np.asarray(rest) == 255
        assert face[y0:y1, x0:x1].all()
        assert face.sum() == 3 * (y1 - y0) * (x1 - x0)
        assert (x1 - x0) * (y1 - y0) >= 0.2 * 40 * 50
        has_cut += (x1 - x0) * (y1 - y0) < 40 * 50
    assert 10 < has_cut < 50
