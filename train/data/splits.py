"""Pictures on disk to a manifest: hashed, labelled, de-duplicated, the face of each found once."""

import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import multiprocessing
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from detector import CLASSES, face_maps, face_search, face_sheets, face_turns, faces
from detector.config import WEIGHTS_DIR
from detector.errors import DataError, PhotoError
from detector.face_search import FaceDetector
from detector.photo import load_photo
from detector.runtime import count_cores
from detector.weights import FACES_FILE

from .. import SPLITS
from ..disk import write_whole
from .manifest import Picture, copy_path, read_rows, write_rows
from .reduced import is_reduced, write_copy
from .sources import check_classes, find_sources, folders_called

KEPT_EVERY = 1000  # faces that are found are written down, for a run that is killed
MANY = 500  # pictures, from which other processes are worth their start
# Where one of them changes, faces are looked for anew.
FACE_SEARCH = (face_maps, face_search, face_sheets, face_turns, faces)
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def find_pictures(root) -> list[tuple]:
    """List the pictures of a data folder; see `train.data.sources` for its layout.

    Folder names may be in upper or lower case.

    Args:
        root: the folder.

    Returns:
        A list of (path, split, label, `Source`), sorted by path within each source.

    Raises:
        DataError: a source lacks a class in a split, or there is no such layout.
    """
    sources = find_sources(root)
    found = [
        (path, split, label, source)
        for source in sources
        for split in SPLITS
        for label in CLASSES
        for outer in folders_called(source.folder, split)
        for folder in folders_called(outer, label)
        for path in sorted(folder.glob("*"))
        if path.suffix.lower() in SUFFIXES
    ]
    if not found:
        raise DataError(
            f"{root} holds no pictures laid out as Train/Real, Train/Fake, Validation/Real, ... "
            "Run `python -m train download` first, or pass the folder that holds `Train`."
        )
    counts = collections.Counter((source.name, split, label) for _, split, label, source in found)
    check_classes(sources, counts)
    return found


def count_pictures(root) -> dict[str, int]:
    """Count the pictures of a data set by "split/label"; see `find_pictures`."""
    return dict(
        collections.Counter(f"{split}/{label}" for _, split, label, _ in find_pictures(root))
    )


def separate_groups(entries) -> tuple[list[int], dict[str, int]]:
    """Keep each group in one split only, the one furthest from training.

    Args:
        entries: list of (group, split); "" is no group.

    Returns:
        Indices of the entries to keep, and a report (a dict of counts).
    """
    last = {}
    for group, split in entries:
        last[group] = max(last.get(group, split), split, key=SPLITS.index)
    keep = [i for i, (group, split) in enumerate(entries) if not group or split == last[group]]
    kept = set(keep)
    report = collections.Counter(
        f"{split}, group also in {last[group]}"
        for i, (group, split) in enumerate(entries)
        if i not in kept
    )
    return keep, dict(report)


def deduplicate(entries) -> tuple[list, dict[str, int]]:
    """Remove pictures that occur more than once.

    Of copies in several splits the one furthest from training stays, so that nothing that is
    tested on is trained on. A picture filed under both labels goes altogether.

    Args:
        entries: list of (sha256, split, label).

    Returns:
        Indices of the entries to keep, and a report (a dict of counts).
    """
    groups = collections.defaultdict(list)
    for index, (sha256, _, _) in enumerate(entries):
        groups[sha256].append(index)
    keep, report = [], collections.Counter()
    for indices in groups.values():
        if len({entries[i][2] for i in indices}) > 1:
            report["contradicting labels"] += len(indices)
            continue
        kept = max(indices, key=lambda i: (SPLITS.index(entries[i][1]), -i))
        keep.append(kept)
        for i in indices:
            if i != kept:
                across = entries[i][1] != entries[kept][1]
                place = f"{entries[i][1]}, also in {entries[kept][1]}" if across else entries[i][1]
                report[f"duplicate in {place}"] += 1
    return sorted(keep), dict(report)


