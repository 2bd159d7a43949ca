"""Every environment variable of the detector, read once."""

import os
from pathlib import Path

from .errors import ConfigError

MIN_PASSWORD = 8  # characters

_problems = []  # kept for `check`: an import that fails shows a stack trace, not a sentence


def _flag(name):
    value = os.environ.get(name, "").strip()
    if value not in ("", "0", "1"):
        _problems.append(f"{name} must be 0 or 1. Received: {value!r}.")
    return value == "1"


# Folder with detector.json, detector.tflite and faces.tflite: inside the package where that was
# installed with pip, else beside it.
_installed = Path(__file__).resolve().parent / "weights_files"
_embedded = _installed if _installed.is_dir() else _installed.parents[1] / "weights"
WEIGHTS_DIR = Path(os.environ.get("DETECTOR_WEIGHTS") or _embedded)

# Threads of a forward pass whose verdict is alone; see `detector.runtime`. Two is what a free Space
# has; more bring little at this size.
_threads = os.environ.get("DETECTOR_THREADS", "2").strip()
if not _threads.isdecimal() or int(_threads) < 1:
    _problems.append(f"DETECTOR_THREADS must be a whole number from 1 up. Received: {_threads!r}.")
    _threads = "2"
THREADS = int(_threads)

# Weights from the Hugging Face Hub instead of the embedded ones; see `detector.weights.hub`.
HUB_REPO = os.environ.get("DETECTOR_REPO", "").strip()  # USER/NAME; empty: none
HUB_REVISION = os.environ.get("DETECTOR_REVISION", "").strip() or "main"  # tag, commit or branch

# Whether to refuse to start without them.
REQUIRE_HUB = _flag("DETECTOR_REQUIRE_HUB")
if REQUIRE_HUB and not HUB_REPO:
    _problems.append("DETECTOR_REQUIRE_HUB=1 needs DETECTOR_REPO=USER/NAME. Received: none.")

# USER/NAME of the Hugging Face Space that this is; empty elsewhere.
SPACE = os.environ.get("SPACE_ID", "").strip()

# Its own address, outside the frame of huggingface.co; the Hub sets it.
SPACE_HOST = os.environ.get("SPACE_HOST", "").strip() if SPACE else ""

# Where "Report a wrong verdict" leads; on a Hugging Face Space, to its discussions.
ISSUES_URL = os.environ.get("DETECTOR_ISSUES_URL", "").strip() or (
    f"https://huggingface.co/spaces/{SPACE}/discussions/new" if SPACE else ""
)
if ISSUES_URL and not ISSUES_URL.startswith(("https://", "http://")):
    _problems.append(f"DETECTOR_ISSUES_URL must be an https address. Received: {ISSUES_URL!r}.")

# Whether AI assistants may call the endpoints (MCP); needs `pip install "gradio[mcp]"`.
MCP = _flag("DETECTOR_MCP")


# Who may use the page: "user:password", several with commas between; empty: everybody.
_stated = os.environ.get("DETECTOR_AUTH", "").split(",")
_pairs = [pair.partition(":") for pair in _stated if pair.strip()]
AUTH = [(user.strip(), password.strip()) for user, _, password in _pairs]
if not all(user and len(password) >= MIN_PASSWORD for user, password in AUTH):
    _problems.append(  # what came is a secret
        "DETECTOR_AUTH must be user:password, or several of them with commas between, each "
        f"password with {MIN_PASSWORD} characters or more and no comma. Received: something else."
    )
if AUTH and MCP:
    _problems.append(
        "DETECTOR_AUTH and DETECTOR_MCP=1 exclude each other: Gradio asks assistants for no "
        "password. Unset one of them."
    )

# Photos that one client may have judged in a minute; empty: any number. See `page.server`.
_limit = os.environ.get("DETECTOR_RATE_LIMIT", "").strip()
if _limit and (not _limit.isdecimal() or int(_limit) < 1):
    _problems.append(f"DETECTOR_RATE_LIMIT must be a whole number from 1. Received: {_limit!r}.")
    _limit = ""
RATE_LIMIT = int(_limit or 0)  # 0: no limit


def check() -> None:
    """Refuse values that are not allowed, before anything serves.

    Raises:
        ConfigError: says for each variable what was expected and what came.
    """
    if _problems:
        raise ConfigError(" ".join(_problems))
