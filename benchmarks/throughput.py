"""Verdicts a second over the page's endpoint, beside a bare Gradio page that echoes the picture.

    python -m benchmarks.throughput

Clients are `gradio_client`s in threads of one process, on the machine that serves, with a photo of
640x480; both pages take turns. Medians over the turns.
"""

import concurrent.futures
import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import table
from benchmarks.page import ECHO, served
from benchmarks.photos import SIZES, make_photo

CLIENTS = (1, 8, 32)
CALLS = 64  # of all clients together, in a turn; a multiple of each of `CLIENTS`


def measure(repeat: int) -> table.Tables:
    """Yield the table "throughput"."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from gradio_client import Client, handle_file

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "echo.py").write_text(ECHO, encoding="utf-8")
        path = folder / "photo.jpg"
        path.write_bytes(make_photo(SIZES["640x480"]))
        pages = {
            "ours": (stack.enter_context(served("app.py")), "/predict"),
            "echo": (stack.enter_context(served(folder / "echo.py")), "/echo"),
        }
        rows = []
        for count in CLIENTS:
            clients = {
                name: [Client(address, verbose=False, download_files=False) for _ in range(count)]
                for name, (address, _) in pages.items()
            }
            rates = {name: [] for name in pages}
            for turn in range(repeat + 1):  # the first one warms up
                for name, (_, endpoint) in pages.items():
                    rate = count_calls(clients[name], endpoint, handle_file(path))
                    if turn:
                        rates[name].append(rate)
            ours, echo = (statistics.median(rates[name]) for name in pages)
            rows.append(
                {
                    "clients": count,
                    "verdicts a second": ours,
                    "echoes a second": echo,
                    "ratio": ours / echo,
                }
            )
    yield "throughput", rows


def count_calls(clients, endpoint, photo) -> float:
    """Calls a second of all clients together, each waiting for its answer before it asks again."""

    def ask(client):
        for _ in range(CALLS // len(clients)):
            client.predict(photo, api_name=endpoint)

    started = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(ask, clients))
    return CALLS / (time.perf_counter() - started)


if __name__ == "__main__":
    table.run(__doc__, repeat=5, measure=measure)