def set_aside(pictures, share) -> list:
    """Take pictures of Train for Validation, where a data set comes without one.

    Groups go as a whole. Which ones rests on their content or name alone, not on the order of
    files.

    Args:
        pictures: list of `Picture`.
        share: 0-1, of each class of each source; more where groups are large.

    Returns:
        A list of `Picture`, in the given order.

    Raises:
        DataError: a class of a source is a single group, which cannot be in both splits.
    """
    cells = collections.defaultdict(list)
    for picture in pictures:
        if picture.split == "Train":
            cells[picture.source, picture.label].append(_unit(picture))
    chosen = set()
    for (source, label), units in sorted(cells.items()):
        sizes = collections.Counter(units)
        if len(sizes) < 2:
            raise DataError(
                f"All pictures of {source} in Train/{label} are one group, and cannot be in Train "
                "and Validation. Add others, or bring a Validation of its own."
            )
        missing = max(1, round(share * len(units))) - sum(unit in chosen for unit in units)
        for unit in sorted(set(sizes) - chosen, key=_order)[:-1]:  # some stay
            if missing <= 0:
                break
            chosen.add(unit)
            missing -= sizes[unit]
    return [
        dataclasses.replace(picture, split="Validation")
        if picture.split == "Train" and _unit(picture) in chosen
        else picture
        for picture in pictures
    ]


def _unit(picture):
    """What is in one split as a whole: the picture's group, or the picture."""
    return (picture.group, "" if picture.group else picture.sha256)


def _order(unit):
    return unit[1] or hashlib.sha256(unit[0].encode()).hexdigest()


def prepare(root, *, validation_share=None) -> dict:
    """Build the manifest of a data set and write it to `root/manifest.csv`.

    Faces that an earlier manifest knows by content are not looked for again, unless they were
    looked for in another way. So a run that was killed goes on.

    Args:
        root: the data set's folder; see `find_pictures`. Gets `manifest.csv` and `splits.json`
            (counts, duplicates, unreadable files, fingerprint of all pictures and of where each
            stands).
        validation_share: see `set_aside`; None where the data set has its own Validation.

    Returns:
        The report that is written to `splits.json`.

    Raises:
        DataError: a class is missing in a split, from the start or when duplicates and unreadable
            files are left out; or pictures shall be set aside, and there is a Validation.
    """
    root = Path(root)
    found, hashes, unreadable = [], [], []
    listed = find_pictures(root)
    if validation_share and any(split == "Validation" for _, split, _, _ in listed):
        raise DataError("There are pictures of Validation; prepare without --validation-share.")
    for entry in tqdm(listed, desc="hashing", unit="picture"):
        try:
            hashes.append(_hash(entry[0]))
            found.append(entry)
        except OSError as error:
            unreadable.append(f"{entry[0].relative_to(root)}: {error}")
    keep, duplicates = deduplicate(
        [(sha256, split, label) for sha256, (_, split, label, _) in zip(hashes, found, strict=True)]
    )
    whole, torn = separate_groups([(found[i][3].group_of(found[i][0]), found[i][1]) for i in keep])
    keep = [keep[i] for i in whole]
    network = (WEIGHTS_DIR / FACES_FILE).read_bytes()
    parts = (Path(module.__file__).read_bytes() for module in FACE_SEARCH)
    face_search = hashlib.sha256(b"".join([network, *parts])).hexdigest()
    manifest = root / "manifest.csv"
    unfinished = root / f"faces-{face_search[:12]}.part.csv"
    known = {row.sha256: row for row in _read_known(root, face_search)}
    known |= {row.sha256: row for row in (read_rows(unfinished) if unfinished.is_file() else ())}
    if known:
        print(f"The faces of {len(known):,} pictures are known from before.", flush=True)
    tasks = []
    for index in keep:
        path, split, label, source = found[index]
        generator = source.generator if label == "Fake" else ""
        origin = (source.name, generator, source.group_of(path), source.pool)
        seen = known.get(hashes[index])
        box, size, dhash = (seen.box, seen.size, seen.dhash) if seen else (None, (0, 0), "")
        copy = copy_path(root, hashes[index])
        row = Picture(path, split, label, hashes[index], box, size, *origin, dhash, copy)
        tasks.append((row, bool(seen)))
    rows = []
    looked = tqdm(_look_at_all(tasks, network), desc="finding faces", total=len(tasks))
    for row, error in looked:
        if error:
            unreadable.append(f"{row.path.relative_to(root)}: {error}")
        else:
            rows.append(row)
            if len(rows) % KEPT_EVERY == 0:
                write_rows(unfinished, rows)
    _check_rows(rows, root, removed=duplicates | torn, unreadable=unreadable)
    if validation_share:
        rows = set_aside(rows, validation_share)
        _check_rows(rows, root, removed=duplicates | torn, unreadable=unreadable)
    report = {
        "pictures": dict(collections.Counter(f"{row.split}/{row.label}" for row in rows)),
        "sources": dict(collections.Counter(row.source for row in rows)),
        "removed": duplicates | torn,
        "near-twins of Validation or Test in Train": near_twins(rows),
        "no face found": dict(
            collections.Counter(f"{row.split}/{row.label}" for row in rows if row.box is None)
        ),
        "unreadable": unreadable,
        "face search": face_search,
        "fingerprint": _fingerprint(rows),
    }
    (root / "splits.json").unlink(missing_ok=True)  # not beside another manifest
    write_rows(manifest, rows)
    write_whole(root / "splits.json", json.dumps(report, indent=2) + "\n")
    for path in root.glob("faces-*.part.csv"):
        path.unlink()
    return report


