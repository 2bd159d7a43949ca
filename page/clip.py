"""The third tab: one clip, who in it looks forged, and when."""

import contextlib
import time
from collections.abc import Generator
from typing import Any

import gradio as gr

from detector import Detector
from detector.batch.storage import CLIP_SUFFIXES
from detector.errors import ClipError
from detector.limits import MAX_CLIP_BYTES, MAX_CLIP_SECONDS, MAX_CLIPS_WAITING
from detector.video import VideoVerdict

from . import timeline
from .inputs import in_sentences, keep_file
from .pictures import new_folder
from .server.rate_limit import Turns, count_photo
from .texts import Texts

PHOTOS = 10  # that a clip counts as, for the limit of a client
# Those who wait are told how many are before them; so they take a place of Gradio's, too.
PLACES: dict[str, Any] = {"concurrency_id": "clip", "concurrency_limit": 2 * MAX_CLIPS_WAITING}
STEP_SECONDS = 0.5  # between two looks at whose turn it is

turns = Turns(MAX_CLIPS_WAITING)


def build_clip(detector: Detector, texts: Texts) -> None:
    """Build the tab inside a `gr.Blocks`.

    Args:
        detector: `detector.Detector`.
        texts: of a language.
    """

    def judge(path):
        with in_sentences(texts, title=texts["clip_error_title"]):
            yield from _judge(detector, path, texts)

    def stop():
        gr.Info(texts["clip_stopped"], title=texts["tab_clip"], duration=5)
        return timeline.render_empty(texts), gr.File(None, visible=False)

    with gr.Row():
        with gr.Column(scale=5, min_width=300):
            clip = keep_file(
                gr.File(
                    label=texts["clip_file"].format(
                        minutes=MAX_CLIP_SECONDS // 60, megabytes=MAX_CLIP_BYTES // 2**20
                    ),
                    file_types=list(CLIP_SUFFIXES),
                    height=170,
                    elem_classes=["clip-input"],
                )
            )
            gr.Markdown(texts["clip_note"])
            with gr.Row():
                start = gr.Button(texts["clip_judge"], variant="primary", min_width=120)
                stop_button = gr.Button(texts["clip_stop"], min_width=120)
            downloads = gr.File(
                label=texts["downloads"], interactive=False, height=160, visible=False
            )
        with gr.Column(scale=6, min_width=300):
            answer = gr.HTML(timeline.render_empty(texts))
    running = start.click(
        judge,
        clip,
        [answer, downloads],
        api_visibility="private",
        show_progress="hidden",
        **PLACES,
    )
    running.failure(
        lambda: (timeline.render_empty(texts), gr.File(None, visible=False)),
        outputs=[answer, downloads],
        api_visibility="private",
        show_progress="hidden",
    )
    stop_button.click(
        stop,
        outputs=[answer, downloads],
        cancels=[running],
        api_visibility="private",
        show_progress="hidden",
    )


def watch_in_turn(
    detector: Detector, path: str | None
) -> Generator[tuple[bool, Any], None, VideoVerdict]:
    """Judge a clip when no other is being judged.

    Args:
        detector: `detector.Detector`.
        path: of an upload, or None.

    Yields:
        (True, how many clips are before this one) while it waits, then (False, (frames judged,
        frames that will be)).

    Returns:
        `detector.video.VideoVerdict`, as the value of `yield from`.

    Raises:
        ClipError: no clip came, too many wait, or the clip cannot be judged.
    """
    if path is None:
        raise ClipError("No clip came. Choose one first.", code="no_files")
    count_photo(times=PHOTOS)
    with turns.taken() as place:
        while before := place():
            yield True, before
            time.sleep(STEP_SECONDS)
        # Closed when nobody watches any more: that ends the process that decodes.
        with contextlib.closing(detector.watch(path)) as watching:
            while True:
                try:
                    yield False, next(watching)
                except StopIteration as end:
                    return end.value


def _judge(detector, path, texts):
    hidden = gr.File(None, visible=False)
    yield timeline.render_progress(texts["clip_starting"]), hidden
    with contextlib.closing(watch_in_turn(detector, path)) as watching:
        while True:
            try:
                is_waiting, progress = next(watching)
            except StopIteration as end:
                verdict = end.value
                break
            if is_waiting:
                said, done, count = texts["clip_waiting"].format(count=progress), 0, 1
            else:
                done, count = progress
                said = texts["clip_progress"].format(done=done, count=count)
            yield timeline.render_progress(said, done=done, count=count), hidden
    files = timeline.write_files(verdict, new_folder())
    yield timeline.render_verdict(verdict, texts), gr.File(files, visible=True)
