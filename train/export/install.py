"""Put exported weights where the page reads its own from."""

import shutil
from pathlib import Path

from detector.config import WEIGHTS_DIR
from detector.weights import FILES, SPEC_FILE, load_weights
from detector.weights.spec import read_values


def install(weights, *, output=WEIGHTS_DIR) -> tuple[str, str]:
    """Copy weights that load and pass their self-test.

    Args:
        weights: folder that `export` wrote.
        output: folder whose weights they replace.

    Returns:
        The version that was there, of whatever schema, and the one that is there now.

    Raises:
        WeightsError: a file is missing or damaged; nothing is replaced.
    """
    weights, output = Path(weights), Path(output)
    new = load_weights(weights).spec.version
    old = read_values(output).get("version")
    # Beside their places until all of them are there: a full disk leaves the old weights whole.
    parts = {name: output / f"{name}.part" for name in (*FILES, SPEC_FILE)}
    for name, part in parts.items():
        shutil.copy(weights / name, part)
    for name, part in parts.items():
        part.replace(output / name)
    return old, new
