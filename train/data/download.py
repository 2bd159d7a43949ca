"""Get the pictures: from Kaggle, or from local archives and folders.

Those are laid out as Kaggle's, or hold just `Real` and `Fake`; such ones are split here. What is
there already is not written again, so a download that was killed goes on.
"""

import collections
import contextlib
import functools
import os
import shutil
import stat
import zipfile
import zlib
from pathlib import Path

from tqdm import tqdm

from detector import CLASSES
from detector.errors import DataError

from .. import SPLITS
from ..disk import free_bytes, require_space
from .listing import count_pictures
from .sources import folders_called
from .split_folders import SEED, split_flat

# Pinned to its only version.
KAGGLE_DATASET = "manjilkarki/deepfake-and-real-images/versions/1"
KAGGLE_PAGE = "https://www.kaggle.com/datasets/" + KAGGLE_DATASET.partition("/versions/")[0]
KAGGLE_PICTURES = 190_335
KAGGLE_BYTES = 1_800_000_000  # 9.5 kB a picture, as 23,600 of them have; the archive has about that
MAX_RATIO = 100  # unpacked over packed; photos are packed already, and zip's worst is 1,000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others zipfile unpacks without a bound


def download(output, *, archives=(), count=0) -> dict[str, int]:
    """Bring the pictures into `output/Dataset/{Train,Validation,Test}/{Fake,Real}/`.

    Pictures that come without splits are split as `train.data.split_folders` does.

    Args:
        output: folder of the data set.
        archives: zip files or folders that hold `Dataset/...`, `Train/...` or `Real` and `Fake`,
            or folders of such zip files; from Kaggle if none, unless its pictures are there.
        count: of pictures of each archive, about that many are taken, evenly of its folders; 0 is
            all.

    Returns:
        Counts of pictures by "split/label".

    Raises:
        DataError: nothing could be fetched, an archive is unsafe or damaged, the disk is too
            small, or the layout is not as expected.
    """
    output = Path(output)
    if not archives:
        _fetch_from_kaggle(output)
    for source in _list_archives(archives):
        if source.is_dir():
            source = next(iter(folders_called(source, "Dataset")), source)
        elif not source.exists():
            raise DataError(f"{source} does not exist. Pass a zip archive or a folder of pictures.")
        elif not zipfile.is_zipfile(source):
            raise DataError(f"{source} is neither a folder nor a zip archive.")
        if _is_flat(source):
            _split(source, output, count=count)
        else:
            _bring(source, output / "Dataset", count=count)
    return count_pictures(output)


def _list_archives(sources):
    """Zip files and folders of pictures; in place of a folder of zip files those."""
    listed = []
    for source in map(Path, sources):
        names = ("Dataset", *SPLITS, *CLASSES)
        is_folder_of_zips = source.is_dir() and not any(folders_called(source, n) for n in names)
        zips = sorted(source.glob("*.zip")) if is_folder_of_zips else []
        listed.extend(zips or [source])
    return listed


def _fetch_from_kaggle(output):
    target = output / "Dataset"
    if target.exists() or any(folders_called(output, split) for split in SPLITS):
        print(f"{output} holds the set already; delete {target} to fetch it again.", flush=True)
        return
    print(
        f"From {KAGGLE_PAGE}: {KAGGLE_PICTURES:,} pictures, about {_size(KAGGLE_BYTES)}; "
        f"{_size(free_bytes(output))} are free in {output}.",
        flush=True,
    )
    require_space(output, 2 * KAGGLE_BYTES, name="The archive and its pictures")
    import kagglehub

    # Beside its place, so that it is moved there and not copied.
    cache = Path(os.environ.setdefault("KAGGLEHUB_CACHE", str(output / "kaggle.part")))
    try:
        folder = Path(kagglehub.dataset_download(KAGGLE_DATASET))
    except Exception as error:  # kagglehub passes on the errors of several libraries
        raise DataError(
            f"Kaggle could not be reached or refused ({error}). Download the archive by hand from "
            f"{KAGGLE_PAGE} and pass it with --archive."
        ) from error
    source = next(iter(folders_called(folder, "Dataset")), folder)
    if cache == output / "kaggle.part":
        source.replace(target)
        shutil.rmtree(cache)
    else:
        _bring(source, target)


def _size(count):
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _split(source, output, *, count):
    """Unpack pictures that come without splits, and split them."""
    name = source.stem
    target = output / "Sources" / name
    if target.exists():
        print(f"{target} is there already.", flush=True)
        return
    unpacked = output / "unpacked.part" / name
    _bring(source, unpacked, count=count)
    split_flat(unpacked, output=output, seed=SEED, place=shutil.move)
    shutil.rmtree(unpacked.parent)


