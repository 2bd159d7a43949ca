"""Write the figures of README.md and `docs` from `detector.json` and the files of evaluations.

    python -m train tables

Each table stands in one document (`DOCUMENTS`). What stands between `<!-- figures: NAME -->` and
`<!-- end -->` is replaced, nothing else, so that no figure in the text was typed by hand.
"""

import json
import re
from pathlib import Path

from detector.errors import DataError
from reporting.documents import fill

from ..evaluation.clips import to_text as clips_table
from ..evaluation.origins import to_text as origins_table

DOCUMENTS = {  # which tables stand where
    "README.md": ("headline",),
    "docs/evaluation.md": (
        *("confusion", "sources", "skin tone", "leave-out", "origins", "pasted faces"),
        *("stability", "face size", "framing", "speed"),
    ),
    "docs/training.md": ("leaderboard",),
    "docs/video.md": ("clips",),
}
HEADLINE = {
    "accuracy": "Accuracy",
    "auc": "AUC",
    "false accusations per 1000 real": "Real photos called fake, per 1,000",
    "missed fakes per 1000 fake": "Fakes missed, per 1,000",
    "ece": "Calibration error (ECE, 15 bins)",
    "conclusive": "Conclusive verdicts",
    "accuracy of conclusive": "of those, right",
}
SPEED_COMMAND = "`python -m benchmarks.speed --record`"
KERAS = "`model.predict`, tf-keras-vis Grad-CAM"  # a contender of benchmarks/speed.py
SHARES = {  # of `train.metrics.by_source`, with intervals
    "called Fake": "Called Fake",
    "conclusive and right": "Conclusive and right",
    "conclusive and wrong": "Conclusive and wrong",
}
COLUMNS = {
    "test": "Test",
    "validation, corrupted": "Validation, degraded",
    "validation, clean": "Validation, clean",
}


def write_tables(root, *, spec, evaluations, benchmarks, leaderboard) -> None:
    """Replace the tables of all documents, or of none if a figure is missing.

    Args:
        root: folder that holds `DOCUMENTS`.
        spec: `detector.weights.Spec`.
        evaluations: folder with `test/evaluation.json`, `validation/evaluation.json`,
            `origins.json`, `clips.json` and `leave_out.json`, as the commands `evaluate`,
            `origins`, `clips` and `leave-out` write them.
        benchmarks: folder with `stages.json` and `speed.json`, as `benchmarks.speed` writes them.
        leaderboard: path of the `leaderboard.md` that `compare` wrote.

    Raises:
        DataError: a file is missing, is of other weights, or a document has no place for a table.
    """
    evaluations, benchmarks = Path(evaluations), Path(benchmarks)
    test = _read(evaluations / "test" / "evaluation.json", spec)
    validation = _read(evaluations / "validation" / "evaluation.json", spec)
    origins = _read(evaluations / "origins.json", spec)
    left_out = _read_left_out(evaluations / "leave_out.json", spec)
    tables = {
        "headline": _headline(spec, test["95 % intervals"]),
        "confusion": _confusion(test["labelled face"]["confusion matrix"]),
        "sources": sources_table(validation["sources"]),
        "skin tone": _skin_tone(validation["skin tone"]),
        "leave-out": _left_out(left_out["sources"]),
        "origins": origins_table(origins),
        "clips": clips_table(_read(evaluations / "clips.json", spec)),
        "pasted faces": _pasted(validation["pasted faces"]),
        "stability": _stability(test["stability"], validation["stability"]),
        "face size": _groups(test["face size"], "Face, longer side"),
        "framing": _groups(test["framing"]["by face side over picture side"], "Face over picture"),
        "speed": _speed(
            *(_load(benchmarks / f"{name}.json", SPEED_COMMAND) for name in ("stages", "speed"))
        ),
        "leaderboard": Path(leaderboard).read_text(encoding="utf-8").rstrip(),
    }
    for document, names in DOCUMENTS.items():
        for name in names:
            fill(Path(root) / document, name, tables[name])


def _load(path, command):
    if not path.is_file():
        raise DataError(f"{path} does not exist. Run {command}.")
    return json.loads(path.read_text(encoding="utf-8"))


def _read(path, spec):
    figures = _load(path, "`python -m train evaluate`, `origins` or `clips`")
    if figures["sha256"] != spec.sha256["detector.tflite"]:
        raise DataError(f"{path} is of other weights ({figures['sha256'][:12]}). Run it again.")
    return figures


def _read_left_out(path, spec):
    """Its networks are others by design; what it shares with the weights are the limits."""
    figures = _load(path, "`python -m train leave-out`, and copy its leave_out.json there")
    for label, least in figures["min_confidence"].items():
        if spec.min_confidence[label] < least:
            raise DataError(
                f"{path} asks for a confidence of {least:g} in {label}, the weights for "
                f"{spec.min_confidence[label]:g}. Run `python -m train export --left-out {path}`."
            )
    return figures


