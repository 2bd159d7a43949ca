"""What every benchmark does with its rows: print them as a table, and keep them on request."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from reporting.documents import keep, to_table

Tables = Iterator[tuple[str, list[dict]]]  # name of a table, and its rows
DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def run(description: str, *, measure: Callable[..., Tables], **defaults: int) -> None:
    """Be the command of a benchmark.

    Args:
        description: of the module.
        measure: called with the options, but `--record`; yields (name of a table, its rows): dicts
            of text or numbers with the same keys.
        defaults: of the options: `repeat=5` makes `--repeat`, which every benchmark has.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    for name, default in defaults.items():
        parser.add_argument(
            f"--{name}", type=type(default), default=default, help="default: %(default)s"
        )
    parser.add_argument("--record", action="store_true", help=f"write into docs/{DOCUMENT.name}")
    options = vars(parser.parse_args())
    is_recorded = options.pop("record")
    for name, rows in measure(**options):
        table = to_table(rows)
        print(f"{name}\n\n{table}\n", flush=True)
        if is_recorded:
            keep(DOCUMENT, name, rows, table=table)