def _is_flat(source):
    """Whether an archive or folder holds `Real` and `Fake`, and no splits above them."""
    with _open(source) as files:
        outer = {place.parts[0].lower() for place, _, _ in files}
    has_splits = any(split.lower() in outer for split in SPLITS)
    return not has_splits and all(label.lower() in outer for label in CLASSES)


def unpack(archive, target) -> None:
    """Unpack a zip archive, without its outermost folder if that is called `Dataset`.

    Args:
        archive: `pathlib.Path` of the zip file.
        target: folder, is made.

    Raises:
        DataError: the archive is damaged, unpacks to more than photos do or than fits on the disk,
            or holds an unsafe member, or one name twice.
    """
    _bring(archive, target, is_whole=True)


def _bring(source, target, *, count=0, is_whole=False):
    """Write the files of a zip archive or folder, but for those that are there."""
    with _open(source, is_whole=is_whole) as files:
        if count:
            files = _thin(files, count)
        missing = [file for file in files if not _is_there(target / file[0], size=file[1])]
        needed = sum(size for _, size, _ in missing)
        print(
            f"{source}: {len(files):,} files, {len(files) - len(missing):,} of them there already, "
            f"{_size(needed)} to write; {_size(free_bytes(target))} are free.",
            flush=True,
        )
        require_space(target, needed, name=f"{source.name}, unpacked,")
        for place, _, opened in tqdm(missing, desc=source.name, unit="picture"):
            path = target / place
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            with opened() as content, part.open("wb") as copy:
                shutil.copyfileobj(content, copy)
            part.replace(path)


def _is_there(path, *, size):
    return path.is_file() and path.stat().st_size == size


@contextlib.contextmanager
def _open(source, *, is_whole=False):
    """The files of a zip archive or folder: of each its place, its size and what opens it.

    A folder around all of them is left away, unless they are wanted whole.
    """
    strip = (lambda files: files) if is_whole else _without_outer
    try:
        if source.is_dir():
            yield strip(_list_files(source))
        else:
            with zipfile.ZipFile(source) as file:
                yield strip(_list_members(file, source))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{source} is damaged ({error}). Download it again.") from error
    except (OSError, RuntimeError, ValueError) as error:  # a password, or names no disk takes
        advice = "" if source.is_dir() else " Pack it anew."
        raise DataError(f"{source} cannot be unpacked ({error}).{advice}") from error


def _without_outer(files):
    outer = {place.parts[0] for place, _, _ in files}
    known = {name.lower() for name in (*SPLITS, *CLASSES)}
    is_around = len(outer) == 1 and min(len(place.parts) for place, _, _ in files) > 2
    if not is_around or outer.pop().lower() in known:
        return files
    return [(Path(*place.parts[1:]), size, opened) for place, size, opened in files]


def _list_files(folder):
    files = []
    for inner, _, names in os.walk(folder, followlinks=True):
        for path in (Path(inner, name) for name in sorted(names)):
            if not path.is_file():  # a link that leads nowhere, a pipe
                raise DataError(f"{folder} cannot be copied whole: {path} is not a file.")
            opened = functools.partial(path.open, "rb")
            files.append((path.relative_to(folder), path.stat().st_size, opened))
    return files


def _list_members(file, archive):
    """Refuses what no archive of photos has."""
    members = [
        member
        for member in file.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    places = [_place(member, archive) for member in members]
    if twice := [path for path, count in collections.Counter(places).items() if count > 1]:
        raise DataError(f"{archive} holds {str(twice[0])!r} more than once; not unpacked.")
    needed = sum(member.file_size for member in members)  # zipfile gives no more than that
    if needed > MAX_RATIO * archive.stat().st_size:
        raise DataError(
            f"{archive} unpacks to {needed / 2**20:.0f} MB, more than {MAX_RATIO} times "
            "its size: no photos do. Pass the photos as a folder if they are yours."
        )
    return [
        (place, member.file_size, functools.partial(file.open, member))
        for member, place in zip(members, places, strict=True)
    ]


def _place(member, archive):
    parts = Path(member.filename).parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    is_outside = not parts or ".." in parts or Path(member.filename).is_absolute()
    if is_link or is_outside or member.compress_type not in METHODS:
        raise DataError(f"{archive} holds an unsafe member, {member.filename!r}; not unpacked.")
    return Path(*parts[1:]) if parts[0].lower() == "dataset" and len(parts) > 1 else Path(*parts)


def _thin(files, count):
    """About `count` of the files, as many of each folder."""
    folders = collections.defaultdict(list)
    for file in files:
        folders[file[0].parent].append(file)
    share = -(-count // len(folders))
    return [file for of in folders.values() for file in of[:: max(len(of) // share, 1)][:share]]