def _headline(spec, intervals):
    if "test" not in spec.metrics:
        raise DataError(
            "detector.json has no figures of Test. Run "
            "`python -m train evaluate --weights weights --record`."
        )
    names = [name for name in COLUMNS if name in spec.metrics]
    titles = [f"{COLUMNS[name]}, {spec.metrics[name]['pictures']:,} pictures" for name in names]
    lines = [f"| | {' | '.join(titles)} |", f"|---|{'---|' * len(names)}"]
    for key, title in HEADLINE.items():
        cells = [_format(key, spec.metrics[name][key]) for name in names]
        cells[0] = f"**{cells[0]}**"
        if key in intervals:
            cells[0] += " ({} - {})".format(*(_format(key, end) for end in intervals[key]))
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _confusion(matrix):
    (a, b), (c, d) = matrix
    return (
        "| Test | judged Real | judged Fake |\n|---|---|---|\n"
        f"| Real | {a} | {b} |\n| Fake | {c} | {d} |"
    )


def sources_table(rows) -> str:
    """Figures by source and class (`train.metrics.by_source`) as Markdown."""
    lines = [
        f"| Source | Class | Pool | Pictures | AUC | {' | '.join(SHARES.values())} |",
        f"|---|---|---|---:|---:|{'---|' * len(SHARES)}",
    ]
    for name, row in rows.items():
        source, _, label = name.rpartition(", ")
        told = "-" if row["auc"] is None else f"{row['auc']:.3f}"
        shares = (_share(row[key], row[f"{key} interval"]) for key in SHARES)
        cells = " | ".join((row["pool"], f"{row['pictures']:,}", told, *shares))
        lines.append(f"| {source} | {label} | {cells} |")
    return "\n".join(lines)


def _skin_tone(rows):
    keys = ("called Fake", "conclusively Fake", "conclusively Real")
    lines = [
        "| Skin | Genuine pictures | Called Fake | Conclusively Fake | Conclusively Real |",
        "|---|---:|---|---|---|",
    ]
    for name, row in rows.items():
        shares = " | ".join(_share(row[key], row[f"{key} interval"]) for key in keys)
        lines.append(f"| {name} | {row['pictures']:,} | {shares} |")
    return "\n".join(lines)


def _share(value, ends):
    low, high = (f"{100 * end:.1f}" for end in ends)
    return f"{value:.1%} ({low} - {high})"


def _left_out(rows):
    lines = [
        "| Left out | Pictures | AUC | Its fakes called Fake | Its genuine called Fake |",
        "|---|---:|---:|---:|---:|",
    ]
    for source, row in rows.items():
        told = "-" if row["auc"] is None else f"{row['auc']:.3f}"
        shares = ("-" if row[key] is None else f"{row[key]:.1%}" for key in ("caught", "accused"))
        lines.append(f"| {source} | {row['pictures']:,} | {told} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _stability(test, validation):
    first, other = next(iter(test.values())), next(iter(validation.values()))
    lines = [
        f"| The photo resent | Test, {first['pictures']:,} pictures: other label "
        f"| of these, both conclusive | Validation, {other['pictures']:,}: other label |",
        "|---|---|---|---|",
    ]
    for name, row in test.items():
        sure, clean = row["flips of conclusive verdicts"], validation[name]["flips"]
        lines.append(f"| {name} | {row['flips']:.1%} | {sure:.1%} | {clean:.1%} |")
    return "\n".join(lines)


def _groups(groups, title):
    keys = ("auc", "false accusations per 1000 real", "missed fakes per 1000 fake", "conclusive")
    head = " | ".join(HEADLINE[key] for key in keys)
    lines = [f"| {title} | Real | Fake | {head} |", "|---|---|---|---|---|---|---|"]
    for name, row in sorted(groups.items(), key=lambda item: _place(item[0])):
        cells = " | ".join(_format(key, row[key]) for key in keys)
        lines.append(f"| {name} | {row['real']} | {row['fake']} | {cells} |")
    return "\n".join(lines)


def _pasted(rows):
    lines = [
        "| Edge | pictures | AUC, from the same before | called Fake | conclusively Real |",
        "|---|---|---|---|---|",
    ]
    for edge, row in rows.items():
        is_forged = row["auc"] is not None
        fake = row["right"] if is_forged else 1.0 - row["right"]
        real = row["conclusive and wrong"] if is_forged else row["conclusive and right"]
        cells = (
            f"{row['pictures']:,}",
            f"{row['auc']:.3f}" if is_forged else "",
            *(f"{share:.1%}" for share in (fake, real)),
        )
        lines.append(f"| {edge} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _speed(rows, speed):
    keras = {row["photo"]: row["ms"] for row in speed if row["contender"] == KERAS}
    lines = [
        "| Photo | decode | faces | crops, looks | heatmap | **total** | Keras |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        stages = row["decode"], row["faces"], row["crop"] + row["forward"], row["heatmap"]
        cells = " | ".join(f"{milliseconds:.1f}" for milliseconds in stages)
        size = row["photo"].split()[-1]
        lines.append(f"| {size} | {cells} | **{row['total']:.0f}** | {keras[row['photo']]:.0f} |")
    return "\n".join(lines)


def _place(name):
    """Where a group stands: "below 64 px", "64-96 px", "96 px and more", "no face"."""
    if name.startswith("below"):
        return 0.0
    number = re.match(r"[\d.]+", name)
    return float(number[0]) if number else float("inf")


def _format(key, value):
    if value is None:
        return "-"
    if key.endswith(("real", "fake")):
        return f"{value:.0f}"
    return f"{value:.1%}" if "conclusive" in key else f"{value:.3f}"
