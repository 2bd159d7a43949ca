"""The figures of an evaluation as tables for a terminal of 100 columns."""

from detector import CLASSES

HEADS = {  # short ones, for what is said in many words elsewhere
    "false accusations per 1000 real": "accused",
    "missed fakes per 1000 fake": "missed",
    "flips of conclusive verdicts": "conclusive flips",
    "conclusive and right": "right",
    "conclusive and wrong": "wrong",
    "right": "accuracy",
}


def to_text(figures) -> str:
    """The figures that `train.evaluation.evaluate` found, as text."""
    lines = [f"{figures['split']}, model {figures['model']} ({figures['sha256'][:12]})"]
    names = ("labelled face", "whole photo")
    lines.append(f"{'':34}{names[0]:>16}{names[1]:>16}    95 % interval (labelled face)")
    for key, value in figures[names[0]].items():
        if isinstance(value, int | float | None):
            cells = [_cell(figures[name].get(key)) for name in names]
            low, high = figures["95 % intervals"].get(key, (None, None))
            ends = "" if low is None else f"    {low:g} - {high:g}"
            lines.append(f"{key:34}{cells[0]:>16}{cells[1]:>16}{ends}")
    lines += _report(figures[names[0]])
    lines += [
        "",
        "Below, accused and missed are of 1,000 genuine and of 1,000 forged pictures; right and",
        "wrong are verdicts that are conclusive, and right or wrong, as shares of all.",
    ]
    framing = figures["framing"]
    lines += _table("the photo resent", figures["stability"])
    lines += _table("face side", figures["face size"])
    lines += _table("face side over picture side", framing["by face side over picture side"])
    lines.append(f"\nAUC of that ratio alone: {_cell(framing['auc of tightness alone'])}")
    correlation = framing["rank correlation of P(fake) with tightness"]
    lines.append(f"rank correlation of P(fake) with it, in each class: {correlation}")
    lines += _table("pool", figures["pools"])
    lines += _table("labels that change, by pool", _transpose(figures["stability by pool"]))
    lines += _table("source", _without_intervals(figures["sources"]))
    if figures["skin tone"]:
        lines += _table("genuine, apparent skin", _without_intervals(figures["skin tone"]))
    if figures.get("pasted faces"):
        lines += _table("pasted faces", figures["pasted faces"])
    for family, groups in figures.get("corruptions", {}).items():
        lines += _table(family, groups)
    return "\n".join(lines)


def _report(figures):
    """The classification report, with the confusion matrix beside it."""
    scores = ("precision", "recall", "f1")
    heads = (*scores, "pictures", "judged Real", "judged Fake")
    lines = ["", "classification report and confusion matrix (labelled face)"]
    lines.append(" " * 16 + "".join(f"{head:>13}" for head in heads))
    for name, row in zip(CLASSES, figures["confusion matrix"], strict=True):
        cells = [f"{figures['per class'][name][score]:.4f}" for score in scores]
        cells += [str(count) for count in (sum(row), *row)]
        lines.append(f"{name:16}" + "".join(f"{cell:>13}" for cell in cells))
    return lines


def _without_intervals(rows):
    return {
        name: {key: value for key, value in row.items() if not isinstance(value, list | str)}
        for name, row in rows.items()
    }


def _transpose(rows):
    keys = next(iter(rows.values()))
    return {key: {name: row[key] for name, row in rows.items()} for key in keys}


def _table(title, rows):
    columns = list(next(iter(rows.values())))
    heads = [HEADS.get(column, column) for column in columns]
    widths = [max(len(head), 6) + 2 for head in heads]
    first = max(len(name) for name in rows) + 1
    titles = "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))
    lines = ["", title, " " * first + titles]
    for name, row in rows.items():
        cells = "".join(f"{_cell(row[c]):>{w}}" for c, w in zip(columns, widths, strict=True))
        lines.append(f"{name:{first}}{cells}")
    return lines


def _cell(value):
    if isinstance(value, float) and value >= 100:
        return f"{value:.1f}"
    return "-" if value is None else f"{value:g}"
