"""What has to be right before Gradio is imported and served; nothing here imports it."""

import importlib.util
import os
import tempfile
from pathlib import Path

from detector.errors import ConfigError

OWN = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def spare_own_address() -> None:
    """Let no proxy stand between this process and its own address.

    Gradio asks its server whether it has started, through the proxy of HTTP_PROXY if there is one,
    which cannot know this machine's localhost.
    """
    # Lower case wins where both are set.
    stated = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    names = [name.strip() for name in stated.split(",") if name.strip()]
    own = (*OWN, os.environ.get("GRADIO_SERVER_NAME", ""))
    names += [name for name in own if name and name not in names]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(names)


def check_proxy() -> None:
    """Refuse a SOCKS proxy without the library that speaks it; the import of Gradio would fail.

    Raises:
        ConfigError: says what to install.
    """
    if importlib.util.find_spec("socksio"):
        return
    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
        value = os.environ.get(name.lower()) or os.environ.get(name) or ""
        if value.lower().startswith("socks"):
            raise ConfigError(
                f'{name} names a SOCKS proxy, which needs a library: pip install "httpx[socks]". '
                f"Install it, or unset {name}."
            )


def check_folder() -> None:
    """Refuse a folder for uploads that takes no files.

    Raises:
        ConfigError: says which folder, and how another is chosen.
    """
    # As Gradio chooses it.
    folder = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        raise ConfigError(
            f"Uploads cannot be written to {folder} ({error.strerror or error}). Set "
            "GRADIO_TEMP_DIR to a folder that this user may write to, with room on its disk."
        ) from error
