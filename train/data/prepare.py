"""Pictures on disk to a manifest: hashed, labelled, de-duplicated, the face of each found once."""

import collections
import hashlib
import json
from pathlib import Path

from tqdm import tqdm

from detector.errors import DataError

from ..disk import write_whole
from .face_boxes import look_at_all, search_fingerprint
from .listing import find_pictures
from .manifest import Picture, copy_path, read_rows, write_rows
from .near_twins import near_twins
from .sources import check_classes, find_sources
from .splits import deduplicate, separate_groups, set_aside

KEPT_EVERY = 1000  # faces that are found are written down, for a run that is killed


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
    face_search = search_fingerprint()
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
    looked = tqdm(look_at_all(tasks), desc="finding faces", total=len(tasks))
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
