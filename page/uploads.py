"""Uploaded files and zip archives to photos, one by one, within limits."""

import functools
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from detector.batch.storage import HIDDEN
from detector.errors import PhotoError
from detector.limits import MAX_BYTES, MAX_DIRECTORY, MAX_NAME, MAX_PHOTOS

UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")  # categories of Unicode
JOINERS = "\u200c\u200d"  # invisible too, but part of Persian words and of emoji


def list_photos(
    uploads: Iterable[tuple[str, str]] | None,
) -> list[tuple[str, Callable[[], bytes | Path]]]:
    """List the photos of an upload; archives are looked into, but not unpacked to disk.

    Args:
        uploads: (path on this machine, name for people) pairs.

    Returns:
        (name, read) pairs: `read()` gives what `detector.photo.load_photo` takes, or raises
        `PhotoError`. An archive that cannot be read is one such pair, and always raises.

    Raises:
        PhotoError: there is none, or there are more than `MAX_PHOTOS`.
    """
    photos = []
    for path, name in uploads or ():
        name = _printable(name[-MAX_NAME:])
        if zipfile.is_zipfile(path):
            photos += _list_archive(path, name)
        elif Path(name).suffix.lower() == ".zip":
            photos.append((name, functools.partial(_refuse, name)))
        else:
            photos.append((name, functools.partial(Path, path)))
        if len(photos) > MAX_PHOTOS:  # before the next archive is looked into
            raise PhotoError(
                f"More than {MAX_PHOTOS} photos came; at most {MAX_PHOTOS} are judged at once. "
                "Send them in smaller groups.",
                code="too_many_files",
            )
    if not photos:
        raise PhotoError("No photo came. Choose photos, or a zip of photos.", code="no_files")
    return photos


def _list_archive(path, name):
    try:
        with _Directory(path) as file, zipfile.ZipFile(file) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir() and not HIDDEN.search(member.filename)
            ]
    except Exception:  # zipfile raises several built-in types on bad data
        return [(name, functools.partial(_refuse, name))]
    return [
        (_file_name(member.filename), functools.partial(_read_member, path, member))
        for member in members
    ]


class _Directory(io.FileIO):
    """A zip file for reading its list of members, which zipfile does in one piece."""

    def read(self, size=-1):
        if size > MAX_DIRECTORY:
            raise zipfile.BadZipFile(f"its list of members has {size} bytes")
        return super().read(size)


def _read_member(path, member):
    name = _file_name(member.filename)
    # Of the other methods zipfile unpacks all that it read before it counts: 100 KB to gigabytes.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PhotoError(
            f"{name} is packed by another method than deflate. Pack it again as plain zip.",
            code="bad_archive",
        )
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            # One byte more than is accepted, whatever size the archive states.
            return file.read(MAX_BYTES + 1)
    except Exception as error:  # each decompressor has errors of its own, and a password another
        raise PhotoError(
            f"{name} cannot be read from the archive ({_printable(str(error))}). "
            "Pack it again, without a password.",
            code="bad_archive",
        ) from error


def _refuse(name):
    raise PhotoError(f"{name} is not a zip archive that can be read.", code="bad_archive")


def _file_name(path):
    return _printable(PurePosixPath(path[-MAX_NAME:]).name)


def _printable(text):
    # Control characters, turns of the direction of writing, and halves of characters would disturb
    # the page, the table and the log around them.
    return "".join(
        "\ufffd"
        if unicodedata.category(letter) in UNPRINTABLE and letter not in JOINERS
        else letter
        for letter in text
    )
