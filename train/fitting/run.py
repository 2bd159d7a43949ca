"""The folder of a training run: what it is made of, and that it is never mixed with another."""

import dataclasses
import hashlib
import json
from pathlib import Path

from detector.errors import ConfigError
from detector.weights.spec import MODEL_FILE, read_spec

from ..config import TrainConfig
from ..data.manifest import read_fingerprint
from ..disk import write_whole
from ..fingerprint import library_versions
from ..models import architectures
from .distribute import replica_count


def read_run(output) -> dict:
    """Read what a run was made of.

    Args:
        output: folder of the run.

    Returns:
        A dict: "config" (fields of `TrainConfig`), "data" (fingerprint of the pictures),
        "start" (name and sha256 of the weights that training started from, None if random) and,
        of a taught run, "teacher" (version and sha256 of those weights).

    Raises:
        ConfigError: there is no run.
    """
    path = Path(output) / "config.json"
    if not path.is_file():
        raise ConfigError(f"{path} does not exist. Run `python -m train fit` first, or name --run.")
    return json.loads(path.read_text())


def read_run_on(data, output) -> dict:
    """Read what a run is made of, and make sure that it learned from the pictures of `data`.

    Else validation pictures, which calibrate and choose, might be those it was trained on.

    Args:
        data: folder of the manifest.
        output: folder of the run.

    Returns:
        See `read_run`.

    Raises:
        ConfigError: there is no run, or it is of other pictures or splits.
    """
    run = read_run(output)
    if run["data"] != read_fingerprint(data):
        raise ConfigError(
            f"{output} was trained on other pictures or splits than {data} holds now. Name the "
            "--data it was trained on, or train again."
        )
    return run


def describe(config, *, data, backbone_weights) -> dict:
    """What a run is made of; see `read_run`.

    Raises:
        ConfigError: there is no file of the weights to start from.
        DataError: there is no manifest.
        WeightsError: there are no weights where `config.teacher` says.
    """
    made_of = {
        "config": dataclasses.asdict(config),
        "data": read_fingerprint(data),
        "start": find_start(config, backbone_weights),
    }
    if config.teacher:
        spec = read_spec(config.teacher)
        made_of["teacher"] = f"{spec.version}, sha256 {spec.sha256[MODEL_FILE]}"
    return made_of


def find_start(config, backbone_weights):
    """Name and sha256 of the weights that training starts from, None if it starts from noise."""
    is_used = architectures.has_backbone(config.architecture)
    is_used |= architectures.is_whole_network(backbone_weights)
    start = backbone_weights if is_used and backbone_weights != architectures.NOISE else None
    if start in (None, "imagenet"):
        return start
    if not Path(start).is_file():
        raise ConfigError(
            f"{start} does not exist. --backbone-weights takes a .weights.h5 file of the "
            f'backbone, a .keras file to go on from, "{architectures.NOISE}", or nothing.'
        )
    digest = hashlib.sha256(Path(start).read_bytes()).hexdigest()
    return f"{Path(start).name}, sha256 {digest}"


def refuse_other(output, made_of) -> bool:
    """Refuse a folder whose run is made of something else, but for more epochs.

    Args:
        output: folder of the run.
        made_of: see `describe`.

    Returns:
        Whether the run that is there shall have more epochs.

    Raises:
        ConfigError: it is another run, or one that cannot have more epochs.
    """
    path = output / "config.json"
    if not path.is_file():
        return False
    there = _complete(read_run(output))
    before, after = there["config"]["epochs"], made_of["config"]["epochs"]
    there["config"]["epochs"] = after
    if there != made_of or after < before:
        raise ConfigError(
            f"{output} holds a run with other settings or data (see {path}). Choose another --run "
            "folder, or delete this one."
        )
    if after > before and made_of["config"]["schedule"] == "cosine":
        raise ConfigError(
            f"The learning rate of {output} falls to 0 at epoch {before}, as its cosine schedule "
            f"was laid out: export it (`python -m train export --run {output}`) and start another "
            f"--run with --backbone-weights {output / 'weights' / 'detector.keras'}."
        )
    return after > before


def claim(output, made_of) -> None:
    """Write what a run is made of, and on what."""
    output.mkdir(parents=True, exist_ok=True)
    (output / "finished").unlink(missing_ok=True)
    write_whole(output / "config.json", json.dumps(made_of, indent=2) + "\n")
    versions = {**library_versions(), "replicas": replica_count()}
    write_whole(output / "versions.json", json.dumps(versions, indent=2) + "\n")


def _complete(run):
    # A run of before a setting came up was trained with what now is its default.
    return {**run, "config": {**dataclasses.asdict(TrainConfig()), **run["config"]}}
