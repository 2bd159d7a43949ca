"""The real app as a process of its own, for tests that talk to it, and the form of its answers."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "docs" / "result.schema.json").read_text(encoding="utf-8"))


def check_form(value, *, form) -> None:
    """Fail unless a value has the published form."""
    jsonschema.validate(value, {**SCHEMA, "$ref": f"#/$defs/{form}"})


@contextlib.contextmanager
def serve(*, seconds=90, **environment) -> Generator[str]:
    """Run `python app.py` on a free port until the block ends; gives the page's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "GRADIO_SERVER_PORT": str(port), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + seconds
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"app.py did not start:\n{process.communicate()[0]}")
            time.sleep(0.2)
        yield url
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def answers(url: str) -> bool:
    """Whether the page is given at an address."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