_spawning = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
_detector = None  # of a worker


def _start(network):
    global _detector
    _detector = FaceDetector(network, threads=1)


def _look_at_all(tasks, network):
    """Yield what `_look` returns, of every task in turn; on all cores where there are many."""
    if len(tasks) < MANY:
        _start(network)
        yield from map(_look, tasks)
        return
    workers = concurrent.futures.ProcessPoolExecutor(count_cores(), _spawning, _start, [network])
    with workers as pool:
        yield from pool.map(_look, tasks, chunksize=16)


def _look(task):
    """Find the face of a picture, its hash, and write its copy if it needs one."""
    row, is_known = task
    is_copied = not is_reduced(row) or row.copy.is_file()
    if is_known and is_copied:
        return row, None
    try:
        photo = load_photo(row.path)
    except PhotoError as error:
        return row, str(error)
    if not is_known:
        seen = _detector.detect(photo)
        box = faces.central_face(seen, photo.size).box if seen else None
        row = dataclasses.replace(row, box=box, size=photo.size)
        row = dataclasses.replace(row, dhash=difference_hash(photo, row.square(margin=1.0)))
    if is_reduced(row):
        write_copy(photo, row)
    return row, None


def difference_hash(photo, square) -> str:
    """The difference hash of a part of a photo: 64 bits, hex; pictures that look alike share most.

    Args:
        photo: `PIL.Image.Image`, RGB.
        square: left, top, right, bottom in pixels.
    """
    small = photo.convert("L").resize((9, 8), Image.Resampling.BOX, box=square)
    grey = np.asarray(small, np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()


def near_twins(rows, *, most_bits=3) -> dict[str, int]:
    """Count pictures of Train that look like one of Validation or Test, by source.

    Args:
        rows: list of `Picture`.
        most_bits: of the difference hash that may differ.

    Returns:
        A dict of counts; frames of one video without known groups are the usual cause.
    """
    hashes = np.array([int(row.dhash or "0", 16) for row in rows], np.uint64)
    is_training = np.array([row.split == "Train" for row in rows])
    sources = np.array([row.source for row in rows])
    counts = {}
    for source in sorted(set(sources)):
        ours = hashes[is_training & (sources == source)]
        others = hashes[~is_training & (sources == source)]
        near = sum(bool((np.bitwise_count(others ^ one) <= most_bits).any()) for one in ours)
        if near:
            counts[source] = int(near)
    return counts


def _read_known(root, face_search):
    """Rows of an earlier manifest whose faces were looked for in the same way."""
    manifest, report = root / "manifest.csv", root / "splits.json"
    if not manifest.is_file() or not report.is_file():
        return []
    is_same = json.loads(report.read_text()).get("face search") == face_search
    return read_rows(manifest) if is_same else []


def _fingerprint(rows):
    """Which pictures there are and where each stands, hex; not where its face is found."""
    lines = sorted(
        f"{row.split}/{row.label}/{row.source}/{row.generator}/{row.group}/{row.sha256}\n"
        for row in rows
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _hash(path):
    if not path.is_file():  # a pipe would be read without end
        raise OSError("it is not a regular file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_rows(rows, root, *, removed, unreadable):
    counts = collections.Counter((row.source, row.split, row.label) for row in rows)
    try:
        check_classes(find_sources(root), counts)
    except DataError as error:
        first = f", the first {unreadable[0]}" if unreadable else ""
        raise DataError(
            f"{error} Left out were {len(unreadable)} unreadable{first}; {removed or 'no others'}."
        ) from error
