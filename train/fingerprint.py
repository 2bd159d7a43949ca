"""Which code made something: one hash over the sources of `detector` and `train`, and versions."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (
    *("keras", "tensorflow", "tensorflow-cpu", "torch", "jax", "numpy", "pillow"),
    *("opencv-python-headless", "scikit-learn", "scipy", "ai-edge-litert", "ai-edge-quantizer"),
)


def code_fingerprint(root=ROOT) -> str:
    """Hash the sources, alike on every machine.

    Args:
        root: folder that holds `detector` and `train`.

    Returns:
        64 hex digits.
    """
    digest = hashlib.sha256()
    for path in sorted(
        path for part in ("detector", "train") for path in (root / part).rglob("*.py")
    ):
        content = path.read_bytes().replace(b"\r\n", b"\n")  # as checked out on Windows
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """Say on what a run was made.

    Returns:
        A dict: "python", "platform", "code" (see `code_fingerprint`), the Keras "backend" and the
        version of each library that is installed, by its name.
    """
    import keras

    found = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "code": code_fingerprint(),
        "backend": keras.backend.backend(),
    }
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
