"""Keep what a command measured, as JSON and as a table of docs/reliability.md."""

from pathlib import Path

from reporting.documents import keep

DOCUMENT = Path(__file__).parents[1] / "docs" / "reliability.md"


def record(name: str, figures) -> None:
    """Write figures to `docs/reliability/NAME.json`, and to the table of that name.

    Args:
        name: of the table, as `<!-- figures: NAME -->` in the document has it.
        figures: dict, text to text or number, in the order to be read.

    Raises:
        DataError: the document has no place for the table.
    """
    rows = [f"| {what} | {figure} |" for what, figure in figures.items()]
    keep(DOCUMENT, name, figures, table="\n".join(["| What | Measured |", "|---|---|", *rows]))
