"""Presets side by side: trained under one budget on the same pictures, measured alike.

Each preset trains in a process of its own, so that memory of one is free for the next. What is
finished is not done again, and a killed training goes on from its last epoch.
"""

import dataclasses
import functools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from detector.classifier import run_model
from detector.errors import ConfigError, DetectorError
from detector.runtime import Network
from detector.weights import self_test_crops
from reporting.turns import time_turns

from .. import plots
from ..data.manifest import read_fingerprint, read_manifest
from ..evaluation.predict import predict_batches
from ..export.export import convert
from ..fitting.fit import load_network
from ..fitting.progress import read_history
from ..fitting.run import read_run
from ..metrics import auc
from ..models import architectures
from ..models.declarations import PUBLISHED
from ..presets import is_file_name, load_preset

NETWORK = "model.tflite"  # in a run's folder: its best weights, in the form that serves
PASSES = 50  # of each network, of which the median is the latency
PUBLISHED_PICTURES = 140_002  # the whole Train split, on which the projects trained
COLUMNS = {
    "name": "preset",
    "parameters": "parameters",
    "epochs": "epochs",
    "minutes": "training, minutes",
    "accuracy": "accuracy",
    "auc": "AUC",
    "milliseconds": "ms a crop",
    "published": "published accuracy",
}


def compare(names, *, data, output, budget, split, backbone_weights, environment) -> list[dict]:
    """Train and measure presets, and write `leaderboard.{json,md,png}`.

    Args:
        names: presets, each as "NAME", or "NAME:ARCHITECTURE" for its recipe on another network;
            or paths of `.yaml` files, which are called by the name of the file.
        data: folder of the manifest.
        output: folder; gets a run for each name, and in the end the leaderboard.
        budget: settings that all share, such as pictures, epochs or minutes.
        split: one of `train.SPLITS`, to measure on.
        backbone_weights: see `architectures.build`.
        environment: of the processes that train.

    Returns:
        A list of dicts with the keys of `COLUMNS` and more, best AUC first.

    Raises:
        ConfigError: an unknown preset, network or setting.
        DetectorError: a training failed.
    """
    entrants = _read_entrants(names, budget)
    pictures, output = read_manifest(data, split), Path(output)
    rows = []
    for name, config in entrants.items():
        folder = _folder(output, name)
        asked = {
            "config": dataclasses.asdict(config),
            "data": read_fingerprint(data),
            "split": split,
        }
        row = _read_row(folder, asked)
        if row is None:
            print(f"\n== {name}", flush=True)
            _fit(config, data, folder, backbone_weights, environment)
            row = {"name": name, **_measure(folder, config, pictures), "asked": asked}
            (folder / "figures.json").write_text(json.dumps(row, indent=2) + "\n")
        rows.append(row)
    rows = sorted(_time(rows, output), key=lambda row: -row["auc"])
    _write(rows, output=output, split=split, budget=budget, counted=len(pictures))
    return rows


def _read_entrants(names, budget):
    """A `TrainConfig` by name of each entrant."""
    entrants = {}
    for name in names:
        short = Path(name).stem if is_file_name(name) else name
        if short in entrants:
            raise ConfigError(f"Two of those that are compared are called {short!r}: rename one.")
        entrants[short] = _settings(name, budget)
    return entrants


def _settings(name, budget):
    preset, _, architecture = (name, "", "") if is_file_name(name) else name.partition(":")
    if architecture and architecture not in architectures.REGISTRY:
        raise ConfigError(
            f"Unknown architecture {architecture!r}. Allowed: {', '.join(architectures.REGISTRY)}."
        )
    changes = {"architecture": architecture} if architecture else {}
    return load_preset(preset, **budget, **changes)


def _read_row(folder, asked):
    path = folder / "figures.json"
    if not path.is_file() or not (folder / NETWORK).is_file():
        return None
    row = json.loads(path.read_text())
    if row["asked"] != asked:
        raise ConfigError(
            f"{path} was measured with other settings, pictures or split. Choose another --output "
            "folder, or delete that one."
        )
    return row


