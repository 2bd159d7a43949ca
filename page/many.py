"""The second tab: many photos, one table."""

import time
from collections.abc import Iterator, Sequence

import gradio as gr

from detector import Detector
from detector.limits import MAX_PHOTOS

from . import batch
from .inputs import in_sentences, keep_paths
from .pictures import new_folder, write_photo
from .server.guard import places
from .texts import Texts
from .uploads import list_photos

STEP_SECONDS = 0.5  # between two updates of the table: each sends all of it


def build_many(detector: Detector, texts: Texts, *, tabs: gr.Tabs, photo: gr.Image) -> None:
    """Build the tab inside a `gr.Blocks`.

    Args:
        detector: `detector.Detector`.
        texts: of a language.
        tabs: `gr.Tabs` that hold this tab and the one with the id "one", which shows one photo.
        photo: `gr.Image` of that tab.
    """

    def judge(uploads, is_face_crop):
        for table, paths in judge_all(detector, uploads, is_face_crop, texts):
            yield table, gr.File(paths, visible=paths is not None)

    def open_photo(uploads, index):
        with in_sentences(texts, title=texts["tab_many"]):
            _, read = list_photos(uploads)[int(index)]
            content = read()
        content = content if isinstance(content, bytes) else content.read_bytes()
        return write_photo(content), gr.Tabs(selected="one")

    def tell_cancelled():
        gr.Info(texts["cancelled"], title=texts["tab_many"], duration=5)

    files = keep_paths(
        gr.File(
            label=texts["files"].format(count=MAX_PHOTOS),
            file_count="multiple",
            height=170,
            elem_classes=["many-input"],
        )
    )
    is_face_crop = gr.Checkbox(label=texts["face_crop_many"], info=texts["face_crop_info"])
    with gr.Row():
        start = gr.Button(texts["judge_all"], variant="primary", min_width=120)
        cancel = gr.Button(texts["cancel"], min_width=120)
    table = gr.HTML(batch.render_empty(texts))
    downloads = gr.File(label=texts["downloads"], interactive=False, height=160, visible=False)
    opener = gr.Button(visible="hidden", elem_classes=["opener"])  # pressed by the script
    chosen = gr.Number(visible=False)
    opener.click(
        open_photo,
        [files, chosen],
        [photo, tabs],
        js="(files) => [files, window.detectorPage.chosenRow]",
        api_visibility="private",
        **places("judge"),
    )
    running = start.click(
        judge,
        [files, is_face_crop],
        [table, downloads],
        api_visibility="private",
        show_progress="hidden",
        **places("batch"),
    )
    cancel.click(tell_cancelled, cancels=[running], api_visibility="private")


def judge_all(
    detector: Detector, uploads: Sequence[tuple[str, str]] | None, is_face_crop: bool, texts: Texts
) -> Iterator[tuple[str, list[str] | None]]:
    """Judge the photos of an upload, one after the other.

    Args:
        detector: `detector.Detector`.
        uploads: (path, name) pairs, see `page.uploads.list_photos`.
        is_face_crop: see `Detector.predict`.
        texts: of a language.

    Yields:
        The table as HTML, and paths of CSV and JSON, of this run so far; of no photo yet None for
        the paths.
    """
    with in_sentences(texts, title=texts["tab_many"]):
        photos = list_photos(uploads)
    folder, rows, shown = new_folder(), [], time.monotonic()
    yield batch.render_table(rows, count=len(photos), texts=texts), None
    for name, read in photos:
        rows.append(
            batch.judge(detector, name, read, is_face_crop=is_face_crop, with_thumbnail=True)
        )
        if time.monotonic() - shown >= STEP_SECONDS or len(rows) == len(photos):
            table = batch.render_table(rows, count=len(photos), texts=texts)
            yield table, batch.write_files(rows, folder)  # so that a cancelled run has them
            shown = time.monotonic()
