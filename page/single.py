"""The first tab: one photo, its answer, and what can be asked about it."""

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import gradio as gr

from detector import Detector
from detector.errors import MethodError, PhotoError
from detector.explainers import METHODS, explain_more
from detector.photo import load_photo
from detector.photo.facts import read_facts
from detector.photo.fetch import fetch_photo
from detector.report import to_json
from detector.resend import check_resend

from .answer import render_answer, render_empty, render_refusal
from .details import render_facts, render_methods, render_resend
from .examples import EXAMPLES, render_names
from .inputs import as_gradio_error, draw_method, in_sentences, keep_path
from .keep import write_report
from .pictures import write_photo
from .server.guard import places
from .server.rate_limit import count_photo
from .texts import Texts, error_text

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclasses.dataclass(frozen=True)
class SingleTab:
    """What others may fill in the tab.

    Attributes:
        photo: `gr.Image`; what is put there is judged.
        names: `gr.HTML` for what the examples are.
        ways: `gr.Accordion` that holds the next two.
        address: `gr.Textbox` of a photo's web address.
        is_face_crop: `gr.Checkbox`, see `Detector.predict`.
    """

    photo: gr.Image
    names: gr.HTML
    ways: gr.Accordion
    address: gr.Textbox
    is_face_crop: gr.Checkbox


