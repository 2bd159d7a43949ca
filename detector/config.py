"""Every environment variable of the detector, read once."""

import os
from pathlib import Path

from .errors import ConfigError

_problems = []  # kept for `check`: an import that fails shows a stack trace, not a sentence


def _flag(name):
    value = os.environ.get(name, "").strip()
    if value not in ("", "0", "1"):
        _problems.append(f"{name} must be 0 or 1. Received: {value!r}.")
    return value == "1"


# Folder with detector.json, detector.tflite and faces.tflite.
WEIGHTS_DIR = Path(
    os.environ.get("DETECTOR_WEIGHTS") or Path(__file__).resolve().parents[1] / "weights"
)

# Threads of one forward pass. Two is what a free Space has; more bring little at this size.
_threads = os.environ.get("DETECTOR_THREADS", "2").strip()
if not _threads.isdecimal() or int(_threads) < 1:
    _problems.append(f"DETECTOR_THREADS must be a whole number from 1 up. Received: {_threads!r}.")
    _threads = "2"
THREADS = int(_threads)

# Weights from the Hugging Face Hub instead of the embedded ones; see `detector.hub`.
HUB_REPO = os.environ.get("DETECTOR_REPO", "").strip()  # USER/NAME; empty: none
HUB_REVISION = os.environ.get("DETECTOR_REVISION", "").strip() or "main"  # tag, commit or branch

# Whether to refuse to start without them.
REQUIRE_HUB = _flag("DETECTOR_REQUIRE_HUB")
if REQUIRE_HUB and not HUB_REPO:
    _problems.append("DETECTOR_REQUIRE_HUB=1 needs DETECTOR_REPO=USER/NAME. Received: none.")

# Where "Report a wrong verdict" leads; on a Hugging Face Space, to its discussions.
_space = os.environ.get("SPACE_ID", "").strip()
ISSUES_URL = os.environ.get("DETECTOR_ISSUES_URL", "").strip() or (
    f"https://huggingface.co/spaces/{_space}/discussions/new" if _space else ""
)
if ISSUES_URL and not ISSUES_URL.startswith(("https://", "http://")):
    _problems.append(f"DETECTOR_ISSUES_URL must be an https address. Received: {ISSUES_URL!r}.")

# Whether AI assistants may call the endpoints (MCP); needs `pip install "gradio[mcp]"`.
MCP = _flag("DETECTOR_MCP")


def check():
    """Refuse values that are not allowed, before anything serves.

    Raises:
        ConfigError: says for each variable what was expected and what came.
    """
    if _problems:
        raise ConfigError(" ".join(_problems))
