"""Pictures for the page, and files of our own for scripts and downloads."""

import base64
import html
import io
import uuid
from pathlib import Path

from gradio.utils import get_upload_folder
from PIL import Image


def data_uri(picture: Image.Image, *, quality: int = 85) -> str:
    """A picture as text inside the page, so that no copy of it lies on the server's disk.

    Args:
        picture: `PIL.Image.Image`; RGB becomes JPEG, RGBA becomes PNG.
        quality: of JPEG.

    Returns:
        "data:image/...;base64,...".
    """
    kind = "png" if picture.mode == "RGBA" else "jpeg"
    buffer = io.BytesIO()
    # PNG's usual level 6 takes 5 ms for a heatmap, 1 makes it a seventh larger.
    picture.save(buffer, kind, quality=quality, compress_level=1)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def new_folder() -> Path:
    """A new folder among Gradio's temporary files, which are deleted within the hour.

    Never shared between requests: its name, which nobody can guess, is all that keeps others from
    the files in it. And Gradio would cache equal pictures under one name: 4-11 of 40 equal parallel
    calls then found a half-written file.

    Returns:
        `pathlib.Path`.
    """
    folder = Path(get_upload_folder()) / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder


def write_photo(content: bytes) -> str:
    """Write the bytes of a photo's file into a folder of its own and return its path as text."""
    path = new_folder() / "photo"
    path.write_bytes(content)
    return str(path)


def save_jpeg(picture: Image.Image, name: str) -> str:
    """Save a picture in a folder of its own and return its path as text."""
    path = new_folder() / name
    picture.save(path, quality=90)
    return str(path)


def escape(text: object) -> str:
    """Text as HTML, safe in attributes too."""
    return html.escape(str(text), quote=True)