def build_single(detector: Detector, texts: Texts) -> SingleTab:
    """Build the tab inside a `gr.Blocks`.

    Args:
        detector: `detector.Detector`.
        texts: of a language.

    Returns:
        `SingleTab`.
    """

    def judge(path, is_face_crop):
        if path is None:
            return clear()
        try:
            count_photo()
            photo, verdict = detector.judge(path, is_face_crop=is_face_crop)
        except PhotoError as error:  # a message that fades would leave nothing to read again
            return without_answer(render_refusal(error_text(error, texts), texts))
        answer = render_answer(photo, verdict, texts)
        return answer, to_json(verdict), *nothing_beside(), gr.Column(visible=True)

    def clear():
        return without_answer(render_empty(texts))

    def without_answer(shown):
        return shown, None, *nothing_beside(), gr.Column(visible=False)

    def nothing_beside():  # what was asked of another photo goes
        return "", "", "", gr.File(value=None, visible=False)

    def tell_facts(path, result):
        if not path or not result:
            return ""
        with in_sentences(texts, title=texts["error_title"]):
            return render_facts(read_facts(Path(path).read_bytes()), texts)

    def fetch(address):
        with _judging(texts):
            data = fetch_photo(address or "")
            load_photo(data)  # what is no photo is not kept
        return write_photo(data)

    def show_resend(path, is_face_crop):
        with _judging(texts):
            check = check_resend(detector, path, is_face_crop=is_face_crop)
        return render_resend(check, texts)

    def show_methods(path, is_face_crop, face):
        with _judging(texts):
            photo, verdict = detector.judge(path, is_face_crop=is_face_crop)
        crop = verdict.crops[min(max(int(face), 1), len(verdict.crops)) - 1]
        pictures = dict.fromkeys(METHODS)
        try:
            for method, heatmap in explain_more(detector.weights, photo, crop):
                pictures[method] = draw_method(photo, crop, heatmap)
                yield render_methods(pictures.items(), texts)
        except MethodError as error:
            raise as_gradio_error(error, title=texts["explain"]) from error

    def keep(path, is_face_crop, with_photo):
        with _judging(texts):
            photo, verdict = detector.judge(path, is_face_crop=is_face_crop)
            data = Path(path).read_bytes()
        files = write_report(data, photo, verdict, texts, with_photo=with_photo)
        return gr.File(value=files, visible=True)

    def tell_copied(said, is_copied):
        text = texts["copied" if is_copied else "not_copied"].format(text=said)
        gr.Info(text, title=texts["copy"], duration=8)

    with gr.Row():
        with gr.Column(scale=5, min_width=300):
            photo = keep_path(
                gr.Image(
                    label=texts["photo"],
                    placeholder=texts["photo_place"],
                    type="filepath",
                    image_mode=None,
                    sources=["upload", "clipboard", "webcam"],
                    height=280,
                    elem_classes=["photo-input"],
                )
            )
            gr.Markdown(texts["no_preview"], elem_classes=["no-preview-note"])
            examples = gr.Examples(
                [str(path) for path, _ in EXAMPLES],
                inputs=photo,
                label=texts["examples"],
                cache_examples=False,  # an answer takes milliseconds
            )
            names = gr.HTML(render_names(detector, texts))
            with gr.Accordion(texts["ways"], open=False) as ways:
                gr.Markdown(texts["ways_note"])
                with gr.Row(elem_classes=["address"]):
                    address = gr.Textbox(
                        label=texts["address"],
                        placeholder="https://",
                        max_lines=1,
                        scale=4,
                        min_width=180,
                    )
                    fetch_button = gr.Button(texts["fetch"], scale=1, min_width=90)
                is_face_crop = gr.Checkbox(label=texts["face_crop"], info=texts["face_crop_info"])
        with gr.Column(scale=6, min_width=300):
            answer = gr.HTML(render_empty(texts))
    with gr.Column(visible=False) as more:
        gr.Markdown(f"## {texts['more']}")
        with gr.Row(elem_classes=["actions"]):
            copy_button = gr.Button(texts["copy"], min_width=160)
            share_button = gr.Button(texts["share"], min_width=160, elem_classes=["share"])
            keep_button = gr.Button(texts["keep"], min_width=160)
            resend_button = gr.Button(texts["resend"], min_width=160)
            explain_button = gr.Button(texts["explain"], min_width=160)
        with_photo = gr.Checkbox(label=texts["with_photo"])
        report = gr.File(label=texts["keep_files"], interactive=False, visible=False)
        resend_place, methods_place = gr.HTML(elem_classes="beside"), gr.HTML(elem_classes="beside")
        facts = gr.HTML(elem_classes="beside")
        with gr.Accordion(texts["as_json"], open=False):
            result = gr.JSON(show_label=False, label="Result")
    face = gr.Number(visible=False)  # filled by the script when it is asked for

    outputs = [answer, result, facts, resend_place, methods_place, report, more]
    judged = gr.on(
        [photo.change, is_face_crop.change],
        judge,
        inputs=[photo, is_face_crop],
        outputs=outputs,
        api_visibility="private",
        show_progress="minimal",
        show_progress_on=answer,
        trigger_mode="always_last",
        **places("judge"),
    )
    judged.failure(clear, outputs=outputs, **QUIET)  # no old verdict stays
    judged.success(tell_facts, [photo, result], facts, **QUIET)
    gr.on(
        [fetch_button.click, address.submit],
        fetch,
        address,
        photo,
        api_visibility="private",
        show_progress_on=photo,
    )
    # The address is that of the photo, or empty: it becomes part of what is shared.
    gr.on(
        [photo.upload, photo.clear, examples.dataset.click],
        None,
        outputs=address,
        js="() => ''",
        **QUIET,
    )
    private: dict[str, Any] = {"api_visibility": "private", **places("judge")}
    resend_button.click(show_resend, [photo, is_face_crop], resend_place, **private)
    explain_button.click(
        show_methods,
        [photo, is_face_crop, face],
        methods_place,
        js="(photo, isFaceCrop) => [photo, isFaceCrop, window.detectorPage.chosenFace()]",
        api_visibility="private",
        **places("explain"),
    )
    kept = [photo, is_face_crop, with_photo]
    keep_button.click(keep, kept, report, **private)
    copy_button.click(
        tell_copied,
        [address, is_face_crop],
        js="(address, isFaceCrop) => window.detectorPage.copy(address, isFaceCrop)",
        **QUIET,
    )
    share_button.click(keep, kept, report, **private).success(
        None,
        [report, address, is_face_crop],
        js="(files, address, isFaceCrop) => window.detectorPage.share(files, address, isFaceCrop)",
        **QUIET,
    )
    return SingleTab(photo, names, ways, address, is_face_crop)


@contextlib.contextmanager
def _judging(texts):
    """Count a photo, and put its errors `in_sentences`."""
    with in_sentences(texts, title=texts["error_title"]):
        count_photo()
        yield
