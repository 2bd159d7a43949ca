"""Where photos lie: files, folders, patterns and lists, of this machine or of a bucket.

An address, such as s3://bucket/photos/, is opened by fsspec, imported only then.
"""

import codecs
import contextlib
import functools
import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import ConfigError, PhotoError
from ..limits import MAX_BYTES

# Of the files of a folder; a file that is named is a photo whatever its suffix.
SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp"),
    *(".tif", ".tiff"),
)
CLIP_SUFFIXES = (".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".webm", ".avi")
# What file managers and cameras leave beside photos; of a name below the folder that was asked for.
HIDDEN = re.compile(r"(^|[/\\])(__MACOSX|\.(?!\.?[/\\]))")


def find_photos(sources: Iterable[str]) -> list[str]:
    """Name the photos of files, folders and patterns.

    Args:
        sources: paths and addresses. A folder stands for all photos and clips in and below it that
            are not hidden, what has a `*` for all files that match, brackets being brackets; the
            address of a folder ends with `/`.

    Returns:
        A list of paths and addresses, in the order of `sources`, sorted within each; those that
        name no folder and match nothing as they came.

    Raises:
        ConfigError: no library for such an address, or the storage does not answer.
    """
    found = []
    for source in sources:
        if "://" in source:
            found += _find_remote(source)
        elif os.path.isdir(source):  # noqa: PTH112, of `Path` it raises on names that cannot be
            found += _keep_photos(_list_files(source), below=source)
        elif "*" in source:  # some shells leave patterns to the program
            found += _match(source) or [source]
        else:
            found.append(source)
    return found


def read_list(path: str | os.PathLike) -> list[str]:
    """Read a list of photos, one a line, as editors and shells of any system write it.

    Args:
        path: of a text file: UTF-8, with or without a byte order mark, or UTF-16 with one. Names
            of files need not be of any encoding.

    Returns:
        The lines that are not empty.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"@{path}: the list cannot be read ({error}). Check the path after the @."
        ) from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
    else:
        text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    return [line.removesuffix("\r") for line in text.split("\n") if line.strip()]


def is_clip(path: str | os.PathLike) -> bool:
    """Whether a path or address is called like a clip."""
    return str(path).lower().endswith(CLIP_SUFFIXES)


def read_photo(path: str, *, most: int = MAX_BYTES) -> str | bytes:
    """Read a photo, or a clip, behind an address.

    Args:
        path: path or address.
        most: bytes that are read.

    Returns:
        The content, bytes; of a path the path itself, which the detector reads.

    Raises:
        PhotoError: nothing can be read there, or more than `most`.
    """
    if "://" not in path:
        return path
    import fsspec

    try:
        with fsspec.open(path, "rb") as file:
            content = file.read(most + 1)
    except Exception as error:  # every storage has errors of its own
        raise PhotoError(
            f"{path}: the file cannot be read ({error}). Check the address.",
            code="file_unreadable",
        ) from error
    if len(content) > most:
        raise PhotoError(
            f"This file has more than {most // 2**20} MB. Save it smaller and try again.",
            code="too_many_bytes",
        )
    return content


def open_storage(address: str) -> tuple[Any, str]:
    """Open the storage of an address.

    Args:
        address: of anything; also a path.

    Returns:
        An fsspec filesystem, and what the address is called there.

    Raises:
        ConfigError: there is no library for such an address.
    """
    from fsspec.core import url_to_fs

    try:
        return url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{address} cannot be opened: {error}") from error


def _find_remote(address):
    if not address.endswith("/") and "*" not in address:
        _check_scheme(address.partition("://")[0])
        return [address]
    storage, name = open_storage(address)
    try:
        names = storage.glob(name) if "*" in name else storage.find(name)
    except Exception as error:  # every storage has errors of its own
        raise ConfigError(f"{address} cannot be listed: {error}") from error
    found = sorted(storage.unstrip_protocol(name) for name in names)
    if "*" in name:
        return found
    return _keep_photos(found, below=storage.unstrip_protocol(name))


@functools.cache  # a listing may name a million photos
def _check_scheme(scheme):
    open_storage(f"{scheme}://")


def _list_files(folder):
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not HIDDEN.match(name)]
        yield from (os.path.join(place, name) for name in files)  # noqa: PTH118


def _match(pattern):
    # Of glob, not of `Path`: that one has no absolute patterns.
    for form in (pattern.replace("[", "[[]"), pattern):
        with contextlib.suppress(ValueError):  # a null character
            names = glob.glob(form, recursive=True)  # noqa: PTH207
            if found := sorted(name for name in names if not os.path.isdir(name)):  # noqa: PTH112
                return found
    return []


def _keep_photos(names, *, below):
    return sorted(
        name
        for name in names
        if name.lower().endswith(SUFFIXES + CLIP_SUFFIXES)
        and not HIDDEN.search(name.removeprefix(below))
    )
