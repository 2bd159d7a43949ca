"""Get the pictures: from Kaggle, or from local archives and folders of the same layout."""

import collections
import shutil
import stat
import zipfile
import zlib
from pathlib import Path

from tqdm import tqdm

from detector.errors import DataError

from .. import SPLITS
from ..disk import require_space
from .sources import folders_called
from .splits import count_pictures

# https://www.kaggle.com/datasets/manjilkarki/deepfake-and-real-images, pinned to its only version.
KAGGLE_DATASET = "manjilkarki/deepfake-and-real-images/versions/1"
MAX_RATIO = 100  # unpacked over packed; photos are packed already, and zip's worst is 1,000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others zipfile unpacks without a bound


def download(output, *, archives=()):
    """Bring the pictures into `output/Dataset/{Train,Validation,Test}/{Fake,Real}/`.

    Args:
        output: folder of the data set.
        archives: zip files or folders that hold `Dataset/...` or `Train/...`, or folders of such
            zip files; from Kaggle if none.

    Returns:
        Counts of pictures by "split/label".

    Raises:
        DataError: nothing could be fetched, an archive is unsafe or damaged, the disk is too
            small, or the layout is not as expected.
    """
    output = Path(output)
    target = output / "Dataset"
    for source in _list_archives(archives or [_fetch_from_kaggle()]):
        if source.is_dir():
            folder = next(iter(folders_called(source, "Dataset")), source)
            sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
            require_space(target, sum(sizes), name=f"A copy of {folder}")
            try:
                shutil.copytree(folder, target, dirs_exist_ok=True)
            except OSError as error:  # a link that leads nowhere, a pipe, no right to read
                raise DataError(f"{folder} cannot be copied whole: {error}.") from error
        elif zipfile.is_zipfile(source):
            unpack(source, target)
        else:
            raise DataError(f"{source} is neither a folder nor a zip archive.")
    return count_pictures(output)


def _list_archives(sources):
    """Zip files and folders of pictures; in place of a folder of zip files those."""
    listed = []
    for source in map(Path, sources):
        names = ("Dataset", *SPLITS)
        is_folder_of_zips = source.is_dir() and not any(folders_called(source, n) for n in names)
        zips = sorted(source.glob("*.zip")) if is_folder_of_zips else []
        listed.extend(zips or [source])
    return listed


def _fetch_from_kaggle():
    import kagglehub

    try:
        return kagglehub.dataset_download(KAGGLE_DATASET)
    except Exception as error:  # kagglehub passes on the errors of several libraries
        raise DataError(
            f"Kaggle could not be reached or refused ({error}). Download the archive by hand and "
            "pass it with --archive."
        ) from error


def unpack(archive, target):
    """Unpack a zip archive, without its outermost folder if that is called `Dataset`.

    Args:
        archive: `pathlib.Path` of the zip file.
        target: folder, is made.

    Raises:
        DataError: the archive is damaged, unpacks to more than photos do or than fits on the disk,
            or holds an unsafe member, or one name twice.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = [member for member in file.infolist() if not member.is_dir()]
            places = [_place(member, archive) for member in members]
            if twice := [path for path, count in collections.Counter(places).items() if count > 1]:
                raise DataError(f"{archive} holds {str(twice[0])!r} more than once; not unpacked.")
            needed = sum(member.file_size for member in members)  # zipfile gives no more than that
            if needed > MAX_RATIO * archive.stat().st_size:
                raise DataError(
                    f"{archive} unpacks to {needed / 2**20:.0f} MB, more than {MAX_RATIO} times "
                    "its size: no photos do. Pass the photos as a folder if they are yours."
                )
            require_space(target, needed, name=f"{archive.name}, unpacked,")
            target.mkdir(parents=True, exist_ok=True)
            for member, place in tqdm(
                list(zip(members, places, strict=True)), desc=archive.name, unit="picture"
            ):
                path = target / place
                path.parent.mkdir(parents=True, exist_ok=True)
                with file.open(member) as source, path.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{archive} is damaged ({error}). Download it again.") from error
    except (OSError, RuntimeError, ValueError) as error:  # a password, or names no disk takes
        raise DataError(f"{archive} cannot be unpacked ({error}). Pack it anew.") from error


def _place(member, archive):
    parts = Path(member.filename).parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    is_outside = not parts or ".." in parts or Path(member.filename).is_absolute()
    if is_link or is_outside or member.compress_type not in METHODS:
        raise DataError(f"{archive} holds an unsafe member, {member.filename!r}; not unpacked.")
    return Path(*parts[1:]) if parts[0].lower() == "dataset" and len(parts) > 1 else Path(*parts)
