"""Where pictures come from: a data folder holds one source, or several.

`Dataset/{Train,Validation,Test}/{Fake,Real}/` is the Kaggle set. Others lie beside it as
`Sources/NAME/{Train,Validation,Test}/{Fake,Real}/`, each with a `source.json`:

    {"generator": "StyleGAN2", "group": "^(\\\\d+)_", "pool": "portraits"}

`generator` names what made the fakes. `group` is a regular expression whose first bracket finds, in
a file's name, what pictures share that must not be split (a video, a person). A source of one class
only would teach its look as the label, so several sources form a `pool` that has both classes; a
source without that name is a pool of its own. All three may be left out.
"""

import dataclasses
import json
import re
from pathlib import Path

from detector import CLASSES
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
        pool: name under which pictures are sampled; sources of one pool share it.
    """

    name: str
    folder: Path
    generator: str = "unknown"
    group: re.Pattern | None = None
    pool: str = KAGGLE_SOURCE

    def group_of(self, path) -> str:
        """What a picture must not be split from, "" for nothing; a pool shares its groups."""
        found = self.group and self.group.search(path.name)
        return f"{self.pool}/{found[1]}" if found else ""


def folders_called(parent, name) -> list[Path]:
    """The folders of that name in a folder, in upper or lower case."""
    if not parent.is_dir():
        return []
    inner = sorted(path for path in parent.iterdir() if path.is_dir())
    return [path for path in inner if path.name.lower() == name.lower()]


def find_sources(root) -> list[Source]:
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
    return sources


def check_classes(sources, counts) -> None:
    """Refuse a pool that lacks one class in a split.

    Args:
        sources: list of `Source`.
        counts: pictures by (source name, split, label).

    Raises:
        DataError: see above.
    """
    pools = {source.name: source.pool for source in sources}
    present = {(pools[name], split, label) for (name, split, label), n in counts.items() if n}
    for pool, split in sorted({(pool, split) for pool, split, _ in present}):
        for label in CLASSES:
            if (pool, split, label) not in present:
                raise DataError(
                    f"{pool}: {split} has no pictures of {label}; both classes are needed, or the "
                    "look of the source becomes the label. Add some, or name in source.json the "
                    "pool of sources that it belongs to."
                )


def _read(folder):
    path = folder / "source.json"
    try:
        values = json.loads(path.read_text()) if path.exists() else {}
        if unknown := sorted(set(values) - {"generator", "group", "pool"}):
            raise ValueError(f"unknown: {', '.join(unknown)}")
        group = values.get("group")
        pattern = re.compile(group) if group else None
        if pattern and pattern.groups != 1:
            raise ValueError(f"group must have one bracket, has {pattern.groups}")
    except (AttributeError, OSError, TypeError, ValueError, re.error) as error:
        raise DataError(f"{path} must hold generator, group and pool: {error}.") from error
    return Source(
        folder.name,
        folder,
        values.get("generator", "unknown"),
        pattern,
        values.get("pool", folder.name),
    )
