"""Get the pictures: from Kaggle, or from local archives and folders of the same layout."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path

from tqdm import tqdm

from detector.errors import DataError

from .disk import require_space
from .sources import folders_called
from .splits import count_pictures

# https://www.kaggle.com/datasets/manjilkarki/deepfake-and-real-images, pinned to its only version.
KAGGLE_DATASET = "manjilkarki/deepfake-and-real-images/versions/1"


def download(output, *, archives=()):
    """Bring the pictures into `output/Dataset/{Train,Validation,Test}/{Fake,Real}/`.

    Args:
        output: folder of the data set.
        archives: zip files or folders that hold `Dataset/...` or `Train/...`; from Kaggle if none.

    Returns:
        Counts of pictures by "split/label".

    Raises:
        DataError: nothing could be fetched, an archive is unsafe or damaged, the disk is too
            small, or the layout is not as expected.
    """
    output = Path(output)
    target = output / "Dataset"
    for source in archives or [_fetch_from_kaggle()]:
        source = Path(source)
        if source.is_dir():
            folder = next(iter(folders_called(source, "Dataset")), source)
            sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
            require_space(target, sum(sizes), name=f"A copy of {folder}")
            shutil.copytree(folder, target, dirs_exist_ok=True)
        elif zipfile.is_zipfile(source):
            unpack(source, target)
        else:
            raise DataError(f"{source} is neither a folder nor a zip archive.")
    return count_pictures(output)


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
        DataError: the archive is damaged, does not fit on the disk, or holds an unsafe member.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = [member for member in file.infolist() if not member.is_dir()]
            places = [_place(member, archive) for member in members]
            needed = sum(member.file_size for member in members)
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


def _place(member, archive):
    parts = Path(member.filename).parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if is_link or not parts or ".." in parts or Path(member.filename).is_absolute():
        raise DataError(f"{archive} holds an unsafe member, {member.filename!r}; not unpacked.")
    return Path(*parts[1:]) if parts[0].lower() == "dataset" and len(parts) > 1 else Path(*parts)
