"""Figures into documents: a table of Markdown between two comments, and a JSON file beside it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from detector.errors import DataError


def fill(document: Path | str, name: str, table: str) -> None:
    """Replace one table of a document.

    Args:
        document: path of a Markdown file.
        name: the table's; it stands between `<!-- figures: NAME -->` and `<!-- end -->`.
        table: Markdown.

    Raises:
        DataError: the document has no place for it, or more than one.
    """
    text = Path(document).read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    text, count = place.subn(lambda found: f"{found[1]}{table}\n{found[2]}", text)
    if count != 1:
        raise DataError(f"{document} must have one `<!-- figures: {name} -->`, has {count}.")
    Path(document).write_text(text, encoding="utf-8")


def keep(document: Path, name: str, figures, *, table: str) -> None:
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


def to_table(rows: Sequence[dict]) -> str:
    """Rows as Markdown."""
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[to_text(value) for value in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def to_text(value: str | float) -> str:
    """A number with three significant digits; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
