"""What an unseen origin comes to: train without it, at a small budget, and judge it.

Validation pictures of kinds that were seen say nothing about those that were not. So for each group
of sources a network is trained that never saw them, and then shown pictures of them.
"""

import dataclasses
import json
from pathlib import Path

import numpy as np
from scipy.special import expit

from detector import CLASSES
from detector.preprocess import cut

from ..data.manifest import read_manifest
from ..data.reduced import read
from ..data.sampling import choose_evenly, leave_out
from ..evaluation.predict import labels_of
from ..export.calibrate import fit_scaling, lean_to_genuine, limit_unseen
from ..fitting.fit import fit, load_network
from ..metrics import auc

MARGINS = (0.65, 1.05, 1.375)  # of the looks whose logits are averaged, as in serving
PICTURES = 200  # judged of each class of each source
CALIBRATION = 600  # validation pictures of what was seen


def leave_out_each(groups, config, *, data, output, backbone_weights) -> dict:
    """Train without each group of sources in turn, and judge what was left out.

    Args:
        groups: list of lists of names of sources.
        config: `TrainConfig` of every run.
        data: folder of the manifest.
        output: folder of the runs; finished ones are not trained again.
        backbone_weights: see `architectures.build`.

    Returns:
        What is written to `output/leave_out.json`: "config", "groups", "sources" (see `summarise`)
        and "min_confidence" (see `train.export.calibrate.limit_unseen`).
    """
    output = Path(output)
    everything = read_manifest(data, "Train") + read_manifest(data, "Validation")
    sources, unseen = {}, {label: [] for label in CLASSES}
    for group in groups:
        run = config.replace(leave_out=",".join(group))
        folder = output / "+".join(group)
        fit(run, data=data, output=folder, backbone_weights=backbone_weights)
        model = load_network(folder, run)
        seen = [p for p in leave_out(everything, group) if p.split == "Validation"]
        calibrating = choose_evenly(seen, CALIBRATION, seed=config.seed)
        logits, labels = look(model, calibrating), labels_of(calibrating)
        temperature, bias = fit_scaling(logits, labels)
        bias = lean_to_genuine(logits, labels, temperature=temperature, bias=bias)
        left_out = [p for p in everything if p.source in group]
        pools = {picture.pool for picture in left_out}
        beside = [picture for picture in seen if picture.pool in pools]
        pictures = _choose(left_out + beside, seed=config.seed)
        probabilities = expit(look(model, pictures) / temperature + bias)
        for source in group:
            sources[source] = summarise(source, pictures, probabilities)
            for label in CLASSES:
                ours = [p.source == source and p.label == label for p in pictures]
                if any(ours):
                    unseen[label].append(probabilities[ours])
    figures = {
        "config": dataclasses.asdict(config),
        "groups": groups,
        "sources": sources,
        "min_confidence": limit_unseen(unseen),
    }
    (output / "leave_out.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def _choose(pictures, *, seed):
    """At most `PICTURES` of each class of each source."""
    cells = sorted({(picture.source, picture.label) for picture in pictures})
    return [
        picture
        for cell in cells
        for picture in choose_evenly(
            [p for p in pictures if (p.source, p.label) == cell], PICTURES, seed=seed
        )
    ]


def look(model, pictures, *, margins=MARGINS, batch_size=32) -> np.ndarray:
    """Mean logits (n,) of a Keras network over looks at pictures as they are."""
    found = []
    side = model.input_shape[1]
    for start in range(0, len(pictures), batch_size):
        crops = []
        for picture in pictures[start : start + batch_size]:
            photo, picture = read(picture)
            squares = [picture.square(margin=margin) for margin in margins]
            crops += [cut(photo, square, input_size=side) for square in squares]
        logits = model.predict_on_batch(np.stack(crops))[:, 0]
        found.append(logits.reshape(-1, len(margins)).mean(axis=1))
    return np.concatenate(found)


def summarise(source, pictures, probabilities) -> dict:
    """Figures of a left-out source, told from the other class of its pool, seen or not.

    Args:
        source: its name.
        pictures: list of n `Picture`.
        probabilities: (n,) P(fake), 0-1.

    Returns:
        A dict: "pictures", "auc", "caught" (share of its fakes that are called Fake) and "accused"
        (the same of its genuine pictures), None where it has none.
    """
    is_ours = np.array([picture.source == source for picture in pictures])
    labels = labels_of(pictures)
    pool = next(picture.pool for picture in pictures if picture.source == source)
    in_pool = np.array([picture.pool == pool for picture in pictures])
    is_told = is_ours | (in_pool & ~np.isin(labels, labels[is_ours]))
    shares = {
        label: round(float((probabilities[is_ours & (labels == index)] >= 0.5).mean()), 3)
        for index, label in enumerate(CLASSES)
        if (is_ours & (labels == index)).any()
    }
    has_both = len(set(labels[is_told])) == 2
    told = float(auc(labels[is_told], probabilities[is_told])) if has_both else None
    return {
        "pictures": int(is_ours.sum()),
        "auc": None if told is None else round(told, 3),
        "caught": shares.get("Fake"),
        "accused": shares.get("Real"),
    }


def to_text(figures) -> str:
    """The figures as a Markdown table."""
    columns = list(next(iter(figures["sources"].values())))
    lines = [f"| Left out | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for source, row in figures["sources"].items():
        cells = ("-" if row[column] is None else f"{row[column]:g}" for column in columns)
        lines.append(f"| {source} | {' | '.join(cells)} |")
    return "\n".join(lines)
