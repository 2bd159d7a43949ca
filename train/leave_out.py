"""What an unseen origin comes to: train without it, at a small budget, and judge it.

Validation pictures of kinds that were seen say nothing about those that were not. So for each group
of sources a network is trained that never saw them, and then shown all of their pictures.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from detector import CLASSES
from detector.preprocess import cut

from .fit import fit, load_network
from .manifest import read_manifest
from .reduced import read
from .sampling import choose_evenly, leave_out

MARGINS = (1.05, 1.25, 1.375)  # of the looks whose logits are averaged, as in serving
PICTURES = 400  # of each class of each source


def leave_out_each(groups, config, *, data, output, backbone_weights):
    """Train without each group of sources in turn, and judge what was left out.

    Args:
        groups: list of lists of names of sources.
        config: `TrainConfig` of every run.
        data: folder of the manifest.
        output: folder of the runs; finished ones are not trained again.
        backbone_weights: see `architectures.build`.

    Returns:
        By left-out source a dict, as written to `output/leave_out.json`; logits of every picture
        go to `output/logits.npz`, by "source, label, which network": "left out" or "seen".
    """
    output = Path(output)
    logits = {}
    validation = read_manifest(data, "Validation")
    for group in groups:
        name = "+".join(group)
        run = config.replace(leave_out=",".join(group))
        fit(run, data=data, output=output / name, backbone_weights=backbone_weights)
        model = load_network(output / name, run)
        unseen = [
            picture
            for split in ("Train", "Validation")
            for picture in read_manifest(data, split)
            if picture.source in group
        ]
        pools = {picture.pool for picture in unseen}
        beside = [p for p in leave_out(validation, group) if p.pool in pools]
        for pictures, kind in ((unseen, "left out"), (beside, "beside")):
            for cell, chosen in _cells(pictures, seed=config.seed).items():
                logits[(*cell, kind, name)] = look(model, chosen)
    figures = summarise(logits)
    np.savez(output / "logits.npz", **{"|".join(key): value for key, value in logits.items()})
    (output / "leave_out.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def _cells(pictures, *, seed):
    cells = {}
    for picture in pictures:
        if picture.box:
            cells.setdefault((picture.pool, picture.source, picture.label), []).append(picture)
    return {cell: choose_evenly(of, PICTURES, seed=seed) for cell, of in sorted(cells.items())}


def look(model, pictures, *, margins=MARGINS, batch_size=64):
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


def summarise(logits):
    """Figures of each left-out source.

    Args:
        logits: by (pool, source, label, "left out" or "beside", run) an array (n,): a left-out
            source is told from those of the other class in its pool, left out or not.

    Returns:
        By source a dict: "pictures", "auc" (macro over its classes' opposites), "caught" (share of
        fakes with a positive logit) and "accused" (the same of genuine pictures), None for none.
    """
    figures = {}
    for source, run in sorted({(key[1], key[4]) for key in logits if key[3] == "left out"}):
        of_run = {key[:4]: value for key, value in logits.items() if key[4] == run}
        ours = {key[2]: value for key, value in of_run.items() if key[1] == source}
        pool = next(key[0] for key in of_run if key[1] == source)
        sides = {
            label: ours.get(label)
            if label in ours
            else np.concatenate(
                [v for key, v in of_run.items() if key[0] == pool and key[2] == label]
            )
            for label in CLASSES
        }
        labels = np.repeat([0, 1], [len(sides[label]) for label in CLASSES])
        scores = np.concatenate([sides[label] for label in CLASSES])
        shares = {label: round(float((ours[label] > 0).mean()), 3) for label in ours}
        figures[source] = {
            "pictures": sum(len(value) for value in ours.values()),
            "auc": round(float(roc_auc_score(labels, scores)), 3),
            "caught": shares.get("Fake"),
            "accused": shares.get("Real"),
        }
    return figures


def to_text(figures):
    """The figures as a Markdown table."""
    columns = list(next(iter(figures.values())))
    lines = [f"| Left out | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for source, row in figures.items():
        cells = ("-" if row[column] is None else f"{row[column]:g}" for column in columns)
        lines.append(f"| {source} | {' | '.join(cells)} |")
    return "\n".join(lines)