def _fit(config, data, folder, backbone_weights, environment):
    own = dataclasses.asdict(config)
    settings = [part for item in own.items() for part in ("--set", "{}={}".format(*item))]
    command = [sys.executable, "-m", "train", "fit", "--data", str(data)]
    command += ["--run", str(folder), "--backbone-weights", backbone_weights, *settings]
    if subprocess.run(command, env=environment).returncode:
        raise DetectorError(f"Training in {folder} failed; mend it and run the same command again.")


def _measure(folder, config, pictures):
    """Figures of the best weights of a run, in the form that serves."""
    model = load_network(folder, config)
    convert(model, folder / NETWORK)
    network = _read_network(folder)
    [logits], labels = predict_batches([network], pictures, config, corrupt_share=0.0)
    return {
        "start": read_run(folder)["start"],
        "parameters": model.count_params(),
        "epochs": len(read_history(folder / "history.csv")),
        "minutes": round(_seconds(read_history(folder / "seconds.csv")) / 60, 1),
        "accuracy": round(float(np.mean((logits > 0) == labels)), 4),
        "auc": round(float(auc(labels, logits)), 4),
        "published": PUBLISHED.get(config.architecture),
    }


def _seconds(history):
    """Of all epochs at the speed of the fastest, which other work on the machine slowed least."""
    epochs = {number: row["seconds"] for number, row in history.items()}
    phase_1 = epochs.pop(-1, 0.0)
    return phase_1 + len(epochs) * min(epochs.values())


def _time(rows, output):
    """Rows with the milliseconds of a pass; networks take turns, so that all meet the same."""
    calls = {}
    for row in rows:
        crop = self_test_crops(row["asked"]["config"]["input_size"])[0]
        network = _read_network(_folder(output, row["name"]))
        calls[row["name"]] = functools.partial(run_model, network, crop)
    medians = time_turns(calls, PASSES)
    return [{**row, "milliseconds": round(medians[row["name"]], 2)} for row in rows]


def _folder(output, name):
    return output / name.replace(":", "-")


def _read_network(folder):
    return Network((folder / NETWORK).read_bytes(), name=NETWORK, threads=1)


def _write(rows, *, output, split, budget, counted):
    (output / "leaderboard.json").write_text(json.dumps(rows, indent=2) + "\n")
    (output / "leaderboard.md").write_text(to_markdown(rows, split, budget, counted))
    plots.leaderboard(rows, output / "leaderboard.png")


def to_markdown(rows, split, budget, counted) -> str:
    """The leaderboard as a Markdown table with the conditions it was measured under.

    Args:
        rows: what `compare` returns.
        split: that was measured on.
        budget: settings that all shared.
        counted: pictures that were measured on.
    """
    shared = ", ".join(f"{name}={value}" for name, value in budget.items()) or "each preset's own"
    started = {}
    for row in rows:
        if row["start"]:
            started.setdefault(row["start"], []).append(row["name"])
    starts = [f"{', '.join(names)} from {start} weights" for start, names in started.items()]
    lines = [
        "| " + " | ".join(COLUMNS.values()) + " |",
        "|" + "|".join("---" if key == "name" else "---:" for key in COLUMNS) + "|",
        *("| " + " | ".join(_cell(key, row[key]) for key in COLUMNS) + " |" for row in rows),
        "",
        f"Measured on {counted:,} pictures of {split}; budget: {shared}. The kept epoch is each "
        "preset's best on validation. Latency is the median of one LiteRT pass with one thread, "
        "heatmap included; minutes count every epoch as long as the fastest. Training started "
        f"{'; '.join([*starts, 'all others from noise'])}. "
        "Published accuracies are the projects' own on the official Test split, after training on "
        f"all {PUBLISHED_PICTURES:,} pictures.",
    ]
    return "\n".join(lines) + "\n"


def _cell(key, value):
    if value is None:
        return "-"
    if key == "parameters":
        return f"{value:,}"
    return f"{value:.3f}" if key in ("accuracy", "auc", "published") else str(value)
