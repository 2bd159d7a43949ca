"""Keep what a command measured, as JSON and as a table of docs/reliability.md."""

import json
from pathlib import Path

from train.tables import fill

DOCUMENT = Path(__file__).parents[1] / "docs" / "reliability.md"


def record(name, figures):
    """Write figures to `docs/reliability/NAME.json`, and to the table of that name.

    Args:
        name: of the table, as `<!-- figures: NAME -->` in the document has it.
        figures: dict, text to text or number, in the order to be read.

    Raises:
        DataError: the document has no place for the table.
    """
    rows = [f"| {what} | {figure} |" for what, figure in figures.items()]
    keep(DOCUMENT, name, figures, table="\n".join(["| What | Measured |", "|---|---|", *rows]))


def keep(document, name, figures, *, table):
    """Write figures to the folder of a document, and a table of them into it.

    Args:
        document: `pathlib.Path` of a Markdown file; `NAME.json` goes to the folder of its name.
        name: see `record`.
        figures: whatever JSON can hold.
        table: Markdown.

    Raises:
        DataError: the document has no place for the table.
    """
    fill(document, name, table)
    path = document.with_suffix("") / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
