"""Which pictures stay, and in which split: no copy and no group is in two of them."""

import collections
import dataclasses
import hashlib

from detector.errors import DataError

from .. import SPLITS


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
