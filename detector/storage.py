"""Where photos lie: files, folders and patterns, of this machine or of a bucket.

An address, such as s3://bucket/photos/, is opened by fsspec, imported only then.
"""

import functools
import glob
from pathlib import Path

from .errors import ConfigError, PhotoError
from .limits import MAX_BYTES

# Of the files of a folder; a file that is named is a photo whatever its suffix.
SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp"),
    *(".tif", ".tiff"),
)


def find_photos(sources):
    """Name the photos of files, folders and patterns.

    Args:
        sources: paths and addresses. A folder stands for all photos in and below it, what has a
            `*` for all that match; the address of a folder ends with `/`.

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
        elif Path(source).is_dir():
            found += _keep_photos(map(str, Path(source).rglob("*")))
        elif "*" in source:  # some shells leave patterns to the program
            # Of glob, not of `Path`: that one has no absolute patterns.
            found += sorted(glob.glob(source, recursive=True)) or [source]  # noqa: PTH207
        else:
            found.append(source)
    return found


def read_photo(path):
    """Read a photo behind an address.

    Args:
        path: path or address.

    Returns:
        The content, bytes; of a path the path itself, which `detector.photo.load_photo` reads.

    Raises:
        PhotoError: nothing can be read there, or more than `MAX_BYTES`.
    """
    if "://" not in path:
        return path
    import fsspec

    try:
        with fsspec.open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except Exception as error:  # every storage has errors of its own
        raise PhotoError(
            f"{path}: the file cannot be read ({error}). Check the address.",
            code="file_unreadable",
        ) from error
    if len(content) > MAX_BYTES:
        raise PhotoError(
            f"This file has more than {MAX_BYTES // 2**20} MB. Save it as JPEG and try again.",
            code="too_many_bytes",
        )
    return content


def open_storage(address):
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
    return found if "*" in name else _keep_photos(found)


@functools.cache  # a listing may name a million photos
def _check_scheme(scheme):
    open_storage(f"{scheme}://")


def _keep_photos(names):
    return sorted(name for name in names if name.lower().endswith(SUFFIXES))
