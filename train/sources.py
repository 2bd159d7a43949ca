"""Where pictures come from: a data folder holds one source, or several.

`Dataset/{Train,Validation,Test}/{Fake,Real}/` is the Kaggle set. Others lie beside it as
`Sources/NAME/{Train,Validation,Test}/{Fake,Real}/`, each with a `source.json`:

    {"generator": "StyleGAN2", "group": "^(\\\\d+)_", "paired_with": "OTHER"}

`generator` names what made the fakes. `group` is a regular expression whose first bracket finds, in
a file's name, what pictures share that must not be split (a video, a person). A source of one class
only would teach its look as the label, so it names in `paired_with` the one with the other class.
All three may be left out.
"""

import dataclasses
import json
import re
from pathlib import Path

from detector.errors import DataError

KAGGLE_SOURCE, KAGGLE_GENERATOR = "deepfake-and-real-images", "OpenForensics GAN"


@dataclasses.dataclass(frozen=True)
class Source:
    """One origin of pictures.

    Attributes:
        name: of the folder in `Sources`.
        folder: holds `Train`, `Validation`, `Test` or some of them.
        generator: what made the fakes.
        group: compiled pattern with one bracket, or None.
        paired_with: name of the source that has the other class, or None.
    """

    name: str
    folder: Path
    generator: str = "unknown"
    group: re.Pattern | None = None
    paired_with: str | None = None

    def group_of(self, path):
        """What a picture must not be split from, "" for nothing; paired sources share groups."""
        found = self.group and self.group.search(path.name)
        return f"{self.pool}/{found[1]}" if found else ""

    @property
    def pool(self):
        """The name under which pictures are sampled: pairs are one pool."""
        return "+".join(sorted({self.name, self.paired_with or self.name}))


def folders_called(parent, name):
    """The folders of that name in a folder, in upper or lower case."""
    if not parent.is_dir():
        return []
    inner = sorted(path for path in parent.iterdir() if path.is_dir())
    return [path for path in inner if path.name.lower() == name.lower()]


def find_sources(root):
    """List the sources of a data folder.

    Args:
        root: holds `Dataset` or the split folders themselves, and `Sources` if there are more.

    Returns:
        A list of `Source`.

    Raises:
        DataError: a `source.json` is not of the form above.
    """
    root = Path(root)
    first = next(iter(folders_called(root, "Dataset")), root)
    sources = [Source(KAGGLE_SOURCE, first, KAGGLE_GENERATOR)]
    sources += [_read(folder) for folder in sorted((root / "Sources").glob("*/"))]
    known = {source.name: source for source in sources}
    for source in sources:
        other = source.paired_with
        if other and (other not in known or known[other].paired_with != source.name):
            raise DataError(
                f"{source.folder / 'source.json'} pairs with {other!r}, which does not exist or "
                "does not name it back."
            )
    return sources


def check_classes(source, counts, *, partner):
    """Refuse a source that has one class only, in any split.

    Args:
        source: `Source`.
        counts: pictures by (source name, split, label).
        partner: classes may come from this source's pair too; its name, or None.

    Raises:
        DataError: see above.
    """
    names = [source.name, *([partner] if partner else [])]
    for split in {split for name, split, _ in counts if name == source.name}:
        for label in ("Real", "Fake"):
            if not any(counts.get((name, split, label)) for name in names):
                raise DataError(
                    f"{source.folder / split} has no pictures in {label}/; both classes are "
                    "needed, or the look of the source becomes the label. Add some, or name in "
                    "source.json the source that it is paired_with."
                )


def _read(folder):
    path = folder / "source.json"
    try:
        values = json.loads(path.read_text()) if path.exists() else {}
        if unknown := sorted(set(values) - {"generator", "group", "paired_with"}):
            raise ValueError(f"unknown: {', '.join(unknown)}")
        group = values.get("group")
        pattern = re.compile(group) if group else None
        if pattern and pattern.groups != 1:
            raise ValueError(f"group must have one bracket, has {pattern.groups}")
    except (AttributeError, OSError, TypeError, ValueError, re.error) as error:
        raise DataError(f"{path} must hold generator, group and paired_with: {error}.") from error
    return Source(
        folder.name,
        folder,
        values.get("generator", "unknown"),
        pattern,
        values.get("paired_with"),
    )
