"""Folders, patterns and lists name the photos that people mean, and nothing else."""

import codecs
import os

import pytest

from detector.batch.storage import find_photos, read_list
from detector.errors import ConfigError


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / ".private" / "photos [2020]"
    names = ("1.jpg", "._IMG.jpg", ".thumbnails/2.jpg", "__MACOSX/3.jpg", "dir.jpg/4.jpg", "n.txt")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def test_what_file_managers_leave_in_folders_is_skipped(folder):
    """A Mac writes a ._ file beside each photo; each was an error, and exit status 1."""
    expected = [str(folder / "1.jpg"), str(folder / "dir.jpg" / "4.jpg")]
    assert find_photos([str(folder)]) == expected
    address = folder.as_uri().replace("%5B", "[").replace("%5D", "]").replace("%20", " ")
    assert [name.rpartition("/")[2] for name in find_photos([f"{address}/"])] == ["1.jpg", "4.jpg"]


def test_a_pattern_means_files_and_its_brackets_are_brackets(folder, monkeypatch):
    assert find_photos([f"{folder}/*.jpg"]) == [str(folder / "1.jpg")]
    monkeypatch.chdir(folder)
    assert find_photos(["[0-9]*"]) == ["1.jpg"]  # no such name: then as shells have it


@pytest.mark.parametrize(
    "name", ["a" * 5000, "data:image/jpeg;base64,AAAA/" + "A" * 9000, "a\0b", "a\0*", ""]
)
def test_a_name_that_cannot_be_is_kept_for_its_own_line(name):
    assert find_photos([name]) == [name]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    ],
    ids=["UTF-8", "UTF-8 with mark", "UTF-16", "UTF-16, other order"],
)
def test_lists_are_read_as_editors_and_shells_write_them(tmp_path, encode):
    """Windows' own tools put a mark in front, which became part of the first name."""
    path = tmp_path / "list.txt"
    path.write_bytes(encode("Müller.jpg\r\n\r\nb 写.jpg\n"))
    assert read_list(path) == ["Müller.jpg", "b 写.jpg"]


def test_a_list_may_name_files_of_no_encoding(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"caf\xe9.jpg\n")
    assert read_list(path) == [b"caf\xe9.jpg".decode("utf-8", "surrogateescape")]
    assert os.fsencode(read_list(path)[0]) == b"caf\xe9.jpg"


def test_a_list_that_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match="Check the path after the @"):
        read_list(tmp_path / "gone.txt")
