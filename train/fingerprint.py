"""Which code made something: one hash over the sources of `detector` and `train`."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def code_fingerprint(root=ROOT):
    """Hash the sources, alike on every machine.

    Args:
        root: folder that holds `detector` and `train`.

    Returns:
        64 hex digits.
    """
    digest = hashlib.sha256()
    for path in sorted(
        path for part in ("detector", "train") for path in (root / part).glob("*.py")
    ):
        content = path.read_bytes().replace(b"\r\n", b"\n")  # as checked out on Windows
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
