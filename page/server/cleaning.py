"""Deletes files that Gradio forgets: of uploads that broke off, and of servers that were killed."""

import contextlib
import os
import re
import threading
import time
from collections.abc import Collection
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

# Seconds. Photos are gone within an hour, as PRIVACY.md says: Gradio deletes those it remembers
# within EVERY + AGE, and this module what is left then within EVERY + LEFTOVER_AGE.
EVERY, AGE, LEFTOVER_AGE = 600, 1800, 3000

# Nothing else is touched: somebody may let GRADIO_TEMP_DIR name a folder with files of his own.
FOLDER = re.compile("[0-9a-f]{32}([0-9a-f]{32})?")  # ours, and Gradio's of an upload
UPLOAD = re.compile("tmp[a-z0-9_]{8}")  # while it comes


def start(demo: gr.Blocks) -> None:
    """Delete what is left in Gradio's temporary folder, now and then, in the background.

    Args:
        demo: `gr.Blocks`; the files that it ships (examples) stay.
    """

    def run() -> tuple[list, list[str]]:
        while True:
            shipped = {path for block in demo.blocks.values() for path in block.keep_in_cache}
            clean(Path(get_upload_folder()), age=LEFTOVER_AGE, shipped=shipped)
            time.sleep(EVERY)

    threading.Thread(target=run, name="cleaning", daemon=True).start()


def clean(folder: Path, *, age: float, shipped: Collection[str] = ()) -> None:
    """Delete old uploads and answers, and the folders that become empty.

    Args:
        folder: `pathlib.Path`.
        age: seconds since a file was last written; older ones go.
        shipped: paths of files that stay. They are marked as new, so that other servers on the
            same folder let them stay, too.
    """
    for path in shipped:
        with contextlib.suppress(OSError):
            os.utime(path)
    for path in folder.iterdir() if folder.exists() else ():
        with contextlib.suppress(OSError):  # another server was faster, or the folder is not empty
            if UPLOAD.fullmatch(path.name):
                _delete_old(path, age)
            elif FOLDER.fullmatch(path.name) and path.is_dir():
                is_old = _is_old(path, age)  # before deleting in it makes it new
                for file in path.iterdir():
                    _delete_old(file, age)
                if is_old:
                    path.rmdir()


def _delete_old(path, age):
    if _is_old(path, age):
        path.unlink()


def _is_old(path, age):
    # Of the future it is where the clock was set back, and would stay for as long.
    return abs(time.time() - path.lstat().st_mtime) > age
