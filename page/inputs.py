"""What is done to Gradio's inputs and errors, for the page and the endpoints alike."""

import contextlib
import dataclasses
from collections.abc import Generator

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, ImageData, ListFiles
from gradio.utils import get_upload_folder, is_in_or_equal
from PIL import Image

from detector import CropVerdict
from detector.errors import PhotoError
from detector.heatmap import overlay, reframe
from detector.photo.fetch import read_data_address

from .pictures import write_photo
from .texts import Texts, error_text

METHOD_SIDE = 320  # pixels of the heatmap of each method


def keep_path(image: gr.Image) -> gr.Image:
    """Let a `gr.Image` hand over the path of the file alone.

    It would open the file before `detector.photo` does, change its bytes, and answer a damaged one
    with an error that names a path on the server.

    Args:
        image: `gr.Image`.

    Returns:
        `image`.
    """
    return _keep(image, _Photo)


def keep_paths(files) -> gr.File:
    """Let a `gr.File` for many hand over (path, name) pairs, whatever the files are.

    Args:
        files: `gr.File` with `file_count="multiple"`.

    Returns:
        `files`.
    """
    files.data_model = _Photos
    files.preprocess = lambda payload: [
        (_uploaded(file.path), file.orig_name or file.path.rpartition("/")[2])
        for file in (payload.root if payload else ())
    ]
    return files


def keep_file(file: gr.File) -> gr.File:
    """Let a `gr.File` hand over the path of its file alone, whatever that is.

    Args:
        file: `gr.File` for one.

    Returns:
        `file`.
    """
    return _keep(file, _File)


def _keep(component, data_model):
    component.data_model = data_model
    component.preprocess = lambda payload: payload and _uploaded(payload.path)
    return component


class _File(FileData):
    """One file."""

    @classmethod
    def model_validate(cls, obj, **options):
        return super().model_validate(_as_file(obj), **options)


class _Photo(ImageData):
    """A file, or a `data:` text."""

    @classmethod
    def model_validate(cls, obj, **options):
        if isinstance(obj, dict) and not obj.get("path"):
            obj = obj.get("url")
        return super().model_validate(_as_file(obj), **options)


class _Photos(ListFiles):
    """Files, or a single one."""

    @classmethod
    def model_validate(cls, obj, **options):
        files = obj if isinstance(obj, list) else [obj]
        return super().model_validate([_as_file(file) for file in files], **options)


def _as_file(value):
    """What Gradio takes for an uploaded file; Pydantic would refuse others without our code."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.startswith("data:"):
        try:
            content = read_data_address(value)
        except PhotoError as error:
            raise as_gradio_error(error, title=error.code) from error
        return {"path": write_photo(content), "meta": {"_type": "gradio.FileData"}}
    raise as_gradio_error(
        "Send an uploaded file: in Python handle_file('photo.jpg'), else see docs/api.md. "
        f"Received: {type(value).__name__}.",
        title="wrong_type",
    )


def _uploaded(path):
    # Gradio looks where a file lies only if the request calls it a file (`meta`); a picture that is
    # not called so would be read from anywhere on this machine.
    if not is_in_or_equal(path, get_upload_folder()):
        raise as_gradio_error(
            "This file was not uploaded. Upload it, and send the path that comes back.",
            title="file_unreadable",
        )
    return path


def as_gradio_error(error: Exception | str, *, title: str, message: str | None = None) -> gr.Error:
    """An error that the page shows and that a script receives, without a stack trace in the log.

    Args:
        error: what was caught.
        title: heading on the page; for scripts the error's code.
        message: default is the error's own.

    Returns:
        `gr.Error`, to be raised.
    """
    return gr.Error(message or str(error), title=title, print_exception=False)


@contextlib.contextmanager
def in_sentences(texts: Texts, *, title: str) -> Generator[None]:
    """Turn a `PhotoError` into one that the page shows, in its language.

    Args:
        texts: of a language.
        title: heading on the page.
    """
    try:
        yield
    except PhotoError as error:
        message = error_text(error, texts)
        raise as_gradio_error(error, title=title, message=message) from error


def draw_method(photo: Image.Image, crop: CropVerdict, heatmap: np.ndarray) -> Image.Image:
    """The judged square under a heatmap of another method.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        crop: `detector.CropVerdict` of it.
        heatmap: (h, w) float32, 0-1.

    Returns:
        `PIL.Image.Image`, RGB.
    """
    crop = dataclasses.replace(crop, heatmap=heatmap)
    return overlay(*reframe(photo, [crop], region=crop.square, max_side=METHOD_SIDE), opacity=0.7)
