"""The page and its API: drop a photo, get Real or Fake, a confidence and a heatmap."""

import sys
import uuid
from pathlib import Path

import gradio as gr

from detector import load_detector
from detector.errors import DetectorError, PhotoError
from detector.explain import draw_boxes, overlay, reframe, region_around
from detector.photo import MAX_BYTES, load_photo
from detector.report import LIMITS, to_json, to_sentence, weights_sentence

EXAMPLES = sorted(str(path) for path in (Path(__file__).parent / "examples").glob("*.jpg"))
SHOWN_SIDE, CLOSE_UP_SIDE = 1024, 640  # pixels, longer side of the pictures that are sent back
CACHE_CHECK, CACHE_AGE = 600, 3000  # seconds; photos are gone within an hour, as PRIVACY.md says

TITLE = "Is this face photo real or a deepfake?"
INTRODUCTION = "Drop a photo, paste one, or take one. The answer comes at once."
HEATMAP_CAPTION = (
    "Bright places spoke most for the answer (Grad-CAM). They show where the model looked, "
    "not what was edited, and prove nothing on their own."
)


def build_demo(detector):
    """Build the page.

    Args:
        detector: `detector.Detector`.

    Returns:
        `gr.Blocks`, with the endpoint `/predict`.
    """

    def predict(photo: str | None, is_face_crop: bool = False):
        """Tell whether a face photo is real or a deepfake.

        Args:
            photo: the image file; JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF.
            is_face_crop: the photo was cut around one face: judge its central face alone.

        Returns:
            P(Real) and P(Fake); a sentence; the photo with heatmap; the photo with a numbered box
            around each face, if there are several; the whole result as JSON.
        """
        if photo is None:
            return clear()
        try:
            photo = load_photo(photo)
            verdict = detector.predict(photo, is_face_crop=is_face_crop)
        except PhotoError as error:
            raise gr.Error(
                str(error), title="This photo cannot be judged", print_exception=False
            ) from error
        fake = verdict.fake_probability
        region = region_around(verdict.crops, photo.size)
        close_up = reframe(photo, verdict.crops, region=region, max_side=CLOSE_UP_SIDE)
        has_several = len(verdict.faces) > 1
        whole = reframe(photo, verdict.crops, max_side=SHOWN_SIDE) if has_several else None
        return (
            {"Real": 1.0 - fake, "Fake": fake},
            to_sentence(verdict),
            save(overlay(*close_up)),
            save(draw_boxes(*whole)) if has_several else None,
            to_json(verdict),
        )

    def save(picture):
        # A file of our own, never shared between requests; Gradio deletes it with its cache.
        path = Path(heatmap.GRADIO_CACHE) / f"{uuid.uuid4().hex}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, quality=90)
        return str(path)

    def clear():
        return None, "", None, None, None

    def show_if_several(result):
        return gr.Image(visible=bool(result) and len(result["faces"]) > 1)

    def describe_weights():
        return weights_sentence(detector.weights.info)  # others may have come since the start

    with gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(CACHE_CHECK, CACHE_AGE)
    ) as demo:
        gr.Markdown(f"# {TITLE}\n{INTRODUCTION}")
        with gr.Row():
            with gr.Column():
                photo = gr.Image(
                    label="Photo",
                    type="filepath",
                    image_mode=None,
                    sources=["upload", "clipboard", "webcam"],
                    height=380,
                )
                # gr.Image would open the file before `detector.photo` does, and answer a damaged
                # one with an error that names a path on the server: hand over the path alone.
                photo.preprocess = lambda payload: payload and payload.path
                is_face_crop = gr.Checkbox(
                    label="The photo was cut around one face",
                    info="Judges its central face alone, not others beside it.",
                )
                if EXAMPLES:
                    gr.Examples(EXAMPLES, inputs=photo, label="Examples", cache_examples=False)
            with gr.Column():
                label = gr.Label(label="Verdict", num_top_classes=2)
                sentence = gr.Markdown(label="Sentence")
                heatmap = gr.Image(
                    label="What the answer rests on",
                    format="jpeg",
                    interactive=False,
                    height=380,
                    buttons=["download", "fullscreen"],
                )
                gr.Markdown(HEATMAP_CAPTION)
                faces = gr.Image(
                    label="Faces, largest first",
                    format="jpeg",
                    interactive=False,
                    visible=False,
                    buttons=["download", "fullscreen"],
                )
        gr.Markdown(LIMITS)
        with gr.Accordion("Result as JSON", open=False):
            result = gr.JSON(label="Result", show_label=False)
        served = gr.Markdown()
        demo.load(
            describe_weights, outputs=served, api_visibility="private", show_progress="hidden"
        )

        outputs = [label, sentence, heatmap, faces, result]
        judged = gr.on(
            [photo.change, is_face_crop.change],
            predict,
            inputs=[photo, is_face_crop],
            outputs=outputs,
            api_name="predict",
            show_progress="minimal",
            trigger_mode="always_last",
        )
        judged.failure(clear, outputs=outputs, api_visibility="private")  # no old verdict stays
        judged.success(
            show_if_several, result, faces, api_visibility="private", show_progress="hidden"
        )
    return demo


try:
    demo = build_demo(load_detector())
except DetectorError as error:
    sys.exit(f"The app does not start: {error}")


if __name__ == "__main__":
    demo.launch(
        show_error=True,
        max_file_size=MAX_BYTES,
        run_history=False,
        footer_links=["api"],
        theme=gr.themes.Soft(),
    )
