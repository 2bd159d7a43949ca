"""Many photos: archives stay harmless, one bad file stops nothing, the table opens anywhere."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from detector.errors import PhotoError
from detector.limits import MAX_BYTES
from page import batch, many
from page.server.cleaning import FOLDER
from page.texts import LANGUAGES
from page.uploads import list_photos
from testing.server import ROOT

EXAMPLE = ROOT / "examples" / "admiral.jpg"


def pack(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return [(str(path), path.name)]


def judge_all(detector, uploads):
    return [
        batch.judge(detector, name, read, is_face_crop=False, with_thumbnail=True)
        for name, read in list_photos(uploads)
    ]


def test_an_archive_is_looked_into_without_folders_and_hidden_files(tmp_path):
    members = {
        "a/b/photo.jpg": EXAMPLE.read_bytes(),
        "../../evil.jpg": b"up",
        "__MACOSX/._photo.jpg": b"hidden",
        "a/.DS_Store": b"hidden",
    }
    photos = list_photos(pack(tmp_path / "all.zip", members))
    assert [name for name, _ in photos] == ["photo.jpg", "evil.jpg"]
    assert photos[0][1]() == EXAMPLE.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip"]  # nothing unpacked


def test_a_bomb_is_not_unpacked_further_than_a_photo_may_be_large(tmp_path, detector):
    """A zip of 60 KB may hold gigabytes."""
    zeros = bytes(2 * MAX_BYTES)
    uploads = pack(tmp_path / "bomb.zip", {"0.png": zeros}, compression=zipfile.ZIP_DEFLATED)
    [(_, read)] = list_photos(uploads)
    assert len(read()) == MAX_BYTES + 1
    [row] = judge_all(detector, uploads)
    assert row.error.code == "too_many_bytes"


@pytest.mark.parametrize("damage", ["cut", "renamed", "inside"])
def test_a_damaged_archive_is_one_bad_line(tmp_path, detector, damage):
    uploads = pack(tmp_path / "a.zip", {"photo.jpg": EXAMPLE.read_bytes()})
    path = tmp_path / "a.zip"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "renamed":
        content = b"not an archive"
    else:
        content[len(content) // 2] ^= 255
    path.write_bytes(content)
    rows = judge_all(detector, [*uploads, (str(EXAMPLE), "portrait.jpg")])
    assert [row.error and row.error.code for row in rows] == ["bad_archive", None]


def test_nothing_chosen_is_said_so():
    with pytest.raises(PhotoError) as caught:
        list_photos([])
    assert caught.value.code == "no_files"


@pytest.fixture(scope="module")
def rows(detector, tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    (folder / "bad").write_bytes(b"no photo")
    uploads = [(str(EXAMPLE), '=HYPERLINK("evil")'), (str(folder / "bad"), "<b>bad</b>.jpg")]
    return judge_all(detector, uploads)


def test_the_csv_opens_in_a_spreadsheet_and_runs_nothing_there(rows):
    lines = list(csv.DictReader(io.StringIO(batch.to_csv(rows))))
    assert lines[0]["file"] == '\'=HYPERLINK("evil")'
    assert (lines[0]["verdict"], lines[0]["faces"], lines[0]["error"]) == ("real", "1", "")
    assert (lines[1]["verdict"], lines[1]["error"]) == ("", "not_a_photo")


def test_the_json_names_files_as_they_are(rows):
    found = json.loads(json.dumps(batch.to_result(rows)))
    assert [entry["file"] for entry in found["photos"]] == ['=HYPERLINK("evil")', "<b>bad</b>.jpg"]
    assert found["counts"] == {"real": 1, "fake": 0, "inconclusive": 0, "failed": 1}


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_the_table_shows_each_photo_and_no_markup_of_a_file_name(rows, texts):
    table = batch.render_table(rows, count=2, texts=texts)
    assert table.count("<tr") == 3 and table.count("<img ") == 1
    assert "<b>bad" not in table and "&lt;b&gt;bad" in table
    assert texts["table_failed"] in table


def test_no_two_runs_write_their_files_into_one_folder(detector):
    """Whoever knows the address of a file may fetch it."""
    uploads = [(str(EXAMPLE), "mine.jpg")]
    runs = [list(many.judge_all(detector, uploads, False, LANGUAGES["en"])) for _ in range(2)]
    paths = [Path(path) for run in runs for path in run[-1][1]]
    assert len({path.parent for path in paths}) == 2 and "mine.jpg" in paths[0].read_text()
    assert all(FOLDER.fullmatch(path.parent.name) for path in paths)  # so that they are deleted
