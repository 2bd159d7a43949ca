"""Whatever is sent ends in a verdict or a sentence that helps: no crash, no flood, no file left."""

import functools
import io
import unicodedata
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import ExifTags, Image

from detector import limits
from detector.errors import PhotoError
from detector.photo import file as photo_file
from detector.photo import load_photo
from detector.photo.facts import read_facts
from detector.photo.pixels import read_exif
from page.uploads import list_photos
from reliability import formats, pictures
from reliability.archives import pack
from reliability.hostile import FAMILIES, make
from reliability.portrait import encode, encodings

QUICK = settings(
    max_examples=100,
    deadline=None,  # the machine may be busy
    derandomize=True,  # a run that fails must fail again
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SMALL = ("truncated", "bytes flipped", "disguised", "sizes", "archives", "names")


def code_of(source):
    """ "photo", or the code of the error; anything else is raised."""
    try:
        found = load_photo(source)
    except PhotoError as error:
        assert error.code and str(error)
        return error.code
    assert found.mode == "RGB" and min(found.size) >= limits.MIN_SIDE
    return "photo"


@QUICK
@given(st.binary(max_size=400), st.sampled_from(["", *encodings()]))
def test_any_bytes_are_a_photo_or_a_clear_error(content, name):
    """Behind the first bytes of a format, so that its parser is reached."""
    code_of(encodings()[name][:24] + content if name else content)


@QUICK
@given(st.sampled_from(sorted(encodings())), st.data())
def test_any_change_of_a_photo_gives_a_photo_or_a_clear_error(name, data):
    content = bytearray(encodings()[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 8))
        content[start : start + length] = data.draw(st.binary(max_size=12))
    content = bytes(content)
    if code_of(content) == "photo":
        facts = read_facts(content)
        assert facts.bytes == len(content)
        for text in (facts.camera, facts.software, facts.generator, facts.c2pa_producer):
            assert text is None or (text.isprintable() and len(text) <= 80)


@QUICK
@given(
    st.sampled_from([(70, 64), (64, 70, 3), (64, 64, 4), (64, 64, 2), (3, 64, 64)])
    | arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4),
    st.just(np.dtype(np.uint8)) | arrays.scalar_dtypes(),
)
def test_any_array_is_a_photo_or_a_clear_error(shape, dtype):
    is_photo = code_of(np.zeros(shape, dtype)) == "photo"
    assert is_photo == (dtype == np.uint8 and shape in [(70, 64), (64, 70, 3), (64, 64, 4)])


LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])  # zip cuts at null


@QUICK
@given(st.dictionaries(st.text(LETTERS, min_size=1, max_size=20), st.binary(max_size=50)))
def test_any_names_in_a_zip_are_read_and_shown_without_what_disturbs(tmp_path, members):
    path = tmp_path / "any.zip"
    path.write_bytes(pack(members.items()))
    try:
        listed = list_photos([(str(path), "any.zip")])
    except PhotoError as error:
        assert error.code == "no_files"
        return
    for shown, read in listed:
        assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Zl", "Zp"}
        assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
        assert read() in members.values()


