"""Uploaded files and zip archives to photos, one by one, within limits."""

import functools
import re
import zipfile
from pathlib import Path, PurePosixPath

from detector.errors import PhotoError
from detector.photo import MAX_BYTES

MAX_PHOTOS = 50
HIDDEN = re.compile(r"(^|/)(__MACOSX|\.(?!\.?/))")  # what file managers add to archives


def list_photos(uploads):
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
        if zipfile.is_zipfile(path):
            photos += _list_archive(path, name)
        elif Path(name).suffix.lower() == ".zip":
            photos.append((name, functools.partial(_refuse, name)))
        else:
            photos.append((name, functools.partial(Path, path)))
    if not photos:
        raise PhotoError("No photo came. Choose photos, or a zip of photos.", code="no_files")
    if len(photos) > MAX_PHOTOS:
        raise PhotoError(
            f"{len(photos)} photos came; at most {MAX_PHOTOS} are judged at once. "
            "Send them in smaller groups.",
            code="too_many_files",
        )
    return photos


def _list_archive(path, name):
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member.filename
                for member in archive.infolist()
                if not member.is_dir() and not HIDDEN.search(member.filename)
            ]
    except (zipfile.BadZipFile, OSError, ValueError):
        return [(name, functools.partial(_refuse, name))]
    return [
        (PurePosixPath(member).name, functools.partial(_read_member, path, member))
        for member in members
    ]


def _read_member(path, member):
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            # One byte more than is accepted, whatever size the archive states.
            return file.read(MAX_BYTES + 1)
    except Exception as error:  # each decompressor has errors of its own, and a password another
        raise PhotoError(
            f"{PurePosixPath(member).name} cannot be read from the archive ({error}). "
            "Pack it again, without a password.",
            code="bad_archive",
        ) from error


def _refuse(name):
    raise PhotoError(f"{name} is not a zip archive that can be read.", code="bad_archive")