def test_each_member_of_one_name_is_judged_for_itself(tmp_path):
    """Read by its name, the last one would answer for all of that name."""
    path = tmp_path / "same.zip"
    path.write_bytes(pack([("a.jpg", b"first"), ("a.jpg", b"second")]))
    assert [read() for _, read in list_photos([(str(path), path.name)])] == [b"first", b"second"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_that_unpack_before_they_are_counted_are_refused(tmp_path, method):
    """100 KB of bzip2 are gigabytes, and zipfile takes all of them at once."""
    path = tmp_path / "bomb.zip"
    path.write_bytes(pack([("0.png", bytes(1000))], method=method))
    [(_, read)] = list_photos([(str(path), path.name)])
    with pytest.raises(PhotoError, match="deflate") as caught:
        read()
    assert caught.value.code == "bad_archive"


def test_a_long_list_of_members_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "long.zip"
    path.write_bytes(pack([(f"{index}.jpg", b"") for index in range(1000)]))
    with pytest.raises(PhotoError) as caught:
        list_photos([(str(path), path.name)])
    assert caught.value.code == "too_many_files"
    monkeypatch.setattr("page.uploads.MAX_DIRECTORY", 10_000)
    [(_, read)] = list_photos([(str(path), path.name)])
    with pytest.raises(PhotoError) as caught:
        read()
    assert caught.value.code == "bad_archive"


# Files that ask their reader for more than they are worth


def test_a_tiff_whose_entries_share_their_bytes_is_not_read_again_and_again():
    """10 MB took 4 GB."""
    shared = [(tag, 1, 1_000_000, "here") for tag in range(1000, 1100)]
    content = formats.tiff_photo(96, 80, extra=shared, content=bytes(1_000_000))
    assert code_of(content) == "damaged"
    assert code_of(formats.tiff_photo(96, 80, extra=shared[:1], content=bytes(10**6))) == "photo"


@pytest.mark.parametrize("place", [33, -12], ids=["before", "behind"])
def test_exif_larger_than_any_honest_one_is_left_alone(place):
    shared = [(tag, 1, 500_000, "here") for tag in range(1000, 1100)]
    exif = formats.tiff([(274, 3, 1, 6), *shared], content=bytes(500_000))
    png = encode(Image.new("RGB", (96, 80)), "PNG")
    content = png[:place] + formats.png_chunk(b"eXIf", exif) + png[place:]
    with Image.open(io.BytesIO(content)) as image:
        assert image.getexif()[ExifTags.Base.Orientation] == 6  # Pillow itself reads it
    with photo_file.open_image(content) as image:
        assert read_exif(image) == {}
    assert read_facts(content).camera is None


def test_parts_without_end_are_left_in_time(monkeypatch):
    """A 1 MB JPEG of empty scans, and a GIF of one long comment, took minutes."""
    monkeypatch.setattr(photo_file, "MAX_READ_SECONDS", 0.005)
    comment = b"\x21\xfe" + (b"\xff" + b"a" * 255) * 20_000 + b"\0"
    long = formats.gif_with(encodings()["moving.gif"], comment)
    for content in (formats.jpeg_of_scans(30_000, size=(4096, 64)), long):
        with pytest.raises(PhotoError, match="too long to read"):
            load_photo(content)


# The corpus


@functools.cache
def corpus(family):
    """The files of a family, made once: its archives take two seconds."""
    return list(make(families=[family]))


@pytest.mark.parametrize("family", SMALL)
def test_a_share_of_the_corpus_ends_well(family, detector, tmp_path):
    """`python -m reliability.pictures` sends all of it, each file within time and memory."""
    path, said = tmp_path / "upload", []
    items = [item for item in corpus(family) if len(item.content) < 200_000]
    for item in items[::4]:
        path.write_bytes(item.content)
        said.append(pictures.visit(detector, path, item.name))
    path.unlink()
    assert len(said) >= 5 and set(said) != {"verdict"}
    assert not list(tmp_path.iterdir())


def test_the_corpus_is_large_and_the_same_each_time():
    quick = [name for name in FAMILIES if name not in ("bombs", "largest accepted", "metadata")]
    quick.remove("rare kinds")
    first = [item for family in quick for item in corpus(family)]
    assert first == list(make(families=quick)) and len(first) >= 500
    other = list(make(families=["truncated"], seed=1))
    assert [item.content for item in other] != [item.content for item in corpus("truncated")]


def test_a_crash_is_seen_and_named(tmp_path, monkeypatch, capsys):
    """A command that could not fail would show nothing."""
    from reliability.hostile import Input

    class Broken:
        def __init__(self, folder):
            (folder / "forgotten").touch()

        def send(self, item):
            return pictures.Outcome("ValueError: oops", True, 1.5, 2**20)

        def close(self):
            pass

    monkeypatch.setattr(pictures, "Visitor", Broken)
    monkeypatch.setattr(pictures, "make", lambda **_: [Input("sizes", "a.png", b"")])
    assert pictures.main([]) == 1
    said = capsys.readouterr().out
    assert "crash: sizes, 'a.png': ValueError: oops" in said
    assert "Crashes: 1" in said and "Temporary files left: 1" in said
